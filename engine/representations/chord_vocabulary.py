"""A vocabulary of chords, counted from music: one-hot, as a place in it, or many-hot, as the notes themselves.

With the octaves folded a chord is its pitch classes, and the vocabulary is closed under transposition: whichever key
a piece is moved to, its chords stay words. With the octaves kept a chord is its pitches. A chord that is no word is
taken for the word that shares most of its notes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutOfRangeError
from engine.representations.chords import NUM_PITCH_CLASSES, fold

REST: tuple[int, ...] = ()
NUM_PITCHES = 128
DURATION_STEPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""The durations that a model knows, in steps: a 16th to four bars of 4/4."""
_ALL = (1 << NUM_PITCH_CLASSES) - 1

Chord = tuple[int, ...]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """Words, the rest first, the others as they were made.

    Attributes:
        chords: rising pitch classes 0..11, or pitches 0..127, a word each.
        folded: whether octaves are folded.

    Raises:
        OutOfRangeError: the first word is no rest, or a word stands there twice.
    """

    chords: tuple[Chord, ...]
    folded: bool = True

    def __post_init__(self) -> None:
        if not self.chords or self.chords[0] != REST or len(set(self.chords)) < len(self.chords):
            raise OutOfRangeError("a vocabulary begins with the rest and has each chord once; count it from music")

    def __len__(self) -> int:
        return len(self.chords)

    def __contains__(self, pitches: Sequence[int]) -> bool:
        return self.spelled(pitches) in self._places

    @cached_property
    def many_hot(self) -> Ints:
        """1 for each pitch class or pitch of each word, `words, 12` or `words, 128`."""
        table = np.zeros((len(self.chords), NUM_PITCH_CLASSES if self.folded else NUM_PITCHES), np.int64)
        for row, chord in zip(table, self.chords, strict=True):
            row[list(chord)] = 1
        table.setflags(write=False)
        return table

    def spelled(self, pitches: Sequence[int]) -> Chord:
        """Pitches as a word would have them: folded, or as they are."""
        return fold(pitches) if self.folded else tuple(sorted(set(pitches)))

    def place(self, pitches: Sequence[int]) -> int:
        """The word of a chord; of one that is none, the word that shares most of the notes that either has.

        Of words that share as much, the first. Only a rest is a rest.
        """
        chord = self.spelled(pitches)
        found = self._places.get(chord)
        return self._nearest(chord) if found is None else found

    def one_hot(self, pitches: Sequence[int]) -> Ints:
        """1 at the chord's place, shape `words`."""
        row: Ints = np.eye(len(self.chords), dtype=np.int64)[self.place(pitches)]
        return row

    def _nearest(self, chord: Chord) -> int:
        if len(self.chords) == 1:
            raise OutOfRangeError("the vocabulary knows nothing but rests; count it from music that has chords")
        wanted = np.zeros(self.many_hot.shape[1], np.int64)
        wanted[list(chord)] = 1
        shared = (self.many_hot & wanted).sum(1) / np.maximum(1, (self.many_hot | wanted).sum(1))
        return 1 + int(shared[1:].argmax())

    @cached_property
    def _places(self) -> dict[Chord, int]:
        return {chord: place for place, chord in enumerate(self.chords)}


def counted(chords: Iterable[Chord], least: int = 1) -> Vocabulary:
    """The vocabulary of these pitches, octaves kept: the commonest word first; what is rarer than `least` is none."""
    counts = Counter(tuple(sorted(set(chord))) for chord in chords)
    words = (chord for chord, count in counts.most_common() if chord != REST and count >= least)
    return Vocabulary((REST, *words), folded=False)


def counted_shapes(chords: Iterable[Chord], least: int = 1) -> tuple[int, ...]:
    """The shapes of chords, whatever their root, the commonest first; what is rarer than `least` is none.

    Returns:
        Each as the least of its twelve transpositions, a number whose bit `i` says whether pitch class `i` sounds.
    """
    counts = Counter(shape_of(fold(chord)) for chord in chords)
    return tuple(shape for shape, count in counts.most_common() if shape and count >= least)


@cache
def closed(shapes: tuple[int, ...]) -> Vocabulary:
    """The folded vocabulary of these shapes on every root: the rest, then shape by shape, from C up.

    Raises:
        OutOfRangeError: a shape is no set of pitch classes, or stands there twice.
    """
    for shape in shapes:
        if not 0 < shape <= _ALL:
            raise OutOfRangeError(f"the shape of a chord is {shape}; it must lie in 1..{_ALL}")
    words = [chord for shape in shapes for chord in dict.fromkeys(_turned(shape, root) for root in range(12))]
    return Vocabulary((REST, *words))


def shape_of(pitch_classes: Sequence[int]) -> int:
    """The least number among a chord's twelve transpositions, bit `i` for pitch class `i`; 0 for a rest."""
    mask = sum(1 << pitch_class for pitch_class in set(pitch_classes))
    return min(((mask << turn) | (mask >> (NUM_PITCH_CLASSES - turn))) & _ALL for turn in range(NUM_PITCH_CLASSES))


def duration_class(duration_steps: int) -> int:
    """The place in `DURATION_STEPS` of the nearest duration by ratio, the shorter of two as near.

    Raises:
        OutOfRangeError: it is less than a step.
    """
    if duration_steps < 1:
        raise OutOfRangeError(f"a chord lasts {duration_steps} steps; it must last at least 1")
    ratios = [max(known / duration_steps, duration_steps / known) for known in DURATION_STEPS]
    return ratios.index(min(ratios))


def _turned(shape: int, root: int) -> Chord:
    return tuple(sorted((place + root) % 12 for place in range(NUM_PITCH_CLASSES) if shape >> place & 1))
