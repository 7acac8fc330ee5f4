"""MIDI files through an engine in this process: read, asked about, and the answers written, drawn and rendered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.answer_files import left_out_lines, make_folder, plays_drums, write_answers
from bridge.asks import TRIO, Ask
from bridge.calls import call_of
from bridge.engine_interface import Engine
from bridge.products import Products
from bridge.protocol.request_messages import Groove, Humanize, Infill, Interpolate, Request, Vary
from bridge.track_choice import read_source
from bridge.trio_studio import TrioEngine, answer_trios
from engine.errors import EngineError
from engine.representations.clip import Clip
from engine.representations.grid import nearest_step
from engine.representations.kind import DRUMS, judge_kind
from engine.representations.midi_file import is_drum_file
from engine.representations.piano_roll import Roll
from engine.runtime.answers import Answer

_REQUEST = 1


def answer_files(engine: TrioEngine, ask: Ask, products: Products) -> Iterator[str]:
    """Asks the engine and writes all that is wanted of its answer.

    Yields:
        A line for the reader for each file written, for what was chosen and for what was left out.

    Raises:
        BridgeError: FluidSynth fails.
        EngineError: a file cannot be read or written, or the engine refuses; the message names the files.
    """
    request = ask.request(_REQUEST)
    played_by = ask.model or next(iter(ask.models.values()), None)
    kind = next((model.kind for model in engine.models if model.name == played_by), None)
    if kind == TRIO:
        yield from answer_trios(engine, ask, request, products)
        return
    sources = []
    for path in ask.files:
        clip, said = read_source(path, ask.track, ask.hears)
        sources.append(clip)
        if said:
            yield said
    answer = _answer(engine, ask, request, sources)
    yield from left_out_lines(ask, enumerate(answer.left_out, start=1))
    make_folder(products.out)
    on_drums = plays_drums(ask, judge_kind(sources[-1]).kind if sources else kind)
    written = write_answers(products.out, ask.name, answer.clips, on_drums)
    yield from (line for _, line in written)
    if isinstance(request, Vary) and request.amount == 0:
        yield _came_back(sources[0], answer.clips[0])
    rolls = _rolls(ask, request, sources, answer.clips, on_drums)
    yield from products.make(ask.name, lambda: rolls, [path for path, _ in written])


def _answer(engine: Engine, ask: Ask, request: Request, sources: Sequence[Clip]) -> Answer:
    try:
        return call_of(request, lambda number: sources[number - 1], ask.models)(engine)
    except EngineError as error:
        if not ask.files:
            raise
        raise type(error)(f"{' and '.join(map(str, ask.files))}: {error}") from error


def _came_back(source: Clip, answer: Clip) -> str:
    """How many notes of a clip are in its reconstruction, at their pitch and their step."""
    wanted, found = ({(nearest_step(n.start_quarters, c)[0], n.pitch) for n in c.notes} for c in (source, answer))
    added = len(found - wanted)
    return f"  {len(wanted & found)} of {len(wanted)} notes came back" + (f", {added} others came" if added else "")


def _rolls(
    ask: Ask, request: Request, sources: Sequence[Clip], answers: Sequence[Clip], on_drums: bool
) -> Iterator[Roll]:
    """What was given first, then what came; a way between two clips has both ends in the answer already."""
    if not isinstance(request, Interpolate):
        for path, clip in zip(ask.files, sources, strict=True):
            is_drums = ask.hears == DRUMS or judge_kind(clip).kind == DRUMS or is_drum_file(path)
            yield Roll(clip, path.name, is_drums if ask.hears is None else ask.hears == DRUMS)
    behind = sources[-1] if isinstance(request, Vary | Humanize | Groove | Infill) else None
    for number, clip in enumerate(answers, start=1):
        yield Roll(clip, f"{number} of {len(answers)}" if len(answers) > 1 else "the answer", on_drums, behind)
