"""How a pattern is played: how much of its timing and dynamics, louder or softer, ahead of the beat or behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LOUDEST = 127.0
_SOFTEST = 1.0
_MOST_LATE_STEPS = 1 / 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Touch:
    """Amounts; by default everything stays as it is.

    Attributes:
        timing: 0..1, how much of the offsets from the grid is played.
        dynamics: 0..1, how much of the velocities' difference from their mean is played.
        loudness: -1 half of each velocity, 1 bent up towards the loudest.
        lateness: -1 a third of a step ahead, 1 a third of a step behind.
    """

    timing: float = 1.0
    dynamics: float = 1.0
    loudness: float = 0.0
    lateness: float = 0.0

    def velocities(self, played: Floats) -> Floats:
        """Velocities 1..127 of all notes of a pattern, as this touch has them; softer ones than 1 become no softer.

        Louder ones keep their order: they are bent, none is cut off at 127.
        """
        if self.dynamics != 1 and len(played):
            mean = played.mean()
            played = mean + self.dynamics * (played - mean)
        if self.loudness > 0:
            played = _LOUDEST * np.power(played / _LOUDEST, 0.5**self.loudness)
        elif self.loudness < 0:
            played = np.maximum(played * 2.0**self.loudness, np.minimum(played, _SOFTEST))
        return played

    def offsets(self, played: Floats) -> Floats:
        """Offsets in steps, as this touch has them."""
        if self.timing != 1:
            played = self.timing * played
        return played + self.lateness * _MOST_LATE_STEPS if self.lateness else played


AS_IT_IS = Touch()
