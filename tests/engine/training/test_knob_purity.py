"""Directions that drag others along are mixed until they do not, in a world where all effects add up."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.runtime.directions import Directions
from engine.training.knob_purity import effects, unmixed

NAMES = ("density", "range", "contour")
WORLD = torch.tensor([[1.0, 0.6, 0.0, 0.2], [0.0, 0.8, -0.5, 0.1], [0.3, 0.0, 1.2, 0.0]])
"""What an axis of the latent does to nothing but itself, `attributes, latent`: mixed up in what is measured."""


def directions() -> Directions:
    none = torch.zeros(0, 4)
    return Directions(NAMES, none, torch.zeros(0), torch.eye(3, 4), torch.zeros(3, 0, 4), torch.zeros(3, 1))


def measure(z: Tensor) -> Tensor:
    return z @ WORLD.T


def even(z: Tensor) -> Tensor:
    """The second attribute grows whichever way the first goes."""
    told = measure(z)
    return torch.stack([told[:, 0], told[:, 1] + 5 * told[:, 0] ** 2, told[:, 2]], 1)


def test_effects_are_told_by_unit_of_length() -> None:
    torch.testing.assert_close(effects(directions(), torch.randn(20, 4), measure), WORLD[:, :3].T)


def test_what_comes_along_both_ways_is_no_effect() -> None:
    torch.testing.assert_close(effects(directions(), torch.zeros(1, 4), even), WORLD[:, :3].T)


def test_unmixed_directions_leave_the_others_alone() -> None:
    z = torch.randn(20, 4)
    found = directions()
    for _ in range(3):
        found = unmixed(found, torch.eye(3), effects(found, z, measure))
    done = effects(found, z, measure)
    own = done.diagonal()
    assert (own > 0).all()
    assert ((done - torch.diag(own)).abs() / own[:, None]).max() < 0.05


def test_lengths_stay_what_they_were() -> None:
    found = unmixed(directions(), torch.eye(3), effects(directions(), torch.zeros(1, 4), measure))
    torch.testing.assert_close(found.straight.norm(dim=1), torch.ones(3))


def test_an_attribute_that_nothing_moves_breaks_nothing() -> None:
    def dull(z: Tensor) -> Tensor:
        return measure(z) * torch.tensor([1.0, 0.0, 1.0])

    found = unmixed(directions(), torch.eye(3), effects(directions(), torch.zeros(1, 4), dull))
    assert found.straight.isfinite().all()
