"""One MIDI file to the windows that the models train on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from symusic import Score

from engine.data.kinds import KINDS, Kind, named_kinds
from engine.data.song import four_four, read_song
from engine.data.sources import SourceFile, split_by_hash
from engine.representations.drums import GENERAL_MIDI, ROLAND, DrumMap

MAX_FILE_BYTES = 4_000_000
MAX_NOTES = 200_000
MAX_BARS = 2_000
DEFAULT_BPM = 120.0
MAX_BPM = 1000.0
DRUM_MAPS = {"groove-midi-1.0.0": ROLAND}


@dataclass
class Windows:
    """What one file gave.

    Attributes:
        name, split: of the file.
        skipped: why nothing was read, or None.
        by_kind: windows by the name of their kind, each of shape `steps[, depth]`.
        bpm: the file's first tempo.
    """

    name: str
    split: int = 0
    skipped: str | None = None
    by_kind: dict[str, list[NDArray[np.generic]]] = field(default_factory=dict)
    bpm: float = DEFAULT_BPM


def extract(file: SourceFile, kinds: Iterable[str] = tuple(KINDS)) -> Windows:
    """Windows of these kinds from a file; whatever is wrong with it is said in `skipped`, nothing is raised."""
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
    windows.skipped = _read(score, DRUM_MAPS.get(file.source, GENERAL_MIDI), named_kinds(kinds), windows)
    return windows


def _read(score: Any, drum_map: DrumMap, kinds: Sequence[Kind], windows: Windows) -> str | None:
    num_notes = score.note_num()
    if num_notes == 0:
        return "empty: no notes"
    if num_notes > MAX_NOTES:
        return f"oversized: more than {MAX_NOTES} notes"
    if score.ticks_per_quarter <= 0:
        return "broken: no ticks to a quarter"
    windows.bpm = _first_bpm(score)
    sections = four_four(score)
    if not sections:
        return "not in 4/4"
    if sum(s.end - s.start for s in sections) > MAX_BARS * 4:
        return f"oversized: more than {MAX_BARS} bars"
    song = read_song(score, sections, drum_map)
    windows.by_kind = {kind.name: list(kind.cut(song, kind)) for kind in kinds}
    if any(windows.by_kind.values()):
        return None
    shortest = min(kind.bars for kind in kinds)
    is_long = any(section.end - section.start > (shortest - 1) * 4 for section in sections)
    return "no line: chords or unknown drums alone" if is_long else f"too short: no {shortest} bars of 4/4"


def _first_bpm(score: Any) -> float:
    """The file's first tempo; MIDI's own default where it has none, or one that no music has."""
    bpm = float(score.tempos[0].qpm) if len(score.tempos) else DEFAULT_BPM
    return bpm if 0 < bpm <= MAX_BPM else DEFAULT_BPM
