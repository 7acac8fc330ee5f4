"""Notes of many instruments as rows: what comes back, in which order, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OutOfRangeError, TooLargeError
from engine.representations import note_sequence as notes
from engine.representations.note_sequence import Track, from_tensor, to_tensor

WINDOW_QUARTERS = 8.0
_NOTE = st.tuples(
    st.floats(-0.125, 7.99), st.floats(0.01, 60), st.integers(0, 127), st.floats(0.01, 127, exclude_min=True)
)


def track(*rows: tuple[float, float, float, float], program: int = 0, is_drum: bool = False) -> Track:
    return Track(np.array(rows, float).reshape(-1, 4), program, is_drum)


@given(st.lists(_NOTE, min_size=1, max_size=30), st.integers(0, 127), st.booleans())
def test_a_track_comes_back_up_to_half_a_tick_and_two_of_velocity(
    rows: list[tuple[float, float, int, float]], program: int, is_drum: bool
) -> None:
    given_track = track(*rows, program=program, is_drum=is_drum)
    (back,) = from_tensor(to_tensor([given_track], WINDOW_QUARTERS, 32)).values()
    key = np.lexsort((given_track.notes[:, 2], np.rint(given_track.notes[:, 0] * notes.TICKS_PER_QUARTER)))
    wanted = given_track.notes[key]
    assert (back.program, back.is_drum) == (0 if is_drum else program, is_drum)
    np.testing.assert_allclose(back.notes[:, 0], wanted[:, 0], atol=1 / 960 + 1e-9)
    np.testing.assert_array_equal(back.notes[:, 2], wanted[:, 2])
    order = np.lexsort((wanted[:, 1], wanted[:, 2], back.notes[:, 0]))
    theirs = np.lexsort((back.notes[:, 1], back.notes[:, 2], back.notes[:, 0]))
    np.testing.assert_allclose(back.notes[theirs, 1], wanted[order, 1], atol=1 / 960 + 1e-9)
    np.testing.assert_allclose(np.sort(back.notes[:, 3]), np.sort(wanted[:, 3]), atol=2)


@given(st.lists(_NOTE, min_size=1, max_size=20))
def test_rows_that_were_rows_before_come_back_bit_by_bit(rows: list[tuple[float, float, int, float]]) -> None:
    once = to_tensor([track(*rows, program=5)], WINDOW_QUARTERS, 24)
    np.testing.assert_array_equal(to_tensor(list(from_tensor(once).values()), WINDOW_QUARTERS, 24), once)


def test_drums_are_instrument_0_and_the_others_go_from_the_highest_down() -> None:
    bass, lead = track((0, 1, 36, 90), program=33), track((0, 1, 72, 90), program=80)
    rows = to_tensor([bass, track((0, 1, 38, 90), is_drum=True), lead], WINDOW_QUARTERS, 4)
    assert rows[:, notes.INSTRUMENT].tolist() == [0, 1, 2, notes.NO_INSTRUMENT]
    assert rows[:, notes.PROGRAM].tolist() == [notes.DRUM_PROGRAM, 80, 33, notes.NO_PROGRAM]


def test_rows_stand_by_onset_then_instrument_then_pitch() -> None:
    chord = track((1, 1, 67, 90), (0, 1, 64, 90), (0, 1, 60, 90))
    rows = to_tensor([chord, track((0, 1, 36, 90))], WINDOW_QUARTERS, 4)
    assert rows[:, notes.PITCH].tolist() == [60, 64, 36, 67]


def test_an_early_first_beat_is_in_the_window() -> None:
    assert to_tensor([track((-0.125, 1, 60, 90))], WINDOW_QUARTERS, 1)[0, notes.ONSET] == -60


def test_silence_is_all_empty_rows() -> None:
    assert to_tensor([], WINDOW_QUARTERS, 3).tolist() == [list(notes.EMPTY)] * 3
    assert from_tensor(to_tensor([], WINDOW_QUARTERS, 3)) == {}


@pytest.mark.parametrize(
    ("tracks", "error"),
    [
        ([track((0, 1, 60, 90), (1, 1, 60, 90), (2, 1, 60, 90))], TooLargeError),
        ([track((0, 1, 60, 90), is_drum=True), track((0, 1, 61, 90), is_drum=True)], TooLargeError),
        ([track((8, 1, 60, 90))], OutOfRangeError),
        ([track((-0.2, 1, 60, 90))], OutOfRangeError),
        ([track((0, 65, 60, 90))], OutOfRangeError),
    ],
)
def test_what_has_no_room_is_refused_and_not_cut(tracks: list[Track], error: type[Exception]) -> None:
    with pytest.raises(error):
        to_tensor(tracks, WINDOW_QUARTERS, 2)


def test_eight_pitched_instruments_are_refused() -> None:
    with pytest.raises(TooLargeError, match="at most 7"):
        to_tensor([track((0, 1, 60 + place, 90)) for place in range(8)], WINDOW_QUARTERS, 20)


@pytest.mark.parametrize(("column", "value"), [(notes.PITCH, 128), (notes.PROGRAM, 129), (notes.DURATION, 0)])
def test_rows_that_are_no_notes_are_refused(column: int, value: int) -> None:
    rows = to_tensor([track((0, 1, 60, 90))], WINDOW_QUARTERS, 2)
    rows[0, column] = value
    with pytest.raises(OutOfRangeError):
        from_tensor(rows)
