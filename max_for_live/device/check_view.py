"""Rules of the device as Live shows it: whole pixels, inside the body, nothing over anything, no word cut off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth

from max_for_live.device.finding import Finding, Patch, name_of, value_of

HEIGHT = 169
FONT_SIZE = 10.0
LINE = 1.2  # the height of a line of text, in font sizes
# How much of a box its words cannot have. Source: boxes of published devices that Max itself sized to their text; the
# arrow of a menu is a guess on the safe side.
MARGINS = {
    "live.comment": 3.0, "comment": 6.0, "live.text": 4.0, "textbutton": 4.0, "live.tab": 2.0, "live.menu": 16.0,
    "live.dial": 0.0,
}  # fmt: skip


def the_device_opens_in_its_view(patch: Patch) -> Iterator[Finding]:
    """Live shows the arranged view, not the open patch."""
    if patch.top.get("openinpresentation") != 1:
        yield Finding("patch", "`openinpresentation` is not 1, so Live would show the patch itself")
    if not any(box.get("presentation") for box in patch.boxes):
        yield Finding("patch", "no box is shown")


def rectangles_are_whole_and_inside(patch: Patch) -> Iterator[Finding]:
    """Every place is in whole pixels (halves blur) and inside the body of the device, 169 pixels high."""
    width = _width(patch)
    if width is None:
        yield Finding("patch", "neither `devicewidth` nor `openrect` says how wide the device is")
        return
    for box in _shown(patch):
        rect = box.get("presentation_rect", [])
        if len(rect) != 4:
            yield Finding(name_of(box), "shown, but without a place")
            continue
        x, y, across, down = rect
        if any(number != int(number) for number in rect):
            yield Finding(name_of(box), f"its place {rect} is not in whole pixels")
        if x < 0 or y < 0 or across <= 0 or down <= 0 or x + across > width or y + down > HEIGHT:
            yield Finding(name_of(box), f"its place {rect} leaves the device, {width:g} by {HEIGHT}")


def controls_do_not_overlap(patch: Patch) -> Iterator[Finding]:
    """No two things lie over each other, panels behind aside; of a text that no click stops at, its words count."""
    controls = [box for box in _shown(patch) if box.get("maxclass") != "panel" and len(_rect(box)) == 4]
    for one, other in combinations(controls, 2):
        if _overlap(_ground(one, patch), _ground(other, patch)):
            yield Finding(name_of(one), f"lies over {name_of(other)}")


def words_fit(patch: Patch) -> Iterator[Finding]:
    """Every label fits its place in the font that it is set in."""
    for box in _shown(patch):
        margin = MARGINS.get(str(box.get("maxclass")))
        if margin is None or len(_rect(box)) != 4:
            continue
        size = float(box.get("fontsize", patch.top.get("default_fontsize", FONT_SIZE)))
        for text, across, down in _labels(box):
            if not _fits(text, across - margin, down, size):
                needs = text_width(text, size) + margin
                yield Finding(name_of(box), f"`{text}` needs {needs:.0f} pixels and has {across:.0f}")


def text_width(text: str, size: float) -> float:
    """How many pixels wide a text is in Arial Bold, whose letters are as wide as Helvetica Bold's."""
    return float(stringWidth(text, "Helvetica-Bold", size))


def _labels(box: Mapping[str, Any]) -> Iterator[tuple[str, float, float]]:
    """The texts of a box, each with the width and height that it has to itself."""
    across, down = _rect(box)[2:]
    value = value_of(box)
    match str(box["maxclass"]):
        case "live.tab":
            words = value.get("parameter_enum") or []
            columns = -(-len(words) // int(box.get("num_lines_presentation", 1))) or 1
            gaps = float(box.get("spacing_x", 6.0)) * (columns - 1)
            yield from ((word, (across - gaps) / columns, 0.0) for word in words)
        case "live.menu":
            yield from ((word, across, 0.0) for word in value.get("parameter_enum") or [])
        case "live.dial":
            if box.get("showname", 1):
                yield str(value.get("parameter_shortname", "")), across, 0.0
        case kind:
            texts = filter(None, (box.get("text"), box.get("texton")))
            yield from ((str(text), across, down if "comment" in kind else 0.0) for text in texts)


def _fits(text: str, across: float, down: float, size: float) -> bool:
    """Whether a text fits, broken between words into as many lines as the height has room for (at least one)."""
    lines = max(1, int(down / (size * LINE)))
    needed = 0
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, size) > across:
                needed, longer = needed + 1, word
            if text_width(longer, size) > across:
                return False
            line = longer
        needed += 1
    return needed <= lines


def _ground(box: Mapping[str, Any], patch: Patch) -> list[float]:
    """What a box covers: its place; where clicks go through, only its words, and nothing before they are written."""
    x, y, across, down = _rect(box)
    if not (box.get("ignoreclick") and "comment" in str(box["maxclass"])):
        return [x, y, across, down]
    size = float(box.get("fontsize", patch.top.get("default_fontsize", FONT_SIZE)))
    wide = text_width(str(box.get("text", "")), size)
    left = {0: MARGINS["live.comment"], 1: (across - wide) / 2}.get(box.get("textjustification", 0), across - wide)
    return [x + left, y + (down - size) / 2, wide, size if wide else 0.0]


def _width(patch: Patch) -> float | None:
    width = patch.top.get("devicewidth") or (patch.top.get("openrect") or [0, 0, 0])[2]
    return float(width) or None


def _shown(patch: Patch) -> list[Mapping[str, Any]]:
    return [box for box in patch.boxes if box.get("presentation") and not box.get("hidden")]


def _rect(box: Mapping[str, Any]) -> list[float]:
    return list(box.get("presentation_rect", []))


def _overlap(one: list[float], other: list[float]) -> bool:
    across = one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
    down = one[1] < other[1] + other[3] and other[1] < one[1] + one[3]
    return across and down and 0 not in (one[2], other[2])
