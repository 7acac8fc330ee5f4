"""The Fréchet distance of two clouds of points, each taken for a Gaussian.

Source: Heusel et al. 2017 (FID): |m1 - m2|^2 + trace(S1 + S2 - 2 (S1 S2)^(1/2)).
"""

from __future__ import annotations

import numpy as np

from engine.errors import OutOfRangeError
from engine.representations.note_sequence import Floats


def frechet(one: Floats, other: Floats) -> float:
    """The distance of points `points, depth` from others of the same depth; 0 for the same clouds.

    Raises:
        OutOfRangeError: fewer than two points, or different depths.
    """
    if min(len(one), len(other)) < 2 or one.shape[1] != other.shape[1]:
        raise OutOfRangeError(f"{one.shape} and {other.shape} points; give at least two of each, of one depth")
    apart = one.mean(0) - other.mean(0)
    first, second = (np.cov(points, rowvar=False).reshape(one.shape[1], -1) for points in (one, other))
    root = _root(first)
    both = np.linalg.eigvalsh(root @ second @ root).clip(min=0)
    return float(max(0.0, apart @ apart + np.trace(first) + np.trace(second) - 2 * np.sqrt(both).sum()))


def scaled_by(points: Floats, reference: Floats) -> Floats:
    """Points in units of the reference's deviation, column by column; columns that never change count nothing."""
    deviation = reference.std(0)
    moves = deviation > 1e-9
    scaled: Floats = np.where(moves, (points - reference.mean(0)) / np.where(moves, deviation, 1.0), 0.0)
    return scaled


def _root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    root: Floats = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    return root
