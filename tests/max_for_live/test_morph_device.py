"""The morph on the device: anchors, cursor, knobs, snapshots, locks, and hearing it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sets
from acts import OpenDevice, capture, connected, is_readable, morphing, new_pattern, pattern
from fake_engine import Served
from max_js import Device, Said

GRIDS = (0, 0.25, 0.5, 1, 2, 4, 8, 16)


@pytest.fixture
def device(put_device: OpenDevice, paper: Served) -> Device:
    """Two melodies, captured and anchored."""
    plan = sets.tune_set()
    return morphing(connected(put_device(plan, engine_port=paper.server.port)), {0: 0, 1: 1})


@pytest.fixture
def drummer(put_device: OpenDevice, real_port: int) -> Device:
    """Two drum clips on the shipped models."""
    straight = sets.clip("Straight", sets.drums(), 8.0)
    plain = sets.clip("Plain", [sets.note(36, float(at)) for at in range(0, 8, 2)], 8.0)
    device = connected(put_device(sets.live_set(sets.track({0: straight, 1: plain})), engine_port=real_port))
    return morphing(device, {0: 0, 1: 1})


def pitches(notes: list[tuple[float, ...]]) -> list[int]:
    return [int(note[0]) for note in notes]


def moved(device: Device, name: str, value: float) -> list[tuple[float, ...]]:
    """Moves a control, and gives the pattern that comes of it."""
    count = len(device.answers("/bridge/morph/end"))
    device.move(name, value)
    device.run_until(lambda: len(device.answers("/bridge/morph/end")) > count)
    device.settle()
    return pattern(device)


def directions(device: Device, kind: str) -> dict[int, str]:
    """What the engine says of each knob."""
    told = [said.args for said in device.answers("/bridge/morph/direction")]
    return {int(args[0]): str(args[2]) for args in told if args[1] == kind}


def last(device: Device, address: str) -> Said:
    return device.messages(address)[-1]


def test_each_captured_clip_is_an_anchor_at_a_place_of_its_own(device: Device) -> None:
    anchors = {said.args[0]: said.args[1:] for said in device.messages("/bridge/morph/anchor")}
    assert len(anchors) == 2
    assert len({place[1:] for place in anchors.values()}) == 2
    assert len({place[0] for place in anchors.values()}) == 2


def test_x_moves_the_music_without_the_script(device: Device) -> None:
    low, high = moved(device, "x", 0.0), moved(device, "x", 1.0)
    assert [there - here for here, there in zip(pitches(low), pitches(high), strict=True)] == [12] * 8


def test_every_pattern_is_drawn(device: Device) -> None:
    count = len(device.answers("/bridge/morph/end"))
    device.advance(5000)  # the captured clip itself is shown for a moment
    device.outputs.clear()
    moved(device, "x", 0.75)
    assert len(device.answers("/bridge/morph/end")) > count
    drawn = [values[1:] for outlet, values in device.outputs if outlet == 2 and values[0] == "roll"]
    assert [message[0] for message in drawn if message[0] != "head"][-3:] == ["begin", "notes", "end"]


def test_no_picture_message_is_longer_than_its_forty_notes(put_device: OpenDevice, paper: Served) -> None:
    plan = sets.live_set(sets.track({0: sets.clip("Long", sets.rich(300), 38.0)}))
    device = morphing(connected(put_device(plan, engine_port=paper.server.port)), {0: 0})
    drawn = [values[1:] for outlet, values in device.outputs if outlet == 2 and values[0] == "roll"]
    notes = [message[1:] for message in drawn if message[0] == "notes"]
    assert max(map(len, notes)) <= 160
    assert all(len(message) % 4 == 0 for message in notes)


def test_a_drag_on_the_pad_moves_the_cursor_and_the_dials_follow(device: Device) -> None:
    for step in range(11):
        device.deliver("pad", "cursor", step / 10, 0.5)
    device.deliver("pad", "release", 1.0, 0.5)
    new_pattern(device)
    device.settle()
    assert pitches(pattern(device)) == [pitch + 12 for pitch in (60, 62, 64, 65, 67, 69, 71, 72)]
    assert (device.value("x"), device.value("y")) == (1, 0.5)
    assert device.live("steps") == []


def test_a_letter_that_was_dragged_anchors_its_clip_there(device: Device) -> None:
    clip = {said.args[0]: said.args[1] for said in device.messages("/bridge/morph/anchor")}[1]
    device.deliver("pad", "anchor", 1, 0.25, 0.75)
    device.settle()
    assert last(device, "/bridge/morph/anchor").args == (1, clip, 0.25, 0.75)


def test_the_pad_shows_letters_cursor_and_that_it_is_awake(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    assert device.shown("pad", "awake") in (None, 0)
    morphing(device, {0: 0, 1: 1})
    assert device.shown("pad", "awake") == 1
    told = [values[2:] for outlet, values in device.outputs if outlet == 2 and values[:2] == ["pad", "anchor"]]
    present = {anchor[0]: anchor[1] for anchor in told}
    assert present == {1: 1, 2: 1, **dict.fromkeys(range(3, 9), 0)}
    device.move("x", 0.25)
    assert device.shown("pad", "cursor")[0] == 0.25


def test_a_cleared_place_is_no_anchor_any_more(device: Device) -> None:
    device.move("slot", 1)
    device.press("clear")
    device.settle()
    assert last(device, "/bridge/morph/anchor").args[:2] == (2, 0)


def test_a_clip_captured_anew_is_anchored_anew(device: Device) -> None:
    number = capture(device, 2, 0)
    new_pattern(device)
    assert last(device, "/bridge/morph/anchor").args[:2] == (1, number)


def test_the_knobs_are_named_by_the_engine(drummer: Device) -> None:
    named = {
        said.args[0]: said.args[2] for said in drummer.answers("/bridge/morph/direction") if said.args[1] == "drums"
    }
    assert len(named) == 8
    for knob, name in named.items():
        assert str(drummer.shown(f"knob_{knob}_name")).lower() == name.lower()


def test_the_knobs_are_named_for_the_kind_that_is_anchored(put_device: OpenDevice, real_port: int) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=real_port)), {0: 0, 1: 1})
    named = {
        said.args[0]: said.args[2] for said in device.answers("/bridge/morph/direction") if said.args[1] == "melody"
    }
    assert str(device.shown("knob_1_name")).lower() == named[1].lower()


def test_a_knob_turns_the_music(drummer: Device) -> None:
    names = {
        said.args[2]: said.args[0] for said in drummer.answers("/bridge/morph/direction") if said.args[1] == "drums"
    }
    knob = names.get("density", 1)
    more, fewer = moved(drummer, f"knob_{knob}", 1.0), moved(drummer, f"knob_{knob}", -1.0)
    assert more != fewer


def test_the_key_is_kept_by_a_switch_and_a_snapshot_brings_the_switch_back(device: Device) -> None:
    device.move("morph_key", 1)
    device.move("store", 1)
    device.press("snapshot_3")
    device.settle()
    assert last(device, "/bridge/morph/set").args == ("keep_key", 1)
    device.move("store", 0)
    device.move("morph_key", 0)
    device.press("snapshot_3")
    device.settle()
    assert device.value("morph_key") == 1


@pytest.mark.parametrize("choice", range(8))
def test_the_grid_is_told_in_quarters(device: Device, choice: int) -> None:
    device.move("quantize", (choice + 1) % 8)
    device.move("quantize", choice)
    device.settle()
    assert last(device, "/bridge/morph/set").args == ("quantize", GRIDS[choice])


def test_a_bar_of_the_grid_is_a_bar_of_the_meter(put_device: OpenDevice, paper: Served) -> None:
    plan = sets.live_set(sets.track({0: sets.clip("Waltz", sets.melody(6), 6.0, meter=[3, 4])}))
    device = morphing(connected(put_device(plan, engine_port=paper.server.port)), {0: 0})
    device.move("quantize", 4)
    device.move("quantize", 5)
    device.settle()
    assert last(device, "/bridge/morph/set").args[1] in (3, 4)


def test_a_snapshot_gives_the_same_notes_and_moves_the_controls_back(device: Device) -> None:
    stored = moved(device, "x", 0.25)
    device.move("store", 1)
    device.press("snapshot_3")
    device.run_until(lambda: device.answers("/bridge/morph/snapshot/stored"))
    device.move("store", 0)
    assert moved(device, "x", 1.0) != stored
    count = len(device.answers("/bridge/morph/end"))
    device.press("snapshot_3")
    device.run_until(lambda: len(device.answers("/bridge/morph/end")) > count)
    device.settle()
    assert pattern(device) == stored
    assert device.value("x") == 0.25
    assert last(device, "/bridge/morph/snapshot/recall").args == (3,)
    assert device.live("steps") == []


def test_storing_is_over_after_one_snapshot_or_when_store_is_off(device: Device) -> None:
    device.move("store", 1)
    device.press("snapshot_1")
    device.settle()
    device.move("store", 0)
    device.press("snapshot_1")
    device.settle()
    assert len(device.messages("/bridge/morph/snapshot/store")) == 1
    assert len(device.messages("/bridge/morph/snapshot/recall")) == 1


def test_a_snapshot_that_was_never_stored_is_a_line(device: Device) -> None:
    said = len(device.texts)
    device.press("snapshot_8")
    device.settle()
    assert len(device.texts) > said
    assert is_readable(device.status)


def test_a_locked_voice_stays_while_the_rest_moves(drummer: Device) -> None:
    before = moved(drummer, "x", 0.1)
    drummer.move("lock_0", 1)
    drummer.settle()
    assert last(drummer, "/bridge/morph/lock").args == (0, 1)
    after = moved(drummer, "x", 0.9)
    assert after != before
    assert [note for note in after if note[0] in (35, 36)] == [note for note in before if note[0] in (35, 36)]
    drummer.move("lock_0", 0)
    drummer.settle()
    assert last(drummer, "/bridge/morph/lock").args == (0, 0)


@pytest.mark.parametrize(
    ("lost", "act"),
    [
        ("/bridge/morph/anchor", lambda device: capture(device, 2, 0)),
        ("/bridge/morph/snapshot/store", lambda device: (device.move("store", 1), device.press("snapshot_1"))),
        ("/bridge/play", lambda device: device.move("play", 1)),
    ],
)
def test_what_was_lost_on_the_way_is_said_again(device: Device, lost: str, act: Callable[[Device], object]) -> None:
    left = [1]
    device.loses_sent = lambda said: said.address == lost and bool(left) and left.pop() == 1
    act(device)
    device.run_until(lambda: not left)
    count = len(device.messages(lost))
    device.advance(8000)
    assert len(device.messages(lost)) > count


def test_a_lost_pattern_is_asked_for_again(device: Device) -> None:
    left = [1]
    device.loses = lambda said: said.address == "/bridge/morph/notes" and bool(left) and left.pop() == 1
    device.move("x", 1.0)
    device.run_until(lambda: device.messages("/bridge/morph/get"))
    device.settle()
    assert pitches(pattern(device))[0] == 72


def test_play_plays_in_time_with_live(device: Device) -> None:
    device.live("set_song", "is_playing", 1)
    device.move("play", 1)
    device.run_until(lambda: device.played)
    assert last(device, "/bridge/play").args == (1,)
    assert device.clocks[-1] == ("live",)
    assert last(device, "/bridge/transport").args[1:] == (120, 1)
    device.move("play", 0)
    device.run_until(lambda: device.played[-1] is None)
    assert last(device, "/bridge/play").args == (0,)


def test_holding_preview_is_heard_though_live_stands_still(device: Device) -> None:
    device.deliver("hold", "preview", 1)
    device.run_until(lambda: [note for note in device.played if note])
    assert device.clocks[-1] == ("own", 120)
    device.deliver("hold", "preview", 0)
    device.run_until(lambda: device.played[-1] is None)
    assert last(device, "/bridge/play").args == (0,)
    assert device.clocks[-1] in (("live",), ("off",))


def test_holding_preview_follows_live_where_it_runs(device: Device) -> None:
    device.live("set_song", "is_playing", 1)
    device.deliver("hold", "preview", 1)
    device.run_until(lambda: [note for note in device.played if note])
    assert device.clocks[-1] == ("live",)


def test_preview_let_go_leaves_play_as_it_was(device: Device) -> None:
    device.live("set_song", "is_playing", 1)
    device.move("play", 1)
    device.run_until(lambda: device.played)
    device.deliver("hold", "preview", 1)
    device.deliver("hold", "preview", 0)
    device.settle()
    assert last(device, "/bridge/play").args == (1,)
    assert device.clocks[-1] == ("live",)


def test_panic_ends_all_notes(device: Device) -> None:
    device.live("set_song", "is_playing", 1)
    device.move("play", 1)
    device.run_until(lambda: device.played)
    device.press("panic")
    device.run_until(lambda: device.played[-1] is None)
    assert device.messages("/bridge/panic")
    device.settle()
    device.advance(500)
    assert device.played[-1] is None
    assert device.value("play") == 0


def test_a_device_switched_off_is_silent_and_plays_again_when_on(device: Device) -> None:
    device.live("set_song", "is_playing", 1)
    device.move("play", 1)
    device.run_until(lambda: device.played)
    device.deliver("enabled", 0)
    device.run_until(lambda: device.played[-1] is None)
    assert last(device, "/bridge/play").args == (0,)
    device.deliver("enabled", 1)
    device.run_until(lambda: device.played[-1] is not None)
    assert last(device, "/bridge/play").args == (1,)


def test_play_without_anything_to_play_is_a_line(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    device.move("play", 1)
    device.settle()
    assert is_readable(device.status)


def test_the_self_test_plays_a_bar_and_says_so(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    device.press("self_test")
    device.advance(4000)
    notes = [note for note in device.chain_notes if note]
    assert notes
    for pitch, velocity, duration_ms, channel, delay_ms in notes:
        assert 0 <= float(pitch) <= 127
        assert 0 < float(velocity) <= 127
        assert float(duration_ms) > 0
        assert 1 <= int(channel) <= 16
        assert 0 <= float(delay_ms) <= 4000
    assert is_readable(device.status)
    assert device.live("steps") == []


def test_a_controller_that_moves_the_engine_moves_the_dials(device: Device) -> None:
    device.deliver("/bridge/midi/moved", "x", 0.625)
    device.deliver("/bridge/midi/moved", "knob 3", -0.5)
    device.advance(100)
    assert device.shown("pad", "heard") is not None or device.value("x") == 0.625
    sent = [said for said in device.messages("/bridge/morph/x") if said.args == (0.625,)]
    assert not sent, "what the engine did is not told back to it"


@pytest.mark.slow
def test_strings_stay_few_over_a_long_session(device: Device) -> None:
    def an_hour_of_it() -> None:
        for turn in range(20):
            device.move("x", turn / 20)
            device.deliver("pad", "cursor", turn / 20, 0.3)
            device.deliver("pad", "release", turn / 20, 0.3)
            device.press("vary") if turn % 10 == 0 else device.press("snapshot_1")
            device.deliver("/bridge/status", 60.0 * turn, 0, turn, turn * 7, turn, 10.0 + turn * 3.7)
            device.advance(1000)
        device.settle()

    an_hour_of_it()
    few = device.symbols
    for _ in range(3):
        an_hour_of_it()
    grown = {symbol for symbol in device.symbols - few if "vary" not in symbol}
    assert len(grown) <= 12, sorted(grown)
    assert len(device.symbols) < 400
