"""The pad's and the roll's scripts, run in an ES5 engine with Max's drawing written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from max_for_live.device.preview.jsui import JsuiScript

JS = Path(__file__).parents[2] / "max_for_live" / "js"
PAD_SIZE = (138.0, 127.0)
ROLL_SIZE = (142.0, 55.0)
HOSTILE = st.lists(
    st.sampled_from(
        ("NaN", "Infinity", "-Infinity", "undefined", "null", '"x"', "99", "0", "1", "-1", "1.5", "1e308", "[]", "{}")
    ),
    max_size=9,
)
BUTTON_UP, BUTTON_DOWN = 0, 1
NO_SHIFT, SHIFT = 0, 1


def make_pad(*messages: tuple[float | str, ...]) -> JsuiScript:
    return _make("pad", PAD_SIZE, messages)


def make_roll(*messages: tuple[float | str, ...]) -> JsuiScript:
    return _make("roll", ROLL_SIZE, messages)


def two_anchors() -> JsuiScript:
    return make_pad(("anchor", 1, 1, 0.0, 1.0), ("anchor", 2, 1, 1.0, 0.0), ("awake", 1))


def pixel(pad: JsuiScript, x: float, y: float) -> tuple[float, float]:
    at = pad.evaluate(f"toPixel({{x: {x}, y: {y}}}, mgraphics.size)")
    return at[0], at[1]


def press(pad: JsuiScript, x: float, y: float, shift: int = NO_SHIFT) -> None:
    pad.send("onclick", *pixel(pad, x, y), BUTTON_DOWN, 0, shift, 0, 0, 0)


def drag(pad: JsuiScript, x: float, y: float, button: int = BUTTON_DOWN) -> None:
    pad.send("ondrag", *pixel(pad, x, y), button, 0, 0, 0, 0, 0)


def words_in(script: JsuiScript) -> list[str]:
    return [told[0] for name, *told in script.paint() if name == "show_text"]


def strokes_of(script: JsuiScript, width: float) -> int:
    """How many lines are drawn while the line is that wide."""
    now, count = 0.0, 0
    for name, *told in script.paint():
        now = told[0] if name == "set_line_width" else now
        count += name == "stroke" and now == width
    return count


def test_a_place_on_the_pad_comes_back_from_its_pixel() -> None:
    pad = make_pad()
    for x, y in ((0, 0), (1, 1), (0.25, 0.75), (0.5, 0.1)):
        back = pad.evaluate(
            f"(function (at) {{ return toPlace(at[0], at[1], [138, 127]); }}(toPixel({{x: {x}, y: {y}}}, [138, 127])))"
        )
        assert (back["x"], back["y"]) == pytest.approx((x, y))


def test_y_is_nothing_at_the_bottom() -> None:
    pad = make_pad()
    assert pixel(pad, 0, 0)[1] > pixel(pad, 0, 1)[1]


def test_a_pixel_beside_the_pad_is_a_place_at_its_edge() -> None:
    assert make_pad().evaluate("toPlace(-500, 9999, [138, 127])") == {"x": 0, "y": 0}


def test_a_letter_is_hit_on_its_disc_and_not_beside_it() -> None:
    pad = two_anchors()
    x, y = pixel(pad, 0, 1)
    assert pad.evaluate(f"slotAt({x + 6}, {y}, anchors, mgraphics.size)") == 1
    assert pad.evaluate(f"slotAt({x + 20}, {y}, anchors, mgraphics.size)") == 0


def test_an_absent_letter_is_not_hit() -> None:
    pad = make_pad(("anchor", 3, 0, 0.5, 0.5))
    x, y = pixel(pad, 0.5, 0.5)
    assert pad.evaluate(f"slotAt({x}, {y}, anchors, mgraphics.size)") == 0


def test_shares_add_up_to_one_and_the_nearest_has_the_most() -> None:
    pad = two_anchors()
    shares = pad.evaluate("sharesByNearness({x: 0.1, y: 0.9}, anchors)")
    assert sum(shares) == pytest.approx(1)
    assert shares[0] > 0.9
    assert shares[2:] == [0] * 6


def test_shares_are_finite_under_an_anchor_and_nothing_without_anchors() -> None:
    assert two_anchors().evaluate("sharesByNearness({x: 0, y: 1}, anchors)")[0] > 0.99
    assert make_pad().evaluate("sharesByNearness({x: 0, y: 1}, anchors)") == [0] * 8


def test_a_click_on_the_ground_and_a_drag_move_the_cursor_and_letting_go_is_said() -> None:
    pad = two_anchors()
    press(pad, 0.25, 0.25)
    drag(pad, 0.75, 0.5)
    drag(pad, 0.75, 0.5, BUTTON_UP)
    said = pad.said()
    assert [message[:2] for message in said] == [[0, "cursor"], [0, "cursor"], [0, "release"]]
    assert [message[2:] for message in said] == [pytest.approx(at) for at in ([0.25, 0.25], [0.75, 0.5], [0.75, 0.5])]


def test_a_click_beside_the_middle_of_a_letter_goes_exactly_there() -> None:
    pad = two_anchors()
    x, y = pixel(pad, 0, 1)
    pad.send("onclick", x + 3, y + 2, BUTTON_DOWN, 0, NO_SHIFT, 0, 0, 0)
    assert pad.said() == [[0, "cursor", 0, 1]]


def test_a_drag_that_goes_nowhere_says_nothing_twice() -> None:
    pad = two_anchors()
    press(pad, 0.25, 0.25)
    drag(pad, 0.25, 0.25)
    assert len(pad.said()) == 1


def test_a_shift_drag_of_a_letter_moves_it_and_says_so_once_when_let_go() -> None:
    pad = two_anchors()
    press(pad, 0, 1, SHIFT)
    drag(pad, 0.2, 0.8)
    drag(pad, 0.4, 0.6)
    assert pad.said() == []
    drag(pad, 0.4, 0.6, BUTTON_UP)
    assert pad.said() == [[0, "anchor", 1, pytest.approx(0.4), pytest.approx(0.6)]]


def test_a_shift_click_that_moves_no_letter_says_nothing() -> None:
    pad = two_anchors()
    press(pad, 0, 1, SHIFT)
    drag(pad, 0, 1, BUTTON_UP)
    assert pad.said() == []


def test_a_double_click_on_the_ground_takes_the_cursor_to_the_middle() -> None:
    pad = two_anchors()
    press(pad, 0.25, 0.25)
    drag(pad, 0.25, 0.25, BUTTON_UP)
    pad.said()
    pad.send("ondblclick", *pixel(pad, 0.25, 0.25), BUTTON_DOWN, 0, 0, 0, 0, 0)
    assert pad.said() == [[0, "cursor", 0.5, 0.5], [0, "release", 0.5, 0.5]]
    drag(pad, 0.25, 0.25, BUTTON_UP)
    assert pad.said() == []


def test_a_double_click_on_a_letter_leaves_the_cursor_there() -> None:
    pad = two_anchors()
    pad.send("ondblclick", *pixel(pad, 0, 1), BUTTON_DOWN, 0, 0, 0, 0, 0)
    assert pad.said() == []


def test_what_comes_in_does_not_move_the_cursor_under_the_mouse() -> None:
    pad = two_anchors()
    press(pad, 0.25, 0.25)
    pad.send("cursor", 0.9, 0.9)
    assert pad.evaluate("here.x") == pytest.approx(0.25)
    drag(pad, 0.25, 0.25, BUTTON_UP)
    pad.send("cursor", 0.9, 0.9)
    assert pad.evaluate("here.x") == pytest.approx(0.9)


def test_a_cursor_that_comes_in_is_not_said_again() -> None:
    pad = two_anchors()
    pad.send("cursor", 0.9, 0.9)
    assert pad.said() == []


def test_the_heard_ring_goes_when_the_cursor_is_moved() -> None:
    pad = two_anchors()
    without = strokes_of(pad, 1.5)
    pad.send("heard", 0.1, 0.1)
    assert strokes_of(pad, 1.5) == without + 1
    pad.send("cursor", 0.3, 0.3)
    assert strokes_of(pad, 1.5) == without


def test_a_heard_place_where_the_cursor_is_draws_no_ring() -> None:
    pad = two_anchors()
    without = strokes_of(pad, 1.5)
    pad.send("heard", 0.5, 0.5)
    assert strokes_of(pad, 1.5) == without


def test_the_pad_without_anchors_says_what_to_do_and_with_them_shows_their_letters() -> None:
    assert words_in(make_pad()) == ["Capture two clips to morph"]
    assert words_in(two_anchors()) == ["A", "B"]


def test_a_letter_stays_readable_under_the_cursor() -> None:
    pad = two_anchors()
    pad.send("cursor", 0, 1)
    drawing = [name for name, *_ in pad.paint()]
    assert "fill" not in drawing[len(drawing) - drawing[::-1].index("show_text") :]


def test_a_narrow_pad_says_it_in_fewer_words() -> None:
    assert words_in(_make("pad", (100, 100), ())) == ["Capture two clips"]


def test_a_pad_that_cannot_morph_is_dimmed() -> None:
    pad = two_anchors()
    awake = max_alpha(pad)
    pad.send("awake", 0)
    assert max_alpha(pad) < awake


def max_alpha(pad: JsuiScript) -> float:
    """Of the warm colour."""
    warm = [told for name, *told in pad.paint() if name == "set_source_rgba" and told[0] == 1 and told[2] < 0.5]
    return max(float(told[3]) for told in warm)


@pytest.mark.parametrize(
    "message", [("anchor", 1, 1, 0.0, 1.0), ("selected", 2), ("heard", 0.5, 0.25), ("awake", 1), ("cursor", 0.5, 0.5)]
)
def test_a_message_that_changes_nothing_draws_nothing(message: tuple[float | str, ...]) -> None:
    pad = make_pad(
        ("anchor", 1, 1, 0.0, 1.0), ("selected", 2), ("cursor", 0.5, 0.5), ("heard", 0.5, 0.25), ("awake", 1)
    )
    pad.redraws()
    pad.send(*message)
    assert pad.redraws() == 0


def test_a_message_that_changes_something_draws_once() -> None:
    pad = two_anchors()
    pad.redraws()
    pad.send("cursor", 0.1, 0.1)
    assert pad.redraws() == 1


def test_without_colours_of_live_the_pictures_have_their_own() -> None:
    for name, size in (("pad", PAD_SIZE), ("roll", ROLL_SIZE)):
        script = JsuiScript((JS / f"{name}.js").read_text(encoding="utf-8"), size, {})
        assert script.paint()
        script.evaluate("max = undefined")
        assert script.paint()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_messages_to_the_pad_raise_or_draw_without_a_place(data: st.DataObject) -> None:
    pad = two_anchors()
    for selector in ("anchor", "selected", "cursor", "heard", "awake", "cursor"):
        pad.evaluate(f"{selector}({', '.join(data.draw(HOSTILE))})")
    assert numbers_are_finite(pad)


def test_the_roll_says_that_it_has_nothing_to_show() -> None:
    assert words_in(make_roll()) == ["No clip yet"]


def test_the_roll_draws_what_it_was_told_between_begin_and_end() -> None:
    roll = make_roll(("begin", 8, 4), ("notes", 60, 0, 1, 100, 64, 1, 1, 100), ("notes", 67, 2, 1, 100))
    assert words_in(roll) == ["No clip yet"]
    roll.send("end")
    assert roll.redraws() == 1
    assert bars_in(roll) == 3


def test_a_begin_without_an_end_leaves_the_music_that_is_shown() -> None:
    roll = make_roll(
        ("begin", 8, 4), ("notes", 60, 0, 1, 100), ("end",), ("begin", 4, 4), ("notes", 60, 0, 1, 100, 62, 1, 1, 9)
    )
    assert bars_in(roll) == 1


def test_clear_leaves_nothing() -> None:
    roll = make_roll(("begin", 8, 4), ("notes", 60, 0, 1, 100), ("end",), ("clear",))
    assert words_in(roll) == ["No clip yet"]


def test_an_empty_clip_is_no_missing_clip() -> None:
    roll = make_roll(("begin", 8, 4), ("end",))
    assert words_in(roll) == []


def test_a_time_in_the_roll_comes_back_from_its_pixel() -> None:
    roll = make_roll()
    for quarters in (0, 1, 3.75, 8):
        assert roll.evaluate(f"toQuarters(toPixel({quarters}, 8, 142), 8, 142)") == pytest.approx(quarters)


def test_all_bars_lie_within_the_picture() -> None:
    notes = [number for pitch in range(0, 70, 7) for number in (pitch, (pitch % 16) / 2 - 1, 3, pitch)] + [
        50,
        7.99,
        3,
        90,
    ]
    for kind in ("melody", "drums"):
        roll = make_roll(("begin", 8, 4, kind), ("notes", *notes), ("end",))
        for _, x, y, width, height, *_ in (made for made in roll.paint() if made[0] == "rectangle_rounded"):
            assert 0 <= x <= x + width <= ROLL_SIZE[0]
            assert 0 <= y <= y + height <= ROLL_SIZE[1]


def test_a_hit_at_the_very_end_keeps_off_the_edge() -> None:
    roll = make_roll(("begin", 8, 4, "drums"), ("notes", 36, 7.99, 0.1, 90), ("end",))
    *_, tick = (made for made in roll.paint() if made[0] == "rectangle_rounded")
    assert tick[1] + tick[3] <= ROLL_SIZE[0] - 3


def test_notes_beyond_the_clip_are_not_drawn() -> None:
    roll = make_roll(("begin", 4, 4, "melody"), ("notes", 60, 4, 1, 100, 60, 9, 1, 100, 60, -3, 1, 100), ("end",))
    assert bars_in(roll) == 0


@pytest.mark.parametrize(
    ("kind", "notes", "drums"),
    [
        ([], [36, 0, 0.25, 100, 38, 1, 0.25, 100, 42, 0.5, 0.1, 80], True),
        ([], [60, 0, 1, 100, 62, 1, 1, 100], False),
        ([], [60, 0, 0.25, 100], False),
        (["drums"], [60, 0, 1, 100], True),
        (["melody"], [36, 0, 0.25, 100, 38, 1, 0.25, 100], False),
        (["chords"], [60, 0, 1, 100], False),
    ],
)
def test_drums_are_known_by_their_name_else_by_their_looks(kind: list[str], notes: list[float], drums: bool) -> None:
    roll = make_roll(("begin", 8, 4, *kind), ("notes", *notes), ("end",))
    assert roll.evaluate("isDrums(music)") is drums


def test_more_pitches_than_lanes_are_no_drums() -> None:
    notes = [number for pitch in range(36, 49) for number in (pitch, 0, 0.1, 100)]
    assert make_roll(("begin", 8, 4), ("notes", *notes), ("end",)).evaluate("isDrums(music)") is False


def test_the_pitch_range_has_a_margin_and_an_octave_at_least() -> None:
    roll = make_roll(("begin", 8, 4), ("notes", 60, 0, 1, 100), ("end",))
    assert roll.evaluate("pitchRange(music.notes)") == {"low": 54, "count": 13}
    roll = make_roll(("begin", 8, 4), ("notes", 40, 0, 1, 100, 80, 0, 1, 100), ("end",))
    assert roll.evaluate("pitchRange(music.notes)") == {"low": 39, "count": 43}


def test_louder_notes_are_brighter() -> None:
    roll = make_roll()
    assert roll.evaluate("[1, 40, 80, 127, 500, -5].map(level)") == [0, 1, 3, 4, 4, 0]


def test_the_head_is_drawn_and_redrawn_only_where_it_moves_by_a_pixel() -> None:
    roll = make_roll(("begin", 8, 4), ("notes", 60, 0, 1, 100), ("end",), ("head", 1))
    roll.redraws()
    roll.send("head", 1.001)
    assert roll.redraws() == 0
    roll.send("head", 2)
    assert roll.redraws() == 1
    assert roll.evaluate("headPixel(9, music, 142) === headPixel(1, music, 142)") is True
    roll.send("head", -1)
    assert roll.evaluate("headPixel(headQuarters, music, 142)") == -1


def test_a_very_long_clip_is_drawn_without_a_line_for_every_beat() -> None:
    roll = make_roll(("begin", 16384, 0.001), ("notes", 60, 0, 1, 100), ("end",))
    assert len(roll.paint()) < 60


def test_no_more_notes_are_kept_than_can_be_seen() -> None:
    roll = make_roll(("begin", 8, 4))
    for _ in range(102):
        roll.send("notes", *(60, 0, 1, 100) * 40)
    assert roll.evaluate("coming.notes.length") == 4000


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_messages_to_the_roll_raise_or_draw_without_a_place(data: st.DataObject) -> None:
    roll = make_roll(("begin", 8, 4))
    for selector in ("notes", "notes", "head", "end", "begin", "notes", "end", "head", "clear"):
        roll.evaluate(f"{selector}({', '.join(data.draw(HOSTILE))})")
        assert numbers_are_finite(roll)


def bars_in(roll: JsuiScript) -> int:
    """Rounded shapes, but for the ground."""
    return sum(name == "rectangle_rounded" for name, *_ in roll.paint()) - 1


def numbers_are_finite(script: JsuiScript) -> bool:
    """JSON writes what is not finite as null."""
    return all(value is not None for _, *told in script.paint() for value in told)


def _make(name: str, size: tuple[float, float], messages: tuple[tuple[float | str, ...], ...]) -> JsuiScript:
    script = JsuiScript((JS / f"{name}.js").read_text(encoding="utf-8"), size, {})
    for selector, *told in messages:
        script.send(str(selector), *told)
    script.redraws()
    return script
