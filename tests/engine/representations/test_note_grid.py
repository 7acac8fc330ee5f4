"""Grids: found where music lies on one, and left alone where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from engine.representations.note_grid import grid_of, snapped


def notes_at(onsets: list[float], duration: float = 0.5) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[onset, duration, 60, 90] for onset in onsets])


@pytest.mark.parametrize(
    ("times", "grid"),
    [
        ([0, 1, 2, 3], 1.0),
        ([0, 0.5, 1.5, 3], 0.5),
        ([0, 0.25, 1.5, 3], 0.25),
        ([0, 1 / 6, 0.5, 5 / 6], 1 / 6),
        ([0, 1 / 12, 1 / 4, 1 / 3], 1 / 12),
        ([0.01, 0.26, 1.49, 3], 0.25),
        ([0, 1, 2], None),
    ],
)
def test_the_coarsest_grid_that_fits_is_found(times: list[float], grid: float | None) -> None:
    assert grid_of(np.array(times)) == grid


def test_a_player_lies_on_no_grid() -> None:
    assert grid_of(np.random.default_rng(0).uniform(0, 8, 40)) is None


def test_notes_take_the_grid_of_the_music_around_them() -> None:
    around = notes_at([0, 0.25, 0.5, 1])
    moved = snapped(notes_at([1.27, 1.98], 0.47), around)
    np.testing.assert_allclose(moved[:, :2], [[1.25, 0.5], [2.0, 0.5]])


def test_notes_in_free_time_stay_to_the_last_bit() -> None:
    generator = np.random.default_rng(1)
    around = np.column_stack([generator.uniform(0, 8, 40), generator.uniform(0.1, 1, 40), np.full((40, 2), 60)])
    written = notes_at([1.27, 1.98], 0.47)
    np.testing.assert_array_equal(snapped(written, around), written)


def test_no_duration_is_snapped_away() -> None:
    assert snapped(notes_at([1.0], 0.02), notes_at([0, 1, 2, 3], 1.0))[0, 1] == 0.25
