"""A clip's own way of writing drums: on which pitches each voice plays, how long, and with which other fields."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.representations.clip import Clip, Note
from engine.representations.drums import NUM_VOICES, DrumMap
from engine.representations.grid import STEP_QUARTERS, clip_steps, step_to_quarters
from engine.representations.groove import Groove, cells

_MIN_VELOCITY = 1.0


@dataclass(frozen=True)
class Stroke:
    """One note of a cell, beside the loudest of that cell: as a model hears it, they are one hit.

    Attributes:
        note: as the clip has it.
        later_steps: how much later than the loudest it starts; negative for a grace note.
        loudness: its velocity over that of the loudest, at most 1.
        before_loop: it is an early first beat, which lies at the loop's end.
    """

    note: Note
    later_steps: float
    loudness: float
    before_loop: bool = False


class DrumKit:
    """Plays grooves as the notes of `clip` would.

    Args:
        clip: whose pitches and note fields are used, voice by voice, from the nearest hit; None for plain new hits.
        drum_map: pitch to voice, and the pitch of a voice that the clip does not play.
    """

    def __init__(self, clip: Clip | None, drum_map: DrumMap) -> None:
        self.drum_map = drum_map
        self.steps = 1 if clip is None else clip_steps(clip)
        self.strokes = [{} for _ in range(NUM_VOICES)] if clip is None else _strokes(clip, drum_map)
        self.hits = [sorted(strokes) for strokes in self.strokes]
        self._looked_up: dict[tuple[int, int], Sequence[Stroke]] = {}

    def play(self, groove: Groove, frame: Clip) -> list[Note]:
        """The groove's hits as notes, placed in the loop of `frame`.

        An early first beat lies at the loop's end where the clip's own does, else on the loop's start: a clip that is
        launched must not begin without its first beat.
        """
        notes = []
        where = groove.hits.nonzero()
        places = np.argwhere(groove.hits).tolist()
        touches = np.stack([groove.velocities[where], groove.offsets[where]], 1).tolist()
        for (step, voice), (loudest, own_offset) in zip(places, touches, strict=True):
            for stroke in self._looked_up.get((step, voice)) or self._look_up(step, voice):
                offset = own_offset + stroke.later_steps
                if step == 0 and not stroke.before_loop:
                    offset = max(0.0, offset)
                velocity = max(_MIN_VELOCITY, min(127.0, loudest * 127.0 * stroke.loudness))
                notes.append(_struck(stroke.note, step_to_quarters(step, offset, frame), velocity))
        return notes

    def _look_up(self, step: int, voice: int) -> Sequence[Stroke]:
        """What `_like` finds, kept: a morph plays the same cells again and again."""
        return self._looked_up.setdefault((step, voice), self._like(step, voice))

    def _like(self, step: int, voice: int) -> Sequence[Stroke]:
        """The clip's nearest strokes of this voice in the loop, else a plain one.

        What is layered, such as a clap on the snare, stays layered everywhere; a flam stays where it was.
        """
        hits = self.hits[voice]
        if not hits:
            return (Stroke(Note(0.0, self.drum_map.exemplar(voice), STEP_QUARTERS), 0.0, 1.0),)
        where = step % self.steps
        after = bisect_left(hits, where)
        around = (hits[after - 1], hits[after % len(hits)])
        nearest = min(around, key=lambda hit: min(abs(hit - where), self.steps - abs(hit - where)))
        strokes = self.strokes[voice][nearest]
        if nearest == where:
            return strokes
        return tuple({stroke.note.pitch: stroke for stroke in reversed(strokes)}.values())


def is_unheard(note: Note, drum_map: DrumMap) -> bool:
    """Whether a note is muted or of no voice; such notes stay as they are."""
    return note.mute or drum_map.voice_of(note.pitch) is None


def num_unheard(clip: Clip, drum_map: DrumMap) -> int:
    """How many notes of a clip are so."""
    return sum(is_unheard(note, drum_map) for note in clip.notes)


def _struck(like: Note, start_quarters: float, velocity: float) -> Note:
    return Note(
        start_quarters, like.pitch, like.duration_quarters, velocity,
        like.mute, like.probability, like.velocity_deviation, like.release_velocity,
    )  # fmt: skip


def _strokes(clip: Clip, drum_map: DrumMap) -> list[dict[int, tuple[Stroke, ...]]]:
    """For each voice, the strokes of each step that it plays on, the loudest first."""
    found: list[dict[int, list[tuple[Note, float]]]] = [{} for _ in range(NUM_VOICES)]
    for note, cell in zip(clip.notes, cells(clip, drum_map), strict=True):
        if cell.voice is not None and not note.mute:
            found[cell.voice].setdefault(cell.step, []).append((note, cell.offset_steps))
    return [{step: _beside_the_loudest(step, notes) for step, notes in by_step.items()} for by_step in found]


def _beside_the_loudest(step: int, notes: Sequence[tuple[Note, float]]) -> tuple[Stroke, ...]:
    ordered = sorted(notes, key=lambda pair: -pair[0].velocity)
    lead, lead_offset = ordered[0]
    return tuple(
        Stroke(note, offset - lead_offset, note.velocity / lead.velocity, step == 0 and offset < 0)
        for note, offset in ordered
    )
