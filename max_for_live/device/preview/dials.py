"""How Live draws a dial: a thin arc with its value, a needle, its name above and its value below."""

from __future__ import annotations

import math

from max_for_live.device.preview.boxes import ShownBox
from max_for_live.device.preview.canvas import Canvas
from max_for_live.device.preview.fonts import is_bold

REST_DEGREES = 140.0
"""How far a dial turns to either side of straight up."""
NAME_PX = 13
NUMBER_PX = 12
TINY_RADIUS_PX = 7.0


def draw_dial(canvas: Canvas, box: ShownBox) -> None:
    """A dial; the tiny one (appearance 1) has its value beside it, the others below."""
    _, _, width, height = box.rect
    size = box.number("fontsize", 9.5)
    top = NAME_PX if box.number("showname", 1) else 0
    if top:
        _words(canvas, box, width / 2, size, 1, box.state.texts.get(box.name, box.short_name), width)
    if int(box.number("appearance", 0)) == 1:
        middle = top + (height - top) / 2
        _draw_ring(canvas, box, TINY_RADIUS_PX + 1.5, middle, TINY_RADIUS_PX)
        if box.number("shownumber", 1):
            left = 2 * TINY_RADIUS_PX + 7
            _words(canvas, box, left, middle + size * 0.36, 0, box.value_text(), width - left)
        return
    bottom = NUMBER_PX if box.number("shownumber", 1) else 0
    radius = min(width / 2 - 2, (height - top - bottom) / 2 - 1)
    _draw_ring(canvas, box, width / 2, top + 1 + radius, radius)
    if bottom:
        _words(canvas, box, width / 2, height - 2.5, 1, box.value_text(), width)


def _draw_ring(canvas: Canvas, box: ShownBox, x: float, y: float, radius: float) -> None:
    """The ring, its part from the least value (from the middle where the value goes either way), and the needle."""
    thick = max(2.0, radius * 0.2)
    ring = radius - thick / 2
    active = box.is_active
    at = REST_DEGREES * (2 * box.part - 1)
    origin = 0.0 if _goes_both_ways(box) else -REST_DEGREES
    value = (
        box.colour("activedialcolor", "live_value_arc") if active else box.colour("dialcolor", "live_control_zombie")
    )
    needle = "live_dial_needle" if active else "live_control_fg_zombie"
    canvas.arc(x, y, ring, -REST_DEGREES, REST_DEGREES, (box.theme.colour("live_dial_fg"), 1.0), thick)
    canvas.arc(x, y, ring, min(origin, at), max(origin, at), value, thick)
    turn = math.radians(at)
    tip = (x + ring * math.sin(turn), y - ring * math.cos(turn))
    canvas.line(x, y, *tip, box.colour("activeneedlecolor", needle), max(1.5, thick * 0.75))
    if _goes_both_ways(box) and box.number("triangle", 0):
        canvas.path(f"M {x - 3:.2f} {y - radius - 4:.2f} h 6 l -3 3 Z", fill=box.colour("tricolor", "live_value_arc"))


def _goes_both_ways(box: ShownBox) -> bool:
    mode = int(box.number("needlemode", 0))
    return mode == 2 or (mode == 0 and box.low < 0 < box.high)


def _words(canvas: Canvas, box: ShownBox, x: float, baseline: float, justify: int, words: str, room: float) -> None:
    bold = is_bold(box.words("fontname", "Arial Bold"), int(box.number("fontface", 0)))
    paint = box.colour("textcolor", "live_control_fg" if box.is_active else "live_control_fg_zombie")
    canvas.text(x, baseline, words, paint, box.number("fontsize", 9.5), bold, justify, room)
