"""The whole picture: the device's frame as Live draws it round every device, and the boxes of the view in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import resvg_py

from max_for_live.device.preview.boxes import ShownBox, shown_boxes
from max_for_live.device.preview.canvas import Canvas, CutOff
from max_for_live.device.preview.errors import PreviewError
from max_for_live.device.preview.fonts import family
from max_for_live.device.preview.jsui import draw_jsui
from max_for_live.device.preview.state import STATES, State
from max_for_live.device.preview.theme import THEMES, Theme
from max_for_live.device.preview.widgets import WIDGETS

BODY_HEIGHT = 169
TITLE_HEIGHT = 19
MARGIN = 12
CORNER = 5

_Known = TypeVar("_Known")


def draw(
    patcher: Mapping[str, Any],
    scripts: Mapping[str, str],
    out: Path,
    scale: int = 2,
    theme: str = "dark",
    state: State | str = "demo",
    title: str = "LatentBridge",
) -> tuple[CutOff, ...]:
    """Draws a device's view to a PNG. The same input gives the same picture.

    Args:
        patcher: the patch as Max keeps it, or a file's content with it under `patcher`.
        scripts: the text of each picture's script, by its file's name.
        out: the picture's file.
        scale: pixels of the picture to a pixel of the view.
        theme: `dark` or `light`.
        state: what was done to the device before, or the name of a state that is known.
        title: what stands in the device's title bar.

    Returns:
        The words that are wider than their room, for a look at the layout.

    Raises:
        PreviewError: a box of the view is of a class that is not known, or its script is missing.
        FontError: no font of Arial's widths is installed.
        ScriptError: a picture's script raised.
    """
    canvas, width, height = _drawn(patcher, scripts, _named(THEMES, theme, "theme"), state, title)
    font = family()
    png = resvg_py.svg_to_bytes(
        svg_string=canvas.to_svg(width, height),
        zoom=float(scale),
        skip_system_fonts=True,
        font_files=[str(font.regular), str(font.bold)],
    )
    out.write_bytes(bytes(png))
    return tuple(canvas.cut_off)


def to_svg(
    patcher: Mapping[str, Any], scripts: Mapping[str, str], theme: str = "dark", state: State | str = "demo"
) -> str:
    """The picture as SVG; arguments and errors as of `draw`."""
    canvas, width, height = _drawn(patcher, scripts, _named(THEMES, theme, "theme"), state, "LatentBridge")
    return canvas.to_svg(width, height)


def cut_off_texts(
    patcher: Mapping[str, Any], scripts: Mapping[str, str], state: State | str = "demo"
) -> tuple[CutOff, ...]:
    """The words that are wider than their room in a state; arguments and errors as of `draw`."""
    return tuple(_drawn(patcher, scripts, THEMES["dark"], state, "LatentBridge")[0].cut_off)


def _drawn(
    patcher: Mapping[str, Any], scripts: Mapping[str, str], theme: Theme, state: State | str, title: str
) -> tuple[Canvas, float, float]:
    patcher = patcher.get("patcher", patcher)
    known = state if isinstance(state, State) else _named(STATES, state, "state")()
    boxes = list(shown_boxes(patcher, known, theme))
    body = _body_width(patcher, boxes)
    canvas = Canvas()
    width, height = body + 2 * MARGIN, TITLE_HEIGHT + BODY_HEIGHT + 2 * MARGIN
    _draw_frame(canvas, theme, body, width, height, title)
    with canvas.part("device", (MARGIN, MARGIN + TITLE_HEIGHT, body, BODY_HEIGHT)):
        for box in boxes:
            with canvas.part(box.name, box.rect):
                _draw_box(canvas, box, scripts)
    return canvas, width, height


def _draw_box(canvas: Canvas, box: ShownBox, scripts: Mapping[str, str]) -> None:
    if box.maxclass == "jsui":
        name = Path(box.words("filename")).name
        messages = box.state.messages.get(box.name, ())
        draw_jsui(canvas, _named(scripts, name, "script"), (box.rect[2], box.rect[3]), box.theme, messages)
    else:
        _named(WIDGETS, box.maxclass, "class of box")(canvas, box)


def _draw_frame(canvas: Canvas, theme: Theme, body: float, width: float, height: float, title: str) -> None:
    surface = (theme.colour("live_surface_bg"), 1.0)
    canvas.rect(0, 0, width, height, (theme.desk, 1.0))
    canvas.rect(MARGIN, MARGIN, body, TITLE_HEIGHT + BODY_HEIGHT, surface, CORNER)
    with canvas.part("title", (MARGIN, MARGIN, body, TITLE_HEIGHT)):
        canvas.rect(0, 0, body, TITLE_HEIGHT + CORNER, (theme.title_bar, 1.0), CORNER)
        canvas.circle(11, TITLE_HEIGHT / 2, 4.5, (theme.colour("live_control_selection"), 1.0))
        canvas.text(21, TITLE_HEIGHT / 2 + 3.5, title, (theme.title, 1.0), 10, room=body - 60)
        for place in (12, 25, 38):
            canvas.circle(body - place, TITLE_HEIGHT / 2, 3.5, line=(theme.title, 0.7))


def _body_width(patcher: Mapping[str, Any], boxes: list[ShownBox]) -> float:
    """As wide as the patch says (devicewidth, else its view's rect), else as its boxes take."""
    said = float(patcher.get("devicewidth") or 0) or float((patcher.get("openrect") or [0, 0, 0, 0])[2])
    return said or max((box.rect[0] + box.rect[2] for box in boxes), default=100.0) + 8


def _named(table: Mapping[str, _Known], name: str, what: str) -> _Known:
    if name not in table:
        raise PreviewError(f"no {what} is called `{name}`: known are {', '.join(sorted(table)) or 'none'}")
    return table[name]
