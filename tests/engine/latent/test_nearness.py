"""Shares of anchors by nearness: all of it at an anchor, even between two, without a jump anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.latent.nearness import Floats, measured_out, nearness

STOPS = 33
COUNTS = [1, 2, 3, 8]


def scattered(count: int, seed: int = 0) -> Floats:
    """Anchors in the unit square, none nearer to another than 0.1."""
    random_number = np.random.default_rng(seed)
    while True:
        points = random_number.random((count, 2))
        apart = np.linalg.norm(points[:, None] - points, axis=-1) + np.eye(count)
        if apart.min() > 0.1:
            return points


def uneven(count: int, seed: int = 0) -> Floats:
    """Ways that rise fast at both ends, as those of a faithful model do; there and back are one way."""
    random_number = np.random.default_rng(seed)
    ways = np.zeros((count, count, STOPS))
    for i in range(count):
        for j in range(i):
            stops = np.sort(random_number.uniform(0.2, 0.8, STOPS))
            stops[0], stops[-1] = 0, 1
            ways[i, j], ways[j, i] = stops, 1 - stops[::-1]
    return ways


def shares(points: Floats, anchors: Floats, seed: int = 0) -> Floats:
    return measured_out(nearness(points, anchors), uneven(len(anchors), seed))


@pytest.mark.parametrize("count", COUNTS)
def test_an_anchor_has_all_of_itself(count: int) -> None:
    anchors = scattered(count)
    assert (shares(anchors, anchors) == np.eye(count)).all()


@given(st.sampled_from(COUNTS), st.integers(0, 50))
def test_shares_make_a_whole_and_none_is_negative(count: int, seed: int) -> None:
    points = np.random.default_rng(seed).random((100, 2))
    found = shares(points, scattered(count, seed), seed)
    assert found.min() >= 0
    assert found.sum(1) == pytest.approx(1)


@given(st.integers(0, 50))
def test_two_anchors_are_the_ends_of_their_measured_way(seed: int) -> None:
    anchors, points = scattered(2, seed), np.random.default_rng(seed).random((50, 2))
    to_first, to_second = np.linalg.norm(points[:, None] - anchors, axis=-1).T
    expected = np.interp(to_first / (to_first + to_second), np.linspace(0, 1, STOPS), uneven(2, seed)[0, 1])
    assert shares(points, anchors, seed)[:, 1] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("count", COUNTS)
def test_no_small_step_makes_a_jump(count: int) -> None:
    for seed in range(5):
        start, end = np.random.default_rng(seed).random((2, 2))
        anchors = scattered(count, seed)
        for a, b in ((start, end), (anchors[0], end), (anchors[0], anchors[-1])):
            line = a + np.linspace(0, 1, 4001)[:, None] * (b - a)
            found = shares(line, anchors, seed)
            assert np.abs(np.diff(found, axis=0)).max() < 0.03


def test_a_step_that_crosses_an_anchor_makes_no_jump() -> None:
    anchors = scattered(5)
    for direction in ([1, 0], [0, 1], [1, -1]):
        beside = anchors[2] + np.outer([-1e-9, 0, 1e-9], direction)
        assert shares(beside, anchors) == pytest.approx(np.tile(np.eye(5)[2], (3, 1)), abs=1e-5)


def test_the_order_of_anchors_does_not_matter() -> None:
    anchors, points, ways = scattered(8), np.random.default_rng(1).random((50, 2)), uneven(8)
    order = np.random.default_rng(2).permutation(8)
    turned = measured_out(nearness(points, anchors[order]), ways[np.ix_(order, order)])
    assert turned == pytest.approx(measured_out(nearness(points, anchors), ways)[:, order])


def test_anchors_at_one_place_share_alike() -> None:
    anchors = np.array([[0.2, 0.2], [0.2, 0.2], [0.9, 0.9]])
    at = nearness(np.array([[0.2, 0.2], [0.9, 0.9], [0.5, 0.1]]), anchors)
    assert at[0] == pytest.approx([0.5, 0.5, 0])
    assert at[1] == pytest.approx([0, 0, 1])
    assert at[2, 0] == at[2, 1]
    assert np.isfinite(measured_out(at, uneven(3))).all()


def test_a_third_anchor_far_away_matters_little() -> None:
    near, third = np.array([[0.0, 0.0], [0.1, 0.0]]), np.array([[1.0, 1.0]])
    line, ways = np.linspace(near[0], near[1], 33), uneven(3)
    alone = measured_out(nearness(line, near), ways[:2, :2])
    together = measured_out(nearness(line, np.concatenate([near, third])), ways)
    assert np.abs(together[:, :2] - alone).max() < 0.02
    assert together[:, 2].max() < 0.01


def test_points_hardly_apart_stay_finite() -> None:
    anchors = np.array([[0.0, 0.0], [5e-324, 0.0], [1e-200, 0.0], [1.0, 1.0]])
    points = np.array([[0.0, 0.0], [1e-170, 0.0], [1e-9, 0.0], [1.0, 1.0]])
    assert shares(points, anchors).sum(1) == pytest.approx(1)
