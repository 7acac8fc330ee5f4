"""Windows of any kind of music as clips, one a part, for whoever draws and plays them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.representations import drum_classes, trio
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.drums import GENERAL_MIDI
from engine.representations.grid import STEPS_PER_QUARTER, nearest_step
from engine.representations.midi_parts import Part
from engine.runtime.touch import AS_IT_IS
from engine.runtime.writers import HitWriter, KitWriter, LineWriter, TrioWriter, Writer

Passage = Mapping[str, Clip]
"""A clip for each part, named as in `trio.PARTS`, all of the same length."""
Band = Sequence[Part]
"""Parts of any number, each with its program and channel, that sound together."""

MELODY, BASS, DRUMS = trio.PARTS
BPM = 120.0
_PARTS = {"melody": (MELODY,), "trio": trio.PARTS}
_WRITERS: dict[str, Callable[[], Writer]] = {
    "melody": lambda: LineWriter(()),
    "groove": lambda: KitWriter((), GENERAL_MIDI),
    "drums": lambda: HitWriter((), GENERAL_MIDI),
    "trio": lambda: TrioWriter((), (), (), GENERAL_MIDI),
}
_EPSILON_QUARTERS = 1e-6


def passages(music: str, windows: Tensor, bpm: float = BPM) -> list[Passage]:
    """Each window as a passage.

    Args:
        music: what a step is, as in `VaeConfig.music`.
        windows: `windows, steps[, depth]`, as a model draws them or a data set holds them.
        bpm: tempo of all.
    """
    frame = Clip((), windows.shape[1] / STEPS_PER_QUARTER, bpm=bpm)
    played = torch.from_numpy(drum_classes.hits_of(windows.numpy())) if music == "drums" else windows
    clips = _WRITERS[music]().write(played, frame, ((),) * len(windows), (AS_IT_IS,) * len(windows))
    names = _PARTS.get(music, (DRUMS,))
    rows = (clips[first : first + len(names)] for first in range(0, len(clips), len(names)))
    return [dict(zip(names, row, strict=True)) for row in rows]


def strung(row: Sequence[Passage], bars: int) -> Passage:
    """The first bars of each passage one after the other, as one; notes end where the next one begins."""
    return {name: _strung([passage[name] for passage in row], bars) for name in row[0]}


def bars_of(passage: Passage) -> int:
    """Its length."""
    return max(clip.num_bars for clip in passage.values())


def differing(one: Clip, other: Clip, is_drums: bool) -> frozenset[Note]:
    """The notes of a clip that the other has not at the same step, pitch and length; of drums no length counts."""
    theirs = {_place(note, other, is_drums) for note in other.notes}
    return frozenset(note for note in one.notes if _place(note, one, is_drums) not in theirs)


def _strung(clips: Sequence[Clip], bars: int) -> Clip:
    length = bars * clips[0].bar_quarters
    notes = (note for stop, clip in enumerate(clips) for note in _within(clip.notes, length, stop * length))
    return make_clip(notes, len(clips) * length, bpm=clips[0].bpm)


def _within(notes: Iterable[Note], length_quarters: float, later_quarters: float) -> Iterable[Note]:
    """The notes that start within a length, cut at its end, so much later."""
    for note in notes:
        room = length_quarters - note.start_quarters
        if room > _EPSILON_QUARTERS:
            shorter = min(note.duration_quarters, room)
            yield replace(note, start_quarters=note.start_quarters + later_quarters, duration_quarters=shorter)


def _place(note: Note, clip: Clip, is_drums: bool) -> tuple[int, int, int]:
    step, _ = nearest_step(note.start_quarters, clip)
    length = 0 if is_drums else round(note.duration_quarters * STEPS_PER_QUARTER)
    return step, note.pitch, length
