"""A client as an instrument: what is played goes out as `/bridge/play/note`, ahead of its time."""

from __future__ import annotations

from collections.abc import Callable

from bridge.clock import Clock
from bridge.note_sink import TimedNote
from bridge.protocol.message import Message
from bridge.protocol.play_messages import PlayFlush, PlayNote

LEAD_S = 0.2
"""The contract promises 150 ms; the rest is for a thread that was held up, and for the way there."""


class ClientSink:
    """Sends notes to one client.

    Args:
        send: takes a message, at once.
        clock: seconds, monotonic.
    """

    lead_s = LEAD_S

    def __init__(self, send: Callable[[Message], None], clock: Clock) -> None:
        self._send, self._clock = send, clock

    def play(self, note: TimedNote) -> None:
        """Sends a note; its delay is counted from now."""
        delay_ms = max(0.0, (note.start_s - self._clock()) * 1e3)
        duration_ms = (note.end_s - note.start_s) * 1e3
        self._send(PlayNote(note.pitch, note.velocity, duration_ms, note.channel, delay_ms))

    def flush(self, now_s: float) -> None:
        """Has the client end what sounds and forget the rest."""
        del now_s
        self._send(PlayFlush())

    def retime(self, now_s: float, factor: float) -> None:
        """What was sent is sent: at most the lead's notes keep the tempo that they were sent in."""
