"""Requests: every button that makes music, what it asks the engine for, and what it says when that comes to nothing."""

from __future__ import annotations

import pytest
import sets
from acts import OpenDevice, begun, capture, connected, is_readable, made, names, written
from fake_engine import Served
from max_js import Device, Said

from bridge import handlers

BUTTONS = {
    "vary": 4, "interpolate": 4, "blend": 1, "humanize": 1, "drumify": 1, "groove": 1,
}  # fmt: skip
UNKNOWN = ("continue", "infill")


@pytest.fixture
def device(put_device: OpenDevice, paper: Served) -> Device:
    """Melodies at A and B, drums at C."""
    device = connected(put_device(sets.tune_set(num_scenes=16), engine_port=paper.server.port))
    for slot, row in ((1, 1), (2, 2), (0, 0)):
        capture(device, row, slot)
    return device


def asked(paper: Served, name: str) -> tuple[tuple[object, ...], dict[str, object]]:
    """Arguments and settings of the one call of that name."""
    calls = [(args, settings) for called, args, settings in paper.engine.calls if called == name]
    assert len(calls) == 1
    return calls[0]


@pytest.mark.parametrize("name", BUTTONS)
def test_every_button_makes_clips_on_the_paper_engine(device: Device, name: str) -> None:
    new = made(device, name, BUTTONS[name])
    assert len(new) == BUTTONS[name]
    assert all(one.startswith(("Tune", "Other")) and name in one.lower() for one in new)
    assert is_readable(device.status)


@pytest.mark.parametrize("name", BUTTONS)
def test_every_button_makes_music_on_the_shipped_models(put_device: OpenDevice, real_port: int, name: str) -> None:
    values = {"seed": 7, "second": 1, "results": 0}
    clips = {0: sets.clip("One", sets.drums(), 8.0), 1: sets.clip("Two", sets.drums()[::-1], 8.0)}
    device = connected(put_device(sets.live_set(sets.track(clips)), engine_port=real_port, values=values))
    capture(device, 1, 1)
    capture(device, 0, 0)
    new = made(device, name, BUTTONS[name])
    assert len(new) == BUTTONS[name]
    assert all(device.live("clip", 0, row)["notes"] for row in range(2, 2 + len(new)))


def test_the_controls_say_what_is_asked_for(device: Device, paper: Served) -> None:
    for name, value in (("count", 3), ("amount", 0.75), ("temperature", 1.5), ("seed", 42)):
        device.move(name, value)
    made(device, "vary", 3)
    args, settings = asked(paper, "vary")
    assert args[1:] == (3, 0.75)
    assert (settings["temperature"], settings["seed"]) == (1.5, 42)


def test_timing_and_velocity_are_humanizes_and_grooves(device: Device, paper: Served) -> None:
    device.move("timing", 0.25)
    device.move("velocity", 0.5)
    made(device, "humanize")
    made(device, "groove")
    assert asked(paper, "humanize")[0][1:] == (0.25, 0.5)
    assert asked(paper, "groove")[0][2:] == (0.25, 0.5)


def test_groove_gives_the_feel_of_this_clip_to_the_other(device: Device, paper: Served) -> None:
    device.move("second", 2)
    made(device, "groove")
    from_clip, to_clip = asked(paper, "groove")[0][:2]
    assert (len(from_clip.notes), len(to_clip.notes)) == (8, 24)  # type: ignore[attr-defined]


def test_interpolate_goes_from_this_clip_to_the_other(device: Device, paper: Served) -> None:
    made(device, "interpolate", 4)
    clip_a, clip_b, steps = asked(paper, "interpolate")[0]
    assert (clip_a.notes[0].pitch, clip_b.notes[0].pitch, steps) == (60, 67, 4)  # type: ignore[attr-defined]


def test_blend_takes_all_that_are_captured_in_equal_parts(device: Device, paper: Served) -> None:
    made(device, "blend")
    clips, weights = asked(paper, "blend")[0]
    assert len(clips) == 3  # type: ignore[arg-type]
    assert len(set(weights)) == 1  # type: ignore[call-overload]


def test_a_count_of_one_still_interpolates_both_ends(device: Device, paper: Served) -> None:
    device.move("count", 1)
    device.press("interpolate")
    device.settle()
    assert is_readable(device.status)
    assert all(call[1][2] >= 2 for call in paper.engine.calls if call[0] == "interpolate")


def test_seed_nought_takes_another_seed_each_time(device: Device, paper: Served) -> None:
    made(device, "vary", 4)
    made(device, "vary", 4)
    seeds = [settings.get("seed") for called, _, settings in paper.engine.calls if called == "vary"]
    assert len(seeds) == 2
    assert None not in seeds
    assert seeds[0] != seeds[1]


def test_a_seed_stays(device: Device, paper: Served) -> None:
    device.move("seed", 999_999)
    made(device, "vary", 4)
    made(device, "vary", 4)
    assert [settings["seed"] for called, _, settings in paper.engine.calls if called == "vary"] == [999_999] * 2


@pytest.fixture
def offers_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine of before those requests were known."""
    known = tuple(address for address in handlers.OFFERED if address.rsplit("/", 1)[-1] not in UNKNOWN)
    monkeypatch.setattr(handlers, "OFFERED", known)


@pytest.mark.usefixtures("offers_less")
@pytest.mark.parametrize("name", UNKNOWN)
def test_what_the_engine_does_not_offer_is_grey_and_asks_nothing(device: Device, name: str) -> None:
    assert device.shown(name, "active") == 0
    assert device.shown("vary", "active") in (None, 1)
    before = device.live("grid")
    device.press(name)
    device.settle()
    assert device.live("grid") == before
    assert is_readable(device.status)


def test_an_engine_that_continues_is_asked_to(device: Device) -> None:
    assert device.shown("continue", "active") in (None, 1)
    device.move("bars", 3)
    device.move("seed", 5)
    device.press("continue")
    device.run_until(lambda: device.messages("/bridge/continue"))
    asked = device.messages("/bridge/continue")[0].args
    assert asked[2:4] == (3, 4)
    assert dict(zip(asked[4::2], asked[5::2], strict=True)) == {"temperature": 0.5, "seed": 5}
    device.run_until(lambda: device.answers("/bridge/error"))
    assert is_readable(device.status)


def test_an_engine_that_infills_is_given_the_span_of_the_selected_notes(device: Device) -> None:
    device.deliver("/bridge/offer", "/bridge/infill")
    device.live("select_notes", 0, 0, 1.0, 2.5)
    device.press("infill")
    device.run_until(lambda: device.messages("/bridge/infill"))
    assert device.messages("/bridge/infill")[0].args[2:4] == (1.0, 2.5)
    assert device.live("steps") == []


def test_infill_without_selected_notes_is_a_line_or_the_whole_clip(device: Device) -> None:
    device.deliver("/bridge/offer", "/bridge/infill")
    device.press("infill")
    device.settle()
    assert is_readable(device.status)
    assert all(said.args[2] < said.args[3] for said in device.messages("/bridge/infill"))  # type: ignore[operator]


@pytest.mark.parametrize("name", BUTTONS)
def test_an_empty_place_is_said_and_nothing_is_asked(put_device: OpenDevice, paper: Served, name: str) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    said = len(device.texts)
    device.press(name)
    device.settle()
    assert not device.messages(f"/bridge/{name}")
    assert len(device.texts) > said
    assert is_readable(device.status)


@pytest.mark.parametrize("name", ["interpolate", "groove"])
def test_an_empty_other_place_is_said(put_device: OpenDevice, paper: Served, name: str) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    capture(device, 0)
    device.press(name)
    device.settle()
    assert not device.messages(f"/bridge/{name}")
    assert is_readable(device.status)


def test_a_button_let_go_is_no_press(device: Device) -> None:
    device.deliver("press", "vary", 0)
    device.settle()
    assert not device.messages("/bridge/vary")


def test_a_press_before_the_clip_is_whole_is_answered_all_the_same(put_device: OpenDevice, paper: Served) -> None:
    plan = sets.live_set(sets.track({0: sets.clip("Long", sets.rich(2000), 256.0)}))
    device = connected(put_device(plan, engine_port=paper.server.port))
    device.live("select_clip", 0, 0)
    device.press("capture")
    device.press("vary")
    device.run_until(lambda: len(names(device)) == 5)
    assert written(device, 1) == sets.rows(sets.rich(2000))


@pytest.mark.parametrize("code", ["wrong_kind", "unsupported_meter", "busy", "internal", "brand_new_code"])
def test_a_refusal_is_one_readable_line(put_device: OpenDevice, paper: Served, code: str) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    capture(device, 0)
    paper.engine.gate.clear()
    device.press("vary")
    device.run_until(lambda: device.messages("/bridge/vary"))
    number = int(device.messages("/bridge/vary")[0].args[0])
    said = len(device.texts)
    device.deliver("/bridge/error", number, code, "a text\nof the engine's own", "/bridge/vary")
    assert len(device.texts) > said
    assert is_readable(device.status)


def test_a_refusal_by_a_meter_comes_from_the_engine_itself(put_device: OpenDevice, paper: Served) -> None:
    plan = sets.live_set(sets.track({0: sets.clip("Odd", sets.melody(7), 3.5, meter=[7, 8])}))
    device = connected(put_device(plan, engine_port=paper.server.port))
    capture(device, 0)
    said = len(device.texts)
    device.press("vary")
    device.run_until(lambda: device.answers("/bridge/error"))
    assert len(device.texts) > said
    assert "meter" in device.status.lower() or "4/4" in device.status
    assert names(device) == ["Odd"]


def test_notes_left_out_are_said(put_device: OpenDevice, paper: Served) -> None:
    paper.engine.left_out = (3,)
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    capture(device, 0)
    made(device, "vary", 4)
    assert any("3" in text and "note" in text for text in device.texts)


@pytest.mark.parametrize(
    "address", ["/bridge/result/begin", "/bridge/result/notes", "/bridge/result/end", "/bridge/done"]
)
def test_lost_results_are_asked_for_again_and_come_whole(put_device: OpenDevice, paper: Served, address: str) -> None:
    notes = sets.rich(200)
    device = connected(
        put_device(sets.live_set(sets.track({0: sets.clip("T", notes, 25.0)})), engine_port=paper.server.port)
    )
    capture(device, 0)
    counts: dict[str, int] = {}

    def loses(said: Said) -> bool:
        counts[said.address] = counts.get(said.address, 0) + 1
        return said.address == address and counts[said.address] % 2 == 1

    device.loses = loses
    made(device, "vary", 4)
    assert written(device, 1) == sets.rows(notes)
    assert len(names(device)) == 5


def test_a_result_of_which_every_second_datagram_is_lost_comes_whole(put_device: OpenDevice, paper: Served) -> None:
    notes = sets.rich(300)
    plan = sets.live_set(sets.track({0: sets.clip("T", notes, 38.0)}))
    device = connected(put_device(plan, engine_port=paper.server.port, values={"count": 2}))
    capture(device, 0)
    heard = [0]

    def loses(said: Said) -> bool:
        heard[0] += said.address.startswith(("/bridge/result", "/bridge/done"))
        return said.address.startswith(("/bridge/result", "/bridge/done")) and heard[0] % 2 == 0

    device.loses = loses
    made(device, "vary", 2)
    assert device.messages("/bridge/result/resend")
    assert written(device, 1) == sets.rows(notes)


@pytest.mark.parametrize("how", ["doubles", "shuffles"])
def test_datagrams_that_come_twice_or_in_another_order_change_nothing(
    put_device: OpenDevice, paper: Served, how: str
) -> None:
    notes = sets.rich(100)
    plan = sets.live_set(sets.track({0: sets.clip("T", notes, 13.0)}))
    device = connected(put_device(plan, engine_port=paper.server.port))
    capture(device, 0)
    setattr(device, how, True)
    made(device, "vary", 4)
    device.advance(3000)
    assert names(device) == ["T", *(f"T · vary {number}/4" for number in range(1, 5))]
    assert written(device, 1) == sets.rows(notes)


def test_a_lost_request_ends_in_clips_or_in_a_line(device: Device) -> None:
    left = [1]
    device.loses_sent = lambda said: said.address == "/bridge/vary" and bool(left) and left.pop() == 1
    said = len(device.texts)
    device.press("vary")
    device.advance(12_000)
    device.settle()
    assert len(names(device)) == 7 or (len(device.texts) > said and is_readable(device.status))


def test_a_request_that_is_never_answered_is_given_up_with_a_line(device: Device) -> None:
    device.loses = lambda said: said.address.startswith(("/bridge/result", "/bridge/done"))
    before = device.live("grid")
    device.press("vary")
    device.advance(15_000)
    said = len(device.texts)
    assert is_readable(device.status)
    assert device.live("grid") == before
    device.loses = lambda said: False  # noqa: ARG005
    made(device, "vary", 4)
    assert len(device.texts) > said


def test_a_slow_engine_is_waited_for(device: Device, paper: Served) -> None:
    paper.engine.gate.clear()
    device.press("vary")
    device.advance(8_000)
    assert len(names(device)) == 3
    paper.engine.gate.set()
    device.run_until(lambda: len(names(device)) == 7)
    assert is_readable(device.status)


def test_requests_pressed_in_a_row_are_all_answered(device: Device) -> None:
    for _ in range(3):
        device.press("humanize")
    device.run_until(lambda: len(names(device)) == 6)
    asked = [said.args[0] for said in device.messages("/bridge/humanize")]
    assert len(set(asked)) == 3  # a slow engine may be asked for one of them again


def test_the_same_number_is_never_asked_twice(device: Device) -> None:
    made(device, "vary", 4)
    made(device, "humanize")
    made(device, "vary", 4)
    numbers = [said.args[0] for said in device.sent if said.address in ("/bridge/vary", "/bridge/humanize")]
    assert len(set(numbers)) == len(numbers)


def test_a_clip_edited_after_its_capture_is_what_was_captured(device: Device, paper: Served) -> None:
    count = len(begun(device))
    device.live("edit_notes", 0, 0, sets.melody(2, 80))
    made(device, "vary", 4)
    sources = [args[0] for called, args, _ in paper.engine.calls if called == "vary"]
    captured = len(begun(device)) == count
    assert sources[0].notes[0].pitch == (60 if captured else 80)
