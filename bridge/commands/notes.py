"""`bridge notes`: songs of many tracks continued, filled, varied and mixed, from MIDI file to MIDI file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.commands.files import CHECKPOINT, SEED

if TYPE_CHECKING:
    from bridge.note_files import SongFile
    from engine.representations.piano_roll import Roll
    from engine.runtime.checkpoint import Checkpoint
    from engine.runtime.note_filling import Span

FILLER, INVENTOR = "infill_2bar", "multi_note"
"""The shipped models: that which continues and fills, and that which varies and invents."""
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FREE = click.option("--temperature", default=0.8, type=click.FloatRange(0, 2), help="0 is the most likely.")
_FIRM = click.option("--temperature", default=0.0, type=click.FloatRange(0, 2), help="0 is the most likely.")
_COUNT = click.option("--count", default=4, type=click.IntRange(1, 128), help="How many.")
_SEEDED = click.option("--seed", default=0, type=SEED, help="The same seed gives the same notes.")
_ONLY_NEW = click.option("--only-new", is_flag=True, help="Write the new bars alone, not the whole song.")
_WANTED = (
    click.option("--out", default="out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write."),
    click.option("--checkpoint", type=CHECKPOINT, metavar="DIR", help="Which model.  [default: the shipped one]"),
    click.option("--plot", is_flag=True, help="Draw all answers on a page, as PNG."),
    click.option("--audio", is_flag=True, help="Render each as WAV, where FluidSynth and a sound font are installed."),
)


@dataclass(frozen=True)
class _Wanted:
    """What every command is told besides the music: the model, and what becomes of the answers."""

    out: Path
    checkpoint: Path | None
    plot: bool
    audio: bool

    def load(self, shipped: str) -> Checkpoint:
        import torch

        from engine.runtime import checkpoint
        from engine.runtime.device import CPU_THREADS

        torch.set_num_threads(CPU_THREADS)
        return checkpoint.load(self.checkpoint or checkpoint.default_checkpoints() / shipped)

    def deliver(self, name: str, answers: Iterable[tuple[Path, str]], rolls: Callable[[], Iterator[Roll]]) -> None:
        """Says each answer as it is written, then draws and renders what is wanted."""
        from bridge.audio import find_synth
        from bridge.products import Products

        synth = find_synth() if self.audio else None
        files = []
        for path, line in answers:
            click.echo(line)
            files.append(path)
        for line in Products(self.out, self.plot, synth).make(name, rolls, files):
            click.echo(line)


def _wanted(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_WANTED):
        command = option(command)
    return command


@click.group()
def notes() -> None:
    """Songs of many tracks in 4/4: what follows, other music for some bars, variations, and new ones."""


@notes.command(name="continue")
@click.argument("file", type=_FILE)
@click.option("--bars", default=4, type=click.IntRange(1, 128), help="How many follow.")
@_COUNT
@_FREE
@_SEEDED
@_ONLY_NEW
@_wanted
def continue_(file: Path, bars: int, count: int, temperature: float, seed: int, only_new: bool, **wanted: Any) -> None:
    """Write FILE with what may follow it, on all of its tracks; everything before stays as it is."""
    from bridge.note_files import bars_after, read_song

    source = read_song(file)
    click.echo(f"{file}: goes on from bar {source.num_bars + 1}")
    options = {"count": count, "temperature": temperature, "seed": seed}
    _fill(source, bars_after(source, bars), f"{file.stem}_continued", only_new, _Wanted(**wanted), options)


@notes.command()
@click.argument("file", type=_FILE)
@click.option("--from-bar", "first", required=True, type=click.IntRange(1), help="The first one, counted from 1.")
@click.option("--to-bar", "last", type=click.IntRange(1), help="The last one.  [default: the first]")
@_COUNT
@_FREE
@_SEEDED
@_ONLY_NEW
@_wanted
def infill(
    file: Path, first: int, last: int | None, count: int, temperature: float, seed: int, only_new: bool, **wanted: Any
) -> None:
    """Write FILE with other music in some bars, on all of its tracks; all other bars stay as they are."""
    from bridge.note_files import bars_span, read_song

    source = read_song(file)
    span = bars_span(source, first, first if last is None else last)
    options = {"count": count, "temperature": temperature, "seed": seed}
    _fill(source, span, f"{file.stem}_infilled", only_new, _Wanted(**wanted), options)


@notes.command()
@click.argument("file", type=_FILE)
@click.option("--amount", default=0.3, type=click.FloatRange(0, 1), help="0 what the model gives back, 1 anything.")
@_COUNT
@_FIRM
@_SEEDED
@_wanted
def vary(file: Path, amount: float, count: int, temperature: float, seed: int, **wanted: Any) -> None:
    """Write variations of FILE, played by its own tracks."""
    from bridge.note_files import left_out_lines, read_song, write_songs
    from bridge.note_rolls import song_rolls
    from engine.runtime import note_inventing
    from engine.runtime.note_filling import Span

    source, given = read_song(file), _Wanted(**wanted)
    length = source.length_quarters
    written = note_inventing.vary(
        given.load(INVENTOR), source.tracks, length, count=count, amount=amount, temperature=temperature, seed=seed
    )
    for line in left_out_lines(source, written, "stay as they are"):
        click.echo(line)
    name = f"{file.stem}_varied"
    answers = write_songs(source, written, given.out, name)
    given.deliver(name, answers, lambda: song_rolls(source, written, Span(0, length)))


@notes.command()
@_COUNT
@_FREE
@_SEEDED
@_wanted
def sample(count: int, temperature: float, seed: int, **wanted: Any) -> None:
    """Write new music of two bars, played by the instruments that the model names."""
    from bridge.note_files import DEFAULT_BPM, write_bands
    from bridge.note_rolls import band_rolls
    from engine.runtime import note_inventing
    from engine.runtime.note_filling import BAR_QUARTERS

    given = _Wanted(**wanted)
    loaded = given.load(INVENTOR)
    bands = note_inventing.sample(loaded, count, temperature=temperature, seed=seed)
    length = loaded.bars * BAR_QUARTERS
    answers = write_bands(bands, length, DEFAULT_BPM, given.out, "notes")
    given.deliver("notes", answers, lambda: band_rolls(bands, length))


@notes.command()
@click.argument("file_a", type=_FILE)
@click.argument("file_b", type=_FILE)
@click.option("--steps", default=9, type=click.IntRange(2, 128), help="How many, both ends included.")
@_FIRM
@_SEEDED
@_wanted
def interpolate(file_a: Path, file_b: Path, steps: int, temperature: float, seed: int, **wanted: Any) -> None:
    """Write the way from FILE_A to FILE_B, in the tempo of FILE_A, played by the instruments that the model names."""
    from bridge.note_files import read_song, write_bands
    from bridge.note_rolls import band_rolls
    from engine.runtime import note_inventing

    sources, given = [read_song(file) for file in (file_a, file_b)], _Wanted(**wanted)
    ends = [(source.tracks, source.length_quarters) for source in sources]
    bands, length = note_inventing.interpolate(given.load(INVENTOR), ends, steps, temperature=temperature, seed=seed)
    name = f"{file_a.stem}_to_{file_b.stem}"
    answers = write_bands(bands, length, sources[0].bpm_at(0), given.out, name)
    given.deliver(name, answers, lambda: band_rolls(bands, length))


def _fill(source: SongFile, span: Span, name: str, only_new: bool, given: _Wanted, options: dict[str, Any]) -> None:
    """Has a span filled, or gone on with, and delivers it."""
    from bridge.note_files import left_out_lines, resting_lines, write_new_bars, write_songs
    from bridge.note_rolls import song_rolls
    from engine.runtime.note_songs import fill_song

    length = source.length_quarters
    written = fill_song(given.load(FILLER), source.tracks, span, length, **options)
    for lines in (left_out_lines(source, written, "rest in what is new"), resting_lines(source, written)):
        for line in lines:
            click.echo(line)
    end = span.end_quarters if span.end_quarters > length else None
    if only_new:
        answers = write_new_bars(source, written, span, given.out, name)
    else:
        answers = write_songs(source, written, given.out, name, end)
    given.deliver(name, answers, lambda: song_rolls(source, written, span))
