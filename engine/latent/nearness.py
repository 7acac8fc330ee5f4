"""How much of each anchor is heard at a point between them: by nearness, and measured out by how the music changes.

Source: Shepard 1968: weights by the inverse square of the distance.
Differs: each anchor stands against all others together, as an end of a way whose change was measured. So two anchors
are the two ends of one measured way exactly, and among many no stretch beside an anchor is without change.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def nearness(points: Floats, anchors: Floats) -> Floats:
    """Shares by the inverse square of the distance, `points, anchors`, 1 in sum; all of it at an anchor itself.

    Args:
        points: `points, 2`.
        anchors: `anchors, 2`, at least one; those at one place share alike.
    """
    squared = np.square(points[:, None] - anchors).sum(-1)
    least = squared.min(1, keepdims=True)
    with np.errstate(invalid="ignore"):
        weights = np.where(least > 0, least / squared, squared == 0)
    shares: Floats = weights / weights.sum(1, keepdims=True)
    return shares


def measured_out(shares: Floats, ways: Floats) -> Floats:
    """Shares by nearness, warped so that the music changes evenly along the way from anchor to anchor.

    A share `u` of an anchor places the point on the line to its rivals: `√u : √(1 - u)`, which for two anchors is by
    their distances. What is to go to the rivals there, the measured ways say, each as far as it is near; it goes to
    them by nearness too. Each anchor's view of this counts by its own nearness. It is continuous everywhere.

    Args:
        shares: from `nearness`, `points, anchors`.
        ways: `anchors, anchors, stops`: positions 0..1 from the first anchor of a pair to the second at which equal
            shares of the change are done, rising from 0.

    Returns:
        Shares `points, anchors`, 1 in sum; as they were where there is one anchor, or where the point is at one.
    """
    count = shares.shape[1]
    rest = 1.0 - shares
    rivals = np.where(np.eye(count, dtype=bool), 0.0, shares[:, None, :])
    rivals = rivals / np.maximum(rivals.sum(2, keepdims=True), np.finfo(float).tiny)
    gone = np.sqrt(rest) / (np.sqrt(shares) + np.sqrt(rest))
    given = (rivals * _looked_up(ways, gone)).sum(2)
    measured: Floats = shares * (1 - given) + np.einsum("pi,pij->pj", shares * given, rivals)
    return measured


def _looked_up(ways: Floats, gone: Floats) -> Floats:
    """Where on each way a share `gone` of its change is done, `points, anchors` to `points, anchors, anchors`."""
    place = gone * (ways.shape[2] - 1)
    below = np.minimum(place.astype(np.intp), ways.shape[2] - 2)[:, :, None]
    first, second = np.ogrid[: ways.shape[0], : ways.shape[1]]
    low, high = ways[first, second, below], ways[first, second, below + 1]
    between: Floats = low + (place[:, :, None] - below) * (high - low)
    return between
