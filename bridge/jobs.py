"""What the worker is asked to do, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.engine_interface import Engine
from bridge.protocol.clip_messages import ClipEnd
from bridge.protocol.request_messages import Request
from bridge.scene import Scene
from engine.representations.clip import Clip
from engine.runtime.answers import Answer, ModelInfo, Prepared
from engine.runtime.knobs import Knob


@dataclass(frozen=True, eq=False)
class RequestJob:
    """A request for new clips.

    Attributes:
        session: whose it is.
        message: what asked for it.
        submitted_s: when it was asked for.
        call: what is to be called.
        deadline_s: when its work must have begun.
    """

    session: int
    message: Request
    submitted_s: float
    call: Callable[[Engine], Answer]
    deadline_s: float


@dataclass(frozen=True, eq=False)
class PrepareJob:
    """A clip to be judged and encoded ahead.

    Attributes:
        session: whose it is.
        message: what asked for it.
        submitted_s: when it was asked for.
        clip: the clip.
        models: names that its client chose, by the part that they play.
        deadline_s: never, since it may have to wait for the models.
    """

    session: int
    message: ClipEnd
    submitted_s: float
    clip: Clip
    models: Mapping[str, str]
    deadline_s: float = math.inf


Job = RequestJob | PrepareJob


@dataclass(frozen=True, eq=False)
class MorphJob:
    """A scene whose pattern is wanted.

    Attributes:
        session: whose it is.
        scene: anchors, position and locks.
        asked_s: when the move that led here arrived.
        move: its number, rising.
    """

    session: int
    scene: Scene
    asked_s: float
    move: int = 0


@dataclass(frozen=True, eq=False)
class Ahead:
    """A scene whose neighbours may be wanted next, once its cursor has rested a while: from `begin_s` on."""

    session: int
    scene: Scene
    begin_s: float


@dataclass(frozen=True, eq=False)
class Adoption:
    """Models that were picked up, for the engine to take in."""

    arrived: Sequence[Any]


@dataclass(frozen=True)
class Loaded:
    """The engine is loaded, or warm as well; `knobs` by the name of each model that can be morphed with."""

    models: tuple[ModelInfo, ...]
    device_name: str
    warm: bool
    knobs: Mapping[str, Sequence[tuple[int, Knob]]]


@dataclass(frozen=True)
class Adopted:
    """Models came or changed; `renewed` are the parts that other weights play now, by default or by choice."""

    loaded: Loaded
    renewed: frozenset[str]


@dataclass(frozen=True)
class LoadFailed:
    """The engine cannot be loaded."""

    error: Exception


@dataclass(frozen=True)
class Answered:
    """A request has its clips, after so long a wait."""

    job: RequestJob
    answer: Answer
    queue_ms: float


@dataclass(frozen=True)
class ClipPrepared:
    """A clip is judged and encoded."""

    job: PrepareJob
    prepared: Prepared


@dataclass(frozen=True)
class Failed:
    """A job raised."""

    job: Job
    error: Exception


@dataclass(frozen=True)
class Morphed:
    """A scene has its pattern."""

    job: MorphJob
    clip: Clip
    decode_ms: float


@dataclass(frozen=True)
class MorphFailed:
    """A scene has none."""

    job: MorphJob
    error: Exception


Event = Loaded | LoadFailed | Adopted | Answered | ClipPrepared | Failed | Morphed | MorphFailed
