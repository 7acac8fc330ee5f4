"""The learnt prior: bar follows bar, what it calls likely it also draws, and it learns what hangs together."""

from __future__ import annotations

import math

import pytest
import torch

from engine.models.latent_prior import LatentPrior, PriorConfig

CONFIG = PriorConfig(bars=4, share=3, width=24, depth=2, heads=2, components=5)
LATENT = CONFIG.bars * CONFIG.share


def made_up(seed: int = 0) -> LatentPrior:
    torch.manual_seed(seed)
    return LatentPrior(CONFIG).eval()


def noise(count: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    normal = torch.randn(count, LATENT, generator=generator)
    return normal, torch.rand(count, CONFIG.bars, generator=generator)


def test_without_knowledge_it_is_the_plain_prior() -> None:
    prior = made_up()
    torch.nn.init.zeros_(prior.out.weight)
    torch.nn.init.zeros_(prior.out.bias)
    z, uniform = noise(6)
    plain = (0.5 * (z**2 + math.log(2 * math.pi))).sum(1)
    torch.testing.assert_close(prior.nats(z), plain)
    assert torch.equal(prior.draw(z, uniform), z)


@pytest.mark.parametrize("bar", range(CONFIG.bars))
def test_a_bar_follows_from_those_before_it_alone(bar: int) -> None:
    prior = made_up()
    normal, uniform = noise(1)
    z = prior.draw(normal, uniform)
    changed = normal.clone()
    changed[:, bar * CONFIG.share] += 1
    other = prior.draw(changed, uniform)
    assert torch.equal(other[:, : bar * CONFIG.share], z[:, : bar * CONFIG.share])
    assert not torch.isclose(other[:, bar * CONFIG.share], z[:, bar * CONFIG.share]).any()
    if bar < CONFIG.bars - 1:
        assert not torch.isclose(other[:, (bar + 1) * CONFIG.share :], z[:, (bar + 1) * CONFIG.share :]).all()


def test_bar_after_bar_it_draws_what_it_says_of_all_bars_at_once() -> None:
    """With one Gaussian a bar, what was drawn gives its noise back by the whole pass that training uses."""
    torch.manual_seed(1)
    prior = LatentPrior(PriorConfig(4, 3, 24, 2, 2, components=1)).eval()
    normal, uniform = noise(5)
    with torch.no_grad():
        z = prior.draw(normal, uniform).requires_grad_(False)
        shares = z.unflatten(1, (4, 3))
        before = torch.cat([torch.zeros_like(shares[:, :1]), shares[:, :-1]], 1)
        told = prior._mixture(before, 0, [[], []])
        back = (shares - told.means[:, :, 0]) / told.log_scales[:, :, 0].exp()
    torch.testing.assert_close(back.flatten(1), normal, atol=1e-4, rtol=1e-4)


def test_a_low_temperature_keeps_to_the_likeliest_gaussian_and_no_spread_to_its_mean() -> None:
    prior = made_up()
    normal, uniform = noise(1)
    others = [noise(1, seed)[1] for seed in range(1, 9)]
    still = [prior.draw(normal, each, spread=1e-6, temperature=1e-3) for each in (uniform, *others)]
    assert all(torch.allclose(z, still[0], atol=1e-4) for z in still)
    wide = [prior.draw(normal, each, spread=1e-6, temperature=50.0) for each in (uniform, *others)]
    assert not all(torch.allclose(z, wide[0], atol=1e-4) for z in wide)


def test_each_latent_is_drawn_for_itself() -> None:
    prior = made_up()
    normal, uniform = noise(6)
    together = prior.draw(normal, uniform)
    alone = torch.cat([prior.draw(normal[k, None], uniform[k, None]) for k in range(6)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)


def test_it_learns_that_bars_come_back() -> None:
    """Latents whose every bar is the first again, up to a little: N(0, 1) is blind to that."""
    torch.manual_seed(0)
    prior = LatentPrior(CONFIG)
    optimizer = torch.optim.AdamW(prior.parameters(), lr=5e-3)
    first, last = math.inf, math.inf
    for step in range(150):
        z = torch.randn(128, CONFIG.share).repeat(1, CONFIG.bars) + 0.1 * torch.randn(128, LATENT)
        loss = prior.nats(z).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        first, last = (float(loss.detach()), last) if step == 0 else (first, float(loss.detach()))
    assert last < first - 5
    normal, uniform = noise(400)
    drawn = prior.eval().draw(normal, uniform).unflatten(1, (CONFIG.bars, CONFIG.share))
    correlation = torch.corrcoef(torch.stack([drawn[:, 0, 0], drawn[:, 3, 0]]))[0, 1]
    assert correlation > 0.7
