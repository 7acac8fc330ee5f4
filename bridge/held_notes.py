"""HeldNotes: which notes wait, which sound, and what a MIDI port is to send when, so that none ever hangs."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count

from bridge.note_sink import TimedNote

LATEST_S = 0.05
"""A note that could not begin so long after its time is left out: late, it would be another rhythm."""

# A note sounds at least so long, even where it begins when it should be over.
_SHORTEST_S = 0.001
_RELEASE_VELOCITY = 64

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """A note-on or a note-off.

    Attributes:
        time_s: when it was due.
        is_on: whether the note begins.
        pitch: 0..127.
        velocity: 1..127.
        channel: 1..16.
    """

    time_s: float
    is_on: bool
    pitch: int
    velocity: int
    channel: int


class HeldNotes:
    """The notes behind a MIDI port. Nothing here waits or reads a clock; whoever uses it calls `due` in time.

    Whatever is done with it: of one pitch and channel at most one note sounds, each note-on has its note-off, and at
    equal times what ends comes first.
    """

    def __init__(self) -> None:
        self._order = count()
        self._waiting: list[tuple[float, int, TimedNote]] = []
        self._ends: list[tuple[float, int, Key]] = []
        self._sounding: dict[Key, int] = {}
        self.dropped = 0
        """Notes left out because they could not begin in time."""

    @property
    def next_s(self) -> float:
        """When `due` is to be called next; infinite where nothing waits or sounds."""
        while self._ends and not self._is_current(self._ends[0]):
            heappop(self._ends)
        return min((heap[0][0] for heap in (self._waiting, self._ends) if heap), default=math.inf)

    @property
    def num_sounding(self) -> int:
        """How many notes sound."""
        return len(self._sounding)

    def play(self, note: TimedNote) -> None:
        """Takes a note in. It ends one of its pitch and channel that still sounds when it begins."""
        heappush(self._waiting, (note.start_s, next(self._order), note))

    def due(self, now_s: float) -> list[NoteEvent]:
        """What is to be sent by now, in order of time.

        Where several notes of one pitch and channel are due together, the last one alone begins.
        """
        begins = self._taken(now_s)
        superseded = Counter(_key(note) for note in begins)
        events: list[NoteEvent] = []
        for note in begins:
            key = _key(note)
            superseded[key] -= 1
            if superseded[key]:
                continue
            self._end_until(note.start_s, events)
            if key in self._sounding:
                events.append(self._end(note.start_s, key))
            events.append(self._begin(note, now_s))
        self._end_until(now_s, events)
        return events

    def flush(self, now_s: float) -> list[NoteEvent]:
        """Ends what sounds, and forgets what has not begun."""
        self._waiting.clear()
        events = [self._end(now_s, key) for key in tuple(self._sounding)]
        self._ends.clear()
        return events

    def retime(self, now_s: float, factor: float) -> None:
        """What has not begun begins, and what sounds ends, `factor` times as far from now; what is over stays so."""

        def moved(time_s: float) -> float:
            return now_s + (time_s - now_s) * factor if time_s > now_s else time_s

        self._waiting = [
            (moved(start_s), order, replace(note, start_s=moved(start_s), end_s=moved(note.end_s)))
            for start_s, order, note in self._waiting
        ]
        self._ends = [(moved(end_s), order, key) for end_s, order, key in self._ends]  # both stay heaps

    def _taken(self, now_s: float) -> list[TimedNote]:
        """The notes that begin now, in order; those that come too late are dropped."""
        begins = []
        while self._waiting and self._waiting[0][0] <= now_s:
            start_s, _, note = heappop(self._waiting)
            if now_s - start_s > LATEST_S:
                self.dropped += 1
            else:
                begins.append(note)
        return begins

    def _begin(self, note: TimedNote, now_s: float) -> NoteEvent:
        order = self._sounding[_key(note)] = next(self._order)
        # Where it begins late, when it should be over, its end must not be sent along with it.
        end_s = note.end_s if note.end_s > now_s else now_s + _SHORTEST_S
        heappush(self._ends, (end_s, order, _key(note)))
        velocity = min(127, max(1, math.floor(note.velocity + 0.5)))
        return NoteEvent(note.start_s, True, note.pitch, velocity, note.channel)

    def _end(self, time_s: float, key: Key) -> NoteEvent:
        del self._sounding[key]
        channel, pitch = key
        return NoteEvent(time_s, False, pitch, _RELEASE_VELOCITY, channel)

    def _end_until(self, time_s: float, events: list[NoteEvent]) -> None:
        while self._ends and self._ends[0][0] <= time_s:
            end = heappop(self._ends)
            if self._is_current(end):
                events.append(self._end(end[0], end[2]))

    def _is_current(self, end: tuple[float, int, Key]) -> bool:
        return self._sounding.get(end[2]) == end[1]


def _key(note: TimedNote) -> Key:
    return note.channel, note.pitch
