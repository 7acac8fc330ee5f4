"""What the bridge needs of an engine: the seam that `engine.runtime` fulfils, and the tests' own engine too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from engine.representations.clip import Clip
from engine.runtime.answers import Answer, CacheStats, ModelInfo, Prepared
from engine.runtime.knobs import Knob
from engine.runtime.position import Anchor, Position


class Field(Protocol):
    """Anchors that a morph moves between; made by the engine, and known to it alone."""

    @property
    def kind(self) -> str: ...


class PickUp(Protocol):
    """Finds models that come or change while the engine runs; used beside the engine, in a thread of its own."""

    def look(self) -> Sequence[Any]: ...  # for the engine's `adopt`


class Engine(Protocol):
    """Music in, music out; called by the worker's thread alone.

    What follows a `*` is given only where the client chose it: the defaults are the engine's own. `models` has names by
    the part that they play.
    """

    @property
    def device_name(self) -> str: ...

    @property
    def models(self) -> Sequence[ModelInfo]: ...

    def warm_up(self) -> None: ...

    def close(self) -> None: ...

    def cache_stats(self) -> CacheStats: ...

    def pick_up(self) -> PickUp: ...

    def adopt(self, arrived: Sequence[Any]) -> None: ...  # what its PickUp found

    def keep(self, models: Collection[str]) -> None: ...

    def prepare(self, clip: Clip, *, models: Mapping[str, str] = ...) -> Prepared: ...

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
        models: Mapping[str, str] = ...,
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
        keep_key: bool = ...,
        kind: str | None = ...,
        models: Mapping[str, str] = ...,
    ) -> Answer: ...

    def blend(
        self,
        clips: Sequence[Clip],
        weights: Sequence[float],
        *,
        temperature: float = ...,
        seed: int = ...,
        kind: str | None = ...,
        models: Mapping[str, str] = ...,
    ) -> Answer: ...

    def humanize(
        self,
        clip: Clip,
        timing: float,
        velocity: float,
        *,
        temperature: float = ...,
        seed: int = ...,
        models: Mapping[str, str] = ...,
    ) -> Answer: ...

    def drumify(
        self, clip: Clip, *, temperature: float = ..., seed: int = ..., models: Mapping[str, str] = ...
    ) -> Answer: ...

    def groove(
        self, from_clip: Clip, to_clip: Clip, timing: float, velocity: float, *, models: Mapping[str, str] = ...
    ) -> Answer: ...

    def continue_clip(
        self,
        clip: Clip,
        bars: int,
        count: int,
        *,
        temperature: float = ...,
        seed: int = ...,
        models: Mapping[str, str] = ...,
    ) -> Answer: ...

    def infill(
        self,
        clip: Clip,
        from_quarters: float,
        to_quarters: float,
        count: int,
        *,
        temperature: float = ...,
        seed: int = ...,
        models: Mapping[str, str] = ...,
    ) -> Answer: ...

    def field(
        self, anchors: Sequence[Anchor], *, models: Mapping[str, str] = ...
    ) -> Any: ...  # a Field; each engine knows its own

    def morph(self, field: Any, positions: Sequence[Position], locks: Mapping[int, Position] = ...) -> Answer: ...

    def knobs(self, kind: str, *, models: Mapping[str, str] = ...) -> Sequence[tuple[int, Knob]]: ...


LoadEngine = Callable[[], Engine]
"""Loads the checkpoints onto the device; called once, by the worker's thread."""
