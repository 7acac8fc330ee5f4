"""Encoders: the features of a window to `mu` and `log_var` of its latent."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.blocks import ResidualMlp
from engine.models.config import VaeConfig
from engine.models.fast_lstm import FoldedEncoder
from engine.models.folding import Foldable, Linear
from engine.models.heads import Head

MIN_LOG_VAR, MAX_LOG_VAR = -12.0, 4.0


class MlpEncoder(nn.Module):
    """Every step narrowed to an embedding, all steps side by side, residual MLP blocks."""

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.head = head
        self.embed = Linear(head.depth, config.embedding)
        nn.init.normal_(self.embed.weight)  # as an embedding: weaker inputs let the latent collapse early
        self.position = nn.Parameter(torch.randn(config.steps, config.embedding) * 0.02)
        self.enter = Linear(config.steps * config.embedding, config.encoder_width)
        self.blocks = nn.Sequential(*(ResidualMlp(config.encoder_width) for _ in range(config.encoder_depth)))
        self.norm = nn.LayerNorm(config.encoder_width)
        self.latent = Linear(config.encoder_width, 2 * config.latent_dim)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """`batch, steps, depth` to `mu` and `log_var`, each `batch, latent`."""
        return self._from_embedded(self.embed(features))

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        """The same, of music as the head takes it."""
        return self._from_embedded(self.head.project(music, self.embed.weight.t()) + self.embed.bias)

    def _from_embedded(self, embedded: Tensor) -> tuple[Tensor, Tensor]:
        x = (embedded + self.position).flatten(1)
        mu, log_var = self.latent(self.norm(self.blocks(self.enter(x)))).chunk(2, -1)
        return mu, log_var.clamp(MIN_LOG_VAR, MAX_LOG_VAR)


class BiLstmEncoder(Foldable[FoldedEncoder]):
    """A bidirectional LSTM; the last states of both directions make the latent.

    Source: magenta's BidirectionalLstmEncoder: mu and softplus(sigma) are linear in the last states, drawn at first
    from N(0, 0.001).
    """

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.head = head
        self.dropout = nn.Dropout(config.dropout)
        self.lstm = nn.LSTM(head.depth, config.encoder_width, batch_first=True, bidirectional=True)
        self.mu = Linear(2 * config.encoder_width, config.latent_dim)
        self.sigma = Linear(2 * config.encoder_width, config.latent_dim)
        for linear in (self.mu, self.sigma):
            nn.init.normal_(linear.weight, std=1e-3)
            nn.init.zeros_(linear.bias)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """`batch, steps, depth` to `mu` and `log_var`, each `batch, latent`."""
        _, (last, _) = self.lstm(self.dropout(features))
        return self._from_state(torch.cat([last[0], last[1]], -1))

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        """The same, of music as the head takes it."""
        folded = self.folded
        return self.forward(self.head.features(music)) if folded is None else self._from_state(folded(music))

    def _make_folded(self) -> FoldedEncoder:
        return FoldedEncoder(self.lstm, self.head)

    def _from_state(self, state: Tensor) -> tuple[Tensor, Tensor]:
        sigma = nn.functional.softplus(self.sigma(state)) + 1e-6
        return self.mu(state), 2 * sigma.log()


ENCODERS: dict[str, type[MlpEncoder] | type[BiLstmEncoder]] = {"mlp": MlpEncoder, "bilstm": BiLstmEncoder}
