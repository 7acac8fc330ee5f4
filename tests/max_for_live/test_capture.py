"""Capture: what is selected in Live arrives in the engine note for note, or a line says why not."""

from __future__ import annotations

from typing import Any

import pytest
import sets
from acts import OpenDevice, begun, capture, connected, held, is_readable
from fake_engine import Served
from max_js import Device, Said
from sets import clip, note


@pytest.fixture
def device(put_device: OpenDevice, paper: Served) -> Device:
    return connected(put_device(sets.tune_set(), engine_port=paper.server.port))


def of_one(put_device: OpenDevice, paper: Served, plan: dict[str, Any], **more: Any) -> Device:
    """A device in a Set of this clip alone."""
    plan = sets.live_set(sets.track({0: plan}), **more)
    return connected(put_device(plan, engine_port=paper.server.port))


def test_three_thousand_notes_arrive_with_all_eight_fields(put_device: OpenDevice, paper: Served) -> None:
    notes = sets.rich(3000)
    device = of_one(put_device, paper, clip("Long", notes, 376.0))
    number = capture(device, 0)
    assert held(device, number) == sets.rows(notes)
    assert begun(device)[-1][1:] == (3000, 376, 4, 4)


def test_no_datagram_is_larger_than_the_wire_allows(put_device: OpenDevice, paper: Served) -> None:
    device = of_one(put_device, paper, clip("Long", sets.rich(400), 50.0))
    capture(device, 0)
    assert max(len(said.args) for said in device.messages("/bridge/clip/notes")) <= 2 + 8 * 30


def test_a_capture_only_reads(device: Device) -> None:
    capture(device, 0)
    assert device.live("steps") == []


def test_the_loop_alone_counts_and_begins_at_nought(put_device: OpenDevice, paper: Served) -> None:
    inside = [note(60, 4.0), note(62, 5.5, 0.5), note(64, 7.75)]
    outside = [note(40, 0.0), note(41, 3.75), note(42, 8.0), note(43, 9.0)]
    plan = clip("Loop", [*inside, *outside], loop_start=4.0, loop_end=8.0, start_marker=5.0, end_marker=10.0)
    device = of_one(put_device, paper, plan)
    arrived = held(device, capture(device, 0))
    moved = [{**one, "start_time": one["start_time"] - 4.0} for one in inside]
    assert [one for one in arrived if 0 <= one[1] < 4] == sets.rows(moved)
    assert begun(device)[-1][2] == 4


def test_a_clip_that_does_not_loop_counts_from_marker_to_marker(put_device: OpenDevice, paper: Served) -> None:
    notes = [note(60, 1.0), note(62, 2.0), note(64, 6.5), note(65, 7.0)]
    plan = clip("Once", notes, looping=0, loop_start=0.0, loop_end=2.0, start_marker=2.0, end_marker=7.0)
    device = of_one(put_device, paper, plan)
    arrived = held(device, capture(device, 0))
    wanted = [{**one, "start_time": one["start_time"] - 2.0} for one in notes[1:3]]
    assert [one for one in arrived if 0 <= one[1] < 5] == sets.rows(wanted)
    assert begun(device)[-1][2] == 5


@pytest.mark.parametrize(("meter", "length"), [((3, 4), 6.0), ((7, 8), 7.0), ((6, 8), 6.0)])
def test_the_meter_is_told(put_device: OpenDevice, paper: Served, meter: tuple[int, int], length: float) -> None:
    device = of_one(put_device, paper, clip("Odd", sets.melody(6), length, meter=list(meter)))
    capture(device, 0)
    assert begun(device)[-1][2:] == (length, *meter)


def test_a_note_across_the_end_of_the_loop_keeps_its_length(put_device: OpenDevice, paper: Served) -> None:
    notes = [note(60, 3.5, 2.0), note(62, 0.0)]
    device = of_one(put_device, paper, clip("Over", notes))
    assert held(device, capture(device, 0)) == sets.rows(notes)


def test_a_clip_of_the_arrangement_is_captured_too(put_device: OpenDevice, paper: Served) -> None:
    plan = sets.live_set(sets.track({}, arrangement=[clip("Verse", sets.melody(4))]))
    device = connected(put_device(plan, engine_port=paper.server.port))
    device.live("select_arrangement_clip", 0, 0)
    device.press("capture")
    device.run_until(lambda: device.answers("/bridge/clip/ready"))
    assert device.shown("clip_name") == "Verse"


def test_the_highlighted_slot_counts_where_no_clip_is_in_detail(device: Device) -> None:
    device.live("highlight_slot", 0, 1)
    device.press("capture")
    device.run_until(lambda: device.answers("/bridge/clip/ready"))
    assert device.shown("clip_name") == "Other"


def test_name_kind_and_bars_are_shown(device: Device) -> None:
    capture(device, 2)
    assert device.shown("clip_name") == "Beat"
    info = str(device.shown("clip_info"))
    assert "melody" in info.lower()  # the paper engine takes all for melodies
    assert "2" in info


def test_whether_its_latents_were_cached_is_shown(device: Device) -> None:
    number = capture(device, 0)
    new = device.shown("clip_info")
    device.deliver("/bridge/clip/ready", number, 8, "melody", 1, 1)
    assert device.shown("clip_info") != new


@pytest.mark.parametrize(
    "kind", ["nothing", "empty slot", "audio clip", "audio slot", "empty clip", "nothing within the loop"]
)
def test_what_cannot_be_captured_is_said_and_nothing_is_sent(put_device: OpenDevice, paper: Served, kind: str) -> None:
    beyond = clip("Beyond", [note(60, 9.0)], 4.0)
    midi = sets.track({0: clip("Empty", []), 1: beyond})
    plan = sets.live_set(midi, sets.track({0: clip("Wave", [], audio=True)}, kind="audio"))
    device = connected(put_device(plan, engine_port=paper.server.port))
    said = len(device.texts)
    match kind:
        case "nothing":
            device.live("select_nothing")
        case "empty slot":
            device.live("highlight_slot", 0, 5)
        case "audio clip":
            device.live("select_clip", 1, 0)
        case "audio slot":
            device.live("highlight_slot", 1, 0)
        case "empty clip":
            device.live("select_clip", 0, 0)
        case _:
            device.live("select_clip", 0, 1)
    device.press("capture")
    device.settle()
    assert begun(device) == []
    assert len(device.texts) > said
    assert is_readable(device.status)


def test_a_refused_capture_leaves_the_place_as_it_was(device: Device) -> None:
    capture(device, 0)
    device.live("select_nothing")
    device.press("capture")
    device.settle()
    assert device.shown("clip_name") == "Tune"
    assert len(begun(device)) == 1


def test_each_place_holds_a_clip_of_its_own(device: Device) -> None:
    first, second = capture(device, 0, 0), capture(device, 1, 1)
    assert first != second
    assert held(device, first) == sets.rows(sets.melody())
    assert held(device, second) == sets.rows(sets.melody(8, 67))
    device.move("slot", 0)
    assert device.shown("clip_name") == "Tune"


def test_clear_empties_the_place_and_leaves_live_alone(device: Device) -> None:
    capture(device, 0)
    device.press("clear")
    device.settle()
    assert device.shown("clip_name") != "Tune"
    assert device.live("steps") == []
    assert device.live("clip", 0, 0)["name"] == "Tune"


@pytest.mark.parametrize("lost", ["/bridge/clip/begin", "/bridge/clip/notes", "/bridge/clip/end"])
def test_a_lost_datagram_heals(put_device: OpenDevice, paper: Served, lost: str) -> None:
    notes = sets.rich(100)
    device = of_one(put_device, paper, clip("Lossy", notes, 16.0))
    left = [1]

    def loses(said: Said) -> bool:
        gone = said.address == lost and bool(left)
        if gone:
            left.pop()
        return gone

    device.loses_sent = loses
    assert held(device, capture(device, 0)) == sets.rows(notes)


def test_follow_takes_what_is_selected_and_only_while_it_is_on(device: Device) -> None:
    device.move("follow", 1)
    device.live("select_clip", 0, 1)
    device.run_until(lambda: device.shown("clip_name") == "Other")
    device.live("select_clip", 0, 2)
    device.run_until(lambda: device.shown("clip_name") == "Beat")
    device.live("select_nothing")
    device.settle()
    assert device.shown("clip_name") == "Beat"
    device.move("follow", 0)
    count = len(begun(device))
    device.live("select_clip", 0, 0)
    device.advance(2000)
    assert len(begun(device)) == count


def test_follow_takes_the_last_of_a_quick_walk(device: Device) -> None:
    device.move("follow", 1)
    for row in (0, 1, 2, 1):
        device.live("select_clip", 0, row)
    device.run_until(lambda: device.shown("clip_name") == "Other")
    device.settle()
    assert device.shown("clip_name") == "Other"


def test_a_clip_renamed_with_a_strange_name_is_shown(put_device: OpenDevice, paper: Served) -> None:
    device = of_one(put_device, paper, clip('12 "é" ☃ \\ ,;$1'))
    capture(device, 0)
    assert device.shown("clip_name") == '12 "é" ☃ \\ ,;$1'


def test_a_clip_without_a_name_is_captured_all_the_same(put_device: OpenDevice, paper: Served) -> None:
    device = of_one(put_device, paper, clip(""))
    capture(device, 0)
    assert device.shown("clip_name")


@pytest.mark.parametrize("version", ["11.0", "11.3", "12.1"])
def test_every_live_from_eleven_on_is_read_alike(put_device: OpenDevice, paper: Served, version: str) -> None:
    device = of_one(put_device, paper, clip("Any", sets.rich(20), 4.0), version=version, undo_steps=False)
    assert held(device, capture(device, 0)) == sets.rows(sets.rich(20))


def test_more_notes_than_the_engine_takes_is_a_line(put_device: OpenDevice, paper: Served) -> None:
    device = of_one(put_device, paper, clip("Huge", sets.rich(20_001), 2600.0))
    device.live("select_clip", 0, 0)
    device.press("capture")
    device.settle()
    assert not device.answers("/bridge/clip/ready")
    assert is_readable(device.status)


def test_a_loop_before_nought_is_captured(put_device: OpenDevice, paper: Served) -> None:
    notes = [note(60, -4.0), note(62, -1.5), note(64, 0.0)]
    plan = clip("Before", notes, loop_start=-4.0, loop_end=0.0, start_marker=-4.0, end_marker=0.5)
    device = of_one(put_device, paper, plan)
    arrived = held(device, capture(device, 0))
    moved = [{**one, "start_time": one["start_time"] + 4.0} for one in notes[:2]]
    assert [one for one in arrived if 0 <= one[1] < 4] == sets.rows(moved)


def test_what_live_allows_and_the_wire_does_not_spoils_nothing(put_device: OpenDevice, paper: Served) -> None:
    odd = [note(60, 0.0, velocity=0.0), note(62, 1.0, release_velocity=63.5), note(64, 2.0, probability=0.0)]
    device = of_one(put_device, paper, clip("Odd", [*odd, note(65, 3.0)]))
    arrived = held(device, capture(device, 0))
    assert not device.answers("/bridge/error")
    assert {int(one[0]) for one in arrived} >= {62, 64, 65}


def test_mute_may_come_as_a_word(put_device: OpenDevice, paper: Served) -> None:
    device = of_one(put_device, paper, clip("Words", sets.rich(20)), says_booleans=True)
    assert held(device, capture(device, 0)) == sets.rows(sets.rich(20))


def test_captures_do_not_pile_up_observers(device: Device) -> None:
    device.move("follow", 1)
    before = device.live("num_observers")
    for turn in range(12):
        device.live("select_clip", 0, turn % 3)
        device.advance(1500)
    assert device.live("num_observers") <= before + 2


def test_the_same_music_captured_again_is_not_sent_under_the_same_number_as_other_music(device: Device) -> None:
    first = capture(device, 0)
    device.live("edit_notes", 0, 0, sets.melody(3, 80))
    second = capture(device, 0)
    dropped = [said.args[0] for said in device.messages("/bridge/clip/drop")]
    assert second != first or first in dropped
    assert held(device, second) == sets.rows(sets.melody(3, 80))
