"""`bridge learn`: a folder of MIDI files to a model of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from bridge.commands.files import SEED

ItemT = TypeVar("ItemT")
_SHOWN_FROM = 50


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--name", required=True, help="Of your model: letters, digits, - and _.")
@click.option(
    "--from", "start", metavar="MODEL",
    help="What to begin with: a model's name, a checkpoint's folder, or none.  [default: melody_2bar or groove_2bar]",
)  # fmt: skip
@click.option("--kind", type=click.Choice(["melody", "drums"]), help="What to learn.  [default: what there is more of]")
@click.option("--minutes", default=10.0, type=click.FloatRange(0, min_open=True), help="Of learning, at most.")
@click.option("--steps", type=click.IntRange(1), help="Count steps instead of minutes, to do the same again.")
@click.option("--seed", default=1, type=SEED, help="Of all that is drawn.")
@click.option("--replace", is_flag=True, help="Take the place of your model of this name.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder of models.  [default: your own]")
@click.option("--device", default="auto", type=click.Choice(["auto", "cuda", "mps", "cpu"]), help="Where to learn.")
def learn(
    folder: Path,
    name: str,
    start: str | None,
    kind: str | None,
    minutes: float,
    steps: int | None,
    seed: int,
    replace: bool,
    out: Path | None,
    device: str,
) -> None:
    """Learn a model of your own from the MIDI files in FOLDER, from a dozen clips up.

    A shipped model is taught your clips, and stops before it knows them by heart. An engine that runs picks the new
    model up by itself; Ctrl-C leaves nothing behind.
    """
    try:
        from engine.training.learn import LearnOptions
        from engine.training.learn import learn as run
    except ModuleNotFoundError as error:
        raise click.ClickException(f"learning needs {error.name}: pip install 'latent-bridge[train]'") from error
    from engine.runtime.checkpoint import user_checkpoints

    options = LearnOptions(
        folder, name, out or user_checkpoints(), start, kind, minutes, steps, seed, replace, device
    )  # fmt: skip
    done = run(options, click.echo, _bar)
    if done.folder is None:
        raise SystemExit(130 if done.is_interrupted else 1)
    click.echo(f"{done.folder}: ask for it by the name {name}; its card.md has all figures")


def _bar(items: Iterator[ItemT], total: int) -> Iterable[ItemT]:
    from tqdm import tqdm

    return tqdm(items, total=total, unit=" files", disable=total < _SHOWN_FROM)
