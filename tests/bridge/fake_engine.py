"""An engine that makes music by counting, so that the bridge can be tested without any model."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.server import Server
from engine.errors import CheckpointError, UnknownModelError, UnsupportedMeterError
from engine.representations.clip import Clip, Note, make_clip
from engine.runtime.answers import Answer, CacheStats, ModelInfo, Prepared
from engine.runtime.knobs import KNOBS, Knob
from engine.runtime.position import Anchor, Position

UNPLAYABLE_QUARTERS = 5.0
MELODY = ModelInfo("melody_2bar", "melody", 2, 8, "melody")
OTHER_MELODY = ModelInfo("melody_16bar", "melody", 16, 8, "melody", is_default=False)
BROKEN = ModelInfo("broken", "melody", 2, 8, "melody", is_default=False)
HIGHER_BY = 5
NOTHING: Mapping[str, str] = {}
MODELS = (MELODY, ModelInfo("groove_2bar", "drums", 2, 16, "drums"))


@dataclass(frozen=True)
class PaperField:
    """Anchors as they are, and how much higher the model that made this plays."""

    anchors: tuple[Anchor, ...]
    higher_by: int
    kind: str = "melody"


@dataclass
class PaperPickUp:
    """Finds what a test lays down in `found`."""

    found: list[ModelInfo] = field(default_factory=list)

    def look(self) -> Sequence[ModelInfo]:
        looked, self.found = self.found, []
        return looked


@dataclass
class FakeEngine:
    """Each clip that it makes is the source, higher by its index; while `gate` is shut every call waits.

    Attributes:
        left_out: what the answers say was left out.
        calls: name, arguments and settings of each call.
        begun: counts calls begun, for a test to wait on.
    """

    device_name: str = "paper"
    models: tuple[ModelInfo, ...] = MODELS
    left_out: tuple[int, ...] = ()
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    closed: bool = False
    finder: PaperPickUp = field(default_factory=PaperPickUp)
    kept: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.gate.set()

    def warm_up(self) -> None:
        self._call("warm_up")

    def close(self) -> None:
        self.closed = True

    def cache_stats(self) -> CacheStats:
        return CacheStats(clips=3, hits=2, misses=1)

    def pick_up(self) -> PaperPickUp:
        return self.finder

    def adopt(self, arrived: Sequence[ModelInfo]) -> None:
        """One of a name that is there is replaced."""
        self._call("adopt", *arrived)
        self.models = (*(m for m in self.models if m.name not in {new.name for new in arrived}), *arrived)

    def keep(self, models: Collection[str]) -> None:
        self.kept = set(models)

    def prepare(self, clip: Clip, *, models: Mapping[str, str] = NOTHING) -> Prepared:
        self._call("prepare", clip, **_chosen(models))
        return Prepared("melody", "it says so", clip.num_bars, False, 0)

    def sample(self, model: str, count: int, **settings: Any) -> Answer:
        self._call("sample", model, count, **settings)
        if model not in {m.name for m in self.models}:
            raise UnknownModelError(f"no model is called {model}")
        return self._answer(make_clip([Note(0.0, 60)]), count)

    def vary(self, clip: Clip, count: int, amount: float, **settings: Any) -> Answer:
        self._call("vary", clip, count, amount, **settings)
        if clip.numerator == 7:
            raise UnsupportedMeterError("7/8 is too odd")
        return self._answer(clip, count)

    def interpolate(self, clip_a: Clip, clip_b: Clip, steps: int, **settings: Any) -> Answer:
        self._call("interpolate", clip_a, clip_b, steps, **settings)
        return self._answer(clip_a, steps)

    def blend(self, clips: Sequence[Clip], weights: Sequence[float], **settings: Any) -> Answer:
        self._call("blend", tuple(clips), tuple(weights), **settings)
        return self._answer(clips[0], 1)

    def humanize(self, clip: Clip, timing: float, velocity: float, **settings: Any) -> Answer:
        self._call("humanize", clip, timing, velocity, **settings)
        return self._answer(clip, 1)

    def drumify(self, clip: Clip, **settings: Any) -> Answer:
        self._call("drumify", clip, **settings)
        return self._answer(clip, 1)

    def groove(
        self, from_clip: Clip, to_clip: Clip, timing: float, velocity: float, *, models: Mapping[str, str] = NOTHING
    ) -> Answer:
        self._call("groove", from_clip, to_clip, timing, velocity, **_chosen(models))
        return self._answer(to_clip, 1)

    def continue_clip(self, clip: Clip, bars: int, count: int, **settings: Any) -> Answer:
        self._call("continue_clip", clip, bars, count, **settings)
        return self._answer(clip, count)

    def infill(self, clip: Clip, from_quarters: float, to_quarters: float, count: int, **settings: Any) -> Answer:
        self._call("infill", clip, from_quarters, to_quarters, count, **settings)
        return self._answer(clip, count)

    def field(self, anchors: Sequence[Anchor], *, models: Mapping[str, str] = NOTHING) -> PaperField:
        """With the model that is called broken there is none."""
        self._call("field", *anchors, **_chosen(models))
        if any(anchor.clip.length_quarters == UNPLAYABLE_QUARTERS for anchor in anchors):
            raise UnsupportedMeterError("a clip of that length is not for paper")
        if models.get("melody") == BROKEN.name:
            raise CheckpointError("its weights are gone")
        name = models.get("melody", MELODY.name)
        edition = next((model.edition for model in self.models if model.name == name), 1)
        return PaperField(tuple(anchors), edition - 1 + HIGHER_BY * (name == OTHER_MELODY.name))

    def morph(self, field: PaperField, positions: Sequence[Position], locks: Mapping[int, Position]) -> Answer:
        """The first anchor's clip, higher by twelve times x, by its model and by the edition of that."""
        self._call("morph", field, *positions, locks=dict(locks))
        clips = tuple(
            _higher(field.anchors[0].clip, field.higher_by + round(12 * position.x)) for position in positions
        )
        return Answer(clips, 0.0, 2.5, True)

    def knobs(self, kind: str, *, models: Mapping[str, str] = NOTHING) -> Sequence[tuple[int, Knob]]:
        """The other melody model has but one."""
        knobs = tuple(enumerate(KNOBS[kind], start=1))
        return knobs[:1] if models.get(kind) == OTHER_MELODY.name else knobs

    def _call(self, name: str, *args: Any, **settings: Any) -> None:
        self.calls.append((name, args, settings))
        self.begun.release()
        if not self.gate.wait(20):
            raise TimeoutError("the test never opened the gate")

    def _answer(self, clip: Clip, count: int) -> Answer:
        return Answer(tuple(_higher(clip, by) for by in range(count)), 1.5, 2.5, True, self.left_out)


@dataclass(frozen=True)
class Served:
    """A running server and its engine."""

    server: Server
    engine: FakeEngine


def _chosen(models: Mapping[str, str]) -> dict[str, Any]:
    """A setting that is told only where something was chosen."""
    return {"models": dict(models)} if models else {}


def melody(num_notes: int = 4, pitch: int = 60) -> Clip:
    """A clip of sixteenths whose times are exact on the wire."""
    return make_clip(Note(place * 0.25, pitch + place % 12, 0.25, 1 + place % 127) for place in range(num_notes))


def _higher(clip: Clip, by: int) -> Clip:
    return replace(clip, notes=tuple(replace(note, pitch=min(127, note.pitch + by)) for note in clip.notes))
