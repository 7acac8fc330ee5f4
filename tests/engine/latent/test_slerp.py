"""Between latents and among them."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from engine.latent.path import by_change
from engine.latent.slerp import blend, slerp


def latents(count, size=32, seed=0):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


@given(st.integers(0, 1000))
def test_both_ends_are_reached(seed):
    a, b = latents(2, seed=seed)
    assert_close(slerp(a, b, 0.0), a)
    assert_close(slerp(a, b, 1.0), b)


def test_the_way_keeps_its_distance_from_the_origin():
    a, b = latents(2)
    lengths = torch.stack([slerp(a, b, t / 10).norm() for t in range(11)])
    assert lengths.min() >= min(a.norm(), b.norm()) - 1e-4
    assert lengths.max() <= max(a.norm(), b.norm()) + 1e-4


def test_equal_opposite_and_zero_ends_stay_finite():
    a = latents(1)[0]
    for other in (a, -a, torch.zeros_like(a)):
        for t in (0.0, 0.3, 0.5, 1.0):
            assert slerp(a, other, t).isfinite().all()
    assert_close(slerp(a, a, 0.3), a)


def test_a_blend_of_two_is_their_slerp():
    pair = latents(2)
    for t in (0.0, 0.25, 0.5, 1.0):
        assert_close(blend(pair, torch.tensor([1 - t, t])), slerp(pair[0], pair[1], t), atol=1e-4, rtol=1e-4)


def test_only_the_ratio_of_weights_counts():
    many = latents(4)
    weights = torch.tensor([1.0, 2.0, 0.0, 3.0])
    assert_close(blend(many, weights), blend(many, 7 * weights))


def test_all_weight_on_one_gives_that_one():
    many = latents(5)
    assert_close(blend(many, torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0])), many[2])


def test_a_blend_does_not_depend_on_the_order():
    many, weights = latents(3), torch.tensor([1.0, 2.0, 3.0])
    assert_close(blend(many, weights), blend(many.flip(0), weights.flip(0)), atol=1e-4, rtol=1e-4)


def test_blending_opposites_stays_finite():
    a = latents(1)[0]
    assert blend(torch.stack([a, -a]), torch.tensor([0.5, 0.5])).isfinite().all()


@given(st.lists(st.floats(0, 5), min_size=32, max_size=32), st.integers(2, 20))
def test_stops_rise_from_end_to_end(changes, stops):
    positions = by_change(torch.tensor(changes), stops)
    assert len(positions) == stops
    assert positions[0] == 0
    assert_close(positions[-1].item(), 1.0)
    assert (positions[1:] > positions[:-1]).all()


def test_stops_crowd_where_the_music_changes():
    changes = torch.zeros(32)
    changes[15:17] = 1.0
    inner = by_change(changes, 9)[1:-1]
    assert ((inner > 14 / 32) & (inner < 18 / 32)).all()


def test_no_change_at_all_is_an_even_path():
    assert_close(by_change(torch.zeros(32), 5), torch.linspace(0, 1, 5))


def test_the_ends_of_a_way_are_the_latents_themselves():
    a, b = latents(2)
    assert torch.equal(slerp(a, b, torch.tensor(0.0)), a)
    assert torch.equal(slerp(a, b, 1.0), b)
    assert torch.equal(blend(latents(3), torch.tensor([0.0, 7.0, 0.0])), latents(3)[1])


@given(st.integers(0, 1000), st.integers(1, 9))
def test_means_asked_for_together_are_those_asked_for_one_by_one(seed, count):
    many = latents(2 * count, seed=seed).reshape(count, 2, -1)
    weights = torch.rand(20, count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    together = blend(many, weights)
    assert together.shape == (20, *many.shape[1:])
    assert all(torch.equal(mean, blend(many, row)) for mean, row in zip(together, weights, strict=True))
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(blend(many[order], weights[:, order]), together)
