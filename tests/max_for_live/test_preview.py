"""The picture of the device's view: all of it is drawn, words fit, and the same patch gives the same picture."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from max_for_live.device.build import device_patcher
from max_for_live.device.preview import STATES, CutOff, State, cut_off_texts, draw, fonts
from max_for_live.device.preview.__main__ import main, picture_scripts
from max_for_live.device.preview.boxes import shown_boxes
from max_for_live.device.preview.errors import FontError, PreviewError, ScriptError
from max_for_live.device.preview.picture import to_svg
from max_for_live.device.preview.state import EXAMPLES, roll_of
from max_for_live.device.preview.theme import DARK
from max_for_live.device.preview.widgets import WIDGETS

PLAIN_STATE = State()
SCRIPT = "mgraphics.init(); function paint() { mgraphics.rectangle(1, 2, 3, 4); mgraphics.fill(); }"


def has_font() -> bool:
    try:
        fonts.family()
    except FontError:
        return False
    return True


needs_font = pytest.mark.skipif(not has_font(), reason="draws letters: apt-get install fonts-liberation")


def make_box(maxclass: str, name: str = "box", width: float = 60.0, **attributes: Any) -> dict[str, Any]:
    parameter = attributes.pop("parameter", {})
    saved = {"valueof": {f"parameter_{key}": value for key, value in parameter.items()}}
    rect = [10.0, 10.0, width, 48.0]
    return {
        "box": {
            "id": f"obj-{name}", "varname": name, "maxclass": maxclass, "presentation": 1, "presentation_rect": rect,
            "saved_attribute_attributes": saved, **attributes,
        }
    }  # fmt: skip


def make_patcher(*boxes: dict[str, Any]) -> dict[str, Any]:
    return {"patcher": {"boxes": list(boxes), "openrect": [0.0, 0.0, 200.0, 169.0]}}


def value_text(value: float, **parameter: Any) -> str:
    patcher = make_patcher(make_box("live.numbox", parameter=parameter))["patcher"]
    return next(iter(shown_boxes(patcher, State(values={"box": value}), DARK))).value_text()


def svg_of(*boxes: dict[str, Any], state: State = PLAIN_STATE, theme: str = "dark", script: str = SCRIPT) -> str:
    return to_svg(make_patcher(*boxes), {"script.js": script}, theme, state)


def one_of_each() -> dict[str, Any]:
    choices = {"enum": ["one", "two"], "type": 2, "shortname": "Name"}
    boxes = [make_box(maxclass, maxclass, text="Words", parameter=choices) for maxclass in WIDGETS]
    return make_patcher(*boxes, make_box("jsui", "picture", filename="script.js"))


@needs_font
@pytest.mark.parametrize("state", sorted(STATES))
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_box_of_the_device_is_drawn(state: str, theme: str, tmp_path: Path) -> None:
    draw(device_patcher(), picture_scripts(), tmp_path / "device.png", 1, theme, state)
    assert (tmp_path / "device.png").stat().st_size > 10_000


@pytest.mark.parametrize("state", sorted(STATES))
def test_all_words_of_the_device_fit(state: str) -> None:
    assert cut_off_texts(device_patcher(), picture_scripts(), state) == ()


def test_a_state_names_only_boxes_that_the_device_has() -> None:
    shown = {box["box"]["varname"] for box in device_patcher()["patcher"]["boxes"] if box["box"].get("presentation")}
    for make in STATES.values():
        state = make()
        assert {*state.values, *state.texts, *state.messages, *state.inactive, *state.tones} <= shown


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_known_class_is_drawn(theme: str) -> None:
    svg = to_svg(one_of_each(), {"script.js": SCRIPT}, theme, PLAIN_STATE)
    assert svg.count("<g transform") >= len(WIDGETS) + 1


def test_a_class_that_is_not_known_is_refused() -> None:
    with pytest.raises(PreviewError, match=r"multislider.*known are.*live\.dial"):
        svg_of(make_box("multislider"))


def test_a_picture_without_its_script_is_refused() -> None:
    with pytest.raises(PreviewError, match=r"other\.js"):
        svg_of(make_box("jsui", filename="other.js"))


@needs_font
def test_the_same_patch_gives_the_same_picture(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        draw(device_patcher(), picture_scripts(), tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


@needs_font
@pytest.mark.parametrize("scale", [1, 2])
def test_a_picture_has_the_views_size_and_its_frames(scale: int, tmp_path: Path) -> None:
    draw(make_patcher(), {}, tmp_path / "empty.png", scale, state=PLAIN_STATE)
    width, height = struct.unpack(">II", (tmp_path / "empty.png").read_bytes()[16:24])
    assert (width, height) == ((200 + 24) * scale, (169 + 19 + 24) * scale)


def test_words_that_do_not_fit_are_told() -> None:
    box = make_box("live.comment", "narrow", 20, text="far too many words", fontsize=10.0)
    found = cut_off_texts(make_patcher(box), {}, PLAIN_STATE)
    assert found == (CutOff("narrow", "far too many words", found[0].width, 14.0),)
    assert found[0].width == pytest.approx(fonts.width("far too many words", 10, True), abs=0.1)


def test_a_bold_word_is_wider_than_a_plain_one_and_grows_with_its_size() -> None:
    assert fonts.width("Velocity", 10, True) > fonts.width("Velocity", 10, False)
    assert fonts.width("Velocity", 20, True) == pytest.approx(2 * fonts.width("Velocity", 10, True))


def test_a_missing_font_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    with pytest.raises(FontError, match="apt-get install fonts-liberation"):
        fonts.family.__wrapped__()


def test_hidden_boxes_and_boxes_outside_the_view_are_not_drawn() -> None:
    hidden = make_box("comment", "one", text="Unseen", hidden=1)
    outside = make_box("comment", "two", text="Outside")
    del outside["box"]["presentation"]
    assert "Unseen" not in svg_of(hidden, outside)
    assert "Outside" not in svg_of(hidden, outside)


def test_the_first_box_lies_in_front_and_the_background_behind_all() -> None:
    boxes = [make_box("comment", name, text=name) for name in ("front", "back")]
    svg = svg_of(make_box("comment", "ground", text="ground", background=1), *boxes)
    assert svg.index(">ground<") < svg.index(">back<") < svg.index(">front<")


def test_a_state_turns_controls_and_writes_texts() -> None:
    dial = make_box("live.dial", parameter={"shortname": "Amount", "mmin": -1.0, "mmax": 1.0, "initial": [0.0]})
    words = make_box("live.comment", "words", text="before")
    assert ">0.00<" in svg_of(dial)
    assert ">-0.25<" in svg_of(dial, state=State(values={"box": -0.25}))
    assert ">after<" in svg_of(words, state=State(texts={"words": "after"}))


def test_a_text_keeps_its_letters_whatever_they_are() -> None:
    assert ">A &amp; B &lt;3<" in svg_of(make_box("comment", text="A & B <3"))


def test_a_switch_that_is_on_is_lit() -> None:
    switch = make_box("live.text", text="Play", texton="Playing")
    lit = DARK.colour("live_control_selection")
    off, on = (svg_of(switch, state=State(values={"box": value})) for value in (0, 1))
    assert on.count(lit) == off.count(lit) + 1
    assert ">Playing<" in on
    assert ">Play<" in off


def test_a_button_is_never_lit() -> None:
    button = make_box("live.text", text="Vary", mode=0)
    on = svg_of(button, state=State(values={"box": 1}))
    assert on == svg_of(button)


def test_what_is_inactive_is_greyed_out() -> None:
    for maxclass in ("live.dial", "live.text", "live.numbox"):
        box = make_box(maxclass, text="Vary")
        assert svg_of(box, state=State(inactive=frozenset({"box"}))) != svg_of(box)


def test_a_colour_is_taken_from_the_box_or_from_the_theme_as_it_says() -> None:
    fixed = make_box("panel", bgcolor=[1.0, 0.0, 0.0, 1.0])
    themed = make_box("panel")
    themed["box"]["saved_attribute_attributes"]["bgcolor"] = {"expression": "themecolor.live_lcd_bg"}
    assert "#ff0000" in svg_of(fixed)
    assert DARK.colour("live_lcd_bg") in svg_of(themed)


def test_a_colour_that_no_theme_has_is_refused() -> None:
    box = make_box("panel")
    box["box"]["saved_attribute_attributes"]["bgcolor"] = {"expression": "themecolor.live_pink"}
    with pytest.raises(PreviewError, match="live_pink"):
        svg_of(box)


def test_a_dial_that_goes_both_ways_starts_in_the_middle() -> None:
    at_rest = {"shortname": "Knob", "mmin": -1.0, "mmax": 1.0, "initial": [0.0]}
    arc = DARK.colour("live_value_arc")
    assert arc not in svg_of(make_box("live.dial", parameter=at_rest))
    assert arc in svg_of(make_box("live.dial", parameter={**at_rest, "mmin": 0.0, "initial": [0.5]}))


@pytest.mark.parametrize(
    ("value", "parameter", "words"),
    [
        (0.5, {}, "0.50"),
        (12.34, {}, "12.3"),
        (999999, {"type": 0, "unitstyle": 0}, "999999"),
        (4, {"type": 1}, "4"),
        (50, {"type": 0, "unitstyle": 5}, "50.0 %"),
        (2, {"unitstyle": 9, "units": "%d bars"}, "2 bars"),
        (1, {"enum": ["off", "on"]}, "on"),
        (99, {"enum": ["off", "on"]}, "on"),
    ],
)
def test_a_value_is_written_as_live_writes_it(value: float, parameter: dict[str, Any], words: str) -> None:
    assert value_text(value, **parameter) == words


def test_units_that_cannot_be_followed_are_refused() -> None:
    with pytest.raises(PreviewError, match="parameter_units"):
        value_text(1, unitstyle=9, units="%d of %d")


def test_a_script_that_raises_is_told() -> None:
    with pytest.raises(ScriptError, match="broken"):
        svg_of(make_box("jsui", filename="script.js"), script="throw new Error('broken');")


def test_a_call_that_is_not_followed_is_refused() -> None:
    script = "function paint() { mgraphics.rel_move_to(1, 2); }"
    with pytest.raises(PreviewError, match=r"mgraphics\.rel_move_to"):
        svg_of(make_box("jsui", filename="script.js"), script=script)


def test_a_script_gets_its_boxs_size_lives_colours_and_its_messages() -> None:
    script = """
        var told = "";
        function tell(words) { told = words + mgraphics.size[0]; }
        function paint() {
            mgraphics.set_source_rgba(max.getcolor("live_lcd_control_fg"));
            mgraphics.move_to(1, 9);
            mgraphics.show_text(told);
        }
    """
    state = State(messages={"box": (("tell", "width "),)})
    svg = svg_of(make_box("jsui", filename="script.js"), state=state, script=script)
    assert ">width 60<" in svg
    assert DARK.colour("live_lcd_control_fg") in svg


def test_a_midi_file_becomes_messages_of_at_most_forty_notes() -> None:
    begin, *notes, end = roll_of(EXAMPLES / "funk_drummer.mid", kind="drums")
    assert begin == ("begin", 8.0, 4.0, "drums")
    assert end == ("end",)
    assert sum(len(message) - 1 for message in notes) == 40 * 4
    assert all(message[0] == "notes" and len(message) <= 161 for message in notes)


@needs_font
def test_the_command_draws_a_patch_and_names_the_words_that_do_not_fit(tmp_path: Path) -> None:
    patch, out = tmp_path / "small.maxpat", tmp_path / "small.png"
    patch.write_text(json.dumps(make_patcher(make_box("comment", "obj-1", 20, text="far too many words"))))
    done = CliRunner().invoke(main, [str(patch), str(out), "--scale", "1", "--theme", "light", "--state", "initial"])
    assert done.exit_code == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert "obj-1: `far too many words` is" in done.output


def test_the_command_says_in_one_line_what_it_cannot_draw(tmp_path: Path) -> None:
    patch = tmp_path / "small.maxpat"
    patch.write_text(json.dumps(make_patcher(make_box("kslider"))))
    done = CliRunner().invoke(main, [str(patch), str(tmp_path / "out.png")])
    assert done.exit_code == 1
    assert "kslider" in done.output
