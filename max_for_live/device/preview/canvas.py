"""Where widgets draw: shapes and words become SVG, and words that are wider than their room are remembered."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from max_for_live.device.preview.fonts import FAMILIES
from max_for_live.device.preview.fonts import width as width_of

Paint = tuple[str, float]
"""A colour as `#rrggbb`, and an opacity 0..1."""

ANCHORS = {0: "start", 1: "middle", 2: "end"}
"""Max's textjustification in SVG's words: left, centred, right."""


FONTS = ", ".join(FAMILIES)


@dataclass(frozen=True)
class CutOff:
    """Words that do not fit.

    Attributes:
        box: the name of the box that they stand in.
        words: what was to be written.
        width: how wide that is, in pixels.
        room: how much room there is, in pixels.
    """

    box: str
    words: str
    width: float
    room: float


class Canvas:
    """A picture in the making; coordinates are pixels of the part that is being drawn."""

    def __init__(self) -> None:
        self.cut_off: list[CutOff] = []
        self._elements: list[str] = []
        self._clips = 0
        self._part = ""

    def to_svg(self, width: float, height: float) -> str:
        """The whole picture."""
        size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n' + "\n".join(self._elements) + "\n</svg>\n"

    @contextmanager
    def part(self, name: str, rect: tuple[float, float, float, float], clip: bool = True) -> Iterator[None]:
        """All that is drawn within stands relative to the rect's corner, and is cut off at its edges."""
        x, y, width, height = rect
        before, self._part = self._part, name
        self._clips += 1
        if clip:
            area = f'<rect width="{_n(width)}" height="{_n(height)}"/>'
            self._elements.append(f'<clipPath id="clip{self._clips}">{area}</clipPath>')
        use = f' clip-path="url(#clip{self._clips})"' if clip else ""
        self._elements.append(f'<g transform="translate({_n(x)} {_n(y)})"><g{use}>')
        yield
        self._elements.append("</g></g>")
        self._part = before

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: Paint,
        radius: float = 0,
        border: Paint | None = None,
    ) -> None:
        """A rectangle; a border lies within it, one pixel thick."""
        self._add("rect", f"{_box(x, y, width, height)} rx={_q(radius)} {_fill(fill)}")
        if border is not None:
            inner = _box(x + 0.5, y + 0.5, max(0.0, width - 1), max(0.0, height - 1))
            self._add("rect", f'{inner} rx={_q(max(0.0, radius - 0.5))} fill="none" {_stroke(border, 1)}')

    def circle(self, x: float, y: float, radius: float, fill: Paint | None = None, line: Paint | None = None) -> None:
        """A disc, a ring one pixel thick, or both."""
        look = (_fill(fill) if fill else 'fill="none"') + (" " + _stroke(line, 1) if line else "")
        self._add("circle", f"cx={_q(x)} cy={_q(y)} r={_q(radius)} {look}")

    def line(self, x1: float, y1: float, x2: float, y2: float, paint: Paint, width: float = 1) -> None:
        """A straight line with round ends."""
        ends = f"x1={_q(x1)} y1={_q(y1)} x2={_q(x2)} y2={_q(y2)}"
        self._add("line", f'{ends} {_stroke(paint, width)} stroke-linecap="round"')

    def arc(
        self, x: float, y: float, radius: float, begin_degrees: float, end_degrees: float, paint: Paint, width: float
    ) -> None:
        """A part of a ring, clockwise from the top."""
        if end_degrees - begin_degrees < 0.5:
            return
        start, end = (_on_circle(x, y, radius, degrees) for degrees in (begin_degrees, end_degrees))
        large = int(end_degrees - begin_degrees > 180)
        way = f"M {start} A {_n(radius)} {_n(radius)} 0 {large} 1 {end}"
        self._add("path", f'd="{way}" fill="none" {_stroke(paint, width)}')

    def path(self, way: str, fill: Paint | None = None, line: Paint | None = None, width: float = 1) -> None:
        """A path in SVG's words, filled by the even-odd rule's sister that Max uses: what winds round is inside."""
        look = (_fill(fill) if fill else 'fill="none"') + (" " + _stroke(line, width) if line else "")
        self._add("path", f'd="{way}" {look}')

    def text(
        self,
        x: float,
        baseline: float,
        words: str,
        paint: Paint,
        size: float = 9.5,
        bold: bool = True,
        justify: int = 0,
        room: float | None = None,
    ) -> None:
        """One line of words.

        Args:
            x: where it begins, has its middle or ends, as `justify` says.
            baseline: what the letters stand on.
            words: what is written.
            paint: in which colour.
            size: of the font, in pixels.
            bold: whether the letters are bold.
            justify: 0 left, 1 centred, 2 right.
            room: the pixels that it may take; None for as many as it needs.
        """
        width = width_of(words, size, bold)
        if room is not None and width > room + 0.01:
            self.cut_off.append(CutOff(self._part, words, round(width, 1), round(room, 1)))
        if words:
            font = f"font-family={quoteattr(FONTS)} font-size={_q(size)} font-weight={_q(700 if bold else 400)}"
            place = f'x={_q(x)} y={_q(baseline)} text-anchor="{ANCHORS[justify]}" xml:space="preserve"'
            self._elements.append(f"<text {place} {font} {_fill(paint)}>{escape(words)}</text>")

    def _add(self, tag: str, attributes: str) -> None:
        self._elements.append(f"<{tag} {attributes}/>")


def _n(number: float) -> str:
    return f"{round(number, 3):g}" if abs(number) < 1e5 else f"{number:.0f}"


def _q(number: float) -> str:
    return f'"{_n(number)}"'


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"x={_q(x)} y={_q(y)} width={_q(width)} height={_q(height)}"


def _fill(paint: Paint) -> str:
    return f'fill="{paint[0]}"' + (f" fill-opacity={_q(paint[1])}" if paint[1] < 1 else "")


def _stroke(paint: Paint, width: float) -> str:
    faint = f" stroke-opacity={_q(paint[1])}" if paint[1] < 1 else ""
    return f'stroke="{paint[0]}" stroke-width={_q(width)}{faint}'


def _on_circle(x: float, y: float, radius: float, degrees: float) -> str:
    angle = math.radians(degrees)
    return f"{_n(x + radius * math.sin(angle))} {_n(y - radius * math.cos(angle))}"
