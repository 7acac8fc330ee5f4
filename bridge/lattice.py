"""Patterns by cursor, those decoded before and those decoded ahead while it rested: the common move is a look-up."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bridge.scene import POINTS, Scene
from engine.representations.clip import Clip
from engine.runtime.position import Position

_REACH = 2
_MOST_PATTERNS, _MOST_NOTES = 2_048, 500_000

Point = tuple[int, int]

_NEAR = sorted(
    ((dx, dy) for dx in range(-_REACH, _REACH + 1) for dy in range(-_REACH, _REACH + 1)),
    key=lambda step: (step[0] ** 2 + step[1] ** 2, step),
)
"""Steps from the cursor to its neighbours, the nearest first."""


@dataclass
class _Around:
    """What is known of one stage, as long as nothing but its cursor moves."""

    scene: Scene
    patterns: OrderedDict[Point, Clip] = field(default_factory=OrderedDict)
    num_notes: int = 0


class Lattice:
    """Patterns by cursor, one lattice a stage. Several threads may use it.

    What is bounded: so many patterns, and notes in them, a stage; what was looked at longest ago goes first. All goes
    when anchors, knobs, settings, locks or the model change.
    """

    def __init__(self) -> None:
        self._around: dict[int, _Around] = {}
        self._lock = threading.Lock()

    def find(self, session: int, scene: Scene) -> Clip | None:
        """The pattern of a scene, where it was decoded before."""
        with self._lock:
            around = self._around.get(session)
            if around is None or not _is_alike(around.scene, scene):
                return None
            point = _point(scene.position)
            if point in around.patterns:
                around.patterns.move_to_end(point)
            return around.patterns.get(point)

    def missing(self, session: int, scene: Scene, most: int) -> list[Position]:
        """The nearest positions around a scene's cursor that are not known yet."""
        with self._lock:
            around = self._around.get(session)
            known = around.patterns if around is not None and _is_alike(around.scene, scene) else {}
            unknown = (point for point in _neighbours(scene.position) if point not in known)
            points = [point for _, point in zip(range(most), unknown, strict=False)]
        return [replace(scene.position, x=x / POINTS, y=y / POINTS) for x, y in points]

    def keep(self, session: int, scene: Scene, positions: Sequence[Position], clips: Sequence[Clip]) -> None:
        """Remembers patterns of a scene whose cursor is elsewhere."""
        with self._lock:
            around = self._around.get(session)
            if around is None or not _is_alike(around.scene, scene):
                around = self._around[session] = _Around(scene)
            for position, clip in zip(positions, clips, strict=True):
                known = around.patterns.pop(_point(position), None)
                around.num_notes += len(clip.notes) - (len(known.notes) if known is not None else 0)
                around.patterns[_point(position)] = clip
            while len(around.patterns) > _MOST_PATTERNS or around.num_notes > _MOST_NOTES:
                _, gone = around.patterns.popitem(last=False)
                around.num_notes -= len(gone.notes)

    def forget(self, session: int) -> None:
        """Lets go of a stage's patterns."""
        with self._lock:
            self._around.pop(session, None)

    def forget_all(self) -> None:
        """Lets go of all patterns."""
        with self._lock:
            self._around.clear()


def _is_alike(one: Scene, other: Scene) -> bool:
    """Whether two scenes differ in their cursors alone."""
    if one.placed is not other.placed or one.locks != other.locks or one.model != other.model:
        return False
    return replace(one.position, x=0.0, y=0.0) == replace(other.position, x=0.0, y=0.0)


def _point(position: Position) -> Point:
    return round(position.x * POINTS), round(position.y * POINTS)


def _neighbours(position: Position) -> Iterator[Point]:
    x, y = _point(position)
    for dx, dy in _NEAR:
        if 0 <= x + dx <= POINTS and 0 <= y + dy <= POINTS:
            yield x + dx, y + dy
