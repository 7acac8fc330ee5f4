"""How Live draws each class of box that a device's view may hold: one function a class, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from max_for_live.device.preview.boxes import ShownBox
from max_for_live.device.preview.canvas import Canvas, Paint
from max_for_live.device.preview.dials import draw_dial
from max_for_live.device.preview.fonts import is_bold

Draw = Callable[[Canvas, ShownBox], None]
LINE_HEIGHT = 1.16
PADDING_PX = 3


def draw_numbox(canvas: Canvas, box: ShownBox) -> None:
    """A number in a field; as a slider (appearance 2, 3) the field is filled up to it, as a display (4) it glows."""
    _, _, width, height = box.rect
    appearance = int(box.number("appearance", 0))
    lcd = appearance == 4
    ground = box.colour("lcdbgcolor", "live_lcd_bg") if lcd else box.colour("activebgcolor", "live_control_bg")
    canvas.rect(0, 0, width, height, ground, 2, box.colour("bordercolor", "live_contrast_frame"))
    if appearance in (2, 3) and box.is_active:
        start = width * (-box.low / ((box.high - box.low) or 1)) if appearance == 3 else 0
        ends = sorted((start, width * box.part))
        bar = box.colour("activeslidercolor", "live_value_arc")[0]
        canvas.rect(max(1, ends[0]), 1, max(0, ends[1] - max(1, ends[0]) - 1), height - 2, (bar, 0.45), 1)
    if appearance == 1:
        canvas.path(f"M 4 {height / 2 - 3} l 4 3 l -4 3 Z", fill=_text_paint(box))
    paint = box.colour("lcdcolor", "live_lcd_control_fg") if lcd and box.is_active else _text_paint(box)
    _line(canvas, box, box.value_text(), width / 2, 1, paint, width - 4)


def draw_text(canvas: Canvas, box: ShownBox) -> None:
    """A button, or a switch that is lit while it is on; as a label (appearance 1) without a field."""
    _, _, width, height = box.rect
    is_switch = int(box.number("mode", 1)) == 1
    on = is_switch and box.value >= 0.5
    ground, paint = _field_paints(box, on)
    if int(box.number("appearance", 0)) != 1:
        radius = min(box.number("rounded", 6) / 2, height / 2)
        canvas.rect(0, 0, width, height, ground, radius, box.colour("bordercolor", "live_contrast_frame"))
    said = box.words("texton", "B") if on else box.words("text", "A")
    _line(canvas, box, box.state.texts.get(box.name, said), width / 2, 1, paint, width - 4)


def draw_tab(canvas: Canvas, box: ShownBox) -> None:
    """A row of choices, the chosen one lit."""
    _, _, width, height = box.rect
    rows = max(1, int(box.number("num_lines_presentation", 1)))
    columns = max(1, -(-len(box.choices) // rows))
    gap_x, gap_y = box.number("spacing_x", 6), box.number("spacing_y", 6)
    cell = ((width - gap_x * (columns - 1)) / columns, (height - gap_y * (rows - 1)) / rows)
    for index, words in enumerate(box.choices):
        row, column = divmod(index, columns)
        ground, paint = _field_paints(box, index == round(box.value))
        with canvas.part(box.name, (column * (cell[0] + gap_x), row * (cell[1] + gap_y), *cell)):
            canvas.rect(0, 0, *cell, ground, 2, box.colour("bordercolor", "live_contrast_frame"))
            _line(canvas, box, words, cell[0] / 2, 1, paint, cell[0] - 4, cell[1])


def draw_menu(canvas: Canvas, box: ShownBox) -> None:
    """The chosen entry and a triangle."""
    _, _, width, height = box.rect
    ground = box.colour("activebgcolor", "live_control_bg")
    canvas.rect(0, 0, width, height, ground, 2, box.colour("bordercolor", "live_contrast_frame"))
    paint = _text_paint(box)
    canvas.path(f"M {width - 11} {height / 2 - 2} h 7 l -3.5 4.5 Z", fill=paint)
    _line(canvas, box, box.value_text(), 5, 0, paint, width - 18)


def draw_toggle(canvas: Canvas, box: ShownBox) -> None:
    """A square that is lit while it is on."""
    _, _, width, height = box.rect
    ground, _ = _field_paints(box, box.value >= 0.5)
    radius = min(box.number("rounded", 6) / 2, height / 2)
    canvas.rect(0, 0, width, height, ground, radius, box.colour("bordercolor", "live_contrast_frame"))


def draw_button(canvas: Canvas, box: ShownBox) -> None:
    """A round button."""
    _, _, width, height = box.rect
    ground, _ = _field_paints(box, on=False)
    radius = min(width, height) / 2
    canvas.circle(width / 2, height / 2, radius - 0.5, ground, box.colour("bordercolor", "live_contrast_frame"))


def draw_comment(canvas: Canvas, box: ShownBox) -> None:
    """Words without a field; a live.comment is centred where nothing else is said, a comment begins at the left."""
    _, _, width, height = box.rect
    live = box.maxclass == "live.comment"
    if "bgcolor" in box.attributes:
        canvas.rect(0, 0, width, height, box.colour("bgcolor", "live_surface_bg"))
    size = box.number("fontsize", 9.5 if live else 10)
    bold = is_bold(box.words("fontname", "Arial Bold"), int(box.number("fontface", 0)))
    justify = int(box.number("textjustification", 1 if live else 0))
    paint = box.colour("textcolor", "live_control_fg")
    at = {0: PADDING_PX, 1: width / 2, 2: width - PADDING_PX}[justify]
    for row, words in enumerate(box.state.texts.get(box.name, box.words("text")).splitlines()):
        baseline = PADDING_PX + size * 0.93 + row * size * LINE_HEIGHT
        canvas.text(at, baseline, words, paint, size, bold, justify, width - 2 * PADDING_PX)


def draw_panel(canvas: Canvas, box: ShownBox) -> None:
    """A ground behind other boxes."""
    _, _, width, height = box.rect
    attribute = "bgfillcolor" if "bgfillcolor" in _coloured(box) else "bgcolor"
    border = box.colour("bordercolor", "live_surface_frame") if box.number("border", 0) > 0 else None
    radius = box.number("rounded", 0) / 2
    canvas.rect(0, 0, width, height, box.colour(attribute, "live_surface_frame"), radius, border)


def draw_line(canvas: Canvas, box: ShownBox) -> None:
    """A hairline along the longer side, at the left or top (justification 0), in the middle, or at the other end."""
    _, _, width, height = box.rect
    thick = box.number("border", 1)
    at = box.number("justification", 1) / 2
    paint = box.colour("linecolor", "live_contrast_frame")
    if height >= width:
        canvas.rect(round(at * (width - thick)), 0, thick, height, paint)
    else:
        canvas.rect(0, round(at * (height - thick)), width, thick, paint)


def draw_textbutton(canvas: Canvas, box: ShownBox) -> None:
    """Max's own button with words."""
    _, _, width, height = box.rect
    canvas.rect(0, 0, width, height, box.colour("bgcolor", "live_control_bg"), box.number("rounded", 8) / 2)
    said = box.state.texts.get(box.name, box.words("text"))
    _line(canvas, box, said, width / 2, 1, box.colour("textcolor", "live_control_fg"), width - 4)


WIDGETS: Mapping[str, Draw] = {
    "live.dial": draw_dial,
    "live.numbox": draw_numbox,
    "live.text": draw_text,
    "live.tab": draw_tab,
    "live.menu": draw_menu,
    "live.toggle": draw_toggle,
    "live.button": draw_button,
    "live.comment": draw_comment,
    "comment": draw_comment,
    "panel": draw_panel,
    "live.line": draw_line,
    "textbutton": draw_textbutton,
}


def _field_paints(box: ShownBox, on: bool) -> tuple[Paint, Paint]:
    """A field's ground and its words, lit or not."""
    if not box.is_active:
        return (box.theme.colour("live_control_bg"), 0.6), (box.theme.colour("live_control_fg_zombie"), 0.8)
    if on:
        return (
            box.colour("activebgoncolor", "live_control_selection"),
            box.colour("activetextoncolor", "live_control_fg_on"),
        )
    return box.colour("activebgcolor", "live_control_bg"), box.colour("activetextcolor", "live_control_fg_off")


def _text_paint(box: ShownBox) -> Paint:
    return box.colour("textcolor", "live_control_fg" if box.is_active else "live_control_fg_zombie")


def _line(
    canvas: Canvas,
    box: ShownBox,
    words: str,
    x: float,
    justify: int,
    paint: Paint,
    room: float,
    height: float | None = None,
) -> None:
    """Words in the middle of a field's height."""
    size = box.number("fontsize", 9.5)
    bold = is_bold(box.words("fontname", "Arial Bold"), int(box.number("fontface", 0)))
    middle = (box.rect[3] if height is None else height) / 2
    canvas.text(x, middle + size * 0.36, words, paint, size, bold, justify, room)


def _coloured(box: ShownBox) -> set[str]:
    return set(box.attributes) | set(box.attributes.get("saved_attribute_attributes", {}))
