"""Requests as calls of the engine: one table for the server, which hears them over OSC, and the studio, with files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bridge.engine_interface import Engine
from bridge.errors import OutOfRangeError, WrongKindError
from bridge.protocol.request_messages import Blend, Drumify, Groove, Humanize, Interpolate, Request, Sample, Vary
from bridge.protocol.settings import NO_SETTINGS, Settings
from engine.representations.clip import Clip
from engine.runtime.answers import Answer

Call = Callable[[Engine], Answer]
_SPACINGS = ("change", "angle")


def call_of(message: Request, clip_of: Callable[[int], Clip]) -> Call:
    """What a request asks of the engine.

    Args:
        message: the request.
        clip_of: the clip of a number; asked at once, so that what it raises is raised here.

    Raises:
        OutOfRangeError: all weights of a blend are 0.
        WrongKindError: no model does such requests yet.
    """
    if not message.spec.done_here:
        verb = _verb(message)
        raise WrongKindError(f"no loaded model does {verb}; /bridge/model lists those loaded: try /bridge/vary")
    options = _options(getattr(message, "settings", NO_SETTINGS))
    clips = [clip_of(number) for number in message.sources]
    match message:
        case Sample():
            return lambda engine: engine.sample(message.model, message.count, **options)
        case Vary():
            return lambda engine: engine.vary(*clips, message.count, message.amount, **options)
        case Interpolate():
            return lambda engine: engine.interpolate(*clips, message.steps, **options)
        case Blend():
            weights = [weight.weight for weight in message.weights]
            if not any(weights):
                raise OutOfRangeError("all weights are 0; give at least one clip a weight over 0")
            return lambda engine: engine.blend(clips, weights, **options)
        case Humanize():
            return lambda engine: engine.humanize(*clips, message.timing, message.velocity, **options)
        case Drumify():
            return lambda engine: engine.drumify(*clips, **options)
        case Groove():
            return lambda engine: engine.groove(*clips, message.timing, message.velocity)
    raise NotImplementedError(f"nothing says what {_verb(message)} asks of the engine")


def _verb(message: Request) -> str:
    return message.spec.address.rsplit("/", 1)[-1]


def _options(settings: Settings) -> dict[str, Any]:
    """The settings that were chosen, as the engine names them."""
    chosen = {"temperature": settings.temperature, "seed": settings.seed, "kind": settings.kind}
    chosen["spacing"] = None if settings.spacing is None else _SPACINGS[settings.spacing]
    return {name: value for name, value in chosen.items() if value is not None}
