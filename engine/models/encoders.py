"""Encoders: the features of a window to `mu` and `log_var` of its latent."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.blocks import AttentionBlock, ResidualMlp
from engine.models.config import VaeConfig
from engine.models.fast_lstm import FoldedEncoder
from engine.models.folding import Foldable, Linear
from engine.models.heads import Head
from engine.models.trained_lstm import TrainedLstm

MIN_LOG_VAR, MAX_LOG_VAR = -12.0, 4.0
TOGETHER_FIRST = 0.1
"""How strong the way by all bars together begins, where each bar has a way of its own beside it."""

_FIRST_LOG_VAR = -2.5
_HEAD_WIDTH = 64


class MlpEncoder(nn.Module):
    """Every step narrowed to an embedding, all steps side by side, residual MLP blocks."""

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.head = head
        self.embed = Linear(head.feature_depth, config.embedding)
        nn.init.normal_(self.embed.weight)  # as an embedding: weaker inputs let the latent collapse early
        self.position = nn.Parameter(torch.randn(config.steps, config.embedding) * 0.02)
        self.enter = Linear(config.steps * config.embedding, config.encoder_width)
        self.blocks = nn.Sequential(*(ResidualMlp(config.encoder_width) for _ in range(config.encoder_depth)))
        self.norm = nn.LayerNorm(config.encoder_width)
        self.latent = Linear(config.encoder_width, 2 * config.latent_dim)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """`batch, steps, feature_depth` to `mu` and `log_var`, each `batch, latent`."""
        return self._from_embedded(self.embed(features))

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        """The same, of music as the head takes it."""
        return self._from_embedded(self.head.project(music, self.embed.weight.t()) + self.embed.bias)

    def _from_embedded(self, embedded: Tensor) -> tuple[Tensor, Tensor]:
        x = (embedded + self.position).flatten(1)
        mu, log_var = self.latent(self.norm(self.blocks(self.enter(x)))).chunk(2, -1)
        return mu, log_var.clamp(MIN_LOG_VAR, MAX_LOG_VAR)


class BarsEncoder(nn.Module):
    """Each bar to a vector by the same MLP, attention between the bars, all vectors side by side to the latent.

    Each bar adds to a share of the latent of its own too, all by the same weights: learnt from every bar at once, that
    way is found long before the one by all bars together. So the latter begins at a tenth of its strength, and the
    latent with little noise: with all 512 dimensions at a deviation of 1, a decoder learns to do without them.
    """

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.head = head
        width, self.bars, bar = config.encoder_width, config.steps // config.bar_steps, config.bar_steps
        self.embed = Linear(head.feature_depth, config.embedding)
        nn.init.normal_(self.embed.weight)  # as in `MlpEncoder`
        self.step_position = nn.Parameter(torch.randn(bar, config.embedding) * 0.02)
        self.enter = Linear(bar * config.embedding, width)
        self.within = ResidualMlp(width)
        self.bar_position = nn.Parameter(torch.randn(self.bars, width) * 0.02)
        heads = max(1, width // _HEAD_WIDTH)
        self.between = nn.Sequential(*(AttentionBlock(width, heads) for _ in range(config.encoder_depth)))
        self.norm = nn.LayerNorm(width)
        self.latent = Linear(self.bars * width, 2 * config.latent_dim)
        self.own = Linear(width, 2 * (config.latent_dim // self.bars))
        with torch.no_grad():
            self.latent.weight *= TOGETHER_FIRST
            self.latent.bias[config.latent_dim :] += _FIRST_LOG_VAR

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """`batch, steps, feature_depth` to `mu` and `log_var`, each `batch, latent`."""
        return self._from_embedded(self.embed(features))

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        """The same, of music as the head takes it."""
        return self._from_embedded(self.head.project(music, self.embed.weight.t()) + self.embed.bias)

    def _from_embedded(self, embedded: Tensor) -> tuple[Tensor, Tensor]:
        by_bar = (embedded.unflatten(1, (self.bars, -1)) + self.step_position).flatten(2)
        bars = self.between(self.within(self.enter(by_bar)) + self.bar_position)
        bars = self.norm(bars)
        together = self.latent(bars.flatten(1)).chunk(2, -1)
        own = (part.flatten(1) for part in self.own(bars).chunk(2, -1))
        mu, log_var = (a + F.pad(b, (0, a.shape[1] - b.shape[1])) for a, b in zip(together, own, strict=True))
        return mu, log_var.clamp(MIN_LOG_VAR, MAX_LOG_VAR)


class BiLstmEncoder(Foldable[FoldedEncoder]):
    """A bidirectional LSTM; the last states of both directions, of its top layer, make the latent.

    Source: magenta's BidirectionalLstmEncoder: mu and softplus(sigma) are linear in the last states, drawn at first
    from N(0, 0.001).
    """

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.head = head
        self.dropout = nn.Dropout(config.dropout)
        self.lstm = TrainedLstm(
            head.feature_depth, config.encoder_width, config.encoder_layers, batch_first=True, bidirectional=True,
            dropout=config.dropout if config.encoder_layers > 1 else 0.0,
        )  # fmt: skip
        self.mu = Linear(2 * config.encoder_width, config.latent_dim)
        self.sigma = Linear(2 * config.encoder_width, config.latent_dim)
        for linear in (self.mu, self.sigma):
            nn.init.normal_(linear.weight, std=1e-3)
            nn.init.zeros_(linear.bias)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """`batch, steps, feature_depth` to `mu` and `log_var`, each `batch, latent`."""
        last, _ = self.lstm.last(self.dropout(features))
        return self._from_state(torch.cat([last[-2], last[-1]], -1))

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        """The same, of music as the head takes it."""
        folded = self.folded
        return self.forward(self.head.features(music)) if folded is None else self._from_state(folded(music))

    def fold(self) -> None:
        """Copy the weights as they are now; only one layer has a fast form."""
        if self.lstm.num_layers == 1:
            super().fold()

    def _make_folded(self) -> FoldedEncoder:
        return FoldedEncoder(self.lstm, self.head)

    def _from_state(self, state: Tensor) -> tuple[Tensor, Tensor]:
        sigma = nn.functional.softplus(self.sigma(state)) + 1e-6
        return self.mu(state), 2 * sigma.log()


ENCODERS: dict[str, type[MlpEncoder] | type[BarsEncoder] | type[BiLstmEncoder]] = {
    "mlp": MlpEncoder,
    "bars": BarsEncoder,
    "bilstm": BiLstmEncoder,
}
"""By `VaeConfig.encoder`."""
