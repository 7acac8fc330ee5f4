"""A sink that writes down what it is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.note_sink import TimedNote


@dataclass
class PaperSink:
    """Keeps notes, flushes and tempo changes.

    Attributes:
        lead_s: as a sink's.
        notes: all that were played, in the order of their coming.
        flushes_s: when it was silenced.
        retimes: when the tempo changed, and the factor.
    """

    lead_s: float = 0.01
    notes: list[TimedNote] = field(default_factory=list)
    flushes_s: list[float] = field(default_factory=list)
    retimes: list[tuple[float, float]] = field(default_factory=list)

    def play(self, note: TimedNote) -> None:
        self.notes.append(note)

    def flush(self, now_s: float) -> None:
        self.flushes_s.append(now_s)

    def retime(self, now_s: float, factor: float) -> None:
        self.retimes.append((now_s, factor))
