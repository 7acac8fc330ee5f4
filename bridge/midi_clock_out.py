"""MIDI clock out: a song's position as 24 ticks a quarter, with the commands that set another machine to it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from bridge.midi_clock_in import TICKS_A_QUARTER, TICKS_A_SIXTEENTH
from bridge.song_line import SongLine

_SIXTEENTHS_A_QUARTER = 4
# Song position is a number of 14 bits.
_SONG_POSITIONS = 1 << 14
_NEARLY = 1e-6

TICK, START, CONTINUE, STOP, SONG_POSITION = "tick", "start", "continue", "stop", "song position"


@dataclass(frozen=True, slots=True)
class ClockMessage:
    """One message of a MIDI clock.

    Attributes:
        time_s: when it is to be sent.
        kind: `TICK`, `START`, `CONTINUE`, `STOP` or `SONG_POSITION`.
        sixteenths: where the song is, for `SONG_POSITION`.
    """

    time_s: float
    kind: str
    sixteenths: int = 0


def ticks_between(line: SongLine, from_s: float, to_s: float) -> Iterator[float]:
    """The times of the ticks of a song in [from_s, to_s): spans that touch share none and leave none out."""
    if not line.running:
        return
    for number in count(math.floor(line.quarters_at(from_s) * TICKS_A_QUARTER) - 1):
        time_s = line.time_of(number / TICKS_A_QUARTER)
        if time_s >= to_s:
            return
        if time_s >= from_s:
            yield time_s


class MidiClockOut:
    """What to send so that another machine goes with a song.

    MIDI can only set out on a 16th: after a start anywhere else, or a jump, the ticks are held back until the next one.
    """

    def __init__(self) -> None:
        self._epoch: int | None = None
        self._next_tick = 0

    def messages(self, line: SongLine, now_s: float, until_s: float) -> list[ClockMessage]:
        """The messages due before `until_s` that were not given out yet, in order.

        Args:
            line: the song as it is now.
            now_s: commands are sent at once; what is over already is sent now.
            until_s: ticks before it are given out.
        """
        messages = list(self._commands(line, now_s))
        while line.running and (time_s := line.time_of(self._next_tick / TICKS_A_QUARTER)) < until_s:
            messages.append(ClockMessage(max(time_s, now_s), TICK))
            self._next_tick += 1
        return messages

    def _commands(self, line: SongLine, now_s: float) -> Iterator[ClockMessage]:
        epoch = line.epoch if line.running else None
        if epoch == self._epoch:
            return
        if self._epoch is not None:
            yield ClockMessage(now_s, STOP)
        self._epoch = epoch
        if epoch is None:
            return
        sixteenths = max(0, math.ceil(line.quarters_at(now_s) * _SIXTEENTHS_A_QUARTER - _NEARLY))
        self._next_tick = sixteenths * TICKS_A_SIXTEENTH
        if sixteenths:
            yield ClockMessage(now_s, SONG_POSITION, sixteenths % _SONG_POSITIONS)
        yield ClockMessage(now_s, CONTINUE if sixteenths else START)
