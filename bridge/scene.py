"""What a morph is at a moment, and how each move changes it: plain values, a scene once kept stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.errors import TooLargeError, WrongKindError
from bridge.protocol.limits import MAX_ANCHORS
from engine.errors import UnsupportedMeterError
from engine.representations.clip import Clip
from engine.representations.kind import DRUMS, MELODY, judge_kind
from engine.runtime.position import Anchor, Position


@dataclass(frozen=True)
class Placed:
    """An anchor, under the client's own number of its clip, and of what kind the clip is."""

    clip: int
    anchor: Anchor
    kind: str


_CENTRE = Position()

POINTS = 128
"""Steps of the cursor from one side of the square to the other: as fine as a controller, and coarse enough that
neighbours can be decoded ahead. Anchors lie on the same points, so that the cursor can be at one exactly."""


@dataclass(frozen=True)
class Scene:
    """All that decides a pattern.

    Attributes:
        placed: anchors by slot; another mapping whenever an anchor has changed.
        position: cursor, knobs and settings.
        locks: where each locked voice was locked.
        model: that was chosen for its kind; None where the default plays.
    """

    placed: Mapping[int, Placed] = field(default_factory=dict)
    position: Position = _CENTRE
    locks: Mapping[int, Position] = field(default_factory=dict)
    model: str | None = None

    @property
    def kind(self) -> str | None:
        """Of all anchors; None where there is none."""
        return next((placed.kind for placed in self.placed.values()), None)

    @property
    def models(self) -> dict[str, str]:
        """What was chosen, as the engine takes it."""
        return {self.kind: self.model} if self.kind and self.model else {}

    def moved(self, **changes: Any) -> Scene:
        """With another position."""
        return replace(self, position=replace(self.position, **changes))

    def on_lattice(self) -> Scene:
        """With the cursor at the nearest place where patterns are."""
        return self.moved(x=on_lattice(self.position.x), y=on_lattice(self.position.y))

    def turned(self, knob: int, value: float) -> Scene:
        """With one knob, 1..8, elsewhere."""
        knobs = list(self.position.knobs)
        knobs[knob - 1] = value
        return self.moved(knobs=tuple(knobs))

    def with_anchor(self, slot: int, number: int, clip: Clip, x: float, y: float) -> Scene:
        """With a clip at a point.

        Raises:
            WrongKindError: it is neither melody nor drums, or not what the other anchors are.
            UnsupportedMeterError: it is in another meter than the other anchors.
            TooLargeError: there are too many anchors.
        """
        before = self.placed.get(slot)
        kind = before.kind if before is not None and before.anchor.clip is clip else judge_kind(clip).kind
        others = {at: placed for at, placed in self.placed.items() if at != slot}
        _check_fits(clip, kind, others)
        placed = {**others, slot: Placed(number, Anchor(clip, on_lattice(x), on_lattice(y)), kind)}
        return replace(self, placed=placed, locks=self.locks if kind == DRUMS else {})

    def without_anchor(self, slot: int) -> Scene:
        """With a slot freed."""
        if slot not in self.placed:
            return self
        return replace(self, placed={at: placed for at, placed in self.placed.items() if at != slot})

    def locked(self, voice: int, position: Position) -> Scene:
        """With a voice locked as it is at a position; one that is locked already stays as it is.

        Raises:
            WrongKindError: the anchors are no drums.
        """
        if self.kind not in (DRUMS, None):
            raise WrongKindError("a melody has no voices to lock; anchor drum clips, or leave the lock")
        place = replace(position, x=on_lattice(position.x), y=on_lattice(position.y))
        return replace(self, locks={voice: place, **self.locks})

    def freed(self, voice: int) -> Scene:
        """With a voice free to morph."""
        return replace(self, locks={at: position for at, position in self.locks.items() if at != voice})


def on_lattice(value: float) -> float:
    """The nearest place, 0..1, where the cursor or an anchor can be."""
    return round(value * POINTS) / POINTS


def _check_fits(clip: Clip, kind: str, others: Mapping[int, Placed]) -> None:
    if kind not in (MELODY, DRUMS):
        raise WrongKindError("the clip is neither a melody nor drums; anchor a line of single notes, or a drum clip")
    if len(others) >= MAX_ANCHORS:
        raise TooLargeError(f"{MAX_ANCHORS} anchors are set, which is all; free a slot with clip 0")
    for placed in others.values():
        if placed.kind != kind:
            raise WrongKindError(f"the clip is {kind}, the other anchors are {placed.kind}; free their slots first")
        if placed.anchor.clip.meter != clip.meter:
            raise UnsupportedMeterError(
                f"the clip is in {clip.meter}, the other anchors in {placed.anchor.clip.meter}; "
                "only clips of one meter can be mixed"
            )
