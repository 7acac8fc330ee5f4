"""Feel: how hard and how late each voice plays, given where it plays; or a whole drum part, given one rhythm.

A conditional variational autoencoder. The latent carries what a player keeps up through two bars (leaning back,
ghost notes), its prior knows the rhythm; without a latent, the answer is the players' median. Velocities and offsets
are Laplace distributed: their location is the best guess by mean absolute error, their scale is what is drawn from.

Source: the tasks are GrooVAE's (Gillick et al., Learning to Groove, 2019): humanize, tap-to-drums, groove transfer.
Differs: attention instead of LSTMs, all steps at once, the given rhythm as a condition instead of through the latent.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.blocks import AttentionBlock
from engine.models.config import FeelConfig
from engine.models.folding import Linear
from engine.models.tasks import tap_of
from engine.models.vae import VaeLoss
from engine.representations.drums import NUM_VOICES
from engine.representations.groove import DEPTH

CONDITION_DEPTHS = {"hits": NUM_VOICES, "tap": 3}
_NUM_OUTPUTS = 5
_MIN_SCALE = 0.004
_LATENT_SHARE = 0.5
_PROGRAMMED_SHARE = 0.25
_PROGRAMMED_VELOCITY = 100 / 127


@dataclass(frozen=True)
class Feel:
    """Distributions of each cell, all of shape `batch, steps, 9`.

    Attributes:
        hit_logits: of a hit (meaningful where the condition is a tap).
        velocity: location, 0..1.
        velocity_scale: Laplace scale.
        offset: location, in (-0.5, 0.5) steps, positive = late.
        offset_scale: Laplace scale, in steps.
    """

    hit_logits: Tensor
    velocity: Tensor
    velocity_scale: Tensor
    offset: Tensor
    offset_scale: Tensor


class FeelModel(nn.Module):
    """Members that answer the same question, and one encoder of the feel's latent."""

    def __init__(self, config: FeelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = _LatentNet(config, DEPTH)
        self.prior = _LatentNet(config, CONDITION_DEPTHS[config.condition])
        self.members = nn.ModuleList(_FeelMember(config) for _ in range(config.members))

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        """`mu` and `log_var` of the feel, each `batch, latent`, of grooves `batch, steps, 27`."""
        mu, log_var = self.encoder(music)
        return mu, log_var

    def expect(self, condition: Tensor) -> tuple[Tensor, Tensor]:
        """`mu` and `log_var`, each `batch, latent`, of the feels that players have on such a rhythm: the prior."""
        mu, log_var = self.prior(condition)
        return mu, log_var

    def decode(self, condition: Tensor, z: Tensor | None = None) -> Feel:
        """The members' mean answer.

        Args:
            condition: hits `batch, steps, 9` or a tap `batch, steps, 3` (hit, velocity, offset).
            z: the feel, `batch, latent`; None for the players' median.
        """
        known = torch.ones(len(condition), 1, device=condition.device)
        if z is None:
            z, known = condition.new_zeros(len(condition), self.config.latent_dim), known * 0
        outputs = torch.stack([member(condition, z, known) for member in self.members]).mean(0)
        return _read(outputs)

    def loss(self, music: Tensor, *, beta: float, free_bits: float, shown: Tensor | None = None) -> VaeLoss:
        """The training loss; half of the windows are asked without their latent.

        Args:
            music: grooves `batch, steps, 27`.
            beta: weight of the KL.
            free_bits: bits of the whole KL that cost nothing.
            shown: the same grooves with hits hidden; None shows all.
        """
        shown = music if shown is None else shown
        condition = shown[..., :NUM_VOICES] if self.config.condition == "hits" else _without_touch(tap_of(shown))
        mu, log_var = self.encoder(music)
        mu, log_var = mu.float(), log_var.float()
        known = (torch.rand(len(music), 1, device=music.device) < _LATENT_SHARE).float()
        z = (mu + (0.5 * log_var).exp() * torch.randn_like(mu)) * known
        target = shown if self.config.condition == "hits" else music
        costs = [self._cost(_read(member(condition, z, known).float()), target) for member in self.members]
        reconstruction = torch.stack(costs).mean(0)
        kl = _divergence(mu, log_var, *self.prior(condition))
        free = free_bits * 0.6931471805599453
        return VaeLoss(reconstruction + beta * known[:, 0] * (kl - free).clamp_min(0), reconstruction, kl)

    def _cost(self, feel: Feel, music: Tensor) -> Tensor:
        hits, velocities, offsets = music.split(NUM_VOICES, -1)
        cost = _laplace(velocities, feel.velocity, feel.velocity_scale)
        cost = hits * (cost + _laplace(offsets, feel.offset, feel.offset_scale))
        if self.config.condition == "tap":
            cost = cost + F.binary_cross_entropy_with_logits(feel.hit_logits, hits, reduction="none")
        summed: Tensor = cost.sum((1, 2))
        return summed


class _LatentNet(nn.Module):
    def __init__(self, config: FeelConfig, depth: int) -> None:
        super().__init__()
        self.enter = Linear(depth, config.width)
        self.position = nn.Parameter(torch.randn(config.steps, config.width) * 0.02)
        self.block = AttentionBlock(config.width, config.heads, config.dropout)
        self.latent = Linear(config.width, 2 * config.latent_dim)

    def forward(self, steps: Tensor) -> tuple[Tensor, Tensor]:
        x = self.block(self.enter(steps) + self.position).mean(1)
        mu, log_var = self.latent(x).chunk(2, -1)
        return mu, log_var.clamp(-10, 4)


class _FeelMember(nn.Module):
    def __init__(self, config: FeelConfig) -> None:
        super().__init__()
        self.enter = Linear(CONDITION_DEPTHS[config.condition], config.width)
        self.position = nn.Parameter(torch.randn(config.steps, config.width) * 0.02)
        self.latent = Linear(config.latent_dim + 1, config.width)
        self.blocks = nn.Sequential(
            *(AttentionBlock(config.width, config.heads, config.dropout) for _ in range(config.depth))
        )
        self.norm = nn.LayerNorm(config.width)
        self.out = Linear(config.width, _NUM_OUTPUTS * NUM_VOICES)

    def forward(self, condition: Tensor, z: Tensor, known: Tensor) -> Tensor:
        feel = self.latent(torch.cat([z, known], -1))[:, None]
        outputs: Tensor = self.out(self.norm(self.blocks(self.enter(condition) + self.position + feel)))
        return outputs


def _read(outputs: Tensor) -> Feel:
    logits, velocity, velocity_scale, offset, offset_scale = outputs.split(NUM_VOICES, -1)
    return Feel(
        hit_logits=logits,
        velocity=torch.sigmoid(velocity),
        velocity_scale=F.softplus(velocity_scale - 2.0) + _MIN_SCALE,
        offset=0.5 * torch.tanh(offset),
        offset_scale=F.softplus(offset_scale - 2.0) + _MIN_SCALE,
    )


def _laplace(value: Tensor, location: Tensor, scale: Tensor) -> Tensor:
    return (value - location).abs() / scale + torch.log(2 * scale)


def _without_touch(tap: Tensor) -> Tensor:
    """Taps `batch, steps, 3`, some of them at one velocity, some on the grid, as a programmed rhythm is."""
    hit, velocity, offset = tap.unbind(-1)
    flat, quantised = (torch.rand(2, len(tap), 1, device=tap.device) < _PROGRAMMED_SHARE).unbind(0)
    return torch.stack([hit, torch.where(flat, hit * _PROGRAMMED_VELOCITY, velocity), offset * ~quantised], -1)


def _divergence(mu: Tensor, log_var: Tensor, prior_mu: Tensor, prior_log_var: Tensor) -> Tensor:
    """KL of one diagonal Gaussian from another in nats, shape `batch`."""
    apart = ((mu - prior_mu.float()) ** 2 + log_var.exp()) / prior_log_var.float().exp()
    return 0.5 * (prior_log_var.float() - log_var + apart - 1).sum(-1)


def draw_feel(mu: Tensor, log_var: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """A feel around `mu`, the nearer the cooler; `batch, latent`."""
    noise = torch.randn(mu.shape, generator=generator).to(mu.device)
    return mu + temperature * (0.5 * log_var).exp() * noise
