"""The Fréchet distance: against what is known of Gaussians, and on clouds that are the same."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import OutOfRangeError
from engine.evaluation.frechet import frechet, scaled_by

RANDOM = np.random.default_rng(0)


def test_a_cloud_is_no_distance_from_itself() -> None:
    cloud = RANDOM.normal(size=(200, 5))
    assert frechet(cloud, cloud[::-1]) == pytest.approx(0, abs=1e-9)


def test_a_moved_cloud_is_as_far_as_it_was_moved_squared() -> None:
    cloud = RANDOM.normal(size=(200, 3))
    assert frechet(cloud, cloud + np.array([1.0, 2.0, 0.0])) == pytest.approx(5)


def test_a_cloud_made_wider_is_as_far_as_its_deviations_differ() -> None:
    cloud = RANDOM.normal(size=(100_000, 2))
    assert frechet(cloud, 3 * cloud) == pytest.approx(2 * (3 - 1) ** 2, rel=0.02)


def test_it_is_the_same_both_ways() -> None:
    one, other = RANDOM.normal(size=(50, 4)), RANDOM.gamma(2, size=(70, 4))
    assert frechet(one, other) == pytest.approx(frechet(other, one))


def test_a_column_that_never_moves_counts_nothing() -> None:
    cloud = np.column_stack([RANDOM.normal(size=50), np.full(50, 7.0)])
    moved = cloud + np.array([0.0, 5.0])
    assert frechet(scaled_by(cloud, cloud), scaled_by(moved, cloud)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("shape", [(1, 3), (5, 2)])
def test_clouds_that_cannot_be_compared_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(OutOfRangeError):
        frechet(np.zeros((5, 3)), np.zeros(shape))
