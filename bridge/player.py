"""Player: the current pattern in loop, in time with the song; a new one takes over on the grid."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import attrgetter
from typing import NamedTuple

from bridge.errors import OutOfRangeError
from bridge.looped_pattern import NEARLY, SIXTEENTH_QUARTERS, LoopedPattern
from bridge.note_sink import NoteSink, TimedNote
from bridge.playhead import Playhead
from bridge.song_clock import Jump, SongClock
from bridge.takeover import Takeover, find_takeover, next_decision, next_on_grid
from engine.representations.clip import EARLY_QUARTERS, Clip

# Added to the sink's lead, for a thread that wakes up late.
_MARGIN_S = 0.005
# How much is sent at a time. What is sent cannot be replaced by a new pattern.
_SLICE_S = 0.02
# A note is still played, at once, so long after its time: after a hiccup, and where the music begins, of which a
# client's transport tells a moment later.
_LATEST_S, _LATEST_AT_START_S = 0.03, 0.08
# A note that begins late still sounds so long.
_SHORTEST_S = 0.01
# A jump by whole turns of the pattern may differ from them by what messages are late.
_SAME_PLACE_S = 0.03

Switched = Callable[[int, float], None]


class PlayerStatus(NamedTuple):
    """How the playing goes.

    Attributes:
        playing: 1 while a pattern may sound: playing is on and the song runs.
        quarters: song position.
        bpm: tempo in quarters a minute.
        generation: the pattern that plays; 0 where none does.
        late: patterns that were asked for in time for a boundary of the grid, came too late for it, and waited for
            the next.
    """

    playing: int
    quarters: float
    bpm: float
    generation: int
    late: int


class Player:
    """Sends the notes of the current pattern to a sink ahead of their time. The song position decides the phase: a turn
    of the loop begins at each multiple of the pattern's length. Before song position 0 nothing is played.

    Nothing here waits or reads a clock. One thread at a time; `advance` is due at once after any other call.

    - Where the music begins (play, the transport starts or jumps) it begins at once, in phase, with the newest pattern.
    - A pattern that comes while another plays takes over at the next boundary of the grid that is still the sink's lead
      away; the last one to come before it wins. What sounds then goes on, unless its pitch comes again.
    - A jump by whole turns of the pattern, as a loop of the song makes, changes nothing. Any other ends what sounds.
    - What could not be sent in time is left out and counted in `dropped`.

    Args:
        sink: where the notes go.
        clock: the song. Where no transport was ever heard, this player alone starts and stops it.
        switched: told the number of a pattern, and the song position from which it plays, when that is decided.
    """

    def __init__(self, sink: NoteSink, clock: SongClock, switched: Switched | None = None) -> None:
        self._sink, self._clock, self._switched = sink, clock, switched
        self._line = clock.line
        self._on = False
        self._quantize_quarters, self._channel = 4.0, 1
        self._newest: LoopedPattern | None = None
        self._head: Playhead | None = None
        self._next: Takeover | None = None
        self._began_s = 0.0
        self._late = self._told = 0
        self.dropped = 0
        """Notes left out because their time was over."""

    @property
    def playing(self) -> bool:
        """Whether playing is on; the song may stand still."""
        return self._on

    def follow(self, quarters: float, bpm: float, playing: bool, now_s: float) -> Jump | None:
        """Takes the transport in, as `SongClock.follow` does, and goes with it at once."""
        jump = self._clock.follow(quarters, bpm, playing, now_s)
        self.advance(now_s)
        return jump

    def play(self, on: bool, now_s: float) -> None:
        """Plays or ends. Where no transport was ever heard, the song starts with the first pattern, and stops."""
        self._on = on
        if not on and not self._clock.is_followed:
            self._clock.stop(now_s)
        self._start_own_song(now_s)
        self.advance(now_s)

    def panic(self, now_s: float) -> None:
        """Silence, now, and playing ends."""
        self.play(False, now_s)
        self._sink.flush(now_s)

    def take(self, generation: int, clip: Clip, asked_s: float, now_s: float) -> None:
        """A new pattern.

        Args:
            generation: its number, over 0.
            clip: its notes.
            asked_s: when it was asked for; what counts it as late.
            now_s: the time.
        """
        self.advance(now_s)
        self._newest = LoopedPattern(generation, clip)
        if self._head is None:
            self._start_own_song(now_s)
        else:
            self._count_if_late(asked_s, now_s)
            self._next = self._takeover(self._head, self._newest, now_s)
        self.advance(now_s)

    def set_quantize(self, quarters: float, now_s: float) -> None:
        """Sets the grid of takeovers, counted from song position 0; 0 is at once.

        At once, or on a grid finer than a 16th, is the next 16th that is not yet sent: a hit that is a little early in
        one pattern and a little late in the other is so played by one of them, not by both or none.

        Raises:
            OutOfRangeError: it is not a finite number from 0 up.
        """
        if not (math.isfinite(quarters) and quarters >= 0):
            raise OutOfRangeError(f"quantize is {quarters}; it must be 0 quarters or more")
        self.advance(now_s)
        self._quantize_quarters = quarters
        if self._head is not None and self._next is not None:
            self._next = self._takeover(self._head, self._next.pattern, now_s)

    def set_channel(self, channel: int) -> None:
        """Sets the MIDI channel of the notes that are sent from now on.

        Raises:
            OutOfRangeError: it is not 1..16.
        """
        if not 1 <= channel <= 16:
            raise OutOfRangeError(f"the channel is {channel}; it must lie in 1..16")
        self._channel = channel

    def status(self, now_s: float) -> PlayerStatus:
        """How the playing goes."""
        line, generation = self._clock.line, 0 if self._head is None else self._head.pattern.generation
        return PlayerStatus(int(self._on and line.running), line.quarters_at(now_s), line.bpm, generation, self._late)

    def advance(self, now_s: float) -> float:
        """Goes with the song, and sends what is due.

        Returns:
            When to be called next, in seconds; infinite where nothing plays.
        """
        head, has_begun = self._keep_up(now_s)
        if head is None:
            return math.inf
        latest = None if has_begun else self._line.quarters_at(now_s - _LATEST_S)
        self._send_until(head, self._horizon(now_s), latest, now_s)
        return self._line.time_of(head.sent_quarters) - self._ahead_s

    @property
    def _ahead_s(self) -> float:
        return self._sink.lead_s + _MARGIN_S

    @property
    def _grid_quarters(self) -> float:
        return max(self._quantize_quarters, SIXTEENTH_QUARTERS)

    def _start_own_song(self, now_s: float) -> None:
        """Starts it so much before 0 that the first beat is sent in time."""
        clock = self._clock
        if self._on and self._newest is not None and not clock.is_followed and not clock.line.running:
            clock.start(now_s, -self._newest.early_quarters - self._ahead_s * clock.line.quarters_a_second)

    def _keep_up(self, now_s: float) -> tuple[Playhead | None, bool]:
        """Goes with what the clock has heard; returns what plays now, and whether it begins just now."""
        was, line = self._line, self._clock.line
        self._line = line
        if not (self._on and line.running and self._newest is not None):
            self._end(now_s)
            return None, False
        distance = line.quarters_at(now_s) - was.quarters_at(now_s) if line.epoch != was.epoch else 0.0
        if self._head is None or (distance and not self._jump(self._head, distance, now_s)):
            self._end(now_s)
            return self._begin(self._newest, now_s), True
        if line.bpm != was.bpm:
            self._sink.retime(now_s, was.bpm / line.bpm)
        return self._head, False

    def _begin(self, pattern: LoopedPattern, now_s: float) -> Playhead:
        """Begins with the 16th at hand, as far as it is not over for long."""
        here = self._line.quarters_at(now_s)
        sixteenth = math.floor((here + NEARLY) / SIXTEENTH_QUARTERS) * SIXTEENTH_QUARTERS
        latest = self._line.quarters_at(now_s - _LATEST_AT_START_S)
        self._head = Playhead(pattern, max(latest, sixteenth - EARLY_QUARTERS, -EARLY_QUARTERS))
        self._began_s = now_s
        self._tell(pattern, max(here, 0.0))
        return self._head

    def _end(self, now_s: float) -> None:
        if self._head is not None:
            self._head = self._next = None
            self._sink.flush(now_s)

    def _jump(self, head: Playhead, distance: float, now_s: float) -> bool:
        """Goes on where the song has jumped by whole turns; a takeover never waits longer by that. False elsewhere."""
        turns = round(distance / head.pattern.length_quarters)
        off = abs(distance - turns * head.pattern.length_quarters)
        if off > _SAME_PLACE_S * self._line.quarters_a_second:
            return False
        moved = head.shift(turns)
        if self._next is not None:
            from_here = self._takeover(head, self._next.pattern, now_s)
            self._next = min(from_here, self._next.moved(moved), key=attrgetter("cut_quarters"))
        return True

    def _takeover(self, head: Playhead, pattern: LoopedPattern, now_s: float) -> Takeover:
        return find_takeover(head, pattern, self._line.quarters_at(now_s + self._ahead_s), self._grid_quarters)

    def _count_if_late(self, asked_s: float, now_s: float) -> None:
        if asked_s < self._began_s or self._quantize_quarters < SIXTEENTH_QUARTERS:
            return
        boundary = next_on_grid(self._line.quarters_at(asked_s + self._ahead_s), self._grid_quarters)
        self._late += boundary <= self._line.quarters_at(now_s + self._ahead_s) + NEARLY

    def _horizon(self, now_s: float) -> float:
        """Song position up to which is sent now."""
        soonest_s = now_s + self._ahead_s
        decision = next_decision(self._line.quarters_at(soonest_s), self._grid_quarters)
        return min(self._line.quarters_at(soonest_s + _SLICE_S), decision)

    def _send_until(self, head: Playhead, until: float, latest: float | None, now_s: float) -> None:
        if self._next is not None and self._next.cut_quarters < until - NEARLY:
            pattern, boundary, cut = self._next
            self._next = None
            self._send(head, cut, latest, now_s)
            head.switch(pattern, cut)
            self._tell(pattern, boundary)
        self._send(head, until, latest, now_s)

    def _send(self, head: Playhead, until: float, latest: float | None, now_s: float) -> None:
        if latest is not None:
            self.dropped += head.skip_to(min(latest, until))
        for note in head.take_until(until):
            start_s = max(self._line.time_of(note.start_quarters), now_s)
            end_s = max(self._line.time_of(note.start_quarters + note.duration_quarters), start_s + _SHORTEST_S)
            self._sink.play(TimedNote(note.pitch, note.velocity, self._channel, start_s, end_s))

    def _tell(self, pattern: LoopedPattern, quarters: float) -> None:
        if self._switched is not None and pattern.generation != self._told:
            self._switched(pattern.generation, quarters)
        self._told = pattern.generation
