"""`bridge train`: a preset and a data set to a checkpoint."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import DATA_FILE, SEED
from engine.training.presets import PRESETS

LOGS = ("tensorboard", "wandb", "none")


@click.command(epilog=f"Presets: {', '.join(PRESETS)}.")
@click.argument("preset", type=click.Choice(list(PRESETS)), metavar="PRESET")
@click.option("--data", required=True, type=DATA_FILE, help="From `bridge data build`.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write.")
@click.option(
    "--from",
    "start",
    type=click.Path(file_okay=False, path_type=Path),
    help="Checkpoint to begin with; its encoder alone where only the decoders differ.",
)
@click.option("--steps", type=click.IntRange(1), help="Optimiser steps.  [default: the preset's]")
@click.option("--batch-size", type=click.IntRange(1), help="Windows a step, in all.  [default: the preset's]")
@click.option("--seed", default=1, type=SEED, help="The same seed gives the same training.")
@click.option("--device", default="auto", type=click.Choice(["auto", "cuda", "mps", "cpu"]), help="Where to train.")
@click.option("--precision", default="bf16", type=click.Choice(["bf16", "float32"]), help="bf16 is mixed precision.")
@click.option("--threads", type=click.IntRange(1), help="Of the CPU, a process.  [default: torch's choice]")
@click.option("--resume", is_flag=True, help="Go on from where OUT was stopped, exactly.")
@click.option("--patience", type=click.IntRange(1), help="Stop after so many validations without a better one.")
@click.option("--validate-every", default=250, type=click.IntRange(1), help="Steps between validations.")
# torchrun takes --log for one of its own, even behind the name of what it runs; --logger it lets through.
@click.option(
    "--log",
    "--logger",
    "logs",
    multiple=True,
    default=["tensorboard"],
    type=click.Choice(LOGS),
    help="May be given twice.",
)
@click.option("--wandb-offline", is_flag=True, help="Send nothing to Weights & Biases; `wandb sync` can, later.")
@click.option(
    "--devices", default=1, type=click.IntRange(1), help="GPUs, or processes of the CPU, that train together."
)
@click.option("--nodes", default=1, type=click.IntRange(1), help="Machines with so many devices each.")
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
    logs: tuple[str, ...],
    wandb_offline: bool,
    devices: int,
    nodes: int,
) -> None:
    """Train a model and write OUT/weights.safetensors and OUT/config.json.

    Ctrl-C ends the run after the step it is in; --resume goes on from there. OUT/curves.csv has the figures of each
    validation, and so have the logs: TensorBoard reads OUT/tensorboard; Weights & Biases goes by WANDB_MODE,
    WANDB_PROJECT and its other settings.

    Several processes share each batch and train as one would: --devices 2, or torchrun --nproc-per-node 2 -m bridge
    train ... On several machines start each by torchrun, or with --nodes and MASTER_ADDR, MASTER_PORT and NODE_RANK
    set; DATA and OUT must be the same for all.
    """
    chosen = tuple(dict.fromkeys(logs))
    if "none" in chosen and len(chosen) > 1:
        raise click.BadParameter("none stands alone", param_hint="--log")
    if wandb_offline and "wandb" not in chosen:
        raise click.BadParameter("goes with --log wandb", param_hint="--wandb-offline")
    try:
        from engine.training.train import TrainOptions
        from engine.training.train import train as run
    except ModuleNotFoundError as error:
        raise click.ClickException(f"training needs {error.name}: pip install 'latent-bridge[train]'") from error

    options = TrainOptions(
        preset, data, out, steps, batch_size, seed, device, precision, threads, resume, patience, validate_every,
        start=start, devices=devices, nodes=nodes, logs=() if chosen == ("none",) else chosen,
        wandb_offline=wandb_offline,
    )  # fmt: skip
    done = run(options)
    if done.rank:
        return  # the first process speaks
    if not done.is_finished:
        click.echo(f"stopped after step {done.steps:,}; go on with the same command and --resume")
        raise SystemExit(130)
    click.echo(f"{done.folder}: {done.steps:,} steps; measure it with bridge evaluate, describe it with bridge card")
