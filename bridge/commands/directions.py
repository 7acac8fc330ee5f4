"""`bridge directions`: what the knobs of a morph do, found in a checkpoint's latent space."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import CHECKPOINT, DATA_FILE, SEED


@click.command()
@click.argument("checkpoint", type=CHECKPOINT)
@click.option("--data", required=True, type=DATA_FILE, help="What it was trained on.")
@click.option("--seed", default=0, type=SEED, help="The same seed gives the same directions.")
def directions(checkpoint: Path, data: Path, seed: int) -> None:
    """Find the named directions of CHECKPOINT's latent space, measure them, and write its directions.safetensors.

    What each does is kept in its config.json; bridge card shows it.
    """
    from engine.evaluation.evaluate import table
    from engine.training.directions import write_directions

    click.echo(table(write_directions(checkpoint, data, seed)["figures"]))
