"""Ports as python-rtmidi opens them, with what JACK needs besides."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from bridge.errors import MidiError

log = logging.getLogger("bridge.midi")

CLIENT_NAME = "Latent Bridge"

Heard = Callable[[Sequence[int]], None]
"""Takes the bytes of a message as it arrives; called in a thread of the MIDI system."""

_POLL_S = 0.001
_END_S = 0.2
_CYCLES_TO_DELIVER = 4


class RtOutput:
    """A port to play to.

    Args:
        midi: an open `rtmidi.MidiOut`.
        name: of the port.
        is_jack: whether it is one of JACK.
    """

    def __init__(self, midi: Any, name: str, is_jack: bool) -> None:
        self.name = name
        self._midi = midi
        self._watch = JackWatch() if is_jack else None

    def send_message(self, message: Sequence[int]) -> None:
        """Sends the bytes of one message.

        Raises:
            MidiError: the JACK server has ended. RtMidi would wait for it, holding all of Python.
        """
        if self._watch is not None and self._watch.gone:
            raise MidiError(f"the MIDI port {self.name!r} is gone: the JACK server has ended; start both again")
        self._midi.send_message(message)

    def close(self) -> None:
        """Closes the port; what was sent before still goes out."""
        if self._watch is not None:
            self._watch.wait_for_delivery()
        self._midi.close_port()
        self._midi.delete()
        if self._watch is not None:
            self._watch.close()


class RtInput:
    """A port to hear.

    JACK calls back within its own time-critical thread, where waiting for Python makes all of JACK miss its deadline
    while another thread of Python works. So there it is asked.

    Args:
        midi: an open `rtmidi.MidiIn`.
        name: of the port.
        is_jack: whether it is one of JACK.
    """

    def __init__(self, midi: Any, name: str, is_jack: bool) -> None:
        self.name = name
        self._midi, self._is_jack = midi, is_jack
        self._closing = threading.Event()
        self._asker: threading.Thread | None = None

    def listen(self, heard: Heard, clock: bool) -> None:
        """Hands on what arrives from now on, MIDI clock only if asked for; sysex and active sensing never."""
        self._midi.ignore_types(sysex=True, timing=not clock, active_sense=True)
        if self._is_jack:
            self._asker = threading.Thread(target=self._ask, args=(heard,), name="midi in", daemon=True)
            self._asker.start()
        else:
            self._midi.set_callback(lambda event, _: heard(event[0]))

    def close(self) -> None:
        """Closes the port; nothing is handed on after that."""
        self._closing.set()
        if self._asker is not None:
            self._asker.join(_END_S)
        self._midi.cancel_callback()
        self._midi.close_port()
        self._midi.delete()

    def _ask(self, heard: Heard) -> None:
        while not self._closing.wait(_POLL_S):
            while (event := self._midi.get_message()) is not None:
                heard(event[0])


class JackWatch:
    """Hears of it where the JACK server ends, as RtMidi does not.

    Attributes:
        gone: whether it has ended.
    """

    def __init__(self) -> None:
        self.gone = False
        self._client: Any = self._watching_client()

    def wait_for_delivery(self) -> None:
        """Waits until what was sent has been read by whoever is connected: RtMidi waits for its own cycle alone, and a
        port that is closed within that cycle takes its messages with it."""
        if self._client is not None and not self.gone:
            time.sleep(_CYCLES_TO_DELIVER * self._client.blocksize / self._client.samplerate)

    def close(self) -> None:
        """Stops watching."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _watching_client(self) -> Any:
        try:
            import jack
        except (ImportError, OSError) as error:  # no libjack of the system
            return _blind(error)
        try:
            client = jack.Client(f"{CLIENT_NAME} watch", no_start_server=True)
            client.set_shutdown_callback(self._ended)
        except jack.JackError as error:
            return _blind(error)
        return client

    def _ended(self, _status: object, reason: str) -> None:
        self.gone = True
        log.error("the JACK server has ended (%s); its MIDI ports are gone", reason)


def _blind(reason: Exception) -> None:
    log.warning("the JACK server cannot be watched (%s): should it end, end the engine too", reason)
