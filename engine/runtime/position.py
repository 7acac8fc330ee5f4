"""Where a morph stands: everything that decides its pattern besides the anchors."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.errors import OutOfRangeError
from engine.representations.clip import Clip

NUM_KNOBS = 8


@dataclass(frozen=True, slots=True)
class Anchor:
    """A clip at a point of the unit square.

    Attributes:
        clip: the clip.
        x: 0..1.
        y: 0..1.
    """

    clip: Clip
    x: float
    y: float

    def __post_init__(self) -> None:
        _check("x", self.x, 0, 1)
        _check("y", self.y, 0, 1)


@dataclass(frozen=True, slots=True)
class Position:
    """The cursor, the knobs and the settings.

    Attributes:
        x: of the cursor, 0..1.
        y: of the cursor, 0..1.
        knobs: eight, each -1..1, 0 in the middle: no effect; `knobs.KNOBS` names them for each kind of music.
        temperature: 0..2, 0 the most likely.
        seed: of the noise, which stays the same wherever the cursor is.
        timing: 0..1, how much of the pattern's timing off the grid is played; 1 all of it.
        velocity: 0..1, how much of its velocities' difference from their mean is played; 1 all of it.
        density: -1..1, moves the odds of every onset; 0 leaves them as they are.
        keep_key: 1 keeps the key of the first anchor, where the model knows keys apart; 0 lets it move with the cursor.
    """

    x: float = 0.5
    y: float = 0.5
    knobs: tuple[float, ...] = (0.0,) * NUM_KNOBS
    temperature: float = 0.0
    seed: int = 0
    timing: float = 1.0
    velocity: float = 1.0
    density: float = 0.0
    keep_key: int = 0

    def __post_init__(self) -> None:
        if len(self.knobs) != NUM_KNOBS:
            raise OutOfRangeError(f"{len(self.knobs)} knobs are given; there are {NUM_KNOBS}")
        for number, value in enumerate(self.knobs, start=1):
            _check(f"knob {number}", value, -1, 1)
        for name, low, high in (
            ("x", 0, 1), ("y", 0, 1), ("temperature", 0, 2), ("timing", 0, 1), ("velocity", 0, 1), ("density", -1, 1),
            ("keep_key", 0, 1),
        ):  # fmt: skip
            _check(name, getattr(self, name), low, high)


def _check(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise OutOfRangeError(f"{name} is {value}; it must lie in {low}..{high}")
