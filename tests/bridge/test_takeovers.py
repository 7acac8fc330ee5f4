"""A new pattern while another one plays: on the grid, at the right place, late or in time."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_sink import PaperSink
from player_stage import LEAD_S, MARGIN_S, QUARTER_S, Stage, clip, playing

from bridge.errors import OutOfRangeError
from engine.representations.clip import EARLY_QUARTERS, Clip


def test_a_new_pattern_takes_over_on_the_grid_at_the_right_place_within_it() -> None:
    stage = playing(clip(*range(8), pitch=60))
    stage.wait_until(1.5)
    stage.take(clip(*range(16), pitch=72, length=16))
    stage.wait_until(9)
    assert stage.positions(60) == [0, 1, 2, 3]
    assert stage.positions(72) == [4, 5, 6, 7, 8, 9]
    assert stage.switches == [(1, 0.0), (2, 4.0)]
    assert stage.sink.flushes_s == []


def test_the_grid_counts_from_the_songs_start_whatever_the_pattern_is_long() -> None:
    stage = playing(clip(0, length=1))
    stage.player.set_quantize(3.0, stage.now_s)
    stage.wait_until(4)
    stage.take(clip(0, pitch=72, length=5))
    stage.wait_until(21)
    assert stage.positions(72) == [10, 15, 20]
    assert stage.switches[-1] == (2, 6.0)


def test_an_early_first_beat_belongs_to_the_boundary() -> None:
    stage = playing(clip(0.5, 3.95, pitch=60))
    stage.take(clip(0.5, 3.9, 7.9, pitch=72))
    stage.wait_until(9)
    assert stage.positions(60) == [0.5]
    assert stage.positions(72) == [3.9, 7.9, 8.5]


def test_the_last_of_several_patterns_wins() -> None:
    stage = playing(clip(*range(8)))
    for pitch in (70, 71, 72):
        stage.take(clip(*range(8), pitch=pitch))
    stage.wait_until(7.5)
    assert stage.positions(72) == [4, 5, 6, 7]
    assert not stage.positions(70) + stage.positions(71)
    assert stage.switches == [(1, 0.0), (4, 4.0)]


def test_at_once_is_the_next_16th() -> None:
    stage = playing(clip(*(at / 4 for at in range(32))))
    stage.player.set_quantize(0.0, stage.now_s)
    stage.wait_until(2.3)
    stage.take(clip(*(at / 4 + 0.01 for at in range(32)), pitch=72))
    stage.wait_until(3.1)
    assert stage.positions(60)[-1] == 2.25
    assert stage.positions(72) == [2.51, 2.76, 3.01]


def test_a_pattern_that_misses_its_boundary_waits_and_is_counted_once() -> None:
    stage = playing(clip(*range(8)))
    asked_s = stage.now_s
    stage.wait_until(4 - (LEAD_S + MARGIN_S) / QUARTER_S + 0.002)
    stage.take(clip(*range(8), pitch=72), asked_s)
    stage.wait_until(9)
    assert stage.positions(72) == [8, 9]
    assert stage.player.status(stage.now_s).late == 1


def test_what_was_asked_for_too_late_or_comes_in_time_is_not_late() -> None:
    stage = playing(clip(*range(8)))
    stage.take(clip(0))
    stage.wait_until(3.98)
    stage.take(clip(1), stage.now_s - 0.001)
    stage.take(clip(2), stage.now_s - 60)
    stage.wait_until(7)
    stage.player.set_quantize(0.0, stage.now_s)
    stage.take(clip(2), stage.now_s - 1)
    assert stage.player.status(stage.now_s).late == 0


def test_a_pattern_has_its_boundary_until_the_lead_before_it() -> None:
    stage = playing(clip(*range(8)))
    stage.wait_until(4 - (LEAD_S + MARGIN_S) / QUARTER_S - 0.001)
    stage.take(clip(*range(8), pitch=72))
    stage.wait_until(5.5)
    assert stage.positions(72) == [4, 5]


def test_another_grid_moves_a_takeover_that_waits() -> None:
    stage = playing(clip(*range(8)))
    stage.player.set_quantize(8.0, stage.now_s)
    stage.take(clip(*range(8), pitch=72))
    stage.wait_until(1.5)
    stage.player.set_quantize(1.0, stage.now_s)
    stage.wait_until(3.5)
    assert stage.positions(72) == [2, 3]


@pytest.mark.parametrize("quarters", [-1.0, math.nan, math.inf])
def test_a_grid_that_is_none_is_refused(quarters: float) -> None:
    with pytest.raises(OutOfRangeError, match="quantize"):
        Stage().player.set_quantize(quarters, 0.0)


def test_a_takeover_comes_sooner_where_the_song_loops_to_the_grid() -> None:
    """The song's loop goes from 2 to 4; what is too late for 4 has it again a turn later."""
    stage = playing(clip(0, 1, length=2), quarters=2.0)
    stage.wait_until(3.99)
    stage.take(clip(0, 1, pitch=72, length=2))
    stage.wait_until(4.0)
    for at in range(60):
        stage.follow(2 + at / 10 % 2)
        stage.wait(0.05)
    assert stage.switches == [(1, 2.0), (2, 4.0)]
    first = next(note.start_s for note in stage.sink.notes if note.pitch == 72)
    assert first == pytest.approx(1_000 + 4 * QUARTER_S, abs=1e-3)


def test_where_the_music_breaks_off_the_newest_pattern_begins() -> None:
    stage = playing(clip(*range(8)))
    stage.take(clip(*range(8), pitch=72))
    stage.wait_until(1.5)
    stage.follow(20.9)
    stage.wait(0.2)
    assert stage.positions(72) == [21]


@pytest.mark.parametrize(("grid", "boundary"), [(4.0, 4.0), (16.0, 8.0)])
def test_a_takeover_comes_although_the_song_loops_before_it(grid: float, boundary: float) -> None:
    """The song's loop is 8 quarters; a grid of 16 would never come, so it counts what is played."""
    stage = playing(clip(*range(8)))
    stage.player.set_quantize(grid, stage.now_s)
    stage.wait_until(0.5)
    stage.take(clip(*range(8), pitch=72))
    for at in range(400):
        stage.follow((0.5 + at / 10) % 8)
        stage.wait(0.05)
    first = next(note.start_s for note in stage.sink.notes if note.pitch == 72)
    assert (first - 1_000) / QUARTER_S == pytest.approx(4 if grid == 4 else 16, abs=1e-3)
    assert stage.switches == [(1, 0.0), (2, boundary)]


def test_a_hiccup_over_a_boundary_does_not_put_the_takeover_off() -> None:
    stage = playing(clip(*range(8)))
    stage.wait_until(3.5)
    stage.take(clip(*range(8), pitch=72))
    stage.now_s += 1.0
    stage.next_s = stage.player.advance(stage.now_s)
    stage.wait_until(7.5)
    assert stage.positions(60)[-1] == 3
    assert stage.positions(72) == [6, 7]


Moves = list[tuple[float, tuple[float, ...], float]]

pattern_starts = st.lists(
    st.builds(lambda step, off: step / 4 + off / 1000, st.integers(0, 31), st.integers(-124, 124)), max_size=6
).map(tuple)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 1.5), pattern_starts, st.sampled_from([0.25, 3.0, 4.0, 7.3, 8.0])),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([0.0, 1.0, 3.0, 4.0]),
    st.sampled_from([0.005, 0.2]),
)
def test_each_16th_is_played_by_one_pattern_as_a_naive_player_has_it(moves: Moves, grid: float, lead_s: float) -> None:
    stage = Stage(PaperSink(lead_s))
    stage.player.set_quantize(grid, stage.now_s)
    stage.player.play(True, stage.now_s)
    patterns = {}
    for generation, (wait_s, starts, length) in enumerate(moves, start=1):
        patterns[generation] = clip(*starts, pitch=generation, length=length)
        stage.take(patterns[generation])
        stage.wait(wait_s)
    stage.wait(4)
    ends = [at for _, at in stage.switches[1:]] + [stage.song.line.quarters_at(stage.now_s)]
    expected = [
        (round(start, 4), generation)
        for (generation, begin), end in zip(stage.switches, ends, strict=True)
        for start in naive(patterns[generation], begin - EARLY_QUARTERS, end - EARLY_QUARTERS)
    ]
    played = [
        (round(start, 4), note.pitch)
        for start, note in zip(stage.positions(), stage.sink.notes, strict=True)
        if start < ends[-1] - EARLY_QUARTERS - 1e-6
    ]
    assert sorted(played) == sorted(expected)
    assert all(at % (grid or 0.25) == pytest.approx(0, abs=1e-6) for _, at in stage.switches[1:])
    assert stage.player.dropped == 0


def naive(pattern: Clip, begin: float, end: float) -> list[float]:
    """Starts of a loop in [begin, end), by looking at every turn."""
    length = pattern.length_quarters
    return [
        turn * length + (note.start_quarters + EARLY_QUARTERS) % length - EARLY_QUARTERS
        for note in pattern.notes
        for turn in range(-1, int(end / length) + 3)
        if begin - 1e-6 <= turn * length + (note.start_quarters + EARLY_QUARTERS) % length - EARLY_QUARTERS < end - 1e-6
    ]
