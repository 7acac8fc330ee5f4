"""`bridge prior`: where a checkpoint's latents lie, learnt, so that what it invents is more like music."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import CHECKPOINT, DATA_FILE, SEED


@click.command()
@click.argument("checkpoint", type=CHECKPOINT)
@click.option("--data", required=True, type=DATA_FILE, help="What it was trained on.")
@click.option(
    "--work", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the state of the run."
)
@click.option("--steps", default=6000, show_default=True, type=click.IntRange(1), help="Optimiser steps.")
@click.option("--batch-size", default=128, show_default=True, type=click.IntRange(1), help="Windows a step.")
@click.option(
    "--lr", default=1.5e-3, show_default=True, type=click.FloatRange(0, 1, min_open=True), help="At its peak."
)
@click.option("--dropout", default=0.0, show_default=True, type=click.FloatRange(0, 0.9), help="For few data.")
@click.option("--seed", default=1, show_default=True, type=SEED, help="The same seed gives the same prior.")
@click.option("--validate-every", default=250, show_default=True, type=click.IntRange(1), help="Steps.")
@click.option("--precision", default="bf16", show_default=True, type=click.Choice(["bf16", "float32"]))
@click.option("--threads", type=click.IntRange(1), help="For the CPU.  [default: torch's choice]")
@click.option("--resume", is_flag=True, help="Go on from the state in --work.")
def prior(checkpoint: Path, resume: bool, **given: object) -> None:
    """Learn the prior of CHECKPOINT, whose bars have shares of a latent, and write its prior.safetensors.

    From then on samples, and what variations head for, are drawn from it. How it was learnt, and what came of it, is
    kept in its config.json; bridge evaluate measures its samples, bridge card shows both.
    """
    try:
        from engine.evaluation.evaluate import table
        from engine.training.prior import PriorOptions, write_prior
    except ModuleNotFoundError as error:
        raise click.ClickException(f"training needs {error.name}: pip install 'latent-bridge[train]'") from error

    facts = write_prior(PriorOptions(checkpoint, resume=resume, **given))  # type: ignore[arg-type]
    if facts is None:
        click.echo("stopped; go on with the same command and --resume")
        raise SystemExit(130)
    click.echo(table(facts["figures"]))
