"""The protocol's section Requests: what a client can ask the models for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bridge.protocol.arguments import (
    INT32_HIGH,
    Arg,
    ClipId,
    Count,
    Index,
    KeptId,
    ModelName,
    RequestId,
    ResultNoteIndex,
)
from bridge.protocol.limits import MAX_CLIP_QUARTERS, MAX_COUNT
from bridge.protocol.message import Message, Weight, from_client
from bridge.protocol.settings import NO_SETTINGS, Settings

Timing = Annotated[float, Arg("how much of the timing to take on", 0, 1)]
Velocity = Annotated[float, Arg("how much of the velocities to take on", 0, 1)]


@dataclass(frozen=True)
class Request(Message):
    """Root of what makes work for the engine."""

    request: RequestId

    @property
    def sources(self) -> tuple[int, ...]:
        """Numbers of the clips that it works on, in the order of its arguments."""
        named = [getattr(self, field.name) for field in self.spec.fields if "clip" in field.name]
        return (*named, *(weight.clip for weight in getattr(self, "weights", ())))


@from_client("/bridge/sample", "`count` new clips", ("temperature", "seed"))
@dataclass(frozen=True)
class Sample(Request):
    """New clips from the prior of a model."""

    model: ModelName
    count: Count
    settings: Settings = NO_SETTINGS


@from_client("/bridge/vary", "`count` clips", ("temperature", "seed", "kind"))
@dataclass(frozen=True)
class Vary(Request):
    """Clips near a clip."""

    clip: ClipId
    count: Count
    amount: Annotated[float, Arg("0 is the clip's reconstruction, 1 as far as the prior", 0, 1)]
    settings: Settings = NO_SETTINGS


@from_client("/bridge/interpolate", "`steps` clips", ("temperature", "seed", "spacing", "keep_key", "kind"))
@dataclass(frozen=True)
class Interpolate(Request):
    """Clips on the way from one to another, both ends included."""

    clip_a: ClipId
    clip_b: ClipId
    steps: Annotated[int, Arg("how many clips, both ends included", 2, MAX_COUNT)]
    settings: Settings = NO_SETTINGS


@from_client("/bridge/blend", "one clip", ("temperature", "seed", "kind"))
@dataclass(frozen=True)
class Blend(Request):
    """One clip at the weighted mean of any number of latents."""

    weights: tuple[Weight, ...] = ()
    settings: Settings = NO_SETTINGS


@from_client("/bridge/humanize", "one clip", ("temperature", "seed"))
@dataclass(frozen=True)
class Humanize(Request):
    """The same hits, none added, lost or moved in pitch, with a model's timing and velocity."""

    clip: ClipId
    timing: Timing
    velocity: Velocity
    settings: Settings = NO_SETTINGS


@from_client("/bridge/drumify", "one clip", ("temperature", "seed"))
@dataclass(frozen=True)
class Drumify(Request):
    """A drum clip on the rhythm of any clip."""

    clip: ClipId
    settings: Settings = NO_SETTINGS


@from_client("/bridge/groove", "one clip")
@dataclass(frozen=True)
class Groove(Request):
    """The feel of one clip on the hits of another."""

    from_clip: ClipId
    to_clip: ClipId
    timing: Timing
    velocity: Velocity


@from_client("/bridge/continue", "`count` clips", ("temperature", "seed"))
@dataclass(frozen=True)
class Continue(Request):
    """What follows the clip."""

    clip: ClipId
    bars: Annotated[int, Arg("bars to add", 1, MAX_COUNT)]
    count: Count
    settings: Settings = NO_SETTINGS


@from_client("/bridge/infill", "`count` clips", ("temperature", "seed"))
@dataclass(frozen=True)
class Infill(Request):
    """The clip with a span newly filled, everything outside unchanged."""

    clip: ClipId
    from_quarters: Annotated[float, Arg("where the span begins", 0, MAX_CLIP_QUARTERS)]
    to_quarters: Annotated[float, Arg("where the span ends", 0, MAX_CLIP_QUARTERS)]
    count: Count
    settings: Settings = NO_SETTINGS


@from_client("/bridge/cancel", "`/bridge/cancelled`, whether the request was waiting, at work, done or never heard of")
@dataclass(frozen=True)
class Cancel(Message):
    """Gives a request up: no result of it is sent after the answer."""

    request: RequestId


@from_client("/bridge/result/resend", "`begin`, the notes asked for and `end` of that clip, then `done` again")
@dataclass(frozen=True)
class ResultResend(Message):
    """Asks for notes of a result that did not arrive; results are kept for 10 s."""

    request: KeptId
    index: Index
    first_index: ResultNoteIndex
    count: Annotated[int, Arg("how many notes; 0: all from there on", 0, INT32_HIGH)]
