"""A prior that was learnt: how likely a latent is, share for share, and latents drawn from it.

A model of bars gives each bar its share of the latent. How the shares hang together (a rhythm comes back, a key stays)
is what N(0, 1) knows nothing of; here each bar's share follows from those of the bars before it.

Source: van den Oord, Vinyals, Kavukcuoglu, Neural Discrete Representation Learning, 2017, for a prior that is learnt
after the autoencoder, and from one bar to the next; Bishop, Mixture Density Networks, 1994, for what it answers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.models.blocks import AttentionBlock
from engine.models.folding import Linear

_LEAST_LOG_SCALE = -5.0
_MOST_LOG_SCALE = 3.0


@dataclass(frozen=True)
class PriorConfig:
    """A prior over the latents of a model of bars.

    Attributes:
        bars: shares of a latent, one after the other.
        share: numbers in each.
        width: of each block.
        depth: causal attention blocks.
        heads: attention heads.
        components: Gaussians that a bar's share is drawn from.
    """

    bars: int
    share: int
    width: int = 192
    depth: int = 3
    heads: int = 3
    components: int = 16


class Mixture(NamedTuple):
    """What a bar's share may be: log weights `…, components`; means and log scales `…, components, share`."""

    log_weights: Tensor
    means: Tensor
    log_scales: Tensor


class LatentPrior(nn.Module):
    """Latents `batch, bars * share`, bar for bar: each share from a mixture that follows from the shares before it."""

    def __init__(self, config: PriorConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.enter = Linear(config.share, config.width)
        self.position = nn.Parameter(torch.randn(config.bars, config.width) * 0.02)
        self.blocks = nn.ModuleList(AttentionBlock(config.width, config.heads, dropout) for _ in range(config.depth))
        self.norm = nn.LayerNorm(config.width)
        self.out = Linear(config.width, config.components * (2 * config.share + 1))

    def nats(self, z: Tensor) -> Tensor:
        """How unlikely latents `batch, latent` are, shape `batch`."""
        shares = z.unflatten(1, (self.config.bars, self.config.share))
        before = torch.cat([torch.zeros_like(shares[:, :1]), shares[:, :-1]], 1)
        told = self._mixture(before, 0, [[] for _ in self.blocks])
        off = (shares[:, :, None] - told.means) * (-told.log_scales).exp()
        each = -0.5 * off**2 - told.log_scales - 0.5 * math.log(2 * math.pi)
        return -torch.logsumexp(told.log_weights + each.sum(-1), -1).sum(-1)

    @torch.no_grad()
    def draw(self, normal: Tensor, uniform: Tensor, spread: float = 1.0, temperature: float = 1.0) -> Tensor:
        """Latents `batch, latent`, from noise that is given.

        Args:
            normal: from N(0, 1), `batch, latent`.
            uniform: numbers in 0..1, the end left out, one a bar, `batch, bars`: which Gaussian.
            spread: of each Gaussian, as a share of its scale, > 0; below 1 makes the usual likelier.
            temperature: of the choice between Gaussians, > 0.
        """
        config = self.config
        noise = normal.unflatten(1, (config.bars, config.share))
        pasts: list[list[Tensor]] = [[] for _ in self.blocks]
        shares = [torch.zeros_like(noise[:, 0])]
        for bar in range(config.bars):
            told = self._mixture(shares[-1][:, None], bar, pasts)
            edges = (told.log_weights[:, 0] / temperature).softmax(-1).cumsum(-1)
            chosen = (edges < uniform[:, bar, None]).sum(-1).clamp_max(config.components - 1)
            place = chosen[:, None, None].expand(-1, 1, config.share)
            mean, log_scale = (part[:, 0].gather(1, place)[:, 0] for part in (told.means, told.log_scales))
            shares.append(mean + spread * log_scale.exp() * noise[:, bar])
        return torch.cat(shares[1:], 1)

    def _mixture(self, before: Tensor, first_bar: int, pasts: list[list[Tensor]]) -> Mixture:
        """Of each bar from `first_bar` on, by the share before it, `batch, bars, share`, and what is kept of others."""
        x = self.enter(before) + self.position[first_bar : first_bar + before.shape[1]]
        for block, past in zip(self.blocks, pasts, strict=True):
            x = block(x, past)
        count, share = self.config.components, self.config.share
        told = self.out(self.norm(x)).float()
        means, log_scales = told[..., count:].unflatten(-1, (2, count, share)).unbind(-3)
        return Mixture(told[..., :count].log_softmax(-1), means, log_scales.clamp(_LEAST_LOG_SCALE, _MOST_LOG_SCALE))
