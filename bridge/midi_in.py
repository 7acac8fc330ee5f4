"""The MIDI input: each message is stamped as it arrives and handed on, nothing more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from bridge.clock import Clock
from bridge.midi_arrived import OF_CLOCK, MidiArrived, read_arrived
from bridge.midi_ports import InputPort

log = logging.getLogger("bridge.midi.in")


class MidiIn:
    """Listens to a port.

    Args:
        port: an open port, which this closes.
        deliver: takes what arrives; called in a thread of the MIDI system, must not wait.
        clock: seconds, monotonic.
        hears_clock: whether MIDI clock, start, stop, continue and song position are handed on too.
    """

    def __init__(
        self, port: InputPort, deliver: Callable[[MidiArrived], None], clock: Clock, hears_clock: bool = False
    ) -> None:
        self._port, self._deliver, self._clock, self._hears_clock = port, deliver, clock, hears_clock
        self._closed = False

    @property
    def name(self) -> str:
        """The port's name."""
        return self._port.name

    def start(self) -> None:
        """Begins to listen."""
        self._port.listen(self._heard, self._hears_clock)

    def close(self) -> None:
        """Listens no more and closes the port; may be called again."""
        if not self._closed:
            self._closed = True
            self._port.close()

    def _heard(self, data: Sequence[int]) -> None:
        at_s = self._clock()
        try:
            arrived = read_arrived(data, at_s)
            if arrived is not None and (self._hears_clock or arrived.kind not in OF_CLOCK):
                log.debug("%s", arrived)
                self._deliver(arrived)
        except Exception:  # the thread belongs to the MIDI system: nothing may get out there
            log.exception("a MIDI message was lost")
