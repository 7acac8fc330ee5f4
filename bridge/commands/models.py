"""`bridge models`: what `bridge serve` would load, and which model plays which part."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--checkpoints", "folders", multiple=True, type=click.Path(path_type=Path),
    help="Folder of models; may be given again, the preferred first.  [default: those shipped, and your own]",
)  # fmt: skip
def models(folders: tuple[Path, ...]) -> None:
    """List the models that the engine would have: name, part, bars, latent, memory, and the folder of each.

    A star stands at the one that plays its part by default; `/bridge/use` and --model choose another.
    """
    from engine.runtime import checkpoint  # torch, which the help does without
    from engine.runtime.roster import Roster
    from engine.runtime.shelf import MIB, Shelf

    shelf = Shelf.from_folders(checkpoint.folders_of(folders or None))
    summaries = {summary.name: summary for summary in shelf.summaries}
    width = max(len(name) for name in summaries)
    click.echo(f"  {'name':<{width}}  part      bars  latent     MiB  folder")
    for model in Roster(shelf).models:
        summary = summaries[model.name]
        figures = f"{model.bars:>4}  {model.latent_dim:>6}  {summary.num_bytes / MIB:>6.1f}"
        star = "*" if model.is_default else " "
        click.echo(f"{star} {model.name:<{width}}  {model.role:<8}  {figures}  {summary.folder}")
