"""A player on a song, with time turned by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from paper_sink import PaperSink

from bridge.player import Player
from bridge.song_clock import SongClock
from engine.representations.clip import Clip, Note, make_clip

QUARTER_S = 0.5
LEAD_S = 0.01
MARGIN_S = 0.005


def clip(*starts: float, pitch: int = 60, length: float = 8.0, duration: float = 0.25) -> Clip:
    return make_clip([Note(start, pitch, duration) for start in starts], length)


@dataclass
class Stage:
    """A player on a song at 120, with time turned by hand.

    Attributes:
        now_s: the time.
        switches: generations and song positions, as the player told them.
        next_s: when it wants to be called.
    """

    sink: PaperSink = field(default_factory=PaperSink)
    song: SongClock = field(default_factory=SongClock)
    now_s: float = 1_000.0
    switches: list[tuple[int, float]] = field(default_factory=list)
    next_s: float = math.inf
    generation: int = 0

    def __post_init__(self) -> None:
        self.player = Player(self.sink, self.song, lambda *switch: self.switches.append(switch))

    def take(self, pattern: Clip, asked_s: float | None = None) -> None:
        """The next pattern, asked for now."""
        self.generation += 1
        self.player.take(self.generation, pattern, self.now_s if asked_s is None else asked_s, self.now_s)
        self.next_s = self.player.advance(self.now_s)

    def follow(self, quarters: float, bpm: float = 120.0, playing: bool = True) -> None:
        """A message of the transport."""
        self.player.follow(quarters, bpm, playing, self.now_s)
        self.next_s = self.player.advance(self.now_s)

    def wait(self, seconds: float) -> None:
        """Lets time pass, and the player be called when it wants."""
        end_s = self.now_s + seconds
        while self.next_s <= end_s:
            self.now_s = max(self.now_s, self.next_s)
            self.next_s = self.player.advance(self.now_s)
        self.now_s = end_s

    def wait_until(self, quarters: float) -> None:
        """Lets time pass until the song is there."""
        self.wait(self.song.line.time_of(quarters) - self.now_s)

    def positions(self, pitch: int | None = None) -> list[float]:
        """Song positions of the notes so far."""
        return [
            round(self.song.line.quarters_at(note.start_s), 6)
            for note in self.sink.notes
            if pitch in (None, note.pitch)
        ]


def playing(pattern: Clip, quarters: float = 0.0) -> Stage:
    """A stage whose transport runs, and which plays a pattern from a song position on."""
    stage = Stage()
    stage.follow(quarters)
    stage.player.play(True, stage.now_s)
    stage.take(pattern)
    return stage
