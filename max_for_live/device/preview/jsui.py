"""Runs the script of a jsui box outside Max, and draws what it draws."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dukpy

from max_for_live.device.preview.canvas import Canvas, Paint
from max_for_live.device.preview.errors import PreviewError, ScriptError
from max_for_live.device.preview.fonts import is_bold, width
from max_for_live.device.preview.theme import Theme, to_hex, to_max

RECORDER = Path(__file__).with_name("recorder.js")
FULL_CIRCLE = 2 * math.pi

Operation = Sequence[Any]


class JsuiScript:
    """One script that runs, as a jsui box of Max would have it run.

    Args:
        source: the script's text.
        size: width and height of its box, in pixels.
        colours: what `max.getcolor` answers; a name that is missing is answered by nothing.

    Raises:
        ScriptError: the script raised while it was loaded; also from all methods, while they run it.
    """

    def __init__(self, source: str, size: tuple[float, float], colours: Mapping[str, list[float]]) -> None:
        self._interpreter = dukpy.JSInterpreter()
        self._interpreter.export_function(
            "text_width", lambda words, name, size_px: width(words, size_px, is_bold(name, 0))
        )
        self._run(RECORDER.read_text(encoding="utf-8"), size=list(size), colours=dict(colours))
        self._run(source)

    def send(self, selector: str, *arguments: float | int | str) -> None:
        """Sends the box a message."""
        self.evaluate(f"{selector}({', '.join(json.dumps(argument) for argument in arguments)})")

    def paint(self) -> list[Operation]:
        """Has it draw itself, and tells what it drew: the name of each call and its arguments."""
        drawing: list[Operation] = self._run("recorded.drawing = []; paint(); recorded.drawing")
        return drawing

    def said(self) -> list[list[Any]]:
        """What left its outlets since this was asked last: the outlet's number and the message."""
        said: list[list[Any]] = self._run("var taken = recorded.said; recorded.said = []; taken")
        return said

    def redraws(self) -> int:
        """How often it asked to be drawn since this was asked last."""
        return int(self._run("var asked = recorded.redraws; recorded.redraws = 0; asked"))

    def evaluate(self, code: str) -> Any:
        """What an expression is worth among the script's own names; None for what JSON cannot say."""
        return self._run(f"var worth = {code}; worth === undefined ? null : worth")

    def _run(self, code: str, **given: Any) -> Any:
        try:
            return self._interpreter.evaljs(code, **given)
        except dukpy.JSRuntimeError as error:
            raise ScriptError(str(error)) from error


def draw_jsui(
    canvas: Canvas, source: str, size: tuple[float, float], theme: Theme, messages: Sequence[Sequence[Any]]
) -> None:
    """Runs a script, sends it messages and draws what it then draws."""
    colours = {name: to_max(colour) for name, colour in theme.colours.items()}
    script = JsuiScript(source, size, colours)
    for selector, *arguments in messages:
        script.send(selector, *arguments)
    _Pen(canvas).follow(script.paint())


class _Pen:
    """Follows the calls of a script on a canvas."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._way: list[str] = []
        self._at = (0.0, 0.0)
        self._paint: Paint = ("#000000", 1.0)
        self._line_width = 1.0
        self._font = ("Arial", 12.0)

    def follow(self, drawing: Sequence[Operation]) -> None:
        """Draws.

        Raises:
            PreviewError: a call is none of those that are followed here.
        """
        for name, *told in drawing:
            step = self._STEPS.get(name)
            if step is None:
                raise PreviewError(f"jsui.py does not follow mgraphics.{name}: add it to its steps")
            step(self, *told)

    def _move_to(self, x: float, y: float) -> None:
        self._at = (x, y)
        self._way.append(f"M {x:.3f} {y:.3f}")

    def _line_to(self, x: float, y: float) -> None:
        self._at = (x, y)
        self._way.append(f"L {x:.3f} {y:.3f}")

    def _curve_to(self, *points: float) -> None:
        self._at = (points[4], points[5])
        self._way.append("C " + " ".join(f"{number:.3f}" for number in points))

    def _close_path(self) -> None:
        self._way.append("Z")

    def _arc(self, x: float, y: float, radius: float, begin: float, end: float) -> None:
        while end < begin:
            end += FULL_CIRCLE
        turn = min(end - begin, FULL_CIRCLE - 1e-4)
        start, stop = ((x + radius * math.cos(at), y + radius * math.sin(at)) for at in (begin, begin + turn))
        self._way.append(f"{'L' if self._way else 'M'} {start[0]:.3f} {start[1]:.3f}")
        large = int(turn > math.pi)
        self._way.append(f"A {radius:.3f} {radius:.3f} 0 {large} 1 {stop[0]:.3f} {stop[1]:.3f}")

    def _ellipse(self, x: float, y: float, width: float, height: float) -> None:
        radii = f"{width / 2:.3f} {height / 2:.3f}"
        middle = y + height / 2
        self._way.append(f"M {x:.3f} {middle:.3f} A {radii} 0 1 1 {x + width:.3f} {middle:.3f}")
        self._way.append(f"A {radii} 0 1 1 {x:.3f} {middle:.3f} Z")

    def _rectangle(self, x: float, y: float, width: float, height: float) -> None:
        self._way.append(f"M {x:.3f} {y:.3f} h {width:.3f} v {height:.3f} h {-width:.3f} Z")

    def _rectangle_rounded(self, x: float, y: float, width: float, height: float, wide: float, tall: float) -> None:
        rx, ry = min(wide, width) / 2, min(tall, height) / 2
        corner = f"a {rx:.3f} {ry:.3f} 0 0 1"
        self._way.append(
            f"M {x + rx:.3f} {y:.3f} h {width - 2 * rx:.3f} {corner} {rx:.3f} {ry:.3f} v {height - 2 * ry:.3f} "
            f"{corner} {-rx:.3f} {ry:.3f} h {2 * rx - width:.3f} {corner} {-rx:.3f} {-ry:.3f} "
            f"v {2 * ry - height:.3f} {corner} {rx:.3f} {-ry:.3f} Z"
        )

    def _fill(self) -> None:
        self._fill_preserve()
        self._way = []

    def _fill_preserve(self) -> None:
        if self._way:
            self._canvas.path(" ".join(self._way), fill=self._paint)

    def _stroke(self) -> None:
        self._stroke_preserve()
        self._way = []

    def _stroke_preserve(self) -> None:
        if self._way:
            self._canvas.path(" ".join(self._way), line=self._paint, width=self._line_width)

    def _set_source(self, *colour: Any) -> None:
        self._paint = to_hex(colour[0] if isinstance(colour[0], list) else colour)

    def _set_line_width(self, width: float) -> None:
        self._line_width = width

    def _select_font_face(self, name: str, *_style: str) -> None:
        self._font = (name, self._font[1])

    def _set_font_size(self, size: float) -> None:
        self._font = (self._font[0], size)

    def _show_text(self, words: str) -> None:
        name, size = self._font
        self._canvas.text(*self._at, words, self._paint, size, is_bold(name, 0))
        self._way = []

    def _new_path(self) -> None:
        self._way = []

    _STEPS: Mapping[str, Callable[..., None]] = {
        "new_path": _new_path,
        "move_to": _move_to,
        "line_to": _line_to,
        "curve_to": _curve_to,
        "close_path": _close_path,
        "arc": _arc,
        "ellipse": _ellipse,
        "rectangle": _rectangle,
        "rectangle_rounded": _rectangle_rounded,
        "fill": _fill,
        "fill_preserve": _fill_preserve,
        "stroke": _stroke,
        "stroke_preserve": _stroke_preserve,
        "set_source_rgb": _set_source,
        "set_source_rgba": _set_source,
        "set_line_width": _set_line_width,
        "select_font_face": _select_font_face,
        "set_font_size": _set_font_size,
        "show_text": _show_text,
    }
