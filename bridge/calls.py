"""Requests as calls of the engine: one table for the server, which hears them over OSC, and the studio, with files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bridge.engine_interface import Engine
from bridge.errors import OutOfRangeError
from bridge.protocol.request_messages import (
    Blend,
    Continue,
    Drumify,
    Groove,
    Humanize,
    Infill,
    Interpolate,
    Request,
    Sample,
    Vary,
)
from bridge.protocol.settings import NO_SETTINGS, SPACINGS, Settings
from engine.representations.clip import Clip
from engine.runtime.answers import Answer

Call = Callable[[Engine], Answer]
NO_CHOICE: Mapping[str, str] = {}


def call_of(message: Request, clip_of: Callable[[int], Clip], models: Mapping[str, str] = NO_CHOICE) -> Call:
    """What a request asks of the engine.

    Args:
        message: the request.
        clip_of: the clip of a number; asked at once, so that what it raises is raised here.
        models: names chosen, by the part that they play.

    Raises:
        OutOfRangeError: all weights of a blend are 0.
    """
    options = _options(getattr(message, "settings", NO_SETTINGS))
    chosen: dict[str, Any] = {"models": dict(models)} if models else {}
    match message:
        case Sample():
            return lambda engine: engine.sample(message.model, message.count, **options)
        case Vary():
            clip = clip_of(message.clip)
            return lambda engine: engine.vary(clip, message.count, message.amount, **options, **chosen)
        case Interpolate():
            a, b = clip_of(message.clip_a), clip_of(message.clip_b)
            return lambda engine: engine.interpolate(a, b, message.steps, **options, **chosen)
        case Blend():
            clips, weights = [clip_of(w.clip) for w in message.weights], [w.weight for w in message.weights]
            if not any(weights):
                raise OutOfRangeError("all weights are 0; give at least one clip a weight over 0")
            return lambda engine: engine.blend(clips, weights, **options, **chosen)
        case Humanize():
            clip = clip_of(message.clip)
            return lambda engine: engine.humanize(clip, message.timing, message.velocity, **options, **chosen)
        case Drumify():
            clip = clip_of(message.clip)
            return lambda engine: engine.drumify(clip, **options, **chosen)
        case Groove():
            a, b = clip_of(message.from_clip), clip_of(message.to_clip)
            return lambda engine: engine.groove(a, b, message.timing, message.velocity, **chosen)
        case Continue():
            clip = clip_of(message.clip)
            return lambda engine: engine.continue_clip(clip, message.bars, message.count, **options, **chosen)
        case Infill():
            clip = clip_of(message.clip)
            start, end = message.from_quarters, message.to_quarters
            return lambda engine: engine.infill(clip, start, end, message.count, **options, **chosen)
    raise TypeError(f"{message.spec.address} asks nothing of the engine; requests are the cases above")


def _options(settings: Settings) -> dict[str, Any]:
    """The settings that were chosen, as the engine names them."""
    chosen = {"temperature": settings.temperature, "seed": settings.seed, "kind": settings.kind}
    chosen["spacing"] = None if settings.spacing is None else SPACINGS[settings.spacing]
    chosen["keep_key"] = None if settings.keep_key is None else bool(settings.keep_key)
    return {name: value for name, value in chosen.items() if value is not None}
