"""A MIDI file as the models see it: its stretches of 4/4 with the lines, the kits and the parts that play in them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.representations import groove as groove_codec
from engine.representations import melody as melody_codec
from engine.representations.drums import GENERAL_MIDI, DrumMap
from engine.representations.grid import STEPS_PER_QUARTER
from engine.representations.note_sequence import Track

BAR_STEPS = 16
_TINY = 1e-6


@dataclass(frozen=True)
class Section:
    """A stretch of 4/4, in quarters from the file's beginning."""

    start: float
    end: float


@dataclass(frozen=True)
class Line:
    """What one track plays in one section, its highest line on the grid.

    Attributes:
        tokens: classes of `representations.melody`, shape `steps`.
        program: General MIDI's number of its sound, 0..127.
        section: which section, counted from 0.
    """

    tokens: NDArray[np.int64]
    program: int
    section: int


@dataclass(frozen=True)
class Kit:
    """What one drum track plays in one section: `cells` of `representations.groove.stack`, shape `steps, 27`."""

    cells: NDArray[np.float32]
    section: int


@dataclass(frozen=True)
class Part:
    """What one track plays in one section, every note as it is.

    Attributes:
        track: its notes in quarters from the section's start; drums on General MIDI's pitches.
        bars: of the section, whole ones.
        section: which section, counted from 0.
    """

    track: Track
    bars: int
    section: int


@dataclass(frozen=True)
class Song:
    """All lines, kits and parts of a file, in the order of its tracks, then of its sections."""

    lines: tuple[Line, ...]
    kits: tuple[Kit, ...]
    parts: tuple[Part, ...] = ()


def four_four(score: Any) -> list[Section]:
    """The stretches of a symusic score that are in 4/4."""
    per_quarter = score.ticks_per_quarter
    end = score.end() / per_quarter
    changes = [(t.time / per_quarter, t.numerator * 4 / (t.denominator or math.inf)) for t in score.time_signatures]
    if not changes or changes[0][0] > 0:
        changes.insert(0, (0.0, 4.0))
    # The last bar counts whole: a short last hit lies nearer to the file's end than half a step, and is no early one.
    last_start = changes[-1][0]
    bounds = [start for start, _ in changes[1:]] + [last_start + math.ceil((end - last_start) / 4 - _TINY) * 4]
    return [
        Section(start, stop) for (start, bar), stop in zip(changes, bounds, strict=True) if bar == 4 and stop > start
    ]


def read_song(score: Any, sections: list[Section], drum_map: DrumMap) -> Song:
    """The lines, kits and parts of a symusic score; a track of chords is a part alone."""
    lines: list[Line] = []
    kits: list[Kit] = []
    parts: list[Part] = []
    for track in score.tracks:
        notes = _arrays(track, score.ticks_per_quarter)
        for place, (inside, steps) in _by_section(notes, sections):
            heard = _track(inside, int(track.program), bool(track.is_drum), drum_map)
            parts.append(Part(heard, steps // BAR_STEPS, place))
        if track.is_drum:
            kits += (Kit(_cells(*within, drum_map), place) for place, within in _by_section(notes, sections))
        elif melody_codec.chord_share(notes[:, 0]) <= melody_codec.MAX_CHORD_SHARE:
            program = int(track.program)
            lines += (Line(_tokens(*within), program, place) for place, within in _by_section(notes, sections))
    return Song(tuple(lines), tuple(kits), tuple(parts))


def _arrays(track: Any, per_quarter: int) -> NDArray[np.float64]:
    """The track's notes as `notes, 4`: start and duration in steps, pitch, velocity."""
    soa = track.notes.numpy()
    scale = STEPS_PER_QUARTER / per_quarter
    return np.stack(
        [soa["time"] * scale, soa["duration"] * scale, soa["pitch"].astype(float), soa["velocity"].astype(float)],
        axis=1,
    )


def _by_section(
    notes: NDArray[np.float64], sections: list[Section]
) -> Iterator[tuple[int, tuple[NDArray[np.float64], int]]]:
    """For each section with notes: its place, its notes counted from its start, and its whole bars as steps."""
    for place, section in enumerate(sections):
        start, end = section.start * STEPS_PER_QUARTER, section.end * STEPS_PER_QUARTER
        inside = notes[(notes[:, 0] >= start - 0.5) & (notes[:, 0] < end - 0.5)].copy()
        inside[:, 0] -= start
        if len(inside):
            yield place, (inside, math.ceil((end - start) / BAR_STEPS - _TINY) * BAR_STEPS)


def _tokens(notes: NDArray[np.float64], steps: int) -> NDArray[np.int64]:
    grid = (
        melody_codec.GridNote(int(start + 0.5), int(pitch), max(1, int(duration + 0.5)))
        for start, duration, pitch, _ in notes
    )
    return melody_codec.tokens_of(grid, steps).tokens


def _cells(notes: NDArray[np.float64], steps: int, drum_map: DrumMap) -> NDArray[np.float32]:
    groove = groove_codec.empty(steps + 1)
    for start, _, pitch, velocity in notes:
        voice = drum_map.voice_of(int(pitch))
        if voice is not None and velocity > 0:
            step = int(np.floor(start + 0.5))
            groove_codec.place(groove, step, voice, velocity / 127.0, start - step)
    return groove_codec.stack(groove)[:steps]


def _track(notes: NDArray[np.float64], program: int, is_drum: bool, drum_map: DrumMap) -> Track:
    """Notes that sound, in quarters; the drums of another map than General MIDI's are moved to its pitches."""
    table = notes[notes[:, 3] > 0]
    table[:, :2] /= STEPS_PER_QUARTER
    if is_drum and drum_map is not GENERAL_MIDI:
        voices = [drum_map.voice_of(int(pitch)) for pitch in table[:, 2]]
        table[:, 2] = [-1 if voice is None else GENERAL_MIDI.exemplar(voice) for voice in voices]
        table = table[table[:, 2] >= 0]
    return Track(table, program, is_drum)
