"""One client's stage: its scene, its snapshots, its newest pattern, and the player of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.fan_out import FanOut
from bridge.jobs import Morphed
from bridge.note_sink import NoteSink
from bridge.patterns import Pattern
from bridge.player import Player
from bridge.protocol.morph_settings import MORPH_SETTINGS
from bridge.scene import Scene
from bridge.song_clock import SongClock

if TYPE_CHECKING:
    from bridge.recordings import Recording


class Stage:
    """What one client morphs and plays.

    Attributes:
        scene: as the client has it now.
        proven: the last scene that gave a pattern; where one gives none, its anchors come back.
        snapshots: kept scenes, by the client's own numbers.
        settings: of the playing, by name.
        pattern: the newest; None before the first.
        song: where the client's song is.
        player: plays the pattern.
        client_sink: plays to the client.
        has_midi_out: whether the MIDI port is this stage's.
        recording: of a phrase, while there is one.
        moves: how many scenes there were.
        shown: which of them gave the newest pattern.
    """

    def __init__(self, song: SongClock, player: Player, outputs: FanOut, client_sink: NoteSink) -> None:
        self.song, self.player, self.client_sink, self._outputs = song, player, client_sink, outputs
        self.has_midi_out = False
        self.recording: Recording | None = None
        self.moves = self.shown = 0
        self.scene = self.proven = Scene()
        self.snapshots: dict[int, Scene] = {}
        self.settings = {row.name: row.default for row in MORPH_SETTINGS.values() if not row.of_position}
        self.pattern: Pattern | None = None

    def take(self, made: Morphed) -> Pattern:
        """The pattern of a scene, numbered."""
        self.proven, self.shown = made.job.scene, made.job.move
        number = 1 if self.pattern is None else self.pattern.generation + 1
        self.pattern = Pattern(number, made.clip, made.decode_ms)
        return self.pattern

    def take_back_anchors(self) -> None:
        """The anchors as they were when they last gave a pattern."""
        self.scene = Scene(self.proven.placed, self.scene.position, self.proven.locks, self.scene.model)

    def use(self, sink: NoteSink, wanted: bool, now_s: float) -> None:
        """Plays to an output from now on, or no more."""
        if wanted:
            self._outputs.add(sink)
        else:
            self._outputs.remove(sink, now_s)
