"""Chords from and to MIDI files, for `bridge chords`: which track, which system, and answers with their names said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bridge.answer_files import make_folder, write_answers
from bridge.errors import WrongKindError
from engine.representations.chord_names import name_of
from engine.representations.chords import chords_of
from engine.representations.clip import Clip
from engine.representations.grid import bar_steps
from engine.representations.kind import CHORDS
from engine.representations.midi_file import read_clip
from engine.representations.midi_tracks import load_song
from engine.runtime.checkpoint import default_checkpoints
from engine.runtime.engine import Engine

SYSTEM = "chords"
"""Name of the shipped system."""


def system_folder() -> Path:
    """Where the shipped system lies."""
    return default_checkpoints() / SYSTEM


def load_system(folder: Path | None) -> tuple[Engine, str]:
    """An engine of one system, and its name.

    Raises:
        CheckpointError: there is none.
        WrongKindError: it is a model of something else.
    """
    engine = Engine.load(folder or system_folder())
    names = [model.name for model in engine.models if model.role == CHORDS]
    if not names:
        raise WrongKindError(f"{folder} is no system of chords; train one with bridge chords train, or leave it out")
    return engine, names[0]


def read_chords(path: Path, track: int | None) -> tuple[Clip, str | None]:
    """The clip of a file, and a line where there was a choice: of several tracks all together, drums left out.

    Raises:
        DataError: it cannot be read, or has no notes but drums.
    """
    tracks = load_song(path).tracks
    pitched = [one for one in tracks if not one.is_drums]
    if track is not None or len(tracks) == 1 or not pitched:
        return read_clip(path, track), None
    said = f"{path}: took all of {', '.join(map(str, pitched))}; --track takes one"
    return read_clip(path, [one.number for one in pitched]), said


def write_named(folder: Path, name: str, clips: Sequence[Clip]) -> Iterator[str]:
    """Writes clips and says of each its file and its chords, bar by bar."""
    make_folder(folder)
    written = list(write_answers(folder, name, clips, False))
    for (_, line), clip in zip(written, clips, strict=True):
        yield line
        yield f"  {chord_line(clip)}"


def chord_line(clip: Clip) -> str:
    """Names of the clip's chords with a stroke at each bar.

    A chord that only goes on within a bar is not named again; a bar in which nothing changes is `%`.
    """
    bar, events = bar_steps(clip), chords_of(clip)
    bars: list[list[str]] = [[] for _ in range(clip.num_bars)]
    for event in events:
        words, name = bars[min(event.step // bar, len(bars) - 1)], name_of(event.pitches)
        if words[-1:] != [name]:
            words.append(name)
    return f"| {' | '.join(' '.join(words) or '%' for words in bars)} |"
