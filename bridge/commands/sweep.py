"""`bridge sweep`: one preset of notes with several weights of the KL, as JSON and as curves."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import DATA_FILE, SEED

BETAS = "1,10,20,40,80,100"
CURVES_NAME = "sweep.svg"


@click.command()
@click.argument("preset")
@click.option("--data", required=True, type=DATA_FILE, help="From `bridge data build`.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write.")
@click.option("--betas", default=BETAS, show_default=True, help="Against the KL's mean over the latent's dimensions.")
@click.option("--points", default=4, type=click.IntRange(1), help="How often each run is measured.")
@click.option(
    "--frozen",
    type=click.Path(file_okay=False, path_type=Path),
    help="Checkpoint of multi_note whose encoder makes embeddings.",
)
@click.option(
    "--from",
    "start",
    type=click.Path(file_okay=False, path_type=Path),
    help="Checkpoint of the preset that every beta goes on from.  [default: fresh weights]",
)
@click.option("--steps", type=click.IntRange(1), help="Optimiser steps of each run.  [default: the preset's]")
@click.option("--batch-size", type=click.IntRange(1), help="Windows a step.  [default: the preset's]")
@click.option("--limit", default=500, type=click.IntRange(4), help="Validation windows measured, evenly spread.")
@click.option("--seed", default=1, type=SEED, help="The same for all betas.")
@click.option("--device", default="auto", type=click.Choice(["auto", "cuda", "mps", "cpu"]), help="Where to train.")
@click.option("--threads", type=click.IntRange(1), help="Of the CPU.  [default: torch's choice]")
def sweep(
    preset: str,
    data: Path,
    out: Path,
    betas: str,
    points: int,
    frozen: Path | None,
    start: Path | None,
    steps: int | None,
    batch_size: int | None,
    limit: int,
    seed: int,
    device: str,
    threads: int | None,
) -> None:
    """Train PRESET with each beta, measure it on the way, and write OUT/sweep.json and OUT/sweep.svg.

    Stopped at any point, the same command goes on. Figures at each point: the KL, how many notes come back, and the
    Fréchet distance of what the model invents (or fills) from the validation windows.
    """
    from engine.report.curves import picture
    from engine.report.sweeps import epoch_panels, read_sweep
    from engine.training.sweep import SweepOptions
    from engine.training.sweep import sweep as run
    from engine.training.train import TrainOptions

    try:
        weights = tuple(float(beta) for beta in betas.split(","))
    except ValueError as error:
        raise click.BadParameter(f"{betas} are no numbers with commas between", param_hint="--betas") from error
    training = TrainOptions(
        preset, data, out, steps, batch_size, seed, device, threads=threads, validate_every=10**9, start=start,
        progress=False, logs=(),
    )  # fmt: skip
    found = run(SweepOptions(training, weights, points, frozen, limit), click.echo)
    (out / CURVES_NAME).write_bytes(picture(epoch_panels(read_sweep(out).points)))
    click.echo(f"{out / CURVES_NAME}: {len(found)} points")
