"""The studio's trios: a song's melody, bass and drums through one latent, each answer as one file of three tracks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from bridge.answer_files import left_out_lines, make_folder, write_trios
from bridge.asks import Ask
from bridge.engine_interface import Engine
from bridge.errors import WrongKindError
from bridge.products import Products
from bridge.protocol.request_messages import Interpolate, Request, Sample, Vary
from bridge.protocol.settings import SPACINGS, Settings
from bridge.trio_choice import read_trio
from engine.errors import EngineError
from engine.representations.clip import Clip, make_clip
from engine.representations.grid import nearest_step
from engine.representations.piano_roll import Roll
from engine.representations.trio import PARTS, TrioClips, trios_of
from engine.runtime.answers import Answer


class TrioEngine(Engine, Protocol):
    """An engine that can be asked about trios too."""

    def vary_trio(
        self,
        trio: TrioClips,
        count: int,
        amount: float,
        *,
        temperature: float = ...,
        seed: int = ...,
        models: Mapping[str, str] = ...,
    ) -> Answer: ...

    def interpolate_trio(
        self,
        trio_a: TrioClips,
        trio_b: TrioClips,
        steps: int,
        *,
        temperature: float = ...,
        seed: int = ...,
        spacing: str = ...,
        models: Mapping[str, str] = ...,
    ) -> Answer: ...


def answer_trios(engine: TrioEngine, ask: Ask, request: Request, products: Products) -> Iterator[str]:
    """As `studio.answer_files`, of requests that a model of trios answers."""
    sources = []
    for path in ask.files:
        trio, said = read_trio(path)
        sources.append(trio)
        yield said
    try:
        answer = _asked(engine, ask, request, sources)
    except EngineError as error:
        if not ask.files:
            raise
        raise type(error)(f"{' and '.join(map(str, ask.files))}: {error}") from error
    yield from left_out_lines(ask, enumerate(answer.left_out, start=1))
    trios = trios_of(answer.clips)
    make_folder(products.out)
    written = write_trios(products.out, ask.name, trios)
    yield from (line for _, line in written)
    if isinstance(request, Vary) and request.amount == 0:
        yield _came_back(sources[0], trios[0])
    rolls = _rolls(ask, request, sources, trios)
    yield from products.make(ask.name, lambda: rolls, [path for path, _ in written])


def _asked(engine: TrioEngine, ask: Ask, request: Request, sources: Sequence[TrioClips]) -> Answer:
    match request:
        case Sample():
            return engine.sample(request.model, request.count, **_options(request.settings))
        case Vary():
            options = {**_options(request.settings), "models": ask.models}
            return engine.vary_trio(sources[0], request.count, request.amount, **options)
        case Interpolate():
            options = {**_options(request.settings), "models": ask.models}
            return engine.interpolate_trio(sources[0], sources[1], request.steps, **options)
    raise WrongKindError(
        "trios are sampled, varied, reconstructed and interpolated; choose a model of clips for others"
    )


def _options(settings: Settings) -> dict[str, Any]:
    chosen: dict[str, Any] = {"temperature": settings.temperature, "seed": settings.seed}
    chosen["spacing"] = None if settings.spacing is None else SPACINGS[settings.spacing]
    return {name: value for name, value in chosen.items() if value is not None}


def _came_back(source: TrioClips, answer: TrioClips) -> str:
    """How many notes of each part are in its reconstruction, at their pitch and their step."""
    told = []
    for name, ours, theirs in zip(PARTS, source.clips, answer.clips, strict=True):
        wanted, found = ({(nearest_step(n.start_quarters, c)[0], n.pitch) for n in c.notes} for c in (ours, theirs))
        told.append(f"{len(wanted & found)} of {len(wanted)} of the {name}")
    return f"  {', '.join(told)} came back"


def _rolls(ask: Ask, request: Request, sources: Sequence[TrioClips], trios: Sequence[TrioClips]) -> Iterator[Roll]:
    """What was given first, then what came: of each trio its lines on one roll, its drums below."""
    if not isinstance(request, Interpolate):
        for path, trio in zip(ask.files, sources, strict=True):
            yield from _roll(trio, path.name, None)
    behind = sources[-1] if isinstance(request, Vary) else None
    for number, trio in enumerate(trios, start=1):
        yield from _roll(trio, f"{number} of {len(trios)}" if len(trios) > 1 else "the answer", behind)


def _roll(trio: TrioClips, title: str, behind: TrioClips | None) -> Iterator[Roll]:
    lines = _together(trio)
    under = None if behind is None else _together(behind)
    yield Roll(lines, f"{title}: melody, and bass in green", behind=under, second=frozenset(trio.bass.notes))
    yield Roll(trio.drums, f"{title}: drums", True, None if behind is None else behind.drums)


def _together(trio: TrioClips) -> Clip:
    melody = trio.melody
    notes = (*melody.notes, *trio.bass.notes)
    return make_clip(notes, melody.length_quarters, melody.numerator, melody.denominator, melody.bpm)
