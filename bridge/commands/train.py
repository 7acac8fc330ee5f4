"""`bridge train`: a preset and a data set to a checkpoint."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import DATA_FILE, SEED
from engine.training.presets import PRESETS


@click.command(epilog=f"Presets: {', '.join(PRESETS)}.")
@click.argument("preset", type=click.Choice(list(PRESETS)), metavar="PRESET")
@click.option("--data", required=True, type=DATA_FILE, help="From `bridge data build`.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write.")
@click.option("--from", "start", type=click.Path(file_okay=False, path_type=Path), help="Checkpoint to begin with.")
@click.option("--steps", type=click.IntRange(1), help="Optimiser steps.  [default: the preset's]")
@click.option("--batch-size", type=click.IntRange(1), help="Windows a step.  [default: the preset's]")
@click.option("--seed", default=1, type=SEED, help="The same seed gives the same training.")
@click.option("--device", default="auto", type=click.Choice(["auto", "cuda", "mps", "cpu"]), help="Where to train.")
@click.option("--precision", default="bf16", type=click.Choice(["bf16", "float32"]), help="bf16 is mixed precision.")
@click.option("--threads", type=click.IntRange(1), help="Of the CPU.  [default: torch's choice]")
@click.option("--resume", is_flag=True, help="Go on from where OUT was stopped, exactly.")
@click.option("--patience", type=click.IntRange(1), help="Stop after so many validations without a better one.")
@click.option("--validate-every", default=250, type=click.IntRange(1), help="Steps between validations.")
def train(
    preset: str,
    data: Path,
    out: Path,
    start: Path | None,
    steps: int | None,
    batch_size: int | None,
    seed: int,
    device: str,
    precision: str,
    threads: int | None,
    resume: bool,
    patience: int | None,
    validate_every: int,
) -> None:
    """Train a model and write OUT/weights.safetensors and OUT/config.json.

    Ctrl-C ends the run after the step it is in; --resume goes on from there. TensorBoard reads OUT/tensorboard, and
    OUT/curves.csv has the same figures.
    """
    try:
        from engine.training.train import TrainOptions
        from engine.training.train import train as run
    except ModuleNotFoundError as error:
        raise click.ClickException(f"training needs {error.name}: pip install 'latent-bridge[train]'") from error

    options = TrainOptions(
        preset, data, out, steps, batch_size, seed, device, precision, threads, resume, patience, validate_every,
        start=start,
    )  # fmt: skip
    done = run(options)
    if not done.is_finished:
        click.echo(f"stopped after step {done.steps:,}; go on with the same command and --resume")
        raise SystemExit(130)
    click.echo(f"{done.folder}: {done.steps:,} steps; measure it with bridge evaluate, describe it with bridge card")
