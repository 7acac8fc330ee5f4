"""The map of chords as a picture, and as an animation of how it was learnt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import DataError
from engine.report.chord_map import GRID, ShownMap, grid_points
from engine.representations.chord_names import NOTE_NAMES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INCHES = 8.0
_DPI = 90
_NAMED_EVERY = 4
_FRAMES_A_SECOND = 8


def draw_map(shown: ShownMap, path: Path) -> None:
    """Write the picture; PNG or SVG, by the file's ending.

    Raises:
        DataError: the file cannot be written.
    """
    figure, _ = _drawn(shown)
    try:
        figure.savefig(path, dpi=_DPI, bbox_inches="tight")
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be written: {error}; name a .png or .svg file") from error


def animate_map(shown: ShownMap, path: Path) -> None:
    """Write how the windows found their places, epoch by epoch, as GIF.

    Raises:
        DataError: the file cannot be written.
    """
    from matplotlib.animation import FuncAnimation, PillowWriter

    figure, dots = _drawn(shown)
    title = figure.axes[0].set_title("")

    def show(epoch: int) -> tuple[Any, Any]:
        dots.set_offsets(shown.frames[epoch].numpy())
        title.set_text(f"{shown.name}: after {shown.steps[epoch]:,} steps")
        return dots, title

    film = FuncAnimation(figure, show, frames=len(shown.frames))
    try:
        film.save(path, writer=PillowWriter(_FRAMES_A_SECOND), dpi=_DPI * 0.7)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be written: {error}; name a .gif file") from error


def _drawn(shown: ShownMap) -> tuple[Figure, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((_INCHES, _INCHES))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    (left, low), (right, high) = shown.low, shown.high
    axes.imshow(_background(shown), origin="lower", extent=(left, right, low, high), aspect="auto")
    for place, (x, y) in enumerate(grid_points(shown.low, shown.high).tolist()):
        row, column = divmod(place, GRID)
        if row % _NAMED_EVERY == column % _NAMED_EVERY == _NAMED_EVERY // 2:
            axes.text(x, y, " ".join(one.name for one in shown.grid[place]), fontsize=6, ha="center", color="#444444")
    owners = np.repeat(np.arange(len(shown.songs)), [len(song.latents) for song in shown.songs])
    points = shown.frames[-1].numpy()
    dots = axes.scatter(points[:, 0], points[:, 1], c=owners, cmap="tab20", s=22, edgecolors="white", linewidths=0.5)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.set_title(f"{shown.name}: four chords at every point; dots are passages of {len(shown.songs)} pieces")
    return figure, dots


def _background(shown: ShownMap) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A pale colour for the root of the first chord at each point of the grid, around the circle of fifths."""
    from matplotlib.colors import hsv_to_rgb

    table = np.ones((GRID * GRID, 3))
    for row, passage in zip(table, shown.grid, strict=True):
        name = passage[0].name if passage else ""
        root = next((n for n in (name[:2].capitalize(), name[:1].upper()) if n in NOTE_NAMES), None)
        if root is not None:
            row[:] = hsv_to_rgb(
                (NOTE_NAMES.index(root) * 7 % 12 / 12, 0.28 if len(passage[0].pitches) > 1 else 0.12, 0.97)
            )
    return table.reshape(GRID, GRID, 3)
