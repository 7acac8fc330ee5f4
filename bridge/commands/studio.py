"""`bridge sample`, `vary`, `interpolate` and the others: MIDI files in, MIDI files out, with no server."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bridge.asks import CHORDS, DRUMS, MELODY, TRIO
from bridge.commands.files import CHECKPOINT
from bridge.commands.requests import VERBS, Given, Verb, command
from bridge.errors import BridgeError
from engine.errors import EngineError

if TYPE_CHECKING:
    from bridge.asks import Ask
    from bridge.products import Products
    from engine.runtime.engine import Engine

ItemT = TypeVar("ItemT")

_STUDIO = (
    click.option("--plot", is_flag=True, help="Draw the clips, as PNG."),
    click.option("--audio", is_flag=True, help="Render each as WAV, where FluidSynth and a sound font are installed."),
    click.option(
        "--sound-font", type=click.Path(dir_okay=False, path_type=Path), help="For --audio.  [default: one installed]"
    ),
    click.option(
        "--checkpoint", "checkpoints", multiple=True, type=CHECKPOINT, metavar="DIR",
        help="A checkpoint or a folder of some; of several each answers, and its name stands in the files' names.  "
        "[default: those shipped]",
    ),
    click.option(
        "--device", default="auto", show_default=True, type=click.Choice(["auto", "cuda", "mps", "cpu"]),
        help="Where models run.",
    ),
)  # fmt: skip


_PLAYED_BY = click.option(
    "--model", "played_by", metavar="NAME",
    help="Which model answers, such as melody_16bar; one of trios takes a song's melody, bass and drums.  "
    "[default: that of two bars]",
)  # fmt: skip
_WITH_A_CHOICE = ("vary", "reconstruct", "interpolate", "blend")


def _deliver(verb: Verb, given: Given) -> None:
    from bridge.audio import find_synth
    from bridge.products import Products

    wants_sound = given["audio"] or given["sound_font"] is not None
    synth = find_synth(given["sound_font"]) if wants_sound else None
    products = Products(given["out"], given["plot"], synth, _bar)
    labels = _labels(given["checkpoints"])
    refused = sum(_ask_all(verb, given, folder, label, products, len(labels)) for folder, label in labels)
    if refused:
        sys.exit(1)


def _ask_all(verb: Verb, given: Given, folder: Path | None, label: str, products: Products, folders: int) -> int:
    """Asks all of one engine; how many requests were refused. A refusal ends it all where nothing else is asked."""
    from bridge.studio import answer_files
    from engine.runtime.engine import Engine

    engine = Engine.load(folder, given["device"])
    asks = [replace(ask, name=_named(ask, label)) for ask in _asks(verb, given, engine)]
    refused = 0
    for ask in _bar(asks, verb.name):
        try:
            for line in answer_files(engine, ask, products):
                _say(line)
        except (BridgeError, EngineError) as error:
            if len(asks) * folders == 1:
                raise
            _say(f"bridge: {error}", is_error=True)
            refused += 1
    engine.close()
    return refused


def _asks(verb: Verb, given: Given, engine: Engine) -> list[Ask]:
    if given.get("model", "") is None:
        names = [model.name for model in engine.models]
        if len(names) > 1:
            raise click.UsageError(f"say which MODEL is to make new clips; loaded are {', '.join(names)}")
        given = {**given, "model": names[0]}
    if given.get("played_by") is None:
        return verb.asks(given)
    role = _role(given, engine)
    kind = given["kind"] if role == TRIO else role
    return [replace(ask, models={role: given["played_by"]}) for ask in verb.asks({**given, "kind": kind})]


def _role(given: Given, engine: Engine) -> str:
    """The part that the model of `--model` plays.

    Raises:
        UsageError: there is no such model, or it does not do this, or not with another option.
    """
    name = given["played_by"]
    roles = {model.name: model.role for model in engine.models if model.role in (MELODY, DRUMS, CHORDS, TRIO)}
    if name not in roles:
        raise click.UsageError(f"--model is {name!r}; choose one of {', '.join(roles)}")
    role = roles[name]
    if role == TRIO and (given["track"] or given["kind"]):
        raise click.UsageError(f"{name} takes melody, bass and drums of a song; leave out --track and --kind")
    if role != TRIO and given["kind"] not in (None, role):
        raise click.UsageError(f"{name} plays {role}, not {given['kind']}; choose another --model or --kind")
    return role


def _named(ask: Ask, label: str) -> str:
    return ask.name if label == f"_{ask.model}" else ask.name + label


def _labels(folders: Sequence[Path]) -> list[tuple[Path | None, str]]:
    """Each folder of models with what its answers' names end in: as much of its path as tells it from the others."""
    paths = list(dict.fromkeys(folder.resolve() for folder in folders))
    if len(paths) < 2:
        return [(path, "") for path in paths] or [(None, "")]
    longest = max(len(path.parts) for path in paths)
    tails = ([path.parts[-length:] for path in paths] for length in range(1, longest + 1))
    telling = next(tail for tail in tails if len(set(tail)) == len(tail))
    return [
        (path, "_" + "_".join(part.strip("/\\:") for part in parts)) for path, parts in zip(paths, telling, strict=True)
    ]


def _bar(items: Sequence[ItemT], what: str) -> Iterable[ItemT]:
    """A progress bar where there are several of them, and somebody watches."""
    from tqdm import tqdm

    return tqdm(items, desc=what, leave=False, disable=None if len(items) > 1 else True)


def _say(line: str, is_error: bool = False) -> None:
    from tqdm import tqdm

    with tqdm.external_write_mode(sys.stderr if is_error else sys.stdout):
        click.echo(line, err=is_error)


COMMANDS = {
    verb.name: command(verb, _deliver, *((_PLAYED_BY,) if verb.name in _WITH_A_CHOICE else ()), *_STUDIO)
    for verb in VERBS.values()
}
"""Every command of the studio, by its name."""
sample, vary, reconstruct, interpolate = (COMMANDS[name] for name in ("sample", "vary", "reconstruct", "interpolate"))
humanize, drumify, groove, blend = (COMMANDS[name] for name in ("humanize", "drumify", "groove", "blend"))
continue_, infill = (COMMANDS[name] for name in ("continue", "infill"))
