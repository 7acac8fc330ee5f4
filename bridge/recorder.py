"""A played phrase becomes a clip: punched in and out on bar lines, timing and velocity as they were played."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bridge import midi_arrived
from bridge.errors import OutOfRangeError
from bridge.midi_arrived import USUAL_RELEASE, MidiArrived
from bridge.protocol.limits import MAX_CLIP_NOTES, MAX_CLIP_QUARTERS
from engine.representations.clip import EARLY_QUARTERS, Clip, Note, make_clip

OVER, WAITING, RECORDING = 0, 1, 2
"""As `/bridge/midi/recording` tells them."""

SHORTEST_QUARTERS = 1 / 64
"""A note sounds at least so long; some drum pads let go in the moment of the hit."""

_SUSTAIN, _PEDAL_DOWN = 64, 64
_NEARLY = 1e-9

Key = tuple[int, int]


@dataclass(slots=True)
class _Played:
    """A note so far; its times in quarters since the song's start, its end None while it sounds."""

    key: Key
    start: float
    velocity: int
    end: float | None = None
    release_velocity: int = USUAL_RELEASE


class Recorder:
    """Records one phrase. Nothing here waits or reads a clock; all times are seconds on the clock that all are given.

    A note that was let go sounds on while the sustain pedal of its channel is down.

    Args:
        quarters_at: song position at a time. Within the recording it never goes back, but for what `jumped` tells.
        now_s: the time; the recording begins at the next bar line.
        bars: how many; 0 records until `stop`.
        numerator: beats a bar.
        denominator: the beat's unit.
        bpm: of the clip.

    Raises:
        OutOfRangeError: so many bars are longer than a clip may be.
    """

    def __init__(
        self,
        quarters_at: Callable[[float], float],
        now_s: float,
        bars: int = 0,
        numerator: int = 4,
        denominator: int = 4,
        bpm: float = 120.0,
    ) -> None:
        self._quarters_at, self._bpm = quarters_at, bpm
        self._numerator, self._denominator = numerator, denominator
        self._bar = numerator * 4.0 / denominator
        if bars * self._bar > MAX_CLIP_QUARTERS:
            most = int(MAX_CLIP_QUARTERS / self._bar)
            raise OutOfRangeError(f"{bars} bars of {numerator}/{denominator} are too long; record at most {most}")
        self._length = (bars or int(MAX_CLIP_QUARTERS / self._bar)) * self._bar
        self._shift = 0.0
        self._begin = self._line_after(quarters_at(now_s))
        self._state = WAITING
        self._notes: list[_Played] = []
        self._sounding: dict[Key, _Played] = {}
        self._pedals: set[int] = set()
        self._let_go: dict[Key, int] = {}
        self.left_out = 0
        """Notes beyond what a clip may have."""

    @property
    def state(self) -> int:
        """`WAITING` for the bar line, `RECORDING` or `OVER`, as of the last call."""
        return self._state

    @property
    def num_notes(self) -> int:
        """Notes so far."""
        return len(self._notes)

    @property
    def clip(self) -> Clip | None:
        """The phrase, once it is over; None before that, and where it was given up."""
        if self._state != OVER or self._length <= 0:
            return None
        return make_clip(self._loop(), self._length, self._numerator, self._denominator, self._bpm)

    def advance(self, now_s: float) -> int:
        """Looks at the time, and returns the state."""
        self._go_to(self._song(now_s))
        return self._state

    def heard(self, arrived: MidiArrived) -> None:
        """Takes in what was played."""
        at = self._song(arrived.at_s)
        self._go_to(at)
        if self._state == OVER:
            return
        key = (arrived.channel, arrived.number)
        match arrived.kind:
            case midi_arrived.NOTE_ON:
                self._end(key, at, USUAL_RELEASE)
                self._start(key, at, arrived.value)
            case midi_arrived.NOTE_OFF if arrived.channel in self._pedals:
                self._let_go[key] = arrived.value
            case midi_arrived.NOTE_OFF:
                self._end(key, at, arrived.value)
            case midi_arrived.CC if arrived.number == _SUSTAIN:
                self._pedal(arrived.channel, at, arrived.value >= _PEDAL_DOWN)

    def stop(self, now_s: float) -> None:
        """Ends at the next bar line, or the last one where it is barely over; before the first bar it is given up."""
        at = self._song(now_s)
        self._go_to(at)
        if self._state == WAITING:
            self._state, self._length = OVER, 0.0
        elif self._state == RECORDING:
            bars = max(1, math.ceil((at - self._begin - EARLY_QUARTERS) / self._bar - _NEARLY))
            self._length = min(self._length, bars * self._bar)
            self._go_to(at)

    def halt(self, now_s: float) -> None:
        """The song stands still: what sounds ends, and the bar that was begun is the last."""
        at = self._song(now_s)
        self.stop(now_s)
        for key in tuple(self._sounding):
            self._end(key, at, USUAL_RELEASE)
        self._state = OVER

    def jumped(self, from_quarters: float, to_quarters: float) -> None:
        """The song has jumped, or started elsewhere: a recording goes on as if it had not; what waits begins at the
        next bar line from there, or the one that is barely over."""
        if self._state == WAITING:
            self._shift = 0.0
            self._begin = self._line_after(to_quarters - EARLY_QUARTERS)
            self._notes.clear()
            self._sounding.clear()
        else:
            self._shift += from_quarters - to_quarters

    def _song(self, time_s: float) -> float:
        return self._quarters_at(time_s) + self._shift

    def _line_after(self, quarters: float) -> float:
        return math.ceil(quarters / self._bar - _NEARLY) * self._bar

    def _go_to(self, at: float) -> None:
        if self._state == WAITING and at >= self._begin:
            self._state = RECORDING
        if self._state == RECORDING and at >= self._begin + self._length:
            self._state = OVER

    def _start(self, key: Key, at: float, velocity: int) -> None:
        if at < self._begin - EARLY_QUARTERS:
            return
        if len(self._notes) >= MAX_CLIP_NOTES:
            self.left_out += 1
            return
        self._sounding[key] = _Played(key, at, velocity)
        self._notes.append(self._sounding[key])

    def _end(self, key: Key, at: float, release_velocity: int) -> None:
        played = self._sounding.pop(key, None)
        self._let_go.pop(key, None)
        if played is not None:
            played.end, played.release_velocity = at, release_velocity

    def _pedal(self, channel: int, at: float, is_down: bool) -> None:
        if is_down:
            self._pedals.add(channel)
            return
        self._pedals.discard(channel)
        for key, release_velocity in [*self._let_go.items()]:
            if key[0] == channel:
                self._end(key, at, release_velocity)

    def _loop(self) -> list[Note]:
        """The notes within the loop. One that was early for the first beat lies at the loop's end, and there what was
        early for the beat after the recording is left out where it would be the same note again."""
        end = self._begin + self._length
        taken = [played for played in self._notes if played.start < end]
        early = {played.key for played in taken if played.start < self._begin}
        return [
            self._note(played, end)
            for played in taken
            if not (played.start >= end - EARLY_QUARTERS and played.key in early)
        ]

    def _note(self, played: _Played, end: float) -> Note:
        start = (played.start - self._begin) % self._length
        until = end if played.end is None else min(played.end, end)
        return Note(
            start if start < self._length else 0.0,  # so little early that it rounds to the whole loop
            played.key[1],
            min(max(until - played.start, SHORTEST_QUARTERS), self._length),
            float(played.velocity),
            release_velocity=played.release_velocity,
        )
