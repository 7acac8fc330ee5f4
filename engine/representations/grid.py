"""The 16th grid: quarters to steps and back, bars in steps, and the windows that cover a clip of any length."""

from __future__ import annotations

import math

import numpy as np

from engine.errors import UnsupportedMeterError
from engine.representations.clip import Clip

STEPS_PER_QUARTER = 4
STEP_QUARTERS = 1.0 / STEPS_PER_QUARTER
WINDOW_STEPS = 32
_TINY_STEPS = 1e-6


def bar_steps(clip: Clip) -> int:
    """Steps in one bar of the clip.

    Raises:
        UnsupportedMeterError: the bar is no whole number of 16ths (5/32, for one).
    """
    steps = clip.bar_quarters * STEPS_PER_QUARTER
    if abs(steps - round(steps)) > _TINY_STEPS:
        raise UnsupportedMeterError(
            f"a bar of {clip.meter} is {steps:g} sixteenths; the models work on a grid of sixteenths: "
            "choose a meter whose bar is a whole number of them"
        )
    return round(steps)


def clip_steps(clip: Clip) -> int:
    """Steps that the clip touches; a last, broken step counts. At least 1."""
    return max(1, math.ceil(clip.length_quarters * STEPS_PER_QUARTER - _TINY_STEPS))


def nearest_step(start_quarters: float, clip: Clip) -> tuple[int, float]:
    """The grid cell of an onset within the loop, and how late the onset lies in it.

    Args:
        start_quarters: onset in quarters; wraps into the loop, so that a hit just before its end is an early step 0.
        clip: gives the loop's length.

    Returns:
        `step` in 0..clip_steps-1, and `offset_steps` in [-0.5, 0.5), positive = late.
    """
    length_steps = clip.length_quarters * STEPS_PER_QUARTER
    position = (start_quarters * STEPS_PER_QUARTER) % length_steps
    step = math.floor(position + 0.5)
    if step >= clip_steps(clip):
        return 0, max(-0.5, position - length_steps)
    return step, position - step


def step_to_quarters(step: int, offset_steps: float, clip: Clip) -> float:
    """The onset of a grid cell in quarters, in 0..length (the end left out, also once it is rounded to float32).

    An early step 0 lies at the loop's end. A late hit on a last, broken step stays before that end.
    """
    length_steps = clip.length_quarters * STEPS_PER_QUARTER
    if step < length_steps <= min(step + 0.5, step + offset_steps):
        return (step + length_steps) / 2 * STEP_QUARTERS
    start = ((step + offset_steps) * STEP_QUARTERS) % clip.length_quarters
    return start if np.float32(start) < np.float32(clip.length_quarters) else 0.0


def window_starts(clip: Clip, window_steps: int = WINDOW_STEPS) -> tuple[int, ...]:
    """First steps of the windows that cover the clip.

    A clip that fits one window has one, from step 0. A longer one has windows that start on bar lines (and within
    bars longer than half a window), each overlapping the next by half a window or more, the last ones reading
    round the loop's end into its beginning: so the loop has no seam either.
    """
    total = clip_steps(clip)
    bar = bar_steps(clip)
    if total <= window_steps:
        return (0,)
    hop_steps = window_steps - window_steps // 2
    hop_bars = max(1, hop_steps // bar)
    pieces = max(1, math.ceil(bar / hop_steps))
    starts: list[int] = []
    for bar_start in range(0, total, hop_bars * bar):
        starts += [bar_start + piece * bar // pieces for piece in range(pieces)]
    return tuple(start for start in starts if start < total)
