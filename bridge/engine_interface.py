"""What the bridge needs of an engine: the seam that `engine.runtime` fulfils, and the tests' own engine too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from engine.representations.clip import Clip
from engine.runtime.answers import Answer, CacheStats, ModelInfo, Prepared
from engine.runtime.knobs import Knob
from engine.runtime.position import Anchor, Position


class Field(Protocol):
    """Anchors that a morph moves between; made by the engine, and known to it alone."""

    @property
    def kind(self) -> str: ...


class Engine(Protocol):
    """Music in, music out; called by the worker's thread alone.

    What follows a `*` is given only where the client chose it: the defaults are the engine's own.
    """

    @property
    def device_name(self) -> str: ...

    @property
    def models(self) -> Sequence[ModelInfo]: ...

    def warm_up(self) -> None: ...

    def close(self) -> None: ...

    def cache_stats(self) -> CacheStats: ...

    def prepare(self, clip: Clip) -> Prepared: ...

    def sample(self, model: str, count: int, *, temperature: float = ..., seed: int = ...) -> Answer: ...

    def vary(
        self,
        clip: Clip,
        count: int,
        amount: float,
        *,
        temperature: float = ...,
        seed: int = ...,
        kind: str | None = ...,
    ) -> Answer: ...

    def interpolate(
        self,
        clip_a: Clip,
        clip_b: Clip,
        steps: int,
        *,
        temperature: float = ...,
        seed: int = ...,
        spacing: str = ...,
        kind: str | None = ...,
    ) -> Answer: ...

    def blend(
        self,
        clips: Sequence[Clip],
        weights: Sequence[float],
        *,
        temperature: float = ...,
        seed: int = ...,
        kind: str | None = ...,
    ) -> Answer: ...

    def humanize(
        self, clip: Clip, timing: float, velocity: float, *, temperature: float = ..., seed: int = ...
    ) -> Answer: ...

    def drumify(self, clip: Clip, *, temperature: float = ..., seed: int = ...) -> Answer: ...

    def groove(self, from_clip: Clip, to_clip: Clip, timing: float, velocity: float) -> Answer: ...

    def field(self, anchors: Sequence[Anchor]) -> Any: ...  # a Field; each engine knows its own

    def morph(self, field: Any, positions: Sequence[Position], locks: Mapping[int, Position] = ...) -> Answer: ...

    def knobs(self, kind: str) -> Sequence[tuple[int, Knob]]: ...


LoadEngine = Callable[[], Engine]
"""Loads the checkpoints onto the device; called once, by the worker's thread."""
