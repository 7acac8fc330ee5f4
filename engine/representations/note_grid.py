"""Whether notes lie on a grid, and putting others on it.

A model's times are continuous and miss a grid by a few milliseconds. Where the music around lies on one, so shall what
is written into it; where it is played freely, times stay as they are.
"""

from __future__ import annotations

import numpy as np

from engine.representations.note_sequence import Floats

GRIDS_QUARTERS = (1.0, 1 / 2, 1 / 4, 1 / 6, 1 / 8, 1 / 12)
"""Coarse to fine: quarters, eighths, sixteenths, triplet eighths, 32nds, and what holds sixteenths and triplets."""
NEAR_QUARTERS = 0.015
"""So near to a line of a grid counts as on it: 7.5 ms at 120 quarters a minute."""
_SHARE = 0.95
_FEWEST = 4


def grid_of(times_quarters: Floats) -> float | None:
    """The coarsest grid, in quarters, on which 95 % of these times lie; None for none, or for fewer than four times.

    By chance 95 % of more than a few times lie on none: of the finest grid, 36 % do.
    """
    if len(times_quarters) < _FEWEST:
        return None
    for grid in GRIDS_QUARTERS:
        apart = np.abs(times_quarters / grid - np.rint(times_quarters / grid)) * grid
        if (apart <= NEAR_QUARTERS).mean() >= _SHARE:
            return grid
    return None


def snapped(notes: Floats, around: Floats) -> Floats:
    """A copy of notes `notes, 4` on the grids of the notes around them.

    Onsets and durations each have a grid of their own, and where the music around has none they stay: a staccato line
    lies on the grid with its onsets alone. No duration becomes less than one unit of its grid.
    """
    moved = notes.copy()
    onset_grid, duration_grid = grid_of(around[:, 0]), grid_of(around[:, 1])
    if onset_grid is not None:
        grid = min(onset_grid, 1 / 4)
        moved[:, 0] = np.rint(moved[:, 0] / grid) * grid
    if duration_grid is not None:
        grid = min(duration_grid, 1 / 4)
        moved[:, 1] = np.maximum(1, np.rint(moved[:, 1] / grid)) * grid
    return moved
