"""Steps, offsets, and windows that cover clips of any length and meter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnsupportedMeterError
from engine.representations.clip import Clip, Note, loop_to, make_clip
from engine.representations.grid import (
    WINDOW_STEPS,
    bar_steps,
    clip_steps,
    nearest_step,
    step_to_quarters,
    window_starts,
)

METERS = [(4, 4), (3, 4), (6, 8), (7, 8), (5, 4), (12, 8), (9, 4), (5, 16), (1, 4)]


def empty(length_quarters, numerator=4, denominator=4):
    return Clip((), length_quarters, numerator, denominator)


def test_a_hit_before_the_first_beat_is_an_early_first_step():
    step, offset = nearest_step(-0.02, empty(8.0))
    assert step == 0
    assert offset == pytest.approx(-0.08)


def test_a_hit_just_before_the_loops_end_is_an_early_first_step():
    assert nearest_step(7.99, empty(8.0)) == (0, pytest.approx(-0.04))


def test_a_late_hit_has_a_positive_offset():
    assert nearest_step(1.05, empty(8.0)) == (4, pytest.approx(0.2))


@given(st.floats(-20, 40), st.sampled_from([4.0, 8.0, 3.9, 7.125, 12.0]))
def test_an_onset_survives_the_grid(start, length):
    clip = empty(length)
    step, offset = nearest_step(start, clip)
    assert 0 <= step < clip_steps(clip)
    assert -0.5 <= offset < 0.5
    apart = abs(step_to_quarters(step, offset, clip) - start % length)
    assert min(apart, length - apart) < 1e-6  # what would round to the loop's end as float32 lies on its start


@pytest.mark.parametrize(("numerator", "denominator"), METERS)
@pytest.mark.parametrize("bars", [1, 2, 3, 5, 16])
def test_windows_cover_every_step_and_overlap(numerator, denominator, bars):
    clip = empty(bars * numerator * 4 / denominator, numerator, denominator)
    starts = window_starts(clip)
    total = clip_steps(clip)
    covered = [{(start + k) % total for k in range(WINDOW_STEPS)} for start in starts]
    assert set().union(*covered) == set(range(total))
    if len(starts) > 1:
        for now, following in zip(starts, (*starts[1:], total), strict=True):
            assert following - now <= WINDOW_STEPS, "a step between windows would be heard by none"
            assert following - now < WINDOW_STEPS or bar_steps(clip) == WINDOW_STEPS


def test_windows_of_four_four_start_on_every_bar_line():
    assert window_starts(empty(16.0)) == (0, 16, 32, 48)


def test_a_clip_of_two_bars_is_one_window():
    assert window_starts(empty(8.0)) == (0,)


def test_a_meter_off_the_grid_is_refused_with_advice():
    with pytest.raises(UnsupportedMeterError, match="5/32"):
        bar_steps(empty(4.0, 5, 32))


def test_a_shorter_clip_is_played_in_loop():
    clip = make_clip([Note(0.0, 60), Note(1.5, 62)], 2.0, bpm=90)
    looped = loop_to(clip, 5.0)
    assert [note.start_quarters for note in looped.notes] == [0.0, 1.5, 2.0, 3.5, 4.0]
    assert (looped.length_quarters, looped.bpm) == (5.0, 90)


def test_a_looped_clip_keeps_the_early_first_beat_of_every_turn():
    clip = make_clip([Note(0.5, 38), Note(1.98, 36)], 2.0)
    kicks = [note.start_quarters for note in loop_to(clip, 5.0).notes if note.pitch == 36]
    assert kicks == pytest.approx([-0.02, 1.98, 3.98])


def test_a_looped_clip_takes_onsets_beyond_its_end_into_every_turn():
    looped = loop_to(make_clip([Note(2.5, 60)], 2.0), 4.0)
    assert [note.start_quarters for note in looped.notes] == [0.5, 2.5]


def test_a_late_hit_on_a_broken_last_step_stays_before_the_loops_end():
    clip = empty(3.8)
    assert 3.75 < step_to_quarters(15, 0.4, clip) < 3.8


@pytest.mark.parametrize("length", [8.0, 3.9, 17.03, 16_384.0])
@pytest.mark.parametrize("offset", [-1e-18, -1e-9, -1e-6])
def test_an_onset_lies_before_the_loops_end_in_single_precision_too(length, offset):
    assert np.float32(step_to_quarters(0, offset, empty(length))) < np.float32(length)
