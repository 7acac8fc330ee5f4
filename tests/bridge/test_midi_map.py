"""The MIDI map: values through their whole range, soft takeover without a leap, buttons, and what is learnt."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pytest
from fake_midi import bend, cc, note_off, note_on
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MidiError, UnknownSettingError
from bridge.midi_arrived import MidiArrived
from bridge.midi_map import LEARN_S, Learnt, MidiMap, Move
from bridge.midi_rows import Row
from bridge.midi_targets import DIAL, TARGETS, find_target, shown_targets
from bridge.protocol.message import Message
from bridge.protocol.morph_messages import MorphKnob, MorphLock, MorphSet, MorphX
from bridge.protocol.play_messages import Panic, Play
from bridge.protocol.state_messages import SnapshotRecall, SnapshotStore


def row(kind: str, number: int, target: str, **options: Any) -> Row:
    return Row(kind, number, find_target(target), **options)


def moves(midi_map: MidiMap, messages: Iterable[MidiArrived]) -> list[tuple[str, float]]:
    told = [move for message in messages for move in midi_map.moved(message)]
    assert all(isinstance(move, Move) for move in told)
    return [(move.target.name, move.value) for move in told if isinstance(move, Move)]


def values(midi_map: MidiMap, *messages: MidiArrived) -> list[float]:
    return [value for _, value in moves(midi_map, messages)]


# Values


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [-1.0, 0.0, 1.0]),
        ({"low": 1, "high": -1}, [1.0, 0.0, -1.0]),
        ({"low": 0, "high": 0.5}, [0.0, 0.25, 0.5]),
    ],
)
def test_a_controllers_ends_and_middle_are_the_ranges(options: dict[str, float], expected: list[float]) -> None:
    for kind, messages in (
        ("cc", [cc(7, 0), cc(7, 64), cc(7, 127)]),
        ("bend", [bend(0), bend(8192), bend(16383)]),
    ):
        midi_map = MidiMap([row(kind, 7 if kind == "cc" else 0, "knob 1", **options)])
        assert values(midi_map, *messages) == expected


def test_two_controllers_of_one_dial_give_14_bits() -> None:
    midi_map = MidiMap([row("cc14", 1, "x")])
    assert values(midi_map, cc(33, 5)) == []  # the fine part alone says nothing
    assert values(midi_map, cc(1, 64), cc(33, 0), cc(33, 1)) == [0.5, pytest.approx(0.5 + 1 / 8191 / 2)]
    assert values(midi_map, cc(1, 127), cc(33, 127)) == [1.0]


def test_whole_targets_take_whole_values_and_tell_each_once() -> None:
    midi_map = MidiMap([row("cc", 7, "channel")])
    got = values(midi_map, *(cc(7, value) for value in range(128)))
    assert got == [float(channel) for channel in range(1, 17)]


def test_quantize_goes_through_its_grids_and_no_others() -> None:
    assert values(MidiMap([row("cc", 7, "quantize")]), *(cc(7, value) for value in range(128))) == [
        0, 0.25, 0.5, 1, 2, 4, 8, 16,
    ]  # fmt: skip
    narrow = MidiMap([row("cc", 7, "quantize", low=4, high=1)])
    assert values(narrow, *(cc(7, value) for value in range(128))) == [4, 2, 1]


def test_a_note_gives_a_dial_its_velocity_or_one_value() -> None:
    midi_map = MidiMap([row("note", 36, "temperature"), row("note", 36, "x", low=0.25, high=0.25)])
    assert moves(midi_map, [note_on(36, 127), note_off(36)]) == [("temperature", 2.0), ("x", 0.25)]
    assert moves(midi_map, [note_on(37, 127)]) == []


def test_one_control_may_move_two_targets() -> None:
    midi_map = MidiMap([row("cc", 1, "x"), row("cc", 1, "y", low=1, high=0)])
    assert moves(midi_map, [cc(1, 127)]) == [("x", 1.0), ("y", 0.0)]


def test_a_row_hears_its_channel_or_any() -> None:
    midi_map = MidiMap([row("cc", 1, "x", channel=2), row("cc", 2, "y")])
    assert moves(midi_map, [cc(1, 127, channel=1), cc(2, 127, channel=9), cc(1, 127, channel=2)]) == [
        ("y", 1.0),
        ("x", 1.0),
    ]


@given(
    st.sampled_from([name for name, target in TARGETS.items() if target.kind == DIAL]),
    st.sampled_from(["cc", "note", "bend", "cc14"]),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.integers(0, 127),
)
def test_no_value_lies_outside_what_the_wire_allows(
    name: str, kind: str, shares: tuple[float, float], raw: int
) -> None:
    target = find_target(name)
    low, high = target.bounds or (target.low, target.high)
    ends = [min(max(low * (1 - share) + high * share, low), high) for share in shares]
    value = row(kind, 0, name, low=ends[0], high=ends[1]).value(raw)
    assert low <= value <= high
    message = Move(target, value).message
    assert message is not None
    assert message.to_osc()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", 0.5, MorphX(0.5)),
        ("knob 3", -1.0, MorphKnob(3, -1.0)),
        ("density", 0.25, MorphSet("density", 0.25)),
        ("to_midi", 1.0, MorphSet("to_midi", 1.0)),
        ("lock closed_hat", 1.0, MorphLock(2, 1)),
        ("lock onsets", 0.0, MorphLock(9, 0)),
        ("play", 1.0, Play(1)),
        ("panic", 1.0, Panic()),
        ("snapshot 128", 1.0, SnapshotRecall(128)),
        ("store 2", 1.0, SnapshotStore(2)),
        ("record", 1.0, None),
    ],
)
def test_a_move_is_what_a_client_would_ask_for(name: str, value: float, message: Message | None) -> None:
    assert Move(find_target(name), value).message == message


# Soft takeover


def test_a_dial_has_no_effect_until_it_reaches_the_present_value() -> None:
    midi_map = MidiMap([row("cc", 1, "x")])
    midi_map.now("x", 0.5)
    assert values(midi_map, cc(1, 0), cc(1, 30), cc(1, 60)) == []
    assert values(midi_map, cc(1, 64), cc(1, 70)) == [pytest.approx(0.5 + 6 / 126)]


def test_a_dial_that_passes_the_present_value_between_two_messages_takes_over() -> None:
    midi_map = MidiMap([row("cc", 1, "x")])
    midi_map.now("x", 0.5)
    assert values(midi_map, cc(1, 20), cc(1, 100)) == [pytest.approx(0.5 + 36 / 126)]


def test_a_dial_far_away_and_moving_away_stays_without_effect() -> None:
    midi_map = MidiMap([row("cc", 1, "x")])
    midi_map.now("x", 0.5)
    assert values(midi_map, cc(1, 90), cc(1, 127)) == []


def test_where_something_else_moved_the_target_the_dial_must_find_it_again() -> None:
    midi_map = MidiMap([row("cc", 1, "x")])
    assert values(midi_map, cc(1, 10), cc(1, 20)) == [10 / 128, 20 / 128]
    midi_map.now("x", 0.9)
    assert values(midi_map, cc(1, 21), cc(1, 40)) == []
    assert len(values(midi_map, cc(1, 120))) == 1


def test_a_dial_whose_own_move_is_told_back_goes_on() -> None:
    midi_map = MidiMap([row("cc", 1, "x")])
    heard = []
    for raw in (10, 90, 3):
        (value,) = values(midi_map, cc(1, raw))
        midi_map.now("x", value)
        heard.append(value)
    assert heard[0] == 10 / 128
    assert heard[2] == 3 / 128


def test_of_two_dials_for_one_target_the_one_not_moved_must_find_it() -> None:
    midi_map = MidiMap([row("cc", 1, "x"), row("cc", 2, "x")])
    assert len(values(midi_map, cc(1, 10), cc(2, 10), cc(2, 100))) == 2
    assert values(midi_map, cc(1, 11), cc(1, 12)) == []


def test_a_present_value_beyond_a_dials_range_is_reached_at_its_end() -> None:
    midi_map = MidiMap([row("cc", 1, "x", low=0.25, high=0.75)])
    midi_map.now("x", 1.0)
    assert values(midi_map, cc(1, 64)) == []
    assert values(midi_map, cc(1, 127), cc(1, 0)) == [0.75, 0.25]


def test_without_takeover_and_for_notes_the_target_leaps() -> None:
    midi_map = MidiMap([row("cc", 1, "x", takeover=False), row("note", 36, "x")])
    midi_map.now("x", 0.5)
    assert values(midi_map, cc(1, 127), note_on(36, 1)) == [1.0, pytest.approx(1 / 127)]


@given(st.floats(0, 1), st.lists(st.integers(0, 127), min_size=1, max_size=40))
def test_soft_takeover_never_leaps_further_than_the_hand_moved(present: float, raws: list[int]) -> None:
    midi_map = MidiMap([row("cc", 1, "x")])
    midi_map.now("x", present)
    before_raw, now = None, present
    for raw in raws:
        for move in midi_map.moved(cc(1, raw)):
            assert isinstance(move, Move)
            hand = 0.0 if before_raw is None else abs(raw - before_raw) / 126
            assert abs(move.value - now) <= hand + 1 / 126 + 1e-9
            now = move.value
        before_raw = raw


# Buttons


def test_each_press_turns_a_switch_over_from_what_it_is() -> None:
    midi_map = MidiMap([row("note", 36, "play")])
    assert values(midi_map, note_on(36), note_off(36), note_on(36), note_off(36)) == [1.0, 0.0]
    midi_map.now("play", 1.0)
    assert values(midi_map, note_on(36)) == [0.0]


def test_a_controller_presses_at_its_middle_and_once() -> None:
    midi_map = MidiMap([row("cc", 20, "play"), row("cc", 21, "panic")])
    assert values(midi_map, cc(20, 127), cc(20, 120), cc(20, 0), cc(20, 63), cc(20, 64)) == [1.0, 0.0]
    assert moves(midi_map, [cc(21, 127), cc(21, 100), cc(21, 0), cc(21, 127)]) == [("panic", 1.0)] * 2


def test_a_switch_that_does_not_toggle_is_on_while_pressed() -> None:
    midi_map = MidiMap([row("note", 36, "lock kick", toggle=False), row("cc", 20, "play", toggle=False)])
    assert values(midi_map, note_on(36), note_off(36)) == [1.0, 0.0]
    assert values(midi_map, cc(20, 127), cc(20, 127), cc(20, 0), cc(20, 0)) == [1.0, 0.0]


def test_a_trigger_goes_off_with_each_note_even_where_an_off_was_lost() -> None:
    midi_map = MidiMap([row("note", 36, "snapshot 2")])
    assert moves(midi_map, [note_on(36), note_on(36), note_off(36)]) == [("snapshot 2", 1.0)] * 2


# Learning


def learnt(midi_map: MidiMap, *messages: MidiArrived) -> list[Row]:
    return [told.row for message in messages for told in midi_map.moved(message) if isinstance(told, Learnt)]


def test_the_controller_that_is_moved_is_learnt_and_works() -> None:
    midi_map = MidiMap()
    midi_map.learn("knob 1", 0.0)
    assert learnt(midi_map, cc(74, 10, 3), cc(74, 11, 3), cc(74, 12, 3)) == [row("cc", 74, "knob 1", channel=3)]
    assert midi_map.rows == (row("cc", 74, "knob 1", channel=3),)
    assert values(midi_map, cc(74, 64, 3)) == [0.0]


def test_a_controller_that_jitters_or_is_touched_is_not_learnt() -> None:
    midi_map = MidiMap()
    midi_map.learn("x", 0.0)
    assert learnt(midi_map, *(cc(7, 64 + 3 * (k % 2)) for k in range(100)), cc(8, 127), cc(9, 3)) == []
    assert learnt(midi_map, cc(8, 123)) == [row("cc", 8, "x", channel=1)]


def test_a_dial_does_not_learn_the_notes_that_are_played_meanwhile_and_a_button_does() -> None:
    midi_map = MidiMap()
    midi_map.learn("x", 0.0)
    assert learnt(midi_map, note_on(60), note_off(60), bend(8192), bend(9000)) == [row("bend", 0, "x", channel=1)]
    midi_map.learn("play", 0.0)
    assert learnt(midi_map, note_on(36, 1, 10)) == [row("note", 36, "play", channel=10)]
    midi_map.learn("panic", 0.0)
    assert learnt(midi_map, cc(20, 127), cc(20, 0)) == [row("cc", 20, "panic", channel=1)]


def test_a_dial_of_14_bits_is_learnt_as_one() -> None:
    midi_map = MidiMap()
    midi_map.learn("x", 0.0)
    turning = [message for at in range(10) for message in (cc(1, 60 + at // 3), cc(33, at * 40 % 128))]
    assert learnt(midi_map, *turning) == [row("cc14", 1, "x", channel=1)]


def test_channel_mode_messages_are_no_controllers() -> None:
    midi_map = MidiMap()
    midi_map.learn("panic", 0.0)
    assert learnt(midi_map, cc(123, 0), cc(123, 127)) == []


def test_while_something_is_learnt_nothing_moves() -> None:
    midi_map = MidiMap([row("cc", 1, "x")])
    midi_map.learn("y", 0.0)
    assert midi_map.moved(cc(1, 3)) == ()


def test_what_is_learnt_takes_the_place_of_what_was_there_and_keeps_its_range() -> None:
    midi_map = MidiMap([row("cc", 1, "x", low=1, high=0), row("cc", 2, "y"), row("cc", 3, "x")])
    midi_map.learn("x", 0.0)
    learnt(midi_map, cc(9, 0), cc(9, 9))
    assert midi_map.rows == (row("cc", 9, "x", channel=1, low=1, high=0), row("cc", 2, "y"))


def test_rows_before_the_one_learnt_anew_stay_once() -> None:
    midi_map = MidiMap([row("cc", 2, "y"), row("cc", 1, "x")])
    midi_map.learn("x", 0.0)
    learnt(midi_map, cc(9, 0), cc(9, 9))
    assert midi_map.rows == (row("cc", 2, "y"), row("cc", 9, "x", channel=1))


def test_notes_that_have_a_dial_leap_stay_when_its_controller_is_learnt() -> None:
    pads = (row("note", 36, "x", low=0, high=0), row("note", 37, "x", low=1, high=1))
    midi_map = MidiMap([pads[0], row("cc", 1, "x"), pads[1], row("cc", 2, "x")])
    midi_map.learn("x", 0.0)
    learnt(midi_map, cc(9, 0), cc(9, 9))
    assert midi_map.rows == (pads[0], row("cc", 9, "x", channel=1), pads[1])
    midi_map.forget("x")
    assert midi_map.rows == ()


def test_a_switch_keeps_whether_it_toggles() -> None:
    midi_map = MidiMap([row("cc", 20, "play", toggle=False)])
    midi_map.learn("play", 0.0)
    assert learnt(midi_map, note_on(36)) == [row("note", 36, "play", channel=1, toggle=False)]


def test_learning_ends_by_itself_unless_asked_again() -> None:
    midi_map = MidiMap([row("cc", 1, "y")])
    midi_map.learn("x", 0.0)
    midi_map.moved(cc(9, 0, at_s=1.0))
    midi_map.learn("x", LEARN_S)
    assert len(learnt(midi_map, cc(9, 9, at_s=LEARN_S + 1))) == 1  # what was heard before the second asking counts
    midi_map.learn("x", 100.0)
    midi_map.moved(cc(9, 0, at_s=101.0))
    assert values(midi_map, cc(1, 127, at_s=101.0 + LEARN_S)) == [1.0]
    midi_map.learn("x", 200.0)
    midi_map.moved(cc(9, 0, at_s=201.0))
    midi_map.learn("x", 201.0 + LEARN_S)
    assert learnt(midi_map, cc(9, 9, at_s=202.0 + LEARN_S)) == []  # it had ended


def test_what_is_forgotten_moves_nothing_and_is_learnt_no_more() -> None:
    midi_map = MidiMap([row("cc", 1, "x"), row("cc", 2, "y")])
    midi_map.learn("x", 0.0)
    midi_map.forget("x")
    assert values(midi_map, cc(1, 0), cc(1, 127), cc(2, 127)) == [1.0]
    assert midi_map.rows == (row("cc", 2, "y"),)


@pytest.mark.parametrize("act", ["learn", "forget"])
def test_an_unknown_target_is_refused_with_all_that_there_are(act: str) -> None:
    midi_map = MidiMap()
    with pytest.raises(UnknownSettingError, match=r"'knob 9'.*knob 1\.\.8.*lock onsets, snapshot 1\.\.128"):
        midi_map.learn("knob 9", 0.0) if act == "learn" else midi_map.forget("knob 9")


def test_the_table_of_targets_names_each_kind_once() -> None:
    names = [name for name, _ in shown_targets()]
    assert len(names) == len(set(names))
    assert len([name for name in names if name.startswith("lock ")]) == 10


# Rows


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: row("cc", 120, "x"), r"0\.\.119"),
        (lambda: row("cc14", 32, "x"), r"0\.\.31"),
        (lambda: row("note", 128, "x"), r"0\.\.127"),
        (lambda: row("knob", 1, "x"), "choose cc, cc14, note, bend"),
        (lambda: row("cc", 1, "x", channel=0), r"1\.\.16"),
        (lambda: row("cc", 1, "x", low=-0.5), r"'x' it must be 0\.\.1"),
        (lambda: row("cc", 1, "x", high=math.nan), r"0\.\.1"),
        (lambda: row("cc", 1, "play", low=0), "button"),
        (lambda: row("bend", 0, "play"), "choose cc or note"),
        (lambda: row("note", 1, "x", takeover=True), "leave it out for notes"),
        (lambda: row("cc", 1, "panic", takeover=False), "notes and buttons"),
        (lambda: row("cc", 1, "panic", toggle=True), "leave it out for 'panic'"),
    ],
)
def test_what_a_row_may_not_say_is_told_with_what_it_may(make: Any, problem: str) -> None:
    with pytest.raises(MidiError, match=problem):
        make()


def test_a_seed_of_a_file_may_be_any_seed() -> None:
    assert values(MidiMap([row("cc", 1, "seed", low=1000, high=2000)]), cc(1, 127)) == [2000.0]
