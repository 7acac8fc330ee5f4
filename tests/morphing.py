"""Fields of made-up clips, and what is asked of their patterns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from made_up import beat, line

from engine.representations.clip import Clip
from engine.representations.grid import nearest_step
from engine.representations.kind import DRUMS, MELODY
from engine.runtime.engine import Engine
from engine.runtime.field import Field
from engine.runtime.position import Anchor, Position

MAKERS = [line, beat]
KINDS = {line: MELODY, beat: DRUMS}
POINTS = ((0.1, 0.2), (0.9, 0.3), (0.4, 0.8), (0.2, 0.6), (0.7, 0.7))
Make = Callable[..., Clip]
Hits = set[tuple[int, int]]


def anchors_of(make: Make, count: int, **form: float) -> list[Anchor]:
    return [Anchor(make(number, **form), *POINTS[number]) for number in range(count)]


def field_of(engine: Engine, make: Make, count: int = 3, **form: float) -> Field:
    return engine.field(anchors_of(make, count, **form), kind=KINDS[make])


def pattern(engine: Engine, field: Field, x: float = 0.5, y: float = 0.5, **at: object) -> Clip:
    return engine.morph(field, [Position(x, y, **at)]).clips[0]


def pattern_at(engine: Engine, field: Field, position: Position) -> Clip:
    return engine.morph(field, [position]).clips[0]


def hits(clip: Clip) -> Hits:
    """Pitch and step of each note that sounds."""
    return {(note.pitch, nearest_step(note.start_quarters, clip)[0]) for note in clip.notes if not note.mute}


def wander(count: int, **at: object) -> list[Position]:
    cursors = np.random.default_rng(0).random((count, 2)).tolist()
    return [Position(x, y, **at) for x, y in cursors]
