"""`bridge compare`: several checkpoints on the same windows, as a table and as JSON."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import CHECKPOINT, DATA_FILE, SEED


@click.command()
@click.argument("checkpoints", type=CHECKPOINT, nargs=-1, required=True)
@click.option("--data", required=True, type=DATA_FILE, help="From `bridge data build`.")
@click.option("--seed", default=0, type=SEED, help="Of all that is drawn.")
@click.option("--limit", type=click.IntRange(1), help="Measure only so many windows, evenly spread.  [default: all]")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there.")
def compare(checkpoints: tuple[Path, ...], data: Path, seed: int, limit: int | None, json_file: Path | None) -> None:
    """Measure CHECKPOINTS of one kind side by side: what they rebuild, teacher-forced and free-running."""
    from engine.evaluation.comparison import compare as measure
    from engine.evaluation.comparison import comparison_table
    from engine.evaluation.evaluate import as_json

    figures = measure(checkpoints, data, seed, limit)
    click.echo(comparison_table(figures))
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(as_json(figures))
