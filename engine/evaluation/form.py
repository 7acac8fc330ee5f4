"""Form: how much of a long melody has been there before, bar by bar. It is what a conductor over bars is for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.representations.grid import STEPS_PER_QUARTER
from engine.representations.melody import FIRST_PITCH_CLASS

BAR_STEPS = 4 * STEPS_PER_QUARTER

Tokens = NDArray[np.int64]


def repeated_bars(tokens: Tokens) -> dict[str, Any]:
    """How many of the bars after the first are equal to an earlier bar of the same melody.

    Bars without onsets do not count, neither above nor below the line.

    Args:
        tokens: `melodies, steps`, whole bars.

    Returns:
        `bars_repeat_rhythm` by onsets alone, `bars_repeat_notes` by onsets, ends and pitches; 0..1.
    """
    bars = tokens.reshape(len(tokens), -1, BAR_STEPS)
    onsets = bars >= FIRST_PITCH_CLASS
    sounding = np.logical_or.reduce(onsets, axis=2)
    return {
        "bars_repeat_rhythm": _repeated(onsets.astype(np.int64), sounding),
        "bars_repeat_notes": _repeated(bars, sounding),
    }


def _repeated(bars: Tokens, counted: NDArray[np.bool_]) -> float:
    """Share of the counted bars after the first, `melodies, bars, steps`, that stand earlier in their melody."""
    _, numbers = np.unique(bars.reshape(-1, bars.shape[2]), axis=0, return_inverse=True)
    numbers = numbers.reshape(bars.shape[:2])
    later = counted[:, 1:].sum()
    again = sum(
        int((counted[:, bar] & (numbers[:, :bar] == numbers[:, bar, None]).any(1)).sum())
        for bar in range(1, bars.shape[1])
    )
    return float(again / later) if later else float("nan")
