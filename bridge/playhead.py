"""Playhead: how far a pattern's loop was sent, so that no note is sent twice or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bridge.looped_pattern import NEARLY, LoopedPattern


class LoopNote(NamedTuple):
    """A note of a loop at its song position.

    Attributes:
        start_quarters: song position.
        duration_quarters: how long it sounds.
        pitch: 0..127.
        velocity: 1..127.
    """

    start_quarters: float
    duration_quarters: float
    pitch: int
    velocity: float


class Playhead:
    """Goes through a loop note by note.

    Attributes:
        pattern: what is played.
        sent_quarters: song position up to which it was sent.

    Args:
        pattern: what is played first.
        from_quarters: from here on.
    """

    def __init__(self, pattern: LoopedPattern, from_quarters: float) -> None:
        self.sent_quarters = from_quarters
        self.switch(pattern, from_quarters)

    def switch(self, pattern: LoopedPattern, at_quarters: float) -> None:
        """Goes on with another pattern from a song position on."""
        self.pattern = pattern
        self._place = pattern.place_at(at_quarters)
        self._turns_back = 0

    def shift(self, turns: int) -> float:
        """The song has jumped by whole turns, forward where positive: goes on as if it had not.

        Returns:
            By how many quarters.
        """
        distance = turns * self.pattern.length_quarters
        self._place = self._place._replace(turn=self._place.turn + turns)
        self._turns_back += turns
        self.sent_quarters += distance
        return distance

    def skip_to(self, quarters: float) -> int:
        """Leaves out what begins before a song position, and says how many notes those were."""
        place = self.pattern.place_at(quarters)
        skipped = self.pattern.count_between(self._place, place)
        if skipped <= 0:
            return 0
        self._place = place
        return skipped

    def take_until(self, quarters: float) -> Iterator[LoopNote]:
        """The notes that begin before a song position and were not taken yet; those left to chance by their chance."""
        pattern = self.pattern
        while (start := pattern.start_of(self._place)) < quarters - NEARLY:
            place, self._place = self._place, pattern.after(self._place)
            velocity = pattern.drawn_velocity(place, place.turn - self._turns_back)
            if velocity is not None:
                yield LoopNote(start, pattern.duration_of(place), pattern.note_at(place).pitch, velocity)
        self.sent_quarters = max(self.sent_quarters, quarters)
