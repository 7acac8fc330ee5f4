"""Events as arrays: the words, durations and places in the bar that models of chords take, and their windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.representations.chord_vocabulary import Vocabulary, duration_class
from engine.representations.chords import NUM_PITCH_CLASSES, ChordEvent

RECALLS = (1, 2, 4, 8)
"""So many chords must have come again for what followed them to be recalled."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ChordTokens:
    """A sequence of events, each array of shape `events`.

    Attributes:
        notes: 0 or 1 for each pitch class, `events, 12`.
        durations: their classes.
        steps: where each event begins.
        bar_steps: of the meter.
        end_steps: where the last event ends.
    """

    notes: Ints
    durations: Ints
    steps: Ints
    bar_steps: int
    end_steps: int

    def __len__(self) -> int:
        return len(self.durations)

    def words(self, vocabulary: Vocabulary) -> Ints:
        """The word of each event."""
        return np.array([vocabulary.place(np.flatnonzero(row).tolist()) for row in self.notes], np.int64)

    def transposed(self, semitones: int) -> ChordTokens:
        """The same in another key."""
        return ChordTokens(
            np.roll(self.notes, semitones, 1), self.durations, self.steps, self.bar_steps, self.end_steps
        )

    def windows(self, events: int, hop: int = 1) -> Ints:
        """Windows `windows, events, 13`, as a chord head takes them; none where there are too few events."""
        whole = np.concatenate([self.notes, self.durations[:, None]], 1)
        starts = range(0, len(self) - events + 1, hop)
        return np.stack([whole[s : s + events] for s in starts]) if len(starts) else np.zeros((0, events, 13), np.int64)


def to_tensor(events: Sequence[ChordEvent], bar_steps: int, shift: int = 0) -> ChordTokens:
    """Events as arrays, moved by so many semitones."""
    notes = np.zeros((len(events), NUM_PITCH_CLASSES), np.int64)
    for row, event in zip(notes, events, strict=True):
        row[[(pitch_class + shift) % NUM_PITCH_CLASSES for pitch_class in event.pitch_classes]] = 1
    durations = np.array([duration_class(event.duration_steps) for event in events], np.int64)
    end = events[-1].step + events[-1].duration_steps if events else 0
    return ChordTokens(notes, durations, np.array([event.step for event in events], np.int64), bar_steps, end)


def recalled(words: Sequence[int], nothing: int) -> Ints:
    """What followed the last time that the same chords came before, for each event and the one behind the last.

    Args:
        words: of all events.
        nothing: stands where they never did.

    Returns:
        `events + 1, recalls`, a column for each of `RECALLS`.
    """
    found = np.full((len(words) + 1, len(RECALLS)), nothing, np.int64)
    for column, length in enumerate(RECALLS):
        following: dict[tuple[int, ...], int] = {}
        for place in range(length, len(words) + 1):
            context = tuple(words[place - length : place])
            found[place, column] = following.get(context, nothing)
            if place < len(words):
                following[context] = int(words[place])
    return found
