"""`bridge send`: MIDI files to the running engine over OSC, and its answers as MIDI files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from bridge.protocol.arguments import INT32_HIGH, INT32_LOW
from bridge.protocol.limits import MAX_COUNT
from bridge.protocol.message import Weight
from bridge.protocol.request_messages import (
    Blend,
    Drumify,
    Groove,
    Humanize,
    Interpolate,
    Sample,
    Vary,
)
from bridge.protocol.settings import KINDS, Settings

AMOUNT = click.FloatRange(0, 1)
SEED = click.IntRange(INT32_LOW, INT32_HIGH)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that requests share, by name, and those that all of them have."""
    table = {
        "temperature": click.option("--temperature", type=click.FloatRange(0, 2), help="0 is the most likely answer."),
        "seed": click.option("--seed", type=SEED, help="The same seed gives the same notes."),
        "kind": click.option("--kind", type=click.Choice(KINDS), help="Take the clip for this."),
        "count": click.option("--count", default=4, show_default=True, type=click.IntRange(1, MAX_COUNT)),
        "timing": click.option("--timing", default=1.0, show_default=True, type=AMOUNT, help="How much of the timing."),
        "velocity": click.option("--velocity", default=1.0, show_default=True, type=AMOUNT, help="How much of it."),
        "track": click.option("--track", type=click.IntRange(1), help="Which one, where a file has several."),
        "out": click.option("--out", default="out", show_default=True, type=click.Path(path_type=Path)),
        "host": click.option("--host", default="127.0.0.1", show_default=True),
        "port": click.option("--port", default=9000, show_default=True, type=click.IntRange(1, 65_535)),
        "timeout": click.option("--timeout", "timeout_s", default=30.0, show_default=True, help="Seconds to wait."),
    }

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for name in reversed([*names, "out", "host", "port", "timeout"]):
            command = table[name](command)
        return command

    return decorate


@click.group()
def send() -> None:
    """Send MIDI files to the running engine and write its answers as MIDI files."""


@send.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@_options("count", "temperature", "seed", "kind", "track")
@click.option("--amount", default=0.5, show_default=True, type=AMOUNT, help="0 the clip itself, 1 as far as it goes.")
def vary(files: Sequence[Path], count: int, amount: float, **rest: Any) -> None:
    """Clips near each of FILES."""
    settings = _settings(rest)
    _run(
        rest,
        [((file,), lambda number: Vary(number, 1, count, amount, settings), f"{file.stem}_vary") for file in files],
    )


@send.command()
@click.argument("file_a", type=FILE)
@click.argument("file_b", type=FILE)
@click.option("--count", "steps", default=8, show_default=True, type=click.IntRange(2, MAX_COUNT), help="Both ends in.")
@click.option("--spacing", default="change", show_default=True, type=click.Choice(["change", "angle"]))
@_options("temperature", "seed", "kind", "track")
def interpolate(file_a: Path, file_b: Path, steps: int, spacing: str, **rest: Any) -> None:
    """Clips on the way from FILE_A to FILE_B."""
    settings = _settings({**rest, "spacing": ("change", "angle").index(spacing)})
    name = f"{file_a.stem}_to_{file_b.stem}"
    _run(rest, [((file_a, file_b), lambda number: Interpolate(number, 1, 2, steps, settings), name)])


@send.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--weight", "weights", multiple=True, type=float, help="One a file.  [default: all alike]")
@_options("temperature", "seed", "kind", "track")
def blend(files: Sequence[Path], weights: Sequence[float], **rest: Any) -> None:
    """One clip in the midst of FILES."""
    shares = list(weights) or [1.0] * len(files)
    if len(shares) != len(files):
        raise click.UsageError(f"{len(files)} files, {len(shares)} weights: give --weight once a file, or not at all")
    settings = _settings(rest)
    pairs = tuple(Weight(number, share) for number, share in enumerate(shares, start=1))
    _run(rest, [(tuple(files), lambda number: Blend(number, pairs, settings), f"{files[0].stem}_blend")])


@send.command()
@click.argument("model")
@_options("count", "temperature", "seed")
def sample(model: str, count: int, **rest: Any) -> None:
    """New clips from MODEL, such as melody_2bar or groove_2bar."""
    settings = _settings(rest)
    ask = ((), lambda number: Sample(number, model, count, settings), f"{Path(model).name}_sample")
    _run(rest, [ask], model=model)


@send.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@_options("timing", "velocity", "temperature", "seed", "track")
def humanize(files: Sequence[Path], timing: float, velocity: float, **rest: Any) -> None:
    """The hits of each of FILES as if played."""
    settings = _settings(rest)
    _run(
        rest,
        [
            ((file,), lambda number: Humanize(number, 1, timing, velocity, settings), f"{file.stem}_humanize")
            for file in files
        ],
    )


@send.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@_options("temperature", "seed", "track")
def drumify(files: Sequence[Path], **rest: Any) -> None:
    """Drums on the rhythm of each of FILES."""
    settings = _settings(rest)
    asks = [((file,), lambda number: Drumify(number, 1, settings), f"{file.stem}_drumify") for file in files]
    _run(rest, asks, makes_drums=True)


@send.command()
@click.argument("from_file", type=FILE)
@click.argument("to_file", type=FILE)
@_options("timing", "velocity", "track")
def groove(from_file: Path, to_file: Path, timing: float, velocity: float, **rest: Any) -> None:
    """The feel of FROM_FILE on the hits of TO_FILE."""
    name = f"{to_file.stem}_groove"
    _run(rest, [((from_file, to_file), lambda number: Groove(number, 1, 2, timing, velocity), name)])


def _settings(options: dict[str, Any]) -> Settings:
    return Settings(**{name: options.get(name) for name in ("temperature", "seed", "spacing", "kind")})


def _run(options: dict[str, Any], asks: Sequence[tuple[Any, Any, str]], **known: Any) -> None:
    from bridge.file_requests import Ask, Connection, send_files  # mido and numpy, which the help does without

    known["track"] = options.get("track")
    connection = Connection(options["host"], options["port"], options["timeout_s"], options["out"])
    for line in send_files(connection, [Ask(files, request, name, **known) for files, request, name in asks]):
        click.echo(line)
