"""A stage in simulated time: a song whose messages get lost, a player and a MIDI port whose threads stumble.

Whatever is done with it, `Port` judges what comes out: no note hangs, none is doubled, none is late.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bridge.held_notes import LATEST_S, HeldNotes, NoteEvent
from bridge.note_sink import TimedNote
from bridge.player import Player
from bridge.song_clock import SongClock
from engine.representations.clip import Clip, Note, make_clip

LENGTHS_QUARTERS = (0.25, 1.0, 3.0, 4.0, 7.3, 8.0, 16.0)
MESSAGE_EVERY_S = 0.05

# What a message's delay and the smoothing of it may cost.
_WELL_PLACED_S = 0.025
_CALM_AFTER_S = 1.0
# A jump by nearly whole turns may shorten one by so much.
_SAME_PLACE_S = 0.03
# Where the music begins a note may begin a little late.
_LATE_AT_START_S = 0.08


@dataclass
class Song:
    """The transport as it really is: what a client would tell of.

    Attributes:
        at_s: since when it has gone as it goes.
        quarters: where it was then.
        bpm: its tempo.
        is_running: whether it runs.
        disturbed_s: until when it, its messages or the player were last disturbed.
    """

    at_s: float = 0.0
    quarters: float = 0.0
    bpm: float = 120.0
    is_running: bool = False
    disturbed_s: float = 0.0

    def quarters_at(self, time_s: float) -> float:
        """Song position."""
        return self.quarters + (time_s - self.at_s) * self.bpm / 60 * self.is_running

    def change(
        self, now_s: float, quarters: float | None = None, bpm: float | None = None, is_running: bool | None = None
    ) -> None:
        """Does what a musician does at the transport."""
        self.quarters = self.quarters_at(now_s) if quarters is None else quarters
        self.at_s = now_s
        self.disturb(now_s)
        self.bpm = self.bpm if bpm is None else bpm
        self.is_running = self.is_running if is_running is None else is_running

    def disturb(self, until_s: float) -> None:
        """Nothing is expected to be in its place before that, and a moment longer."""
        self.disturbed_s = max(self.disturbed_s, until_s)


@dataclass
class Port:
    """A MIDI port that judges what it is sent.

    Attributes:
        song: the real one.
        clock: the player's.
        where: song position at a time, which the notes are held against.
        lead_s: as a sink's.
        tally: counts of what came, and of what must not come.
        sounding: the keys that sound.
        next_s: when its thread wakes up.
    """

    song: Song
    clock: SongClock
    where: Callable[[float], float]
    lead_s: float
    tally: Counter[str]
    held: HeldNotes = field(default_factory=HeldNotes)
    sounding: set[tuple[int, int]] = field(default_factory=set)
    next_s: float = math.inf
    now_s: float = 0.0
    _known: dict[float, tuple[float, float]] = field(default_factory=dict)
    _starts_s: dict[float, float] = field(default_factory=dict)

    def learn(self, clip: Clip) -> None:
        """Knows the notes of a pattern again by their velocities."""
        for note in clip.notes:
            self._known[note.velocity] = note.start_quarters, clip.length_quarters

    def play(self, note: TimedNote) -> None:
        """Takes a note, and holds its place against the song's."""
        self.tally["notes"] += 1
        self.tally["sent late"] += note.start_s < self.now_s
        self.held.play(note)
        self.next_s = min(self.next_s, max(self.now_s, note.start_s))
        if note.velocity in self._known:
            self._judge_place(note, *self._known[note.velocity])

    def flush(self, now_s: float) -> None:
        """Silence, at once."""
        self._starts_s.clear()
        self._hear(self.held.flush(now_s))
        self.tally["hung"] += len(self.sounding)

    def retime(self, now_s: float, factor: float) -> None:
        """Moves what waits."""
        self.held.retime(now_s, factor)
        self._starts_s = {name: now_s + (start_s - now_s) * factor for name, start_s in self._starts_s.items()}
        self.next_s = max(now_s, self.held.next_s)

    def wake(self, now_s: float) -> None:
        """Its thread has woken up."""
        self._hear(self.held.due(now_s))
        self.next_s = self.held.next_s

    def _hear(self, events: list[NoteEvent]) -> None:
        for event in events:
            key = event.channel, event.pitch
            self.tally["note-ons" if event.is_on else "note-offs"] += 1
            self.tally["too soon"] += event.time_s > self.now_s + 1e-9
            if not event.is_on:
                self.tally["off without on"] += key not in self.sounding
                self.sounding.discard(key)
                continue
            self.tally["doubled"] += key in self.sounding
            self.tally["late"] += self.now_s - event.time_s > LATEST_S + 1e-9
            self.sounding.add(key)

    def _judge_place(self, note: TimedNote, start_quarters: float, length_quarters: float) -> None:
        last_s = self._starts_s.pop(note.velocity, -math.inf)
        if note.start_s > self.now_s:  # what begins at once, a little late, may be followed by its next turn soon
            self._starts_s[note.velocity] = note.start_s
            turn_s = length_quarters / self.clock.line.bpm * 60
            self.tally["sent twice"] += note.start_s - last_s < turn_s / 4 - _SAME_PLACE_S
        if self.now_s - self.song.disturbed_s > _CALM_AFTER_S:
            off = (self.where(note.start_s) - start_quarters) / length_quarters
            off_s = abs(off - round(off)) * length_quarters * 60 / self.song.bpm
            self.tally["misplaced"] += off_s > _WELL_PLACED_S + _LATE_AT_START_S * (note.start_s <= self.now_s)


class Rig:
    """One stage, from the transport to the port.

    Args:
        seed: of all that is left to chance.
        lead_s: of the port.
        follows: whether there is a transport; without, the stage has its own clock.
        tally: where the port counts.
        make_port: another port.
    """

    def __init__(
        self, seed: int, lead_s: float, follows: bool, tally: Counter[str], make_port: type[Port] | None = None
    ) -> None:
        self.random = random.Random(seed)
        self.now_s = self.random.uniform(0, 1e5)
        self.song = Song(at_s=self.now_s, quarters=self.random.choice((0.0, 31.3, 1e6)))
        self.tally = tally
        self.clock = SongClock()
        where = self.song.quarters_at if follows else lambda time_s: self.clock.line.quarters_at(time_s)
        self.port = (make_port or Port)(self.song, self.clock, where, lead_s, tally, now_s=self.now_s)
        self.player = Player(self.port, self.clock, self._switched)
        self.generation = 0
        self.silent_until_s = 0.0
        self._player_s, self._stalled_s = math.inf, 0.0
        self._message_s = self.now_s if follows else math.inf
        self._on_their_way: list[tuple[float, float, float, bool]] = []

    def run(self, seconds: float) -> None:
        """Lets time pass."""
        end_s = self.now_s + seconds
        while (next_s := min(self._wakes_s, self._message_s, self.port.next_s)) <= end_s:
            self._be_at(max(self.now_s, next_s))
            if self._message_s <= self.now_s:
                self._send_message()
            if self._wakes_s <= self.now_s:
                while self._on_their_way and self._on_their_way[0][0] <= self.now_s:
                    _, quarters, bpm, is_running = self._on_their_way.pop(0)
                    self.player.follow(quarters, bpm, is_running, self.now_s)
                self.wake_player()
            if self.port.next_s <= self.now_s:
                self.port.wake(self.now_s)
        self._be_at(end_s)

    def wake_player(self) -> None:
        """Has the player do its work, unless it is held up; next time a little late."""
        if self.now_s >= self._stalled_s:
            self._player_s = self.player.advance(self.now_s) + self.random.uniform(0, 0.002)

    def take(self, clip: Clip) -> None:
        """Gives the player a pattern that was asked for a moment ago."""
        self.generation += 1
        self.port.learn(clip)
        self.player.take(self.generation, clip, self.now_s - self.random.uniform(0, 0.03), self.now_s)
        self.wake_player()

    def stall(self, player_s: float, port_s: float) -> None:
        """Holds the threads up."""
        self.song.disturb(self.now_s + max(player_s, port_s))
        self._stalled_s = self.now_s + player_s
        if self.port.next_s < math.inf:
            self.port.next_s = max(self.port.next_s, self.now_s + port_s)

    def random_clip(self) -> Clip:
        """Notes that are early, late, long, doubled, muted or left to chance; each has a velocity of its own."""
        draw = self.random
        length = draw.choice(LENGTHS_QUARTERS)
        first = 2 + (self.generation + 1) % 100
        notes = []
        for at in range(draw.choice((0, 1, 4, 16, 40))):
            start = draw.randrange(max(1, int(length * 4))) / 4 + draw.choice((0.0, draw.uniform(-0.12, 0.12)))
            notes.append(
                Note(start % length, draw.randint(36, 44), draw.choice((0.01, 0.25, 1.0, 2 * length)), first + at / 64,
                     draw.random() < 0.05, draw.choice((1.0, 1.0, 1.0, 0.5)))
            )  # fmt: skip
        return make_clip(notes, length)

    @property
    def _wakes_s(self) -> float:
        """When the thread that hears messages and moves the player has something to do, and can."""
        arrival_s = self._on_their_way[0][0] if self._on_their_way else math.inf
        return max(self._stalled_s, min(self._player_s, arrival_s))

    def _be_at(self, now_s: float) -> None:
        self.now_s = self.port.now_s = now_s

    def _send_message(self) -> None:
        draw, song = self.random, self.song
        self._message_s += MESSAGE_EVERY_S + draw.uniform(-0.005, 0.005)
        if self.now_s < self.silent_until_s or draw.random() < 0.05:
            return
        message = song.quarters_at(self.now_s), song.bpm, song.is_running
        for _ in range(1 + (draw.random() < 0.02)):
            self._on_their_way.append((self.now_s + 0.001 + draw.expovariate(500), *message))
        self._on_their_way.sort()

    def _switched(self, _generation: int, _quarters: float) -> None:
        self.tally["takeovers"] += 1
