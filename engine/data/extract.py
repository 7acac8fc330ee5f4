"""One MIDI file to the windows of two bars that the models train on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from symusic import Score

from engine.data.sources import SourceFile, split_by_hash
from engine.representations import groove as groove_codec
from engine.representations import melody as melody_codec
from engine.representations.drums import GENERAL_MIDI, ROLAND, DrumMap
from engine.representations.grid import STEPS_PER_QUARTER, WINDOW_STEPS

BAR_STEPS = 16
MAX_FILE_BYTES = 4_000_000
MAX_NOTES = 200_000
MAX_BARS = 2_000
DEFAULT_BPM = 120.0
MAX_BPM = 1000.0
MAX_CHORD_SHARE = 0.25
_TINY = 1e-6
DRUM_MAPS = {"groove-midi-1.0.0": ROLAND}


@dataclass
class Windows:
    """What one file gave.

    Attributes:
        name, split: of the file.
        skipped: why nothing was read, or None.
        melodies: tokens, each of shape `32`.
        grooves: stacked grooves, each of shape `32, 27`.
        bpm: the file's first tempo.
    """

    name: str
    split: int = 0
    skipped: str | None = None
    melodies: list[NDArray[np.uint8]] = field(default_factory=list)
    grooves: list[NDArray[np.float32]] = field(default_factory=list)
    bpm: float = DEFAULT_BPM


@dataclass(frozen=True)
class _Section:
    """A stretch of 4/4, in quarters from the file's beginning."""

    start: float
    end: float


def extract(file: SourceFile) -> Windows:
    """Read a file; whatever is wrong with it is said in `skipped`, nothing is raised."""
    windows = Windows(file.name)
    try:
        content = file.path.read_bytes()
    except OSError as error:
        windows.skipped = f"unreadable: {error.strerror}"
        return windows
    windows.split = split_by_hash(content) if file.split is None else file.split
    if len(content) > MAX_FILE_BYTES:
        windows.skipped = f"oversized: more than {MAX_FILE_BYTES} bytes"
        return windows
    try:
        score = Score.from_midi(content)
    except Exception as error:  # symusic raises RuntimeError, ValueError and others of its C++ core
        windows.skipped = f"broken: {str(error).splitlines()[0][:80] if str(error) else type(error).__name__}"
        return windows
    windows.skipped = _read(score, DRUM_MAPS.get(file.source, GENERAL_MIDI), windows)
    return windows


def _read(score: Any, drum_map: DrumMap, windows: Windows) -> str | None:
    num_notes = score.note_num()
    if num_notes == 0:
        return "empty: no notes"
    if num_notes > MAX_NOTES:
        return f"oversized: more than {MAX_NOTES} notes"
    if score.ticks_per_quarter <= 0:
        return "broken: no ticks to a quarter"
    windows.bpm = _first_bpm(score)
    sections = _four_four(score)
    if not sections:
        return "not in 4/4"
    if sum(s.end - s.start for s in sections) > MAX_BARS * 4:
        return f"oversized: more than {MAX_BARS} bars"
    for track in score.tracks:
        notes = _arrays(track, score.ticks_per_quarter)
        is_line = not track.is_drum and _chord_share(notes) <= MAX_CHORD_SHARE
        for section in sections:
            if track.is_drum:
                windows.grooves += _groove_windows(notes, section, drum_map)
            elif is_line:
                windows.melodies += _melody_windows(notes, section)
    if windows.melodies or windows.grooves:
        return None
    is_long = any(section.end - section.start > BAR_STEPS / STEPS_PER_QUARTER for section in sections)
    return "no line: chords or unknown drums alone" if is_long else "too short: no two bars of 4/4"


def _first_bpm(score: Any) -> float:
    """The file's first tempo; MIDI's own default where it has none, or one that no music has."""
    bpm = float(score.tempos[0].qpm) if len(score.tempos) else DEFAULT_BPM
    return bpm if 0 < bpm <= MAX_BPM else DEFAULT_BPM


def _four_four(score: Any) -> list[_Section]:
    per_quarter = score.ticks_per_quarter
    end = score.end() / per_quarter
    changes = [(t.time / per_quarter, t.numerator * 4 / (t.denominator or math.inf)) for t in score.time_signatures]
    if not changes or changes[0][0] > 0:
        changes.insert(0, (0.0, 4.0))
    # The last bar counts whole: a short last hit lies nearer to the file's end than half a step, and is no early one.
    last_start = changes[-1][0]
    bounds = [start for start, _ in changes[1:]] + [last_start + math.ceil((end - last_start) / 4 - _TINY) * 4]
    return [
        _Section(start, stop) for (start, bar), stop in zip(changes, bounds, strict=True) if bar == 4 and stop > start
    ]


def _arrays(track: Any, per_quarter: int) -> NDArray[np.float64]:
    """The track's notes as `notes, 4`: start and duration in steps, pitch, velocity."""
    soa = track.notes.numpy()
    scale = STEPS_PER_QUARTER / per_quarter
    return np.stack(
        [soa["time"] * scale, soa["duration"] * scale, soa["pitch"].astype(float), soa["velocity"].astype(float)],
        axis=1,
    )


def _chord_share(notes: NDArray[np.float64]) -> float:
    """Share of notes that start on the step of another one: a piano part is mostly chords, a line is not."""
    return 1.0 - len(np.unique(np.floor(notes[:, 0] + 0.5))) / max(1, len(notes))


def _within(notes: NDArray[np.float64], section: _Section) -> tuple[NDArray[np.float64], int]:
    """Notes of the section, counted from its start, and its whole bars as steps (a broken last bar counts)."""
    start, end = section.start * STEPS_PER_QUARTER, section.end * STEPS_PER_QUARTER
    inside = notes[(notes[:, 0] >= start - 0.5) & (notes[:, 0] < end - 0.5)].copy()
    inside[:, 0] -= start
    return inside, int(np.ceil((end - start) / BAR_STEPS - _TINY)) * BAR_STEPS


def _melody_windows(notes: NDArray[np.float64], section: _Section) -> list[NDArray[np.uint8]]:
    inside, steps = _within(notes, section)
    if not len(inside):
        return []
    grid = (
        melody_codec.GridNote(int(start + 0.5), int(pitch), max(1, int(duration + 0.5)))
        for start, duration, pitch, _ in inside
    )
    tokens = melody_codec.tokens_of(grid, steps).tokens
    found = []
    for start in range(0, steps - WINDOW_STEPS + 1, BAR_STEPS):
        window = melody_codec.without_leading_off(tokens[start : start + WINDOW_STEPS])
        if (window >= melody_codec.FIRST_PITCH_CLASS).any():
            found.append(window.astype(np.uint8))
    return found


def _groove_windows(notes: NDArray[np.float64], section: _Section, drum_map: DrumMap) -> list[NDArray[np.float32]]:
    inside, steps = _within(notes, section)
    groove = groove_codec.empty(steps + 1)
    for start, _, pitch, velocity in inside:
        voice = drum_map.voice_of(int(pitch))
        if voice is not None and velocity > 0:
            step = int(np.floor(start + 0.5))
            groove_codec.place(groove, step, voice, velocity / 127.0, start - step)
    stacked = groove_codec.stack(groove)
    windows = (stacked[start : start + WINDOW_STEPS] for start in range(0, steps - WINDOW_STEPS + 1, BAR_STEPS))
    return [window for window in windows if window.any()]
