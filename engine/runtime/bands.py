"""What a model of notes invents, as tracks that play together: one for each sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from engine.representations.note_fitting import Company, fitted
from engine.representations.note_grid import snapped
from engine.representations.note_sequence import DRUM_PROGRAM, Floats, Track, from_tensor

Band = tuple[Track, ...]
"""Tracks that play together, by program, the drums last; each has notes."""
_SILENCE = np.zeros((0, 4))


def band_of(windows: Tensor, window_quarters: float) -> Band:
    """Windows that follow each other as one band, on the grid where their notes lie on one.

    Instruments that have one program are one track. No note sounds beyond the last window's end, none begins before the
    first one's start, and no pitch is struck while it sounds.

    Args:
        windows: `windows, slots, 6`.
        window_quarters: length of each.
    """
    sounds: dict[int, list[Floats]] = defaultdict(list)
    for place, rows in enumerate(windows.numpy().astype(np.int16)):
        tracks = from_tensor(rows).values()
        around = np.concatenate([_SILENCE, *(track.notes for track in tracks)])
        for track in tracks:
            notes = snapped(track.notes, around) + np.array([place * window_quarters, 0, 0, 0])
            sounds[DRUM_PROGRAM if track.is_drum else track.program].append(notes)
    end = len(windows) * window_quarters
    return tuple(_track(program, sounds[program], end) for program in sorted(sounds))


def _track(program: int, notes: Sequence[Floats], end: float) -> Track:
    together = np.concatenate(notes)
    together = together[together[:, 0] < end]
    together[:, 0] = np.maximum(together[:, 0], 0)  # an early first beat has nothing before it
    is_drum = program == DRUM_PROGRAM
    return Track(fitted(together, Company(_SILENCE, False, end)), 0 if is_drum else program, is_drum)
