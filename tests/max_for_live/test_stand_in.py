"""The stand-in for Max and Live itself: what it refuses, and what it says."""

from __future__ import annotations

from typing import Any

import pytest
import sets
from acts import OpenDevice
from max_js import Device, ScriptFaultError

HEAD = "inlets = 1; outlets = 6; function start() {} function api(path) { return new LiveAPI(path); }\n"
ONE = "[{pitch: 60, start_time: 0, duration: 2}]"
SLOT = "api('live_set tracks 0 clip_slots 3')"
CLIP = "api('live_set tracks 0 clip_slots 0 clip')"


def ran(put_device: OpenDevice, body: str, **more: Any) -> Device:
    """A device whose one button does this."""
    device = put_device(more.pop("plan", sets.tune_set()), script=HEAD + "function press() {" + body + "}", **more)
    device.press("it")
    return device


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("api('live_set view detail_clip').get('name')", "id 0"),
        ("api('live_set').get('sweetness')", "no such property"),
        ("api('live_set').call('make_music')", "no such function"),
        ("api('live_set').set('name', 'x')", "can be set"),
        ("api('nowhere')", "no path"),
        ("api('live_set tracks 0 clip_slots 0').call('create_clip', 4)", "not empty"),
        ("api('live_set tracks 1 clip_slots 0').call('create_clip', 4)", "MIDI tracks"),
        (f"{CLIP}.call('add_new_notes', {{notes: [{{pitch: 60, start_time: 0}}]}})", "duration"),
        (
            f"{CLIP}.call('add_new_notes', {{notes: [{{pitch: 60, start_time: 0, duration: 1, note_id: 3}}]}})",
            "note_id",
        ),
        (f"{CLIP}.call('add_new_notes', {{notes: [{{pitch: 128, start_time: 0, duration: 1}}]}})", "pitch"),
        (f"{CLIP}.call('add_new_notes', {ONE})", "dictionary"),
        (f"{CLIP}.call('get_notes_extended', 0, 129, 0, 4)", "out of range"),
        (f"{CLIP}.set('loop_end', -1)", "its side"),
        (f"try {{ {SLOT}.call('create_clip', 0) }} catch (caught) {{}}", "length"),
        ("var view = api('live_set view'); view.property = 'highlighted_clip_slot'", "observed"),
        ("outlet(0, 'a', undefined)", "no atom"),
        ("outlet(0, ['a', 0 / 0])", "no atom"),
        ("outlet(0, 'a', true)", "no atom"),
        ("outlet(0, ['a', [1]])", "no atom"),
        ("outlet(6, 1)", "not there"),
        ("outlet(0, 'a', 4294967296)", "int32"),
        ("outlet(2, 'x', 0.5)", "undo"),
        ("[1].includes(1)", "not a function"),
        ("Object.assign({}, {})", "not a function"),
        ("new Map()", "not defined"),
        ("error('so it says')", "so it says"),
        ("(new Task(function () { nothing(); })).execute()", "not defined"),
    ],
)
def test_what_max_or_live_would_refuse_is_a_fault(put_device: OpenDevice, body: str, words: str) -> None:
    plan = sets.live_set(sets.track({0: sets.clip()}), sets.track(kind="audio"))
    with pytest.raises((ScriptFaultError, AssertionError), match=words):
        ran(put_device, body, plan=plan)


def test_live_is_not_there_before_it_says_so(put_device: OpenDevice) -> None:
    with pytest.raises(ScriptFaultError, match="thisdevice"):
        put_device(script="var song = new LiveAPI('live_set');", is_ready=False)


def test_a_fault_in_a_task_is_found(put_device: OpenDevice) -> None:
    device = ran(put_device, "(new Task(function () { nothing(); })).schedule(100)")
    device.advance(90)
    with pytest.raises(ScriptFaultError, match="not defined"):
        device.advance(20)


def test_tasks_follow_the_clock(put_device: OpenDevice) -> None:
    device = ran(
        put_device,
        "var t = new Task(function (a) { outlet(2, 'status', 'set', a + new Date().getTime() % 1000); }, this, 'at ');"
        "t.interval = 100; t.repeat(3, 0);",
    )
    device.advance(1000)
    assert device.texts == ["at 0", "at 100", "at 200"]


def test_notes_of_one_pitch_never_overlap(put_device: OpenDevice) -> None:
    body = f"{SLOT}.call('create_clip', 4); api('live_set tracks 0 clip_slots 3 clip').call('add_new_notes', {{notes: ["
    body += "{pitch: 60, start_time: 0, duration: 2}, {pitch: 60, start_time: 1, duration: 2}]});"
    device = ran(put_device, body)
    assert [(one["start_time"], one["duration"]) for one in device.live("clip", 0, 3)["notes"]] == [(0, 1), (1, 2)]
    assert [len(step) for step in device.live("steps")] == [1, 1]


def test_undo_steps_are_grouped_where_live_groups_them(put_device: OpenDevice) -> None:
    body = "var s = api('live_set'); s.call('begin_undo_step'); s.set('tempo', 90); s.set('tempo', 91);"
    assert len(ran(put_device, body + "s.call('end_undo_step')").live("steps")) == 1
    with pytest.raises(ScriptFaultError, match="no such function"):
        ran(put_device, body, plan=sets.tune_set(undo_steps=False))


def test_observers_hear_the_player_and_may_not_edit(put_device: OpenDevice) -> None:
    script = "var api; function hear(a) { outlet(2, 'status', 'set', a.join(' ')); EDIT }"
    script += "function press() { api = new LiveAPI(hear, 'live_set view'); api.property = 'detail_clip'; }"
    device = put_device(sets.tune_set(), script=HEAD + script.replace("EDIT", ""))
    device.press("it")
    device.live("select_clip", 0, 0)
    device.live("select_nothing")
    assert [text.split()[0] for text in device.texts] == ["id", "detail_clip", "detail_clip", "detail_clip"]
    assert device.texts[-1] == "detail_clip id 0"
    rash = put_device(
        sets.tune_set(), script=HEAD + script.replace("EDIT", "api && new LiveAPI('live_set').set('tempo', 90);")
    )
    rash.expects = ("Changes cannot",)
    rash.press("it")
    rash.expects = ()
    with pytest.raises(ScriptFaultError, match="notifications"):
        rash.live("select_clip", 0, 0)


def test_a_control_answers_before_the_cord_is_done(put_device: OpenDevice) -> None:
    script = "var heard = ''; function param(name, value) { heard = name + value; }"
    script += "function press() { outlet(2, 'count', 'bang'); outlet(2, 'status', 'set', heard); }"
    device = put_device(script=HEAD + script, values={"count": 7})
    device.press("it")
    assert device.status == "count7"
