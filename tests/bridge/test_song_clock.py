"""Where the song is: after a transport whose messages come late, twice, out of order or not at all, and on its own."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import OutOfRangeError
from bridge.song_clock import Jump, SongClock
from bridge.song_line import SongLine

Message = tuple[float, float]


def followed(*messages: Message, bpm: float = 120.0) -> SongClock:
    """A clock that has heard that the song runs, at each time (s) at a position (quarters)."""
    clock = SongClock()
    for now_s, quarters in messages:
        clock.follow(quarters, bpm, True, now_s)
    return clock


def steady(seconds: float, late_s: Callable[[float], float] = lambda _: 0.0) -> list[Message]:
    """Messages of a song at 120, 20 a second, each late by something, in the order of their coming."""
    return sorted((at / 20 + late_s(at / 20), at / 10) for at in range(int(seconds * 20)))


def test_between_messages_the_song_goes_on() -> None:
    clock = followed((10.0, 4.0))
    assert clock.line.quarters_at(10.5) == pytest.approx(5.0)
    assert clock.line.time_of(5.0) == pytest.approx(10.5)


def test_silence_changes_nothing() -> None:
    assert followed(*steady(2)).line.quarters_at(3_600) == pytest.approx(7_200)


def test_a_clock_that_has_heard_nothing_stands_at_0() -> None:
    clock = SongClock(90)
    assert not clock.line.running
    assert clock.line.quarters_at(5.0) == 0
    assert clock.line.bpm == 90
    assert not clock.is_followed


def test_on_its_own_it_runs_from_where_it_is_started() -> None:
    clock = SongClock(60)
    clock.start(100.0, -2.0)
    assert clock.line.quarters_at(103.0) == pytest.approx(1.0)
    clock.set_bpm(120, 103.0)
    assert clock.line.quarters_at(104.0) == pytest.approx(3.0)
    clock.stop(104.0)
    assert clock.line.quarters_at(200.0) == pytest.approx(3.0)
    assert not clock.is_followed


def test_a_stopped_transport_stands_where_it_says() -> None:
    clock = followed((0.0, 0.0), (0.05, 0.1))
    assert clock.follow(2.0, 120, False, 0.1) is None
    assert clock.line.quarters_at(9.0) == 2.0
    assert not clock.line.running


def test_a_start_is_another_epoch() -> None:
    clock = followed((0.0, 0.0))
    before = clock.line.epoch
    clock.follow(0.1, 120, False, 0.05)
    clock.follow(0.1, 120, True, 1.0)
    assert clock.line.running
    assert clock.line.epoch != before
    assert clock.line.quarters_at(1.5) == pytest.approx(1.1)


def test_a_tempo_takes_effect_at_once() -> None:
    clock = followed(*steady(1))
    clock.follow(2.0, 60, True, 1.0)
    assert clock.line.bpm == 60
    assert clock.line.quarters_at(3.0) == pytest.approx(4.0)


@pytest.mark.parametrize("bpm", [0.0, -1.0, math.nan, math.inf])
def test_a_tempo_that_is_none_is_refused(bpm: float) -> None:
    with pytest.raises(OutOfRangeError, match="tempo"):
        SongClock(bpm)
    with pytest.raises(OutOfRangeError, match="tempo"):
        SongClock().follow(0.0, bpm, True, 0.0)


def test_a_small_error_is_smoothed_away() -> None:
    clock = followed(*steady(2))
    before = clock.line.quarters_at(2.0)
    for at in range(40, 120):
        assert clock.follow(at / 10 + 0.04, 120, True, at / 20) is None
    assert clock.line.quarters_at(2.0) == pytest.approx(before + 0.04, abs=0.004)


@pytest.mark.parametrize("distance", [-8.0, -1.5, 0.2, 3.3, 1e5])
def test_a_large_error_is_a_jump(distance: float) -> None:
    clock = followed(*steady(2))
    epoch = clock.line.epoch
    jump = clock.follow(4.0 + distance, 120, True, 2.0)
    assert jump is not None
    assert jump.from_quarters == pytest.approx(4.0, abs=0.01)
    assert jump.to_quarters == pytest.approx(4.0 + distance, abs=0.01)
    assert clock.line.quarters_at(2.0) == pytest.approx(4.0 + distance, abs=0.01)
    assert clock.line.epoch != epoch


def test_a_short_jump_back_is_believed_at_the_second_message() -> None:
    clock = followed(*steady(2))
    assert clock.follow(3.5, 120, True, 2.0) is None
    assert clock.follow(3.6, 120, True, 2.05) == Jump(pytest.approx(4.1), pytest.approx(3.6))


def test_messages_that_were_held_up_are_no_jump() -> None:
    clock = followed(*steady(2))
    for quarters in (4.0, 4.1, 4.2, 4.3):
        assert clock.follow(quarters, 120, True, 2.2) is None
    assert clock.line.quarters_at(2.2) == pytest.approx(4.4, abs=0.02)


def test_a_message_that_was_held_up_and_came_twice_is_no_jump() -> None:
    clock = followed(*steady(2))
    assert clock.follow(3.5, 120, True, 2.0) is None
    assert clock.follow(3.5, 120, True, 2.01) is None


def test_messages_held_up_now_and_then_are_no_jump() -> None:
    clock = followed(*steady(2))
    for at in range(40, 80, 2):
        assert clock.follow(at / 10 - 0.5, 120, True, at / 20) is None
        assert clock.follow(at / 10 + 0.1, 120, True, at / 20 + 0.05) is None


def test_a_jump_by_whole_16ths_keeps_the_phase_whatever_the_delay_of_its_message() -> None:
    clock = followed(*steady(4))
    jump = clock.follow(0.0, 120, True, 4.015)
    assert jump is not None
    assert clock.line.quarters_at(4.0) == pytest.approx(0.0, abs=1e-6)


def test_what_was_sent_before_a_stop_and_comes_after_it_starts_nothing() -> None:
    clock = followed(*steady(2))
    clock.follow(4.0, 120, False, 2.0)
    clock.follow(3.9, 120, True, 2.01)
    assert not clock.line.running
    clock.follow(4.0, 120, True, 2.06)
    assert clock.line.running


def test_the_same_message_twice_is_harmless() -> None:
    once, twice = followed(*steady(3)), followed(*(message for message in steady(3) for _ in range(2)))
    assert twice.line.quarters_at(3.0) == pytest.approx(once.line.quarters_at(3.0), abs=1e-6)


def test_jitter_is_smoothed() -> None:
    """Delays of 0 to 10 ms; what matters is how far the line wanders, since nobody knows the least delay."""
    draw = random.Random(1)
    clock, lines = SongClock(), []
    for now_s, quarters in steady(60, lambda _: draw.uniform(0, 0.01)):
        assert clock.follow(quarters, 120, True, now_s) is None
        lines.append(clock.line.quarters_at(now_s) - now_s * 2)
    settled_ms = [500 * off for off in lines[40:]]
    assert max(settled_ms) - min(settled_ms) < 4
    assert -6.5 < sum(settled_ms) / len(settled_ms) < -3.5


def test_one_message_much_too_late_hardly_moves_the_song() -> None:
    clock = followed(*steady(3))
    clock.follow(6.0, 120, True, 3.05)
    assert clock.line.quarters_at(3.2) == pytest.approx(6.4, abs=0.004)


def test_after_a_transport_is_let_go_the_song_is_its_own_again() -> None:
    clock = followed((0.0, 0.0))
    assert clock.is_followed
    clock.let_go()
    assert not clock.is_followed
    assert clock.line.running


@given(
    st.lists(st.tuples(st.floats(0, 0.3), st.floats(-0.11, 0.11), st.sampled_from([120.0, 120.2, 90.0])), max_size=40)
)
def test_the_position_never_goes_back_within_an_epoch(messages: list[tuple[float, float, float]]) -> None:
    clock = followed((0.0, 0.0))
    now_s, last, epoch = 0.0, 0.0, clock.line.epoch
    for wait_s, off, bpm in messages:
        for share in (0.25, 0.5, 1.0):
            here = clock.line.quarters_at(now_s + wait_s * share)
            assert here >= last - 1e-9
            last = here
        now_s += wait_s
        clock.follow(here + off, bpm, True, now_s)
        if clock.line.epoch != epoch:
            epoch, last = clock.line.epoch, clock.line.quarters_at(now_s)
        assert clock.line.quarters_at(now_s) >= last - 1e-9


@given(
    st.floats(-1e6, 1e6),
    st.floats(20, 400),
    st.floats(-0.2, 0.2),
    st.floats(0.05, 2.0),
    st.floats(-1e3, 1e3),
)
def test_a_line_knows_when_it_is_where(
    quarters: float, bpm: float, share: float, over_s: float, distance: float
) -> None:
    line = SongLine(5e4, quarters, bpm, True, 1, share * over_s * bpm / 60, over_s)
    assert line.quarters_at(line.time_of(quarters + distance)) == pytest.approx(quarters + distance, abs=1e-7)
