"""How strong each step of a bar in four quarters is, and how a rhythm goes against it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_OF_A_BAR = (4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0)
_QUARTER = 2


def strengths(steps: int) -> NDArray[np.int64]:
    """0 for sixteenths, 1 for eighths, 2 for quarters, 3 for the middle and 4 for the beginning of a bar, `steps`."""
    return np.resize(np.array(_OF_A_BAR), steps)


def levels(steps: int) -> NDArray[np.int64]:
    """The strength where all quarters are alike: 0 for them, -1 for eighths, -2 for sixteenths, `steps`."""
    return np.minimum(strengths(steps), _QUARTER) - _QUARTER


def syncopation(onsets: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How strongly rhythms that loop are syncopated, summed over their onsets.

    An onset counts where a stronger step follows it before the next onset: by how many levels it is stronger.

    Source: Longuet-Higgins and Lee, The Rhythmic Interpretation of Monophonic Music, 1984. Differs: all quarters are
    alike, so that neither a backbeat nor a silent first beat is a syncopation.

    Args:
        onsets: `rhythms, steps`.

    Returns:
        Levels, `rhythms`.
    """
    level = levels(onsets.shape[1])
    waiting, strongest = onsets.copy(), np.zeros(onsets.shape, np.int64)
    for lag in range(1, onsets.shape[1]):
        waiting &= ~np.roll(onsets, -lag, 1)
        if not waiting.any():
            break
        strongest = np.maximum(strongest, waiting * (np.roll(level, -lag) - level))
    found: NDArray[np.int64] = strongest.sum(1)
    return found
