"""What a model does not know of a note, taken from the nearest notes of the clips that it was made of.

A melody model knows pitches and steps, a groove model voices, velocities and offsets. Velocity, the feel off the
grid, articulation and Live's other fields are never made up where a source clip can be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.representations.clip import Clip, Note
from engine.representations.grid import STEP_QUARTERS, STEPS_PER_QUARTER, clip_steps, nearest_step, step_to_quarters
from engine.representations.melody import GridNote
from engine.runtime.touch import AS_IT_IS, Touch

_STEPS_A_SEMITONE = 0.25
_NEIGHBOURS = 12
_ACCENTS = {0: 104.0, 2: 88.0, 1: 78.0, 3: 78.0}
_DOWNBEAT = 112.0
_BEAT_STEPS = 4
_VELOCITY, _OFFSET, _NUM_FIELDS = 0, 1, 7
_PLAIN = (0.0, 1.0, 0.0, 1.0, 0.0, 64.0)
_FAINT = 1e-3

Floats = NDArray[np.float64]
Line = Sequence[GridNote]


@dataclass(frozen=True)
class Source:
    """The audible notes of a clip, ready to be asked for likeness.

    Attributes:
        clip: the clip.
        steps, pitches: of its notes, in order of step, shape `notes`.
        fields: a row a note: velocity, offset in steps, articulation (the share of its length on the grid for which
            it sounds, at most 1), overlap (quarters for which it sounds beyond that length), probability, velocity
            deviation, release velocity.
    """

    clip: Clip
    steps: NDArray[np.int64]
    pitches: NDArray[np.int64]
    fields: Floats

    @classmethod
    def of(cls, clip: Clip) -> Source:
        """The source that a clip makes; muted notes are not part of it."""
        rows = []
        for note in clip.notes:
            if not note.mute:
                step, offset = nearest_step(note.start_quarters, clip)
                rows.append((step, note.pitch, *_fields(note, offset)))
        table = np.array(sorted(rows), np.float64).reshape(-1, 9)
        return cls(clip, table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:])

    def nearest(self, line: Line) -> Floats:
        """The fields of the nearest note for each note of a line, by time and a quarter step a semitone.

        The clip must have notes. An early note lends its offset to the first step only if it is the first itself: at
        the loop's end, where an early first note lies, a sequencer would cut it off.
        """
        own_steps = clip_steps(self.clip)
        steps = np.array([note.step for note in line])[:, None] % own_steps
        pitches = np.array([note.pitch for note in line])[:, None]
        near = (np.searchsorted(self.steps, steps) + np.arange(-_NEIGHBOURS, _NEIGHBOURS)) % len(self.steps)
        apart = np.abs(self.steps[near] - steps)
        apart = np.minimum(apart, np.abs(own_steps - apart))
        cost = apart + _STEPS_A_SEMITONE * np.abs(self.pitches[near] - pitches)
        chosen = np.take_along_axis(near, cost.argmin(1)[:, None], 1)[:, 0]
        rows: Floats = self.fields[chosen]
        borrowed = (steps[:, 0] == 0) & (self.steps[chosen] != 0)
        rows[borrowed, _OFFSET] = rows[borrowed, _OFFSET].clip(min=0)
        return rows


def dress(
    lines: Sequence[Line], clip: Clip, sources: Sequence[Source], weights: Sequence[Sequence[float]]
) -> list[Floats]:
    """Fields for the notes of melodies, `notes, 7` each: those of the nearest note of every source, weighed.

    Args:
        lines: what the model wrote, on the grid.
        clip: gives length and meter of the results; its own notes are not looked at.
        sources: the clips that the results were made of; where none sounds, velocities follow the meter's accents.
        weights: a row a line, a column a source, none negative; less than a thousandth of a row's is not heard, and
            so not asked for.
    """
    voiced = [k for k, source in enumerate(sources) if len(source.steps)]
    shares = np.array([[row[k] for k in voiced] for row in weights]).reshape(len(lines), len(voiced))
    shares = np.where(shares > _FAINT * shares.sum(1, keepdims=True), shares, 0)
    whole = shares.sum(1, keepdims=True)
    shares = shares / np.where(whole > 0, whole, 1)
    line_of = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    notes = [note for line in lines for note in line]
    fields = np.zeros((len(notes), _NUM_FIELDS))
    for column, k in enumerate(voiced):
        share = shares[line_of, column]
        asking = share.nonzero()[0]
        if len(asking):
            fields[asking] += share[asking, None] * sources[k].nearest([notes[place] for place in asking])
    for place in (whole[line_of, 0] == 0).nonzero()[0]:
        fields[place] = (accent(notes[place].step, clip), *_PLAIN)
    return np.split(fields, np.cumsum([len(line) for line in lines])[:-1])


def put_on(line: Line, clip: Clip, fields: Floats, touch: Touch = AS_IT_IS) -> list[Note]:
    """The notes of a line, with their fields as `dress` gave them, played by a touch."""
    fields = fields.copy()
    fields[:, _VELOCITY] = touch.velocities(fields[:, _VELOCITY])
    fields[:, _OFFSET] = touch.offsets(fields[:, _OFFSET])
    return [_note(note, clip, row) for note, row in zip(line, fields.tolist(), strict=True)]


def accent(step: int, clip: Clip) -> float:
    """The velocity that the meter suggests: downbeat, beats, eighths, sixteenths."""
    in_bar = step % max(1, round(clip.bar_quarters * STEPS_PER_QUARTER))
    return _DOWNBEAT if in_bar == 0 else _ACCENTS[in_bar % _BEAT_STEPS]


def _fields(note: Note, offset: float) -> tuple[float, ...]:
    on_grid = max(1, int(note.duration_quarters * STEPS_PER_QUARTER + 0.5)) * STEP_QUARTERS
    return (
        note.velocity, offset, min(1.0, note.duration_quarters / on_grid), max(0.0, note.duration_quarters - on_grid),
        note.probability, note.velocity_deviation, float(note.release_velocity),
    )  # fmt: skip


def _note(grid_note: GridNote, clip: Clip, fields: Sequence[float]) -> Note:
    velocity, offset, articulation, overlap, probability, deviation, release = fields
    return Note(
        step_to_quarters(grid_note.step, offset, clip),
        grid_note.pitch,
        grid_note.duration_steps * STEP_QUARTERS * articulation + overlap,
        min(127.0, velocity),  # a weighted mean may end a rounding error above its greatest part
        False,
        min(1.0, probability),
        max(-127.0, min(127.0, deviation)),
        round(release),
    )
