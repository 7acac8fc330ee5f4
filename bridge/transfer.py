"""Notes on their way, in any order and with losses: which have come, and which are still missing. Both ends use it."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.errors import OutOfRangeError
from bridge.protocol.notes import WireNote


class Transfer:
    """The notes of one clip as they arrive.

    Args:
        num_notes: how many there will be.
    """

    def __init__(self, num_notes: int) -> None:
        self._notes: list[WireNote | None] = [None] * num_notes
        self._missing = num_notes

    @property
    def num_notes(self) -> int:
        """How many notes there will be."""
        return len(self._notes)

    @property
    def complete(self) -> bool:
        """Whether all have come."""
        return self._missing == 0

    @property
    def notes(self) -> tuple[WireNote, ...]:
        """The notes that have come, in order."""
        return tuple(note for note in self._notes if note is not None)

    def add(self, first_index: int, notes: Sequence[WireNote]) -> None:
        """Puts notes in their place; the same notes may come again.

        Raises:
            OutOfRangeError: they would lie beyond the announced number.
        """
        if first_index + len(notes) > len(self._notes):
            raise OutOfRangeError(
                f"notes {first_index}..{first_index + len(notes) - 1} came for a clip of {len(self._notes)} notes; "
                "begin the clip again with the right number"
            )
        for place, note in enumerate(notes, start=first_index):
            self._missing -= self._notes[place] is None
            self._notes[place] = note

    def holes(self, most: int) -> list[tuple[int, int]]:
        """The first `most` runs of missing notes, each as its first index and its length."""
        holes: list[tuple[int, int]] = []
        place = 0
        while place < len(self._notes) and len(holes) < most:
            start = place
            while place < len(self._notes) and self._notes[place] is None:
                place += 1
            if place > start:
                holes.append((start, place - start))
            place += 1
        return holes
