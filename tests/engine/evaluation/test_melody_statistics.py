"""Statistics of melodies that anyone can count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OutOfRangeError
from engine.evaluation.melody_statistics import in_key, jensen_shannon, measure
from engine.representations.melody import HOLD, OFF, pitch_token

MAJOR_SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def tokens(*events: tuple[int, int], steps: int = 32) -> np.ndarray:
    """One melody of `(step, pitch)`; pitch 0 is a note-off."""
    row = np.full(steps, HOLD)
    for step, pitch in events:
        row[step] = pitch_token(pitch) if pitch else OFF
    return row


def scale(*pitches: int) -> np.ndarray:
    return tokens(*((4 * k, pitch) for k, pitch in enumerate(pitches)))


def test_a_scale_is_in_key_and_a_chromatic_run_is_not() -> None:
    rows = np.stack([scale(*MAJOR_SCALE), scale(*range(60, 68))])
    assert in_key(rows)[0] == 1
    assert in_key(rows)[1] == pytest.approx(5 / 8)


@pytest.mark.parametrize("semitones", range(12))
def test_every_key_is_a_key(semitones: int) -> None:
    harmonic_minor = scale(*(pitch + semitones for pitch in (57, 59, 60, 62, 64, 65, 68, 69)))
    assert in_key(harmonic_minor[None])[0] == 1


def test_counts_are_those_that_one_counts() -> None:
    rows = np.stack([tokens((0, 60), (4, 62), (6, 60), (9, 0)), tokens((1, 70))])
    found = measure(rows)
    assert found.onsets == 2
    assert found.pitches == 1.5
    assert found.on_beat == 0.5
    assert found.degenerate == 0.5


def test_melodies_of_under_2_or_over_24_onsets_are_degenerate() -> None:
    rows = np.stack([tokens(*((step, 60) for step in range(count))) for count in (0, 1, 2, 24, 25, 32)])
    assert measure(rows).degenerate == pytest.approx(4 / 6)


def test_histograms_hold_each_onset_interval_and_duration_once() -> None:
    found = measure(tokens((0, 60), (4, 62), (6, 60), (9, 0))[None]).histograms
    assert np.flatnonzero(found["onset"]).tolist() == [0, 4, 6]
    assert found["pitch"][60 - 21] == pytest.approx(2 / 3)
    assert np.flatnonzero(found["interval"]).tolist() == [24 - 2, 24 + 2]
    assert (np.flatnonzero(found["duration"]) + 1).tolist() == [2, 3, 4]
    assert all(histogram.sum() == pytest.approx(1) for histogram in found.values())


def test_a_note_that_nothing_ends_lasts_to_the_end_of_its_own_melody() -> None:
    rows = np.stack([tokens((30, 60)), tokens((8, 60), (12, 0))])
    assert (np.flatnonzero(measure(rows).histograms["duration"]) + 1).tolist() == [2, 4]


def test_no_interval_spans_two_melodies() -> None:
    rows = np.stack([tokens((0, 40)), tokens((0, 100))])
    assert measure(rows).histograms["interval"].sum() == 0


def test_sixteen_bars_are_counted_by_two() -> None:
    pieces = [tokens((0, 60), (4, 62)), tokens((1, 64), (4, 64)), tokens((2, 65)), tokens((0, 60), (9, 61), (20, 62))]
    long, short = measure(np.concatenate(pieces)[None]), measure(np.stack(pieces))
    for name in ("onsets", "pitches", "on_beat", "degenerate"):
        assert getattr(long, name) == getattr(short, name)
    assert np.array_equal(long.histograms["onset"], short.histograms["onset"])
    assert np.array_equal(long.histograms["pitch"], short.histograms["pitch"])
    assert long.histograms["interval"].sum() == pytest.approx(1)


def test_a_note_of_many_bars_counts_as_the_longest() -> None:
    found = measure(tokens((0, 60), (100, 62), steps=128)[None]).histograms["duration"]
    assert (np.flatnonzero(found) + 1).tolist() == [28, 32]


def test_melodies_that_do_not_fill_two_bars_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="multiple of 32"):
        measure(np.zeros((1, 48), int))


def test_silence_is_measured_without_a_warning() -> None:
    found = measure(np.zeros((3, 32), int))
    assert (found.in_key, found.onsets, found.degenerate) == (0, 0, 1)


def histograms() -> st.SearchStrategy[np.ndarray]:
    counts = st.lists(st.integers(0, 50), min_size=6, max_size=6).filter(any)
    return counts.map(lambda row: np.array(row) / sum(row))


@given(histograms(), histograms())
def test_the_distance_of_histograms_is_symmetric_and_lies_in_0_to_1(p: np.ndarray, q: np.ndarray) -> None:
    assert 0 <= jensen_shannon(p, q) <= 1 + 1e-12
    assert jensen_shannon(p, q) == pytest.approx(jensen_shannon(q, p))
    assert jensen_shannon(p, p) == 0


def test_disjoint_histograms_are_1_apart() -> None:
    assert jensen_shannon(np.array([0.5, 0.5, 0]), np.array([0, 0, 1.0])) == 1
