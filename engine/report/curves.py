"""Numbers over time or over a way as pictures: a panel for each figure, a line for each of what is compared."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataError
from engine.evaluation.figure_tables import in_words
from engine.evaluation.paths import STOPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CURVES_NAME = "curves.csv"
"""What training writes beside a checkpoint."""

_COLUMNS = 3
_PANEL_INCHES = (3.9, 2.5)
_LOOKS = (
    ("#1f5fa8", "-", "o"), ("#d9730d", "--", "s"), ("#2a7f3b", "-.", "^"), ("#7b3fa0", ":", "v"),
    ("#b3202c", "-", "D"), ("#6b5a00", "--", "P"), ("#00808a", "-.", "X"), ("#555555", ":", "*"),
)  # fmt: skip
_MOST_MARKERS = 20

Line = tuple[Sequence[float], Sequence[float]]
"""Numbers to the right, and numbers upwards; nan where nothing is known."""


@dataclass(frozen=True)
class Panel:
    """One figure.

    Attributes:
        title: above it.
        across: what the numbers to the right are.
        lines: by what the legend calls them.
        is_log: the numbers to the right, all over 0, are set by their logarithms.
    """

    title: str
    across: str
    lines: Mapping[str, Line]
    is_log: bool = False


def training_panels(folder: Path) -> list[Panel]:
    """Loss, reconstruction and such of a checkpoint's training, training against validation; none where it has none.

    Raises:
        DataError: the file is there and is no table of numbers.
    """
    path = folder / CURVES_NAME
    if not path.is_file():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            header, *rows = csv.reader(stream)
        columns = {name: [_number(row[place]) for row in rows] for place, name in enumerate(header)}
        steps = columns.pop("step")
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise DataError(f"{path} is no table of training curves: {error}; remove it, or train again") from error
    panels: dict[str, dict[str, Line]] = {}
    for name, numbers in columns.items():
        split, _, figure = name.rpartition("/")
        panels.setdefault(figure, {})[split] = (steps, numbers)
    return [Panel(in_words(figure), "training steps", lines) for figure, lines in panels.items() if steps]


def way_panels(figures: Mapping[str, Any]) -> list[Panel]:
    """Every list of nine numbers among the figures, by the stops of the way; groups of the same lists share panels."""
    panels: dict[tuple[str, ...], dict[str, Line]] = {}
    for (group, *inner), numbers in _lists(figures, ()):
        if len(numbers) == STOPS and inner:
            heights = [math.nan if number is None else float(number) for number in numbers]
            panels.setdefault(tuple(inner), {})[in_words(group)] = (range(1, STOPS + 1), heights)
    return [Panel(in_words(", ".join(inner)), "stops of the way", lines) for inner, lines in panels.items()]


def picture(panels: Sequence[Panel]) -> bytes:
    """All panels as SVG; the same panels give the same bytes."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    columns = min(_COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure = Figure(figsize=(_PANEL_INCHES[0] * columns, _PANEL_INCHES[1] * rows), layout="constrained")
    for place, panel in enumerate(panels, start=1):
        _draw(figure.add_subplot(rows, columns, place), panel)
    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "latent-bridge", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _draw(axes: Axes, panel: Panel) -> None:
    for place, (name, (across, up)) in enumerate(panel.lines.items()):
        colour, dashes, marker = _LOOKS[place % len(_LOOKS)]
        every = max(1, len(up) // _MOST_MARKERS)
        axes.plot(across, up, label=_plain(name), color=colour, ls=dashes, lw=1.2, marker=marker, ms=3, markevery=every)
    axes.set_title(_plain(panel.title), fontsize=9)
    axes.set_xlabel(panel.across, fontsize=8)
    if panel.is_log:
        _by_logarithm(axes, sorted({number for across, _ in panel.lines.values() for number in across}))
    axes.tick_params(labelsize=7)
    axes.grid(color="#dddddd", lw=0.5)
    axes.legend(fontsize=7)


def _by_logarithm(axes: Axes, numbers: Sequence[float]) -> None:
    """Every number is named where it stands."""
    axes.set_xscale("log")
    axes.set_xticks(numbers, [f"{number:g}" for number in numbers])
    axes.minorticks_off()


def _lists(figures: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from _lists(value, (*above, name))
        elif isinstance(value, list):
            yield (*above, name), value


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _plain(text: str) -> str:
    """Text that matplotlib takes for no formula, and XML for no control character."""
    return "".join(sign if sign.isprintable() else "?" for sign in text).replace("$", r"\$")
