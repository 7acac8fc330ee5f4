"""The kinds of windows that a data set may hold. A new kind is one entry in this table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.data.note_windows import note_windows
from engine.data.song import BAR_STEPS, Kit, Line, Song
from engine.errors import OutOfRangeError
from engine.representations import drum_classes, note_sequence, trio
from engine.representations.drums import NUM_VOICES
from engine.representations.groove import DEPTH
from engine.representations.melody import FIRST_PITCH_CLASS, without_leading_off

Window = NDArray[np.generic]
ScalarT = TypeVar("ScalarT", bound=np.generic)
HUMAN_DRUMS = ("groove-midi-1.0.0",)
"""Collections in which people play the drums, and so with a feel."""
_PARTS_IN_KEY = (trio.MELODY, trio.BASS)


@dataclass(frozen=True)
class Kind:
    """One kind of window.

    Attributes:
        name: what its tensors' names begin with.
        music: how a step is written, as in `VaeConfig.music`.
        bars: its length, in 4/4.
        tensor: name of the tensor of windows, behind the kind's own.
        dtype: of that tensor.
        depth: its axes behind `windows, steps`.
        max_rest_bars: so many bars in a row, and no more, may go by without an onset, in each part of the window; in
            the whole of a window of notes.
        cut: the windows of a song.
        key: windows with the same key are the same; only the first is kept.
        slots: rows of a window whose rows are notes; 0 where they are steps.
    """

    name: str
    music: str
    bars: int
    tensor: str
    dtype: type[np.generic]
    depth: tuple[int, ...]
    max_rest_bars: int
    cut: Callable[[Song, Kind], Iterator[Window]]
    key: Callable[[Window], bytes]
    slots: int = 0

    @property
    def steps(self) -> int:
        """Its length on the grid."""
        return self.bars * BAR_STEPS

    @property
    def rows(self) -> int:
        """Rows of a window: notes or steps."""
        return self.slots or self.steps


def kind_of(music: str, steps: int) -> Kind:
    """The kind that holds windows of this music and length.

    Raises:
        OutOfRangeError: there is none.
    """
    for kind in KINDS.values():
        if (kind.music, kind.steps) == (music, steps):
            return kind
    known = ", ".join(f"{kind.music} of {kind.steps}" for kind in KINDS.values())
    raise OutOfRangeError(f"no data set holds {music} of {steps} steps; there are {known}")


def named_kinds(names: Iterable[str]) -> tuple[Kind, ...]:
    """These kinds, in the order of the table.

    Raises:
        OutOfRangeError: one of them is unknown.
    """
    wanted = set(names)
    unknown = sorted(wanted - set(KINDS))
    if unknown:
        raise OutOfRangeError(f"no kind of window is called {unknown[0]!r}; there are {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS.values() if kind.name in wanted)


def _melodies(song: Song, kind: Kind) -> Iterator[Window]:
    for line in song.lines:
        for window in _windows(line.tokens, kind):
            cleaned = without_leading_off(window)
            if _goes_on(cleaned >= FIRST_PITCH_CLASS, kind):
                yield cleaned.astype(np.uint8)


def _grooves(song: Song, kind: Kind) -> Iterator[NDArray[np.float32]]:
    for kit in song.kits:
        for window in _windows(kit.cells, kind):
            if _goes_on(np.logical_or.reduce(window[:, :NUM_VOICES] > 0, axis=1), kind):
                yield window


def _drums(song: Song, kind: Kind) -> Iterator[Window]:
    for window in _grooves(song, kind):
        yield drum_classes.classes_of(window[:, :NUM_VOICES]).astype(np.int16)


def _trios(song: Song, kind: Kind) -> Iterator[Window]:
    """Every melody with every bass of the same section, and all its drum tracks as one kit."""
    for section in sorted({kit.section for kit in song.kits}):
        drums = _whole_kit(kit for kit in song.kits if kit.section == section)
        lines = [line for line in song.lines if line.section == section]
        for bass in _of_programs(lines, trio.BASS_PROGRAMS):
            for melody in _of_programs(lines, trio.MELODY_PROGRAMS):
                stacked = trio.stack(trio.Trio(melody.tokens, bass.tokens, drums))
                for window in _windows(stacked, kind):
                    cleaned = trio.without_leading_off(window)
                    if all(_goes_on(onsets, kind) for onsets in _onsets(cleaned)):
                        yield cleaned.astype(np.int16)


def _notes(song: Song, kind: Kind) -> Iterator[Window]:
    """Every bar has an onset (max_rest_bars 0): a window never begins with silence, nor is any bar of it empty."""
    yield from note_windows(song, kind.bars, kind.slots)


def _windows(steps: NDArray[ScalarT], kind: Kind) -> Iterator[NDArray[ScalarT]]:
    for start in range(0, len(steps) - kind.steps + 1, BAR_STEPS):
        yield steps[start : start + kind.steps]


def _goes_on(onsets: NDArray[np.bool_], kind: Kind) -> bool:
    """Whether no rest is too long: `onsets` says at which steps something begins."""
    rest = 0
    for bar in np.logical_or.reduce(onsets.reshape(kind.bars, BAR_STEPS), axis=1):
        rest = 0 if bar else rest + 1
        if rest > kind.max_rest_bars:
            return False
    return True


def _of_programs(lines: Iterable[Line], programs: Iterable[int]) -> list[Line]:
    wanted = set(programs)
    return [line for line in lines if line.program in wanted]


def _whole_kit(kits: Iterable[Kit]) -> NDArray[np.int64]:
    hits = np.max([kit.cells[:, :NUM_VOICES] for kit in kits], axis=0)
    return drum_classes.classes_of(hits)


def _onsets(window: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
    parts = trio.unstack(window)
    yield from (parts.melody >= FIRST_PITCH_CLASS, parts.bass >= FIRST_PITCH_CLASS, parts.drums != drum_classes.SILENCE)


def _melody_key(tokens: Window) -> bytes:
    """The same for all transpositions, since training transposes."""
    shape = tokens.astype(np.int16)
    onsets = shape >= FIRST_PITCH_CLASS
    shape[onsets] -= shape[onsets][0] - 100
    return shape.tobytes()


def _trio_key(window: Window) -> bytes:
    """The same for all transpositions of melody and bass together."""
    shape = window.astype(np.int16)
    lines = shape[:, _PARTS_IN_KEY]
    onsets = lines >= FIRST_PITCH_CLASS
    lines[onsets] -= lines[onsets][0] - 100
    return lines.tobytes() + shape[:, trio.DRUMS].tobytes()


def _notes_key(window: Window) -> bytes:
    """The same for all transpositions of all pitched instruments together."""
    shape = window.astype(np.int16)
    pitched = note_sequence.is_note(shape) & (shape[:, note_sequence.INSTRUMENT] != note_sequence.DRUMS)
    if pitched.any():
        shape[pitched, note_sequence.PITCH] -= shape[pitched, note_sequence.PITCH][0] - 100
    return shape.tobytes()


def _exact_key(window: Window) -> bytes:
    return np.ascontiguousarray(window).tobytes()


# Source of max_rest_bars: magenta's gap_bars, 1 for melodies, 2 for trios. In two bars and in grooves anything counts.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("melody", "melody", 2, "tokens", np.uint8, (), 1, _melodies, _melody_key),
        Kind("groove", "groove", 2, "cells", np.float32, (DEPTH,), 1, _grooves, _exact_key),
        Kind("melody_16bar", "melody", 16, "tokens", np.uint8, (), 1, _melodies, _melody_key),
        Kind("trio_16bar", "trio", 16, "tokens", np.int16, (trio.NUM_PARTS,), 2, _trios, _trio_key),
        Kind("drums_2bar", "drums", 2, "classes", np.int16, (), 1, _drums, _exact_key),
        Kind("groove_4bar", "groove", 4, "cells", np.float32, (DEPTH,), 3, _grooves, _exact_key),
        Kind("notes_2bar", "notes", 2, "rows", np.int16, (note_sequence.NUM_COLUMNS,), 0, _notes, _notes_key, 96),
        Kind("notes_4bar", "notes", 4, "rows", np.int16, (note_sequence.NUM_COLUMNS,), 0, _notes, _notes_key, 160),
    )
}
