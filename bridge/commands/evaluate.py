"""`bridge evaluate`: the figures of a checkpoint, printed and as JSON."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import CHECKPOINT, DATA_FILE, JUDGE_FILE, SEED


@click.command()
@click.argument("checkpoint", type=CHECKPOINT)
@click.option("--data", required=True, type=DATA_FILE, help="From `bridge data build`.")
@click.option("--seed", default=0, type=SEED, help="Of all that is drawn.")
@click.option("--limit", type=click.IntRange(1), help="Measure only so many windows, evenly spread.  [default: all]")
@click.option("--judge", type=JUDGE_FILE, help="From `bridge judge`: judges samples, and what lies between clips.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there.")
def evaluate(
    checkpoint: Path, data: Path, seed: int, limit: int | None, judge: Path | None, json_file: Path | None
) -> None:
    """Measure CHECKPOINT on the validation split of a data set."""
    from engine.evaluation.evaluate import as_json, table
    from engine.evaluation.evaluate import evaluate as measure

    figures = measure(checkpoint, data, seed, limit, judge)
    click.echo(table(figures))
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(as_json(figures))
