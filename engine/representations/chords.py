"""Chords and durations on the 16th grid: a new event wherever a note begins or ends.

Source: music21's `chordify`: all that sounds between one change and the next is one chord.
Differs: notes are on the grid first (`grid.nearest_step`), so that a strum or a legato of some ticks makes no events of
its own; rests are events too, of no pitch; and each event knows which of its notes are held from the one before, so
that nothing is lost on the way back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.representations.clip import Clip
from engine.representations.grid import STEPS_PER_QUARTER, clip_steps, nearest_step
from engine.representations.melody import GridNote

NUM_PITCH_CLASSES = 12

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChordEvent:
    """What sounds between one change and the next.

    Attributes:
        step: where it begins, from 0.
        duration_steps: until the next event, >= 1.
        pitches: rising, 0..127; none is a rest.
        held: those of them that sound on from the event before; all others are struck.
    """

    step: int
    duration_steps: int
    pitches: tuple[int, ...]
    held: frozenset[int] = frozenset()

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Its pitches with the octaves folded, rising, 0..11."""
        return fold(self.pitches)


def chords_of(clip: Clip) -> tuple[ChordEvent, ...]:
    """The clip's events, which fill it from its first step to its last; muted notes are not part of them."""
    return chordify(grid_notes(clip), clip_steps(clip))


def grid_notes(clip: Clip) -> list[GridNote]:
    """All notes that sound, on the grid; at least a step long."""
    notes = []
    for note in clip.notes:
        if not note.mute:
            step, _ = nearest_step(note.start_quarters, clip)
            duration_steps = max(1, int(note.duration_quarters * STEPS_PER_QUARTER + 0.5))
            notes.append(GridNote(step, note.pitch, duration_steps))
    return notes


def chordify(notes: Iterable[GridNote], steps: int) -> tuple[ChordEvent, ...]:
    """Events from step 0 to `steps`, without gaps.

    A note that is struck again ends before; one that would sound beyond the end is cut there.
    """
    spans = _spans(notes, steps)
    changes = sorted({0, steps, *(step for start, end, _ in spans for step in (start, end))})
    begins: dict[int, list[int]] = defaultdict(list)
    ends: dict[int, list[int]] = defaultdict(list)
    for start, end, pitch in spans:
        begins[start].append(pitch)
        ends[end].append(pitch)
    sounding: set[int] = set()
    events = []
    for here, there in pairwise(changes):
        sounding -= set(ends[here])
        held = frozenset(sounding)
        sounding |= set(begins[here])
        events.append(ChordEvent(here, there - here, tuple(sorted(sounding)), held))
    return tuple(events)


def notes_of(events: Sequence[ChordEvent]) -> tuple[GridNote, ...]:
    """The notes that events spell, in order of step, then of pitch; the inverse of `chordify`."""
    open_notes: dict[int, int] = {}
    notes: list[GridNote] = []

    def close(pitch: int, step: int) -> None:
        start = open_notes.pop(pitch)
        notes.append(GridNote(start, pitch, step - start))

    end = 0
    for event in events:
        for pitch in [p for p in open_notes if p not in event.held]:
            close(pitch, event.step)
        for pitch in event.pitches:
            open_notes.setdefault(pitch, event.step)
        end = event.step + event.duration_steps
    for pitch in list(open_notes):
        close(pitch, end)
    return tuple(sorted(notes, key=lambda note: (note.step, note.pitch)))


def fold(pitches: Iterable[int]) -> tuple[int, ...]:
    """The pitch classes of pitches, rising, each once."""
    return tuple(sorted({pitch % NUM_PITCH_CLASSES for pitch in pitches}))


def pitch_class_weights(events: Iterable[ChordEvent]) -> Floats:
    """For how many steps each pitch class sounds, shape `12`: what `key.best_key` judges by."""
    weights = np.zeros(NUM_PITCH_CLASSES)
    for event in events:
        for pitch_class in event.pitch_classes:
            weights[pitch_class] += event.duration_steps
    return weights


def _spans(notes: Iterable[GridNote], steps: int) -> list[tuple[int, int, int]]:
    """Start, end and pitch of each note, within the clip; of notes struck together on one pitch the longest."""
    by_pitch: dict[int, dict[int, int]] = defaultdict(dict)
    for note in notes:
        if 0 <= note.step < steps:
            longest = by_pitch[note.pitch]
            longest[note.step] = max(longest.get(note.step, 0), note.duration_steps)
    spans = []
    for pitch, struck in by_pitch.items():
        starts = sorted(struck)
        for start, following in zip(starts, [*starts[1:], steps], strict=True):
            spans.append((start, min(start + struck[start], following), pitch))
    return spans
