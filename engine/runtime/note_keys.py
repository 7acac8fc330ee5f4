"""Windows of notes moved into the key of others, so that a variation heads for music that suits the song."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.representations.key import best_key, key_masks
from engine.representations.note_sequence import DRUMS, INSTRUMENT, NO_INSTRUMENT, NUM_PITCHES, PITCH, Floats


def into_key(rows: Tensor, around: Tensor) -> Tensor:
    """A copy, moved by the interval that brings most notes into the key of the others; drums stay.

    Args:
        rows: `windows, slots, 6`.
        around: the same, with any number of windows; without pitched notes nothing is moved.

    Returns:
        As `rows`; a note that would leave the 128 pitches stays where it is.
    """
    pitched, pitches = _is_pitched(rows), rows[..., PITCH]
    moved = pitches + _interval(_pitch_classes(rows), _pitch_classes(around))
    has_room = pitched & (moved >= 0) & (moved < NUM_PITCHES)
    found = rows.clone()
    found[..., PITCH] = torch.where(has_room, moved, pitches)
    return found


def _is_pitched(rows: Tensor) -> Tensor:
    return (rows[..., INSTRUMENT] != DRUMS) & (rows[..., INSTRUMENT] != NO_INSTRUMENT)


def _pitch_classes(rows: Tensor) -> Floats:
    """How often each pitch class begins; shape `12`."""
    classes = rows[..., PITCH][_is_pitched(rows)] % 12
    return np.bincount(classes.numpy(), minlength=12).astype(float)


def _interval(counts: Floats, around: Floats) -> int:
    """Semitones, -6..5; of those that fit alike the smallest."""
    if not around.any():
        return 0
    key = key_masks()[best_key(around)]
    return max(sorted(range(-6, 6), key=abs), key=lambda semitones: float(np.roll(counts, semitones) @ key))
