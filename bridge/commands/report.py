"""`bridge report`: one HTML page that shows what checkpoints can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bridge.commands.files import CHECKPOINT, DATA_FILE, SEED
from bridge.errors import AudioError

if TYPE_CHECKING:
    from engine.report.passages import Band, Passage

ItemT = TypeVar("ItemT")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MEBIBYTE = 2**20


@click.command()
@click.argument("checkpoints", nargs=-1, type=CHECKPOINT, metavar="[CHECKPOINT]...")
@click.option("--data", type=DATA_FILE, help="From `bridge data build`; sweeps alone need none.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page to write.")
@click.option("--limit", type=click.IntRange(1), help="Measure only so many windows, evenly spread.  [default: all]")
@click.option("--seed", default=0, type=SEED, help="Of all that is drawn, and of the clips shown.")
@click.option(
    "--audio/--no-audio",
    default=None,
    help="Players, rendered by FluidSynth.  [default: where it and a sound font are installed]",
)
@click.option(
    "--sound-font", type=click.Path(dir_okay=False, path_type=Path), help="For the players.  [default: one installed]"
)
@click.option(
    "--figures", "figure_files", multiple=True, type=_FILE, metavar="JSON",
    help="From `bridge evaluate --json`: figures that need not be measured again; may be given several times.",
)  # fmt: skip
@click.option(
    "--sweep", "sweeps", multiple=True, type=CHECKPOINT, metavar="FOLDER",
    help="From `bridge sweep`: its curves are shown behind the checkpoints; may be given several times.",
)  # fmt: skip
def report(
    checkpoints: tuple[Path, ...],
    data: Path | None,
    out: Path,
    limit: int | None,
    seed: int,
    audio: bool | None,
    sound_font: Path | None,
    figure_files: tuple[Path, ...],
    sweeps: tuple[Path, ...],
) -> None:
    """Measure each CHECKPOINT, or all in a folder of some, and show it on one page that needs no other file."""
    from engine.report.page import Page, as_html
    from engine.report.report import Ask, make_page, read_figures
    from engine.report.sweeps import read_sweep, sweep_chapter

    if not (checkpoints or sweeps):
        raise click.UsageError("nothing to show; name a checkpoint, or a sweep with --sweep")
    swept = [sweep_chapter(read_sweep(folder)) for folder in sweeps]
    folders, page, silence = _folders(checkpoints), Page(()), list[str]()
    if folders:
        ask = Ask(folders, _known(data), seed, limit, read_figures(figure_files))
        sound, silence = _sound(audio, sound_font)
        page = make_page(ask, sound, _bar, [_how(ask.data, seed, limit), *silence])
    page = replace(page, chapters=(*page.chapters, *swept))
    content = as_html(page).encode("utf-8")
    _write(out, content)
    heard = [one for chapter in page.chapters for exhibit in chapter.exhibits for one in exhibit.heard if one.sound]
    made = [f"{len(folders)} checkpoints", *([f"{len(swept)} sweeps"] if swept else []), f"{len(heard)} players"]
    click.echo("\n".join([f"{out}: {', '.join(made)}, {len(content) / _MEBIBYTE:.1f} MiB", *silence]))


def _known(data: Path | None) -> Path:
    if data is None:
        raise click.UsageError("a checkpoint is measured on a data set; name one with --data")
    return data


def _folders(checkpoints: Sequence[Path]) -> list[Path]:
    """Each checkpoint once, in the order given; of a folder of several, those that windows of a data set measure."""
    from engine.representations.kind import CHORDS
    from engine.runtime.checkpoint import find, summarize

    found: dict[Path, Path] = {}
    for given in checkpoints:
        inside = list(find(given))
        if not inside:
            raise click.UsageError(f"no checkpoint lies in {given}; name a folder with a config.json, or one of such")
        for folder in inside:
            if folder != given and summarize(folder).kind == CHORDS:
                click.echo(f"{folder.name} is left out: its figures stand in its card")
                continue
            found.setdefault(folder.resolve(), folder)
    return list(found.values())


def _sound(audio: bool | None, sound_font: Path | None) -> tuple[Callable[[Passage | Band], bytes] | None, list[str]]:
    """What renders, or why nothing does; where sound was asked for by a flag, a missing part is an error."""
    from bridge.audio import find_synth
    from bridge.players import mp3

    if audio is False:
        return None, ["Without sound, as was asked."]
    try:
        return partial(mp3, find_synth(sound_font)), []
    except AudioError as error:
        if audio or sound_font is not None:
            raise
        return None, [f"Without sound: {error}"]


def _how(data: Path, seed: int, limit: int | None) -> str:
    windows = "all windows" if limit is None else f"at most {limit:,} windows, evenly spread,"
    return f"Measured on {windows} of the validation split of {data.name}, seed {seed}."


def _write(out: Path, content: bytes) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        raise click.FileError(str(out), error.strerror or str(error)) from error


def _bar(items: Sequence[ItemT], what: str) -> Iterable[ItemT]:
    """A progress bar where somebody watches."""
    from tqdm import tqdm

    return tqdm(items, desc=what, leave=False, disable=None)
