"""FanOut: several outputs as one, each note at the same time on all of them."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.note_sink import NoteSink, TimedNote


class FanOut:
    """Plays to any number of sinks, none too; outputs may come and go while it plays.

    Args:
        sinks: the first of them.
    """

    def __init__(self, sinks: Iterable[NoteSink] = ()) -> None:
        self._sinks = list(sinks)

    @property
    def lead_s(self) -> float:
        """That of the sink that needs most: what comes earlier waits in the others."""
        return max((sink.lead_s for sink in self._sinks), default=0.0)

    def add(self, sink: NoteSink) -> None:
        """Plays to this one too from now on; twice is once."""
        if sink not in self._sinks:
            self._sinks.append(sink)

    def remove(self, sink: NoteSink, now_s: float) -> None:
        """Plays to this one no more, and ends what sounds there."""
        if sink in self._sinks:
            self._sinks.remove(sink)
            sink.flush(now_s)

    def play(self, note: TimedNote) -> None:
        """Plays a note everywhere."""
        for sink in self._sinks:
            sink.play(note)

    def flush(self, now_s: float) -> None:
        """Ends what sounds, and forgets what has not begun, everywhere."""
        for sink in self._sinks:
            sink.flush(now_s)

    def retime(self, now_s: float, factor: float) -> None:
        """Moves what is on its way, everywhere that it can be moved."""
        for sink in self._sinks:
            sink.retime(now_s, factor)
