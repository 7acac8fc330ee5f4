"""A clip's own way of writing drums: on which pitch each voice plays, how long, and with which other fields."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from engine.representations.clip import Clip, Note
from engine.representations.drums import NUM_VOICES, DrumMap
from engine.representations.grid import STEP_QUARTERS, clip_steps, nearest_step, step_to_quarters
from engine.representations.groove import Groove

_MIN_VELOCITY = 1.0


class DrumKit:
    """Plays grooves as the notes of `clip` would.

    Args:
        clip: whose pitches and note fields are used, voice by voice, from the nearest hit; None for plain new hits.
        drum_map: pitch to voice, and the pitch of a voice that the clip does not play.
    """

    def __init__(self, clip: Clip | None, drum_map: DrumMap) -> None:
        self.drum_map = drum_map
        self.steps = 1 if clip is None else clip_steps(clip)
        self.hits: list[list[tuple[int, Note]]] = [[] for _ in range(NUM_VOICES)]
        for note in () if clip is None else clip.notes:
            voice = drum_map.voice_of(note.pitch)
            if voice is not None and not note.mute and clip is not None:
                self.hits[voice].append((nearest_step(note.start_quarters, clip)[0], note))
        for hits in self.hits:
            hits.sort()

    def play(self, groove: Groove, frame: Clip) -> list[Note]:
        """The groove's hits as notes, placed in the loop of `frame`."""
        notes = []
        for step, voice in zip(*groove.hits.nonzero(), strict=True):
            start = step_to_quarters(int(step), float(groove.offsets[step, voice]), frame)
            velocity = max(_MIN_VELOCITY, min(127.0, float(groove.velocities[step, voice]) * 127.0))
            notes.append(replace(self._like(int(step), int(voice)), start_quarters=start, velocity=velocity))
        return notes

    def _like(self, step: int, voice: int) -> Note:
        """The clip's nearest note of this voice in the loop, else a plain one."""
        hits = self.hits[voice]
        if not hits:
            return Note(0.0, self.drum_map.exemplar(voice), STEP_QUARTERS)
        where = step % self.steps
        after = bisect_left(hits, where, key=lambda hit: hit[0])
        around = (hits[after - 1], hits[after % len(hits)])
        return min(around, key=lambda hit: min(abs(hit[0] - where), self.steps - abs(hit[0] - where)))[1]
