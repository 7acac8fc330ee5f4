"""A sweep over the weight of the KL as a chapter of a page: its figures over epochs and over beta."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.evaluation.figure_tables import Heading, Table, in_words, text_of
from engine.report.curves import Line, Panel, picture
from engine.report.page import Chapter, Exhibit

POINTS_NAME = "sweep.json"
"""What `bridge sweep` writes into its folder."""

_WHERE = ("beta", "step", "epochs")
_DISTANCE = "fd_"
_LEVEL = 4

Point = Mapping[str, float]
"""Figures by name, with `beta`, `step` and `epochs`; nan where one is no finite number."""


@dataclass(frozen=True)
class Sweep:
    """One preset, trained with several betas.

    Attributes:
        name: of its folder.
        run: its settings, such as the preset, the seed and how many windows were measured.
        points: at least one.
    """

    name: str
    run: Mapping[str, Any]
    points: tuple[Point, ...]


def read_sweep(folder: Path) -> Sweep:
    """What `bridge sweep` wrote into a folder, also where it was stopped on its way.

    Raises:
        DataError: no sweep lies there, or it is broken or has no point so far.
    """
    path = folder / POINTS_NAME
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        run, points = dict(table["run"]), tuple(_point(point) for point in table["points"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is no sweep: {error}; name a folder that `bridge sweep` wrote") from error
    if not points:
        raise DataError(f"{path} has no point so far; let `bridge sweep` measure one")
    return Sweep(folder.resolve().name, run, points)


def sweep_chapter(sweep: Sweep) -> Chapter:
    """Its curves, and the last points as a table."""
    exhibits = [
        Exhibit(
            "Over the epochs",
            "A line for each beta, a point each time it was measured: the KL, how many notes come back, and Fréchet "
            "distances of what the model writes from the validation windows, of which less is better.",
            (picture(epoch_panels(sweep.points)),),
        )
    ]
    compared = _as_long(sweep.points)
    if len(compared) > 1:
        text = f"The same figures where training ended, by beta. {verdict(sweep.points)}"
        exhibits.append(Exhibit("Over beta", text, (picture(beta_panels(sweep.points)),)))
    facts = {in_words(name): text_of(value) for name, value in sweep.run.items() if value is not None}
    figures = (Heading(_LEVEL, "The last point of each beta"), last_points(sweep.points))
    return Chapter(f"Sweep of {sweep.run.get('preset', 'a preset')} in {sweep.name}", facts, figures, tuple(exhibits))


def epoch_panels(points: Sequence[Point]) -> list[Panel]:
    """A panel for each figure, a line for each beta, over the epochs."""
    return [Panel(_title(name), "epochs", _over_epochs(points, name)) for name in _names(points)]


def beta_panels(points: Sequence[Point]) -> list[Panel]:
    """A panel for each figure over the betas, of those that were trained as long as any."""
    last = _as_long(points)
    betas = [point["beta"] for point in last]
    label = f"after {text_of(last[0]['epochs'])} epochs"
    return [
        Panel(_title(name), "beta", {label: (betas, [_value(point, name) for point in last])}, is_log=True)
        for name in _names(points)
    ]


def last_points(points: Sequence[Point]) -> Table:
    """A row for each beta, with all figures of its last point."""
    names = _names(points)
    rows = (
        (f"beta {beta:g}", f"{point['step']:,.0f}", *(_cell(_value(point, name)) for name in ("epochs", *names)))
        for beta, point in _last(points).items()
    )
    return Table(("", "step", "epochs", *map(_title, names)), tuple(rows))


def verdict(points: Sequence[Point]) -> str:
    """Which beta has the least Fréchet distance of each sort at its last point, in a sentence.

    Betas that were trained for fewer steps than others are left out, and it says which.
    """
    last = _as_long(points)
    found: list[str] = []
    for name in _names(points):
        known = {point["beta"]: _value(point, name) for point in last if math.isfinite(_value(point, name))}
        if name.startswith(_DISTANCE) and known:
            least, most = min(known.values()), max(known.values())
            best = " and ".join(f"{beta:g}" for beta, value in known.items() if value == least)
            is_least = "at" if found else "is least at"
            among = f"({text_of(least)}, the most being {text_of(most)})"
            found.append(f"of {in_words(name.removeprefix(_DISTANCE))} {is_least} beta {best} {among}")
    told = f"The Fréchet distance {', that '.join(found)}." if found else "No Fréchet distance was measured."
    missing = [f"{beta:g}" for beta in _last(points) if beta not in [point["beta"] for point in last]]
    return told + (f" Not trained as long so far, and left out: beta {', '.join(missing)}." if missing else "")


def _point(given: Mapping[str, Any]) -> Point:
    point = {name: math.nan if value is None else float(value) for name, value in dict(given).items()}
    for name in _WHERE:
        if not (math.isfinite(point[name]) and point[name] >= 0):
            raise ValueError(f"a point's {name} is {given[name]}; it must be a number of 0 or more")
    if not point["beta"] > 0:
        raise ValueError("a point's beta is 0; it must be over 0")
    return point


def _names(points: Sequence[Point]) -> list[str]:
    return [name for name in dict.fromkeys(name for point in points for name in point) if name not in _WHERE]


def _over_epochs(points: Sequence[Point], name: str) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for beta in sorted({point["beta"] for point in points}):
        its = sorted((point for point in points if point["beta"] == beta), key=lambda point: point["step"])
        lines[f"beta {beta:g}"] = ([point["epochs"] for point in its], [_value(point, name) for point in its])
    return lines


def _last(points: Sequence[Point]) -> dict[float, Point]:
    """The last point of each beta, from the least beta to the greatest."""
    return {point["beta"]: point for point in sorted(points, key=lambda point: (point["beta"], point["step"]))}


def _as_long(points: Sequence[Point]) -> list[Point]:
    """The last points of the betas that were trained as long as any."""
    last = _last(points).values()
    longest = max(point["step"] for point in last)
    return [point for point in last if point["step"] == longest]


def _value(point: Point, name: str) -> float:
    return point.get(name, math.nan)


def _cell(value: float) -> str:
    return text_of(value) if math.isfinite(value) else ""


def _title(name: str) -> str:
    if name.startswith(_DISTANCE):
        return f"Fréchet distance, {in_words(name.removeprefix(_DISTANCE))}"
    return in_words(name)
