"""The MIDI output: notes and clock to a port, each at its time, by a thread of its own."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from heapq import heappop, heappush, merge
from itertools import count
from operator import itemgetter

import mido

from bridge.clock import Clock
from bridge.held_notes import HeldNotes, NoteEvent
from bridge.midi_clock_out import CONTINUE, SONG_POSITION, START, STOP, TICK, ClockMessage
from bridge.midi_ports import OutputPort
from bridge.note_sink import TimedNote

log = logging.getLogger("bridge.midi.out")

LEAD_S = 0.03
"""So much earlier a note is to be given: what a thread may be held up, and a slice of the player's."""

# A condition wakes up late by more than a nap does; so the last moment is spent in naps.
_NEAR_S, _NAP_S = 0.0015, 0.0002
_ALL_NOTES_OFF = 123
_CLOSE_S = 0.5

_CLOCK_TYPES = {TICK: "clock", START: "start", CONTINUE: "continue", STOP: "stop", SONG_POSITION: "songpos"}

Timed = tuple[float, list[int]]
"""When a message is due, and its bytes."""


class MidiOut:
    """Plays to a port. A NoteSink; what it is given it never holds up, not even where the port is gone.

    Args:
        port: an open port, which this closes.
        clock: seconds, monotonic.
    """

    lead_s = LEAD_S

    def __init__(self, port: OutputPort, clock: Clock) -> None:
        self._port, self._clock = port, clock
        self._changed = threading.Condition()
        self._notes = HeldNotes()
        self._clock_messages: list[tuple[float, int, list[int]]] = []
        self._order = count()
        self._at_once: deque[list[int]] = deque()
        self._channels: set[int] = set()
        self._failures = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="midi out", daemon=True)

    @property
    def name(self) -> str:
        """The port's name."""
        return self._port.name

    def start(self) -> None:
        """Begins to play."""
        self._thread.start()

    def play(self, note: TimedNote) -> None:
        """Plays a note at its time. One of its pitch and channel that still sounds then ends first."""
        with self._changed:
            self._notes.play(note)
            self._changed.notify()

    def flush(self, now_s: float) -> None:
        """Ends what sounds, at once, and forgets what has not begun; the clock goes on."""
        with self._changed:
            self._at_once.extend(map(_note_bytes, self._notes.flush(now_s)))
            self._changed.notify()

    def retime(self, now_s: float, factor: float) -> None:
        """The tempo has changed: notes that have not begun, and ends, move `factor` times as far from now."""
        with self._changed:
            self._notes.retime(now_s, factor)
            self._changed.notify()

    def send_clock(self, message: ClockMessage) -> None:
        """Sends a message of the MIDI clock at its time, before the notes of that moment."""
        with self._changed:
            heappush(self._clock_messages, (message.time_s, next(self._order), _clock_bytes(message)))
            self._changed.notify()

    def close(self) -> None:
        """Ends what sounds, tells all channels used so, and closes the port; quick, and may be called again."""
        with self._changed:
            is_first, self._closing = not self._closing, True
            self._changed.notify()
        if self._thread.ident is None:
            if is_first:
                self._end()
            return
        self._thread.join(_CLOSE_S)
        if self._thread.is_alive():
            log.error("the MIDI port %s does not answer and is left behind", self.name)

    def _run(self) -> None:
        while not self._closing:
            messages, wait_s = self._due_or_wait()
            for message in messages:
                self._send(message)
            if wait_s > 0:
                time.sleep(wait_s)
        self._end()

    def _due_or_wait(self) -> tuple[list[list[int]], float]:
        """What is due now, or how long to nap before it."""
        with self._changed:
            wait_s = self._next_s() - self._clock()
            if wait_s <= 0:
                return self._due(), 0.0
            if wait_s > _NEAR_S and not self._closing:
                self._changed.wait(None if math.isinf(wait_s) else wait_s - _NEAR_S)
                return [], 0.0
            return [], min(wait_s, _NAP_S)

    def _next_s(self) -> float:
        if self._at_once:
            return -math.inf
        return min(self._notes.next_s, self._clock_messages[0][0] if self._clock_messages else math.inf)

    def _due(self) -> list[list[int]]:
        now_s = self._clock()
        messages = [*self._at_once]
        self._at_once.clear()
        clock: list[Timed] = []
        while self._clock_messages and self._clock_messages[0][0] <= now_s:
            time_s, _, message = heappop(self._clock_messages)
            clock.append((time_s, message))
        notes = [(event.time_s, _note_bytes(event)) for event in self._notes.due(now_s)]
        return messages + [message for _, message in merge(clock, notes, key=itemgetter(0))]

    def _send(self, message: list[int]) -> None:
        if message[0] & 0xF0 == 0x90:
            self._channels.add(message[0] & 0x0F)
        try:
            self._port.send_message(message)
        except Exception:  # whatever is wrong with the port, the music goes on elsewhere
            self._failures += 1
            if self._failures == 1:
                log.exception("the MIDI port %s fails; what follows is lost until it works again", self.name)
        else:
            if self._failures:
                log.warning("the MIDI port %s works again; %d messages were lost", self.name, self._failures)
            self._failures = 0

    def _end(self) -> None:
        with self._changed:
            messages = [*self._at_once, *map(_note_bytes, self._notes.flush(self._clock()))]
        messages += [
            mido.Message("control_change", channel=channel, control=_ALL_NOTES_OFF, value=0).bytes()
            for channel in sorted(self._channels)
        ]
        for message in messages:
            self._send(message)
        try:
            self._port.close()
        except Exception:  # it is over, with or without the port
            log.exception("the MIDI port %s cannot be closed", self.name)


def _note_bytes(event: NoteEvent) -> list[int]:
    kind = "note_on" if event.is_on else "note_off"
    message = mido.Message(kind, channel=event.channel - 1, note=event.pitch, velocity=event.velocity)
    return list(message.bytes())


def _clock_bytes(message: ClockMessage) -> list[int]:
    position = {"pos": message.sixteenths} if message.kind == SONG_POSITION else {}
    return list(mido.Message(_CLOCK_TYPES[message.kind], **position).bytes())
