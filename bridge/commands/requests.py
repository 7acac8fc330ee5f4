"""What can be asked about MIDI files, one table for `bridge send` and for the commands that need no server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bridge.asks import DRUMS, Ask
from bridge.protocol.arguments import INT32_HIGH, INT32_LOW
from bridge.protocol.limits import MAX_COUNT
from bridge.protocol.message import Weight
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
from bridge.protocol.settings import KINDS, SPACINGS, Settings

Callback = Callable[..., None]
Parameter = Callable[[Callback], Callback]
Given = dict[str, Any]
Deliver = Callable[["Verb", Given], None]

_BAR_QUARTERS = 4.0  # only clips in 4/4 are filled
_SHARE = click.FloatRange(0, 1)
_SEED = click.IntRange(INT32_LOW, INT32_HIGH)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_FILES = click.argument("files", nargs=-1, required=True, type=_FILE)
_TEMPERATURE = click.option("--temperature", type=click.FloatRange(0, 2), help="0 is the most likely answer.")
_SEEDED = click.option("--seed", type=_SEED, help="The same seed gives the same notes.")
_KIND = click.option("--kind", type=click.Choice(KINDS), help="Take the clip for this.")
_COUNT = click.option("--count", default=4, show_default=True, type=click.IntRange(1, MAX_COUNT), help="How many.")
_TIMING = click.option("--timing", default=1.0, show_default=True, type=_SHARE, help="How much of the timing.")
_VELOCITY = click.option("--velocity", default=1.0, show_default=True, type=_SHARE, help="How much of it.")
_TRACK = click.option("--track", type=click.IntRange(1), help="Which one, where a file has several.")
_OUT = click.option(
    "--out", default="out", show_default=True, type=click.Path(path_type=Path), help="Folder for the answers."
)
_DRAWN = (_TEMPERATURE, _SEEDED)
_ON_CLIPS = (*_DRAWN, _KIND, _TRACK)


@dataclass(frozen=True)
class Verb:
    """One thing that can be asked.

    Attributes:
        name: of the command.
        help: of the command.
        parameters: arguments and options, in the help's order.
        asks: the requests, from what was given for the parameters.
    """

    name: str
    help: str
    parameters: tuple[Parameter, ...]
    asks: Callable[[Given], list[Ask]]


def command(verb: Verb, deliver: Deliver, *parameters: Parameter) -> click.Command:
    """The command of a verb, with the parameters of a way to deliver it."""

    def answer(**given: Any) -> None:
        deliver(verb, given)

    callback: Callback = answer
    whole: tuple[Parameter, ...] = (*verb.parameters, _OUT, *parameters)
    for parameter in reversed(whole):
        callback = parameter(callback)
    return click.command(verb.name, help=verb.help)(callback)


def _sample(given: Given) -> list[Ask]:
    model = str(given["model"])
    settings = _settings(given)
    name = f"{Path(model).name}_sample"
    return [Ask((), lambda number: Sample(number, model, given["count"], settings), name, model=model)]


def _vary(given: Given) -> list[Ask]:
    count, amount, settings = given["count"], given["amount"], _settings(given)
    return _each(given, "vary", lambda number: Vary(number, 1, count, amount, settings))


def _reconstruct(given: Given) -> list[Ask]:
    # Not a hair away from the latent that the clip has: that is its reconstruction.
    return _each(given, "reconstruct", lambda number: Vary(number, 1, 1, 0.0, _settings(given)))


def _interpolate(given: Given) -> list[Ask]:
    a, b, steps = given["file_a"], given["file_b"], given["steps"]
    settings = _settings(
        {**given, "spacing": SPACINGS.index(given["spacing"]), "keep_key": int(given["keep_key"]) or None}
    )
    return [_ask(given, (a, b), f"{a.stem}_to_{b.stem}", lambda number: Interpolate(number, 1, 2, steps, settings))]


def _blend(given: Given) -> list[Ask]:
    files: Sequence[Path] = given["files"]
    shares = list(given["weights"]) or [1.0] * len(files)
    if len(shares) != len(files):
        raise click.UsageError(f"{len(files)} files, {len(shares)} weights: give --weight once a file, or not at all")
    settings = _settings(given)
    pairs = tuple(Weight(number, share) for number, share in enumerate(shares, start=1))
    return [_ask(given, files, f"{files[0].stem}_blend", lambda number: Blend(number, pairs, settings))]


def _humanize(given: Given) -> list[Ask]:
    timing, velocity, settings = given["timing"], given["velocity"], _settings(given)
    return _each(given, "humanize", lambda number: Humanize(number, 1, timing, velocity, settings), hears=DRUMS)


def _drumify(given: Given) -> list[Ask]:
    return _each(given, "drumify", lambda number: Drumify(number, 1, _settings(given)), makes=DRUMS)


def _groove(given: Given) -> list[Ask]:
    timing, velocity = given["timing"], given["velocity"]
    files = (given["from_file"], given["to_file"])
    name = f"{files[1].stem}_groove"
    return [_ask(given, files, name, lambda number: Groove(number, 1, 2, timing, velocity), hears=DRUMS)]


def _continue(given: Given) -> list[Ask]:
    bars, count, settings = given["bars"], given["count"], _settings(given)
    return _each(given, "continue", lambda number: Continue(number, 1, bars, count, settings))


def _infill(given: Given) -> list[Ask]:
    first, last, count, settings = given["first_bar"], given["last_bar"], given["count"], _settings(given)
    if last is None:
        last = first
    if last < first:
        raise click.UsageError(f"--to-bar is {last}, before --from-bar, {first}; the span ends with the bar --to-bar")
    span = ((first - 1) * _BAR_QUARTERS, last * _BAR_QUARTERS)
    return _each(given, "infill", lambda number: Infill(number, 1, *span, count, settings))


def _each(given: Given, verb: str, request: Callable[[int], Request], **known: Any) -> list[Ask]:
    return [_ask(given, (file,), f"{file.stem}_{verb}", request, **known) for file in given["files"]]


def _ask(given: Given, files: Sequence[Path], name: str, request: Callable[[int], Request], **known: Any) -> Ask:
    known.setdefault("hears", given.get("kind"))
    return Ask(tuple(files), request, name, given["track"], **known)


def _settings(given: Given) -> Settings:
    return Settings(**{name: given.get(name) for name in ("temperature", "seed", "spacing", "keep_key", "kind")})


VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "sample",
            "New clips from MODEL, such as melody_2bar or groove_2bar.",
            (click.argument("model", required=False), _COUNT, *_DRAWN),
            _sample,
        ),
        Verb(
            "vary",
            "Clips near each of FILES.",
            (
                _FILES,
                _COUNT,
                click.option(
                    "--amount", default=0.5, show_default=True, type=_SHARE, help="0 the clip, 1 as far as it goes."
                ),
                *_ON_CLIPS,
            ),
            _vary,
        ),
        Verb("reconstruct", "What a model makes of each of FILES: there and back.", (_FILES, *_ON_CLIPS), _reconstruct),
        Verb(
            "interpolate",
            "Clips on the way from FILE_A to FILE_B.",
            (
                click.argument("file_a", type=_FILE),
                click.argument("file_b", type=_FILE),
                click.option(
                    "--steps", "--count", "steps", default=8, show_default=True, type=click.IntRange(2, MAX_COUNT),
                    help="How many, both ends included.",
                ),
                click.option(
                    "--spacing", default="change", show_default=True, type=click.Choice(SPACINGS),
                    help="Steps even in how much the music changes, or in angle.",
                ),
                click.option("--keep-key", is_flag=True, help="Melodies all in the key of FILE_A."),
                *_ON_CLIPS,
            ),
            _interpolate,
        ),
        Verb(
            "blend",
            "One clip in the midst of FILES.",
            (
                _FILES,
                click.option("--weight", "weights", multiple=True, type=float, help="One a file.  [default: alike]"),
                *_ON_CLIPS,
            ),
            _blend,
        ),
        Verb(
            "humanize",
            "The hits of each of FILES as if played.",
            (_FILES, _TIMING, _VELOCITY, *_DRAWN, _TRACK),
            _humanize,
        ),
        Verb("drumify", "Drums on the rhythm of each of FILES.", (_FILES, *_DRAWN, _TRACK), _drumify),
        Verb(
            "continue",
            "What follows each of FILES.",
            (
                _FILES,
                click.option(
                    "--bars", default=2, show_default=True, type=click.IntRange(1, MAX_COUNT), help="How many follow."
                ),
                _COUNT,
                *_DRAWN,
                _TRACK,
            ),
            _continue,
        ),
        Verb(
            "infill",
            "Each of FILES with some bars newly filled; all others stay as they are.",
            (
                _FILES,
                click.option("--from-bar", "first_bar", required=True, type=click.IntRange(1), help="The first one."),
                click.option("--to-bar", "last_bar", type=click.IntRange(1), help="The last.  [default: the first]"),
                _COUNT,
                *_DRAWN,
                _TRACK,
            ),
            _infill,
        ),
        Verb(
            "groove",
            "The feel of FROM_FILE on the hits of TO_FILE.",
            (
                click.argument("from_file", type=_FILE),
                click.argument("to_file", type=_FILE),
                _TIMING,
                _VELOCITY,
                _TRACK,
            ),
            _groove,
        ),
    )
}  # fmt: skip
"""Each by its name; a new one is a row here and the function above that makes its requests."""
