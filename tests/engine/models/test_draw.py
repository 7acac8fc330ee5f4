"""From chances to music: most likely at temperature 0, within bounds always, looser when hotter."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.models.draw import draw_hits, draw_offsets, draw_tapped_hits, draw_velocities

SHAPE = (4, 32, 9)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def logits(seed: int = 0, shape: tuple[int, ...] = SHAPE) -> Tensor:
    return 3 * torch.randn(shape, generator=seeded(seed))


def test_temperature_0_takes_the_most_likely() -> None:
    assert torch.equal(draw_hits(logits(), 0.0, None) > 0, logits() > 0)
    location, scale = torch.rand(SHAPE), torch.ones(SHAPE)
    assert torch.equal(draw_velocities(location.clamp_min(0.01), scale, 0.0, None), location.clamp_min(0.01))
    assert torch.equal(draw_offsets(location - 0.5, scale, 0.0, None), (location - 0.5).clamp(-0.5, 0.4999))


def test_hits_are_drawn_as_often_as_their_chance() -> None:
    drawn = draw_hits(torch.full((100_000,), 1.0), 1.0, seeded())
    assert drawn.mean().item() == pytest.approx(0.731, abs=0.01)
    cool = draw_hits(torch.full((100_000,), 1.0), 0.25, seeded())
    assert cool.mean().item() == pytest.approx(0.982, abs=0.01)


@given(st.integers(0, 1000), st.sampled_from([0.0, 0.5, 1.0, 2.0]))
def test_tapped_drums_sound_exactly_where_it_was_tapped(seed: int, temperature: float) -> None:
    tapped = (torch.rand(SHAPE[:2], generator=seeded(seed)) < 0.4).float()
    hits = draw_tapped_hits(logits(seed) - 4, tapped, temperature, seeded(seed))
    assert torch.equal(hits.any(-1), tapped > 0)


@given(st.integers(0, 1000), st.floats(0, 2))
def test_velocities_and_offsets_stay_within_their_bounds(seed: int, temperature: float) -> None:
    location, scale = torch.rand(SHAPE, generator=seeded(seed)), torch.full(SHAPE, 0.5)
    velocities = draw_velocities(location, scale, temperature, seeded(seed))
    assert (velocities >= 1 / 127).all()
    assert (velocities <= 1).all()
    offsets = draw_offsets(location - 0.5, scale, temperature, seeded(seed))
    assert (offsets >= -0.5).all()
    assert (offsets < 0.5).all()


def test_the_spread_of_what_is_drawn_is_that_of_a_laplace_distribution() -> None:
    location, scale = torch.zeros(200_000), torch.full((200_000,), 0.02)
    for temperature in (0.5, 1.0):
        drawn = draw_offsets(location, scale, temperature, seeded())
        assert drawn.mean().item() == pytest.approx(0, abs=0.001)
        within_the_tails = 1 - math.exp(-3)
        assert drawn.abs().mean().item() == pytest.approx(0.02 * temperature * within_the_tails, rel=0.02)
        assert drawn.abs().max() <= 3 * 0.02 * temperature + 1e-6, "no slip that a player would not keep"


def test_no_hit_is_drawn_so_soft_that_it_is_lost() -> None:
    location = torch.full((10_000,), 0.5)
    drawn = draw_velocities(location, torch.full((10_000,), 0.4), 2.0, seeded())
    assert drawn.min() >= 0.35 * 0.5 - 1e-6
    assert drawn.max() <= 1.0


def test_the_same_seed_draws_the_same() -> None:
    for draw in (lambda seed: draw_hits(logits(), 1.0, seeded(seed)),
                 lambda seed: draw_offsets(logits(), logits().abs(), 1.0, seeded(seed))):  # fmt: skip
        assert torch.equal(draw(3), draw(3))
        assert not torch.equal(draw(3), draw(4))
