"""MIDI clock in: 24 ticks a quarter and a few commands become a song's position and tempo."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice
from statistics import median

from bridge.song_clock import SongClock

TICKS_A_QUARTER = 24
TICKS_A_SIXTEENTH = 6

# The tempo is taken from four quarters; the last half of one says whether it is another one by now.
_WINDOW, _RECENT = 96, 12
_ANOTHER_TEMPO = 0.04
# Fewer ticks say nothing about the tempo.
_FEWEST = 3
# A tempo this near the last one is the same: jitter moves no notes.
_SAME_TEMPO = 0.0005
_LONGEST_TICK_S = 1.0


class MidiClockIn:
    """Has a song follow a MIDI clock.

    The tempo is a median of distances over half of the window, so that single ticks which come late or in a bunch
    count for nothing. As MIDI has it, the first tick after a start or a continue is at the position itself, and
    ticks between a stop and the next start only tell the tempo.

    Args:
        clock: what follows.
    """

    def __init__(self, clock: SongClock) -> None:
        self._clock = clock
        self._times_s: deque[float] = deque(maxlen=_WINDOW)
        self._ticks = 0
        self._is_running = False

    def tick(self, now_s: float) -> None:
        """A tick has come."""
        bpm = self._bpm_with(now_s)
        self._clock.follow(self._ticks / TICKS_A_QUARTER, bpm, self._is_running, now_s)
        self._ticks += self._is_running

    def start(self) -> None:
        """The next tick is the song's first."""
        self._ticks = 0
        self._is_running = True

    def continue_(self) -> None:
        """The next tick is where the song was stopped, or where it was sent."""
        self._is_running = True

    def stop(self, now_s: float) -> None:
        """The song stands still."""
        self._is_running = False
        self._clock.follow(self._ticks / TICKS_A_QUARTER, self._clock.line.bpm, False, now_s)

    def song_position(self, sixteenths: int) -> None:
        """The next tick is at so many 16ths."""
        self._ticks = sixteenths * TICKS_A_SIXTEENTH

    def _bpm_with(self, now_s: float) -> float:
        if self._times_s and now_s - self._times_s[-1] > _LONGEST_TICK_S:
            self._times_s.clear()
        self._times_s.append(now_s)
        known_bpm = self._clock.line.bpm
        if len(self._times_s) < _FEWEST:
            return known_bpm
        recent_s = _tick_s(tuple(islice(self._times_s, max(0, len(self._times_s) - _RECENT), None)))
        tick_s = _tick_s(self._times_s)
        if abs(recent_s - tick_s) > _ANOTHER_TEMPO * tick_s:
            while len(self._times_s) > _RECENT:
                self._times_s.popleft()
            tick_s = recent_s
        if tick_s <= 0:
            return known_bpm
        bpm = 60 / (tick_s * TICKS_A_QUARTER)
        return known_bpm if abs(bpm / known_bpm - 1) < _SAME_TEMPO else bpm


def _tick_s(times_s: Sequence[float]) -> float:
    lag = len(times_s) // 2
    return median((later - sooner) / lag for sooner, later in zip(times_s, islice(times_s, lag, None), strict=False))
