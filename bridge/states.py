"""A morph's state as numbers, for a client to keep, and from numbers again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from bridge.protocol.limits import NUM_KNOBS
from bridge.protocol.message import Message
from bridge.protocol.state_messages import (
    PositionFields,
    StateAnchor,
    StateBegin,
    StateEnd,
    StateLock,
    StatePosition,
    StateSetting,
)
from bridge.scene import Scene
from bridge.stage import Stage
from engine.runtime.position import Position


def state_messages(stage: Stage) -> list[Message]:
    """The present as state 0, each snapshot, and the settings of the playing."""
    scenes = {0: stage.scene, **stage.snapshots}
    told = [message for number in sorted(scenes) for message in _scene_messages(number, scenes[number])]
    told += [StateSetting(name, float(value)) for name, value in stage.settings.items()]
    return [StateBegin(len(stage.snapshots)), *told, StateEnd(len(told))]


def position_of(told: PositionFields) -> Position:
    """The position that a message tells."""
    knobs = tuple(getattr(told, f"knob_{number}") for number in range(1, NUM_KNOBS + 1))
    others = {field.name: getattr(told, field.name) for field in fields(Position) if field.name != "knobs"}
    return Position(knobs=knobs, **others)


def _scene_messages(number: int, scene: Scene) -> Iterator[Message]:
    yield StatePosition(number, **_numbers(scene.position))
    for slot, placed in sorted(scene.placed.items()):
        yield StateAnchor(number, slot, placed.clip, placed.anchor.x, placed.anchor.y)
    for voice, position in sorted(scene.locks.items()):
        yield StateLock(number, voice, **_numbers(position))


def _numbers(position: Position) -> dict[str, Any]:
    """The fields of a message that tells a position."""
    numbers = {field.name: getattr(position, field.name) for field in fields(position) if field.name != "knobs"}
    return numbers | {f"knob_{number}": value for number, value in enumerate(position.knobs, start=1)}
