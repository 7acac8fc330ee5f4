"""How fine a MIDI file must count so that no time of a clip is rounded."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutOfRangeError

# Straight and triplet grids first, then what sequencers and recorders use.
RESOLUTIONS = (96, 120, 192, 240, 384, 480, 768, 960, 1024, 1920, 3840, 7680, 15_360, 30_720)
MAX_RESOLUTION = 32_767
MAX_TICKS = 2**28 - 1
EXACT_QUARTERS = 1e-9
_FLOAT32_ROUNDING = 2.0**-24


def choose_resolution(times_quarters: NDArray[np.float64]) -> int:
    """The smallest number of ticks a quarter on which all these times lie.

    The times of a file that counts in another number, such as 220, take that number or a multiple of it. Times that
    came as float32, as all do over OSC, may miss a tick by their own rounding. Times that lie on no count take the
    finest of `RESOLUTIONS` that keeps the latest time below `MAX_TICKS`.

    Args:
        times_quarters: shape `times`, finite.

    Returns:
        96..32,767. The greatest error is 1e-9 quarters, the rounding of float32 (6e-8 of the latest time), or, at the
        finest count, half a tick: 1.63e-5 quarters, 8 microseconds at 120 a minute.

    Raises:
        OutOfRangeError: a time is too late for any count.
    """
    latest = float(np.abs(times_quarters).max(initial=1.0))
    allowed = [resolution for resolution in RESOLUTIONS if latest * resolution <= MAX_TICKS]
    if not allowed:
        raise OutOfRangeError(
            f"the clip reaches {latest:g} quarters; a MIDI file holds {MAX_TICKS // RESOLUTIONS[0]}, so cut it shorter"
        )
    for resolution in allowed:
        if _error_quarters(times_quarters, resolution) <= EXACT_QUARTERS:
            return resolution
    common = _common_denominator(times_quarters)
    if common is not None and latest * common <= MAX_TICKS:
        return common * math.ceil(RESOLUTIONS[0] / common)
    rounding = min(0.5 / allowed[-1], _FLOAT32_ROUNDING * latest)
    fitting = (resolution for resolution in allowed if _error_quarters(times_quarters, resolution) <= rounding)
    return next(fitting, allowed[-1])


def to_ticks(quarters: float, resolution: int) -> int:
    """The nearest tick to this time."""
    return round(quarters * resolution)


def _error_quarters(times_quarters: NDArray[np.float64], resolution: int) -> float:
    ticks = times_quarters * resolution
    return float(np.abs(ticks - np.rint(ticks)).max(initial=0.0)) / resolution


def _common_denominator(times_quarters: NDArray[np.float64]) -> int | None:
    """The least count on which all times lie exactly, None where a MIDI file cannot count so finely."""
    common = 1
    for time in np.unique(times_quarters % 1.0):
        if abs(time * common - round(time * common)) / common <= EXACT_QUARTERS:
            continue
        nearest = Fraction(float(time)).limit_denominator(MAX_RESOLUTION)
        common = math.lcm(common, nearest.denominator)
        if common > MAX_RESOLUTION or abs(float(nearest) - time) > EXACT_QUARTERS:
            return None
    return common
