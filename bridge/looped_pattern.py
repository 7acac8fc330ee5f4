"""LoopedPattern: a clip as it is played in loop, each note where it belongs, found quickly from any song position."""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from typing import NamedTuple

from engine.representations.clip import EARLY_QUARTERS, Clip, Note

SIXTEENTH_QUARTERS = 0.25
NEARLY = 1e-6
"""Positions, in quarters, that differ by less are the same."""

_SOFTEST, _LOUDEST = 1.0, 127.0


class Place(NamedTuple):
    """A note of the loop as it goes on for ever.

    Attributes:
        turn: which turn of the loop, counted from song position 0; negative before it.
        nth: which note of the turn, from 0; 0 in a pattern without notes.
    """

    turn: int
    nth: int


class LoopedPattern:
    """What sounds of a clip, at song positions: a turn begins at each multiple of the clip's length.

    Muted notes are left out. A note that begins up to an eighth of a quarter before the loop's end is the early first
    beat of the next turn. No note is longer than the loop, at whose end its pitch comes again.

    Args:
        generation: the pattern's number.
        clip: its notes; onsets outside the loop are taken into it.
    """

    def __init__(self, generation: int, clip: Clip) -> None:
        self.generation = generation
        self.length_quarters = length = clip.length_quarters
        placed = [
            ((note.start_quarters + EARLY_QUARTERS) % length - EARLY_QUARTERS, note.pitch, at)
            for at, note in enumerate(clip.notes)
            if not note.mute
        ]
        placed.sort()
        self._firsts = [first for first, _, _ in placed]
        self._notes = [clip.notes[at] for _, _, at in placed]

    @property
    def early_quarters(self) -> float:
        """How long before the turn its first note begins; 0 where that is not early."""
        return max(0.0, -self._firsts[0]) if self._firsts else 0.0

    def place_at(self, quarters: float) -> Place:
        """The first note that begins at a song position or after it."""
        turn = math.floor((quarters + EARLY_QUARTERS) / self.length_quarters)
        if not self._firsts:
            return Place(turn, 0)
        nth = bisect_left(self._firsts, quarters - turn * self.length_quarters - NEARLY)
        return Place(turn, nth) if nth < len(self._firsts) else Place(turn + 1, 0)

    def start_of(self, place: Place) -> float:
        """Song position at which a note begins, in quarters; infinite in a pattern without notes."""
        return place.turn * self.length_quarters + self._firsts[place.nth] if self._firsts else math.inf

    def note_at(self, place: Place) -> Note:
        """The note itself."""
        return self._notes[place.nth]

    def after(self, place: Place) -> Place:
        """The note that follows."""
        turn, nth = place
        return Place(turn, nth + 1) if nth + 1 < len(self._notes) else Place(turn + 1, 0)

    def count_between(self, first: Place, last: Place) -> int:
        """How many notes there are from one on, and before the other."""
        return (last.turn - first.turn) * len(self._notes) + last.nth - first.nth

    def has_notes(self, from_quarters: float, to_quarters: float) -> bool:
        """Whether a note begins in [from_quarters, to_quarters)."""
        return self.start_of(self.place_at(from_quarters)) < to_quarters - NEARLY

    def duration_of(self, place: Place) -> float:
        """How long a note sounds, in quarters."""
        return min(self._notes[place.nth].duration_quarters, self.length_quarters)

    def drawn_velocity(self, place: Place, played_turn: int) -> float | None:
        """How loud a note is this time; None where its chance did not come.

        Args:
            place: the note.
            played_turn: counts the turns that were played, so that a loop of the song does not draw the same for ever.

        Returns:
            Within the note's own deviation and 1..127; the same again for the same note and turn.
        """
        note = self._notes[place.nth]
        if note.probability >= 1 and not note.velocity_deviation:
            return note.velocity
        draw = random.Random(f"{played_turn} {note.pitch} {self._firsts[place.nth]!r}")
        if draw.random() >= note.probability:
            return None
        return min(_LOUDEST, max(_SOFTEST, note.velocity + note.velocity_deviation * draw.random()))
