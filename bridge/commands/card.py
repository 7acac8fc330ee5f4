"""`bridge card`: a checkpoint measured, and its card written."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import CHECKPOINT, DATA_FILE, JUDGE_FILE, SEED


@click.command()
@click.argument("checkpoint", type=CHECKPOINT)
@click.option("--data", required=True, type=DATA_FILE, help="What it was trained on.")
@click.option("--seed", default=0, type=SEED, help="Of all that is drawn.")
@click.option("--limit", type=click.IntRange(1), help="Measure only so many windows, evenly spread.  [default: all]")
@click.option("--judge", type=JUDGE_FILE, help="From `bridge judge`: judges samples, and what lies between clips.")
def card(checkpoint: Path, data: Path, seed: int, limit: int | None, judge: Path | None) -> None:
    """Measure CHECKPOINT, write its card.md, and keep the figures in its config.json."""
    from engine.evaluation.evaluate import evaluate
    from engine.training.card import write_card

    click.echo(write_card(checkpoint, data, evaluate(checkpoint, data, seed, limit, judge)))
