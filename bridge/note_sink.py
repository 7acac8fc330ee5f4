"""Where played notes go: the seam between the player and its outputs, a MIDI port or a client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TimedNote:
    """A note on its way out.

    Attributes:
        pitch: 0..127.
        velocity: over 0, at most 127.
        channel: 1..16.
        start_s: when it begins, on the clock that all are given.
        end_s: when it ends, after `start_s`.
    """

    pitch: int
    velocity: float
    channel: int
    start_s: float
    end_s: float


class NoteSink(Protocol):
    """Takes notes ahead of their time. Called by several threads, one at a time; must not wait."""

    @property
    def lead_s(self) -> float:
        """How long before its start a note should be given; one that is given later begins as soon as it can."""
        ...

    def play(self, note: TimedNote) -> None:
        """Plays a note at its time. One of its pitch and channel that still sounds then ends first."""
        ...

    def flush(self, now_s: float) -> None:
        """Ends what sounds, and forgets what has not begun."""
        ...

    def retime(self, now_s: float, factor: float) -> None:
        """The tempo has changed: what has not begun begins, and what sounds ends, `factor` times as far from now."""
        ...
