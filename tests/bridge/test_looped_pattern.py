"""A clip in loop: each note in its place, anywhere in the song."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.looped_pattern import LoopedPattern, Place
from bridge.playhead import Playhead
from bridge.takeover import find_takeover, next_decision, next_on_grid
from engine.representations.clip import EARLY_QUARTERS, Note, make_clip


def pattern(*starts: float, length: float = 8.0, duration: float = 0.25) -> LoopedPattern:
    return LoopedPattern(1, make_clip([Note(start, 60, duration) for start in starts], length))


def starts_between(looped: LoopedPattern, from_quarters: float, to_quarters: float) -> list[float]:
    head = Playhead(looped, from_quarters)
    return [note.start_quarters for note in head.take_until(to_quarters)]


def test_a_turn_begins_at_each_multiple_of_the_length() -> None:
    assert starts_between(pattern(0, 3), -8, 16) == [-8, -5, 0, 3, 8, 11]


def test_a_beat_that_is_early_at_the_loops_end_is_the_next_turns_first() -> None:
    looped = pattern(0.5, 7.95)
    assert looped.early_quarters == pytest.approx(0.05)
    assert looped.place_at(7.9) == Place(1, 0)
    assert starts_between(looped, 7.9, 9) == pytest.approx([7.95, 8.5])


def test_onsets_outside_the_loop_are_taken_into_it() -> None:
    assert starts_between(pattern(-0.05, 9, 30), 0, 8) == pytest.approx([1, 6, 7.95])


def test_muted_notes_are_left_out() -> None:
    clip = make_clip([Note(0, 60, mute=True), Note(1, 60)], 4)
    assert starts_between(LoopedPattern(1, clip), 0, 4) == [1]


def test_an_empty_pattern_has_nothing_anywhere() -> None:
    looped = pattern()
    assert looped.start_of(looped.place_at(1e6)) == math.inf
    assert not looped.has_notes(0, 1e6)
    assert starts_between(looped, 0, 1e6) == []
    assert Playhead(looped, 0).skip_to(100) == 0


def test_no_note_is_longer_than_the_loop() -> None:
    looped = pattern(0, length=4, duration=100)
    assert looped.duration_of(Place(0, 0)) == 4


@pytest.mark.parametrize("length", [0.25, 3.0, 7.3, 16.0])
@pytest.mark.parametrize("song", [0.0, 1e6])
def test_spans_that_touch_share_no_note_and_leave_none_out(length: float, song: float) -> None:
    """Ends of spans lie on notes, the worst case for rounding."""
    looped = pattern(0.0, length / 3, length / 2, length=length)
    first = math.ceil(song / length)
    ends = sorted(
        turn * length + part for turn in range(first, first + 20) for part in (0.0, length / 3, length / 2, 0.01)
    )
    head = Playhead(looped, ends[0])
    found = [note.start_quarters for end in ends[1:] for note in head.take_until(end)]
    assert len(found) == 19 * 3 + 2
    assert found == sorted(found)


@given(st.lists(st.floats(-20, 20), max_size=12), st.sampled_from([0.25, 3.0, 7.3, 8.0]), st.floats(-1e6, 1e6))
def test_a_place_is_found_from_anywhere(starts: list[float], length: float, quarters: float) -> None:
    looped = pattern(*starts, length=length)
    place = looped.place_at(quarters)
    assert looped.start_of(place) >= quarters - 2e-6
    if starts:
        before = Place(place.turn, place.nth - 1) if place.nth else Place(place.turn - 1, len(starts) - 1)
        assert looped.start_of(before) < quarters
        assert looped.after(before) == place
        assert looped.count_between(before, place) == 1


@given(st.integers(-200_000, 200_000), st.integers(0, 2), st.sampled_from([-1e-8, 0.0, 1e-8]))
def test_rounding_hides_no_note(turn: int, nth: int, rounding: float) -> None:
    looped = pattern(0.0, 7.3 / 3, 7.3 - EARLY_QUARTERS, length=7.3)
    assert looped.place_at(looped.start_of(Place(turn, nth)) + rounding) == Place(turn, nth)


def test_a_head_goes_on_after_whole_turns_as_if_nothing_were() -> None:
    head = Playhead(pattern(0, 3, 7.3 / 2, length=7.3), 0)
    list(head.take_until(3.1))
    assert head.shift(-3) == pytest.approx(-21.9)
    assert head.sent_quarters == pytest.approx(3.1 - 21.9)
    assert [note.start_quarters for note in head.take_until(-14)] == pytest.approx([3.65 - 21.9, 7.3 - 21.9])


def test_what_is_over_is_counted() -> None:
    head = Playhead(pattern(0, 1, 2, 3, length=4), 0)
    assert head.skip_to(9.5) == 10
    assert head.skip_to(9.0) == 0
    assert [note.start_quarters for note in head.take_until(11)] == [10]


def chance(probability: float, deviation: float = 0.0) -> LoopedPattern:
    note = Note(0, 60, 0.25, 100, probability=probability, velocity_deviation=deviation)
    return LoopedPattern(1, make_clip([note], 1))


def test_a_chance_is_kept_over_many_turns_and_is_the_same_for_the_same_turn() -> None:
    velocities = [chance(0.3).drawn_velocity(Place(0, 0), turn) for turn in range(2000)]
    assert 0.25 < sum(velocity is not None for velocity in velocities) / 2000 < 0.35
    assert velocities == [chance(0.3).drawn_velocity(Place(0, 0), turn) for turn in range(2000)]
    assert chance(0.0).drawn_velocity(Place(0, 0), 1) is None


@pytest.mark.parametrize(("deviation", "low", "high"), [(20, 100, 120), (-50, 50, 100), (100, 100, 127)])
def test_a_velocity_deviates_as_far_as_it_may(deviation: float, low: float, high: float) -> None:
    velocities = [chance(1.0, deviation).drawn_velocity(Place(0, 0), turn) or 0.0 for turn in range(500)]
    assert low <= min(velocities) < low + 2
    assert high - 2 < max(velocities) <= high


def test_a_loop_of_the_song_does_not_draw_the_same_for_ever() -> None:
    head = Playhead(chance(0.5), 0)
    drawn = []
    for _ in range(64):
        drawn.append(len(list(head.take_until(1))))
        head.shift(-1)
    assert 16 < sum(drawn) < 48


@pytest.mark.parametrize(
    ("quarters", "grid", "found"),
    [(0.0, 4.0, 4.0), (3.999, 4.0, 4.0), (4.0, 4.0, 8.0), (4 - 1e-9, 4.0, 8.0), (-0.5, 4.0, 0.0), (5.0, 3.5, 7.0)],
)
def test_the_grid_counts_from_0(quarters: float, grid: float, found: float) -> None:
    assert next_on_grid(quarters, grid) == found


def test_a_decision_falls_before_the_early_notes_and_again_at_the_boundary() -> None:
    assert next_decision(0.0, 4.0) == 4 - EARLY_QUARTERS
    assert next_decision(4 - EARLY_QUARTERS, 4.0) == 4


@pytest.mark.parametrize(
    ("old", "new", "sent", "boundary"),
    [(0.0, 0.0, 3.95, 4), (3.97, 0.0, 3.96, 4), (3.97, 0.0, 3.98, 8), (0.0, 3.9, 3.95, 8), (0.0, 3.97, 3.95, 4)],
)
def test_a_boundary_is_had_as_long_as_no_note_about_it_was_sent(
    old: float, new: float, sent: float, boundary: float
) -> None:
    head = Playhead(pattern(old, length=4), 0)
    list(head.take_until(sent))
    takeover = find_takeover(head, pattern(new, length=4), 3.9, 4.0)
    assert takeover.boundary_quarters == boundary
    assert takeover.cut_quarters == max(sent, boundary - EARLY_QUARTERS)
