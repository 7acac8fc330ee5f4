"""Groove: hits, velocities and offsets by step and voice.

Source: magenta's GrooveConverter: nine voices, one note a cell, the loudest wins.
Differs: offsets are fractions of a step in [-0.5, 0.5), positive = late (magenta's are doubled and positive = early);
notes wrap round the loop; pitches that no voice knows are left to the caller, who keeps them as they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.representations.clip import Clip
from engine.representations.drums import NUM_VOICES, DrumMap
from engine.representations.grid import clip_steps, nearest_step

DEPTH = 3 * NUM_VOICES

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Groove:
    """Three arrays of shape `steps, voices`.

    Attributes:
        hits: 0 or 1.
        velocities: 0..1 (MIDI velocity / 127), 0 where nothing is hit.
        offsets: fraction of a step in [-0.5, 0.5), positive = late, 0 where nothing is hit.
    """

    hits: Floats
    velocities: Floats
    offsets: Floats

    @property
    def steps(self) -> int:
        """How many steps the groove has."""
        return len(self.hits)


@dataclass(frozen=True)
class Cell:
    """Where a note of the clip lies on the grid; `voice` is None for a pitch that no voice knows."""

    step: int
    voice: int | None
    offset_steps: float


def cells(clip: Clip, drum_map: DrumMap) -> tuple[Cell, ...]:
    """The grid cell of each note of the clip, in the order of its notes."""
    found = []
    for note in clip.notes:
        step, offset = nearest_step(note.start_quarters, clip)
        found.append(Cell(step, drum_map.voice_of(note.pitch), offset))
    return tuple(found)


def to_tensor(clip: Clip, drum_map: DrumMap) -> Groove:
    """The clip's hits on the grid with their feel; muted notes and unknown pitches are not part of it."""
    groove = empty(clip_steps(clip))
    for note, cell in zip(clip.notes, cells(clip, drum_map), strict=True):
        if note.mute or cell.voice is None:
            continue
        place(groove, cell.step, cell.voice, note.velocity / 127.0, cell.offset_steps)
    return groove


def empty(steps: int) -> Groove:
    """A groove without hits."""
    hits, velocities, offsets = (np.zeros((steps, NUM_VOICES), np.float32) for _ in range(3))
    return Groove(hits, velocities, offsets)


def place(groove: Groove, step: int, voice: int, velocity: float, offset_steps: float) -> None:
    """Write a hit into the groove (which is changed), unless a louder one holds the cell."""
    if velocity > groove.velocities[step, voice]:
        groove.hits[step, voice] = 1.0
        groove.velocities[step, voice] = velocity
        groove.offsets[step, voice] = offset_steps


def stack(groove: Groove) -> Floats:
    """One array `steps, 27`: hits, velocities, offsets."""
    return np.concatenate([groove.hits, groove.velocities, groove.offsets], axis=-1)


def unstack(array: Floats) -> Groove:
    """The inverse of `stack`."""
    hits, velocities, offsets = np.split(array, 3, axis=-1)
    return Groove(hits, velocities, offsets)
