"""MIDI clock of what plays on the MIDI port, sent as the song goes."""

from __future__ import annotations

from collections.abc import Callable

from bridge.midi_clock_out import MidiClockOut
from bridge.midi_out import MidiOut
from bridge.song_line import SongLine

_AHEAD_S, _EVERY_S = 0.03, 0.015


class MidiPulse:
    """What the conductor calls for the clock's messages.

    Args:
        midi_out: where they go.
        line: gives the song as it is now.
    """

    def __init__(self, midi_out: MidiOut, line: Callable[[], SongLine]) -> None:
        self._midi_out, self._line = midi_out, line
        self._clock = MidiClockOut()

    def advance(self, now_s: float) -> float:
        """Sends what is due soon, and says when it wants to be asked again."""
        for message in self._clock.messages(self._line(), now_s, now_s + _AHEAD_S):
            self._midi_out.send_clock(message)
        return now_s + _EVERY_S
