"""The straight line through a melody's notes: how it rises, and how far from it the notes lie."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.representations.grid import STEPS_PER_QUARTER
from engine.representations.melody import FIRST_PITCH_CLASS, MIN_PITCH

_BAR_STEPS = 4 * STEPS_PER_QUARTER

Floats = NDArray[np.float64]


class MelodicLine(NamedTuple):
    """The line of least squares through the onsets of each melody.

    Attributes:
        notes: onsets, `melodies`.
        register: mean pitch, `melodies`; NaN without notes.
        rise: semitones a bar, `melodies`; 0 where all notes are at one time, NaN without notes.
        time: bars from the middle of the onsets to each of them, `melodies, steps`; 0 where there is none.
        off: semitones that each onset lies above the line, the same way.
    """

    notes: Floats
    register: Floats
    rise: Floats
    time: Floats
    off: Floats


def line_through(tokens: NDArray[np.integer]) -> MelodicLine:
    """The line through melodies, tokens `melodies, steps`."""
    struck = tokens >= FIRST_PITCH_CLASS
    notes = struck.sum(1).astype(np.float64)
    pitches = np.where(struck, tokens.astype(np.float64) - FIRST_PITCH_CLASS + MIN_PITCH, 0.0)
    bars = np.arange(tokens.shape[1]) / _BAR_STEPS
    with np.errstate(invalid="ignore"):
        register, middle = pitches.sum(1) / notes, (struck * bars).sum(1) / notes
        away, time = np.where(struck, pitches - register[:, None], 0.0), np.where(struck, bars - middle[:, None], 0.0)
        spread = (time**2).sum(1)
        rise = np.where(spread == 0, 0 * register, (away * time).sum(1) / spread)
        return MelodicLine(notes, register, rise, time, np.where(struck, away - rise[:, None] * time, 0.0))
