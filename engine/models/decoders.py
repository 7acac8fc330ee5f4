"""Decoders: a latent to what each step may be. Behind one interface, so that they can be exchanged.

`bar_decoders.py` has those that go bar by bar, and the table of all.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.blocks import DilatedBlock
from engine.models.config import VaeConfig
from engine.models.fast_lstm import FoldedDecoder
from engine.models.folding import Foldable, Linear
from engine.models.heads import Head
from engine.models.trained_lstm import TrainedLstm


class Decoder(Protocol):
    """What every decoder does.

    Attributes:
        looks_back: each step is drawn before the next one is known, and so by the decoder itself.
        is_certain: its outputs then say what was drawn and nothing else, at temperature 0 too.
    """

    looks_back: bool
    is_certain: bool

    def forward(self, z: Tensor, features: Tensor, sampling: Tensor, before: Tensor | None = None) -> Tensor:
        """Outputs for training, `batch, steps, depth`.

        Args:
            z: `batch, latent`.
            features: the true music, for decoders that look back, `batch, steps, feature_depth`.
            sampling: where the decoder looks back at its own answer instead, bools `batch, steps`.
            before: features of the step before the first, `batch, feature_depth`; None: nothing was.
        """
        ...

    def decode(
        self, z: Tensor, temperature: float, generator: torch.Generator | None, before: Tensor | None = None
    ) -> Tensor:
        """Outputs for music, `batch, steps, depth`; `before` is music, not features.

        A decoder that looks back has drawn its steps already and says so by outputs that leave no doubt.
        """
        ...


class ParallelDecoder(nn.Module):
    """All steps at once: the latent spread over the steps, then dilated convolutions between them."""

    looks_back = is_certain = False

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.steps, self.embedding = config.steps, config.embedding
        self.enter = Linear(config.latent_dim, 2 * config.decoder_width)
        self.widen = Linear(2 * config.decoder_width, 2 * config.decoder_width)
        self.spread = Linear(2 * config.decoder_width, config.steps * config.embedding)
        self.lift = Linear(config.embedding, config.decoder_width)
        self.position = nn.Parameter(torch.randn(config.steps, config.decoder_width) * 0.02)
        dilations = (1, 2, 4, 8)
        self.blocks = nn.Sequential(
            *(DilatedBlock(config.decoder_width, dilations[k % 4]) for k in range(config.decoder_depth))
        )
        self.norm = nn.LayerNorm(config.decoder_width)
        self.out = Linear(config.decoder_width, head.depth)

    def forward(self, z: Tensor, features: Tensor, sampling: Tensor, before: Tensor | None = None) -> Tensor:
        """The music is not looked at."""
        del features, sampling, before
        return self.decode(z)

    def decode(
        self,
        z: Tensor,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
        before: Tensor | None = None,
    ) -> Tensor:
        """Nothing is drawn here: temperature and generator serve who reads the outputs."""
        del temperature, generator, before
        x = F.relu(self.enter(z))
        x = x + F.relu(self.widen(x))
        x = self.lift(F.relu(self.spread(x).view(-1, self.steps, self.embedding))) + self.position
        outputs: Tensor = self.out(self.norm(self.blocks(x)))
        return outputs


class LstmDecoder(Foldable[FoldedDecoder]):
    """One step after the other; each sees the last step's music and the latent.

    Source: magenta's BaseLstmDecoder: initial states tanh(linear(z)), inputs [previous, z], stacked LSTMs.
    """

    looks_back = is_certain = True

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.head = head
        self.steps, self.layers, self.width = config.steps, config.decoder_depth, config.decoder_width
        self.state = Linear(config.latent_dim, 2 * self.layers * self.width)
        nn.init.normal_(self.state.weight, std=1e-3)
        nn.init.zeros_(self.state.bias)
        self.dropout = nn.Dropout(config.dropout)
        self.lstm = TrainedLstm(
            head.feature_depth + config.latent_dim, self.width, self.layers, batch_first=True, dropout=config.dropout
        )
        self.out = Linear(self.width, head.depth)

    def forward(self, z: Tensor, features: Tensor, sampling: Tensor, before: Tensor | None = None) -> Tensor:
        """Teacher forcing, in which the teacher passes on the decoder's own draws where `sampling` asks for them.

        No gradient goes through a draw. So they are made first, step by step without gradients, and what the gradients
        go through is one run over all steps.
        """
        first = torch.zeros_like(features[:, 0]) if before is None else before
        previous = torch.cat([first[:, None], features[:, :-1]], 1)
        if sampling.any():
            previous = self._with_own_draws(z, previous, sampling)
        if self.training and self.dropout.p:
            inputs = torch.cat([previous, z[:, None].expand(-1, self.steps, -1)], -1)
            outputs, _ = self.lstm(self.dropout(inputs), self._first_state(z))
        else:
            outputs, _ = self.lstm(previous, self._first_state(z), z)
        return self._out(outputs)

    def decode(
        self,
        z: Tensor,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
        before: Tensor | None = None,
    ) -> Tensor:
        """Free-running: each step is drawn before the next."""
        state = self._first_state(z)
        folded = self.folded
        if folded is not None:
            return folded(z, state, self.steps, temperature, generator, before)
        own = z.new_zeros(len(z), self.head.feature_depth) if before is None else self.head.features(before)
        drawn: list[Tensor] = []
        for _ in range(self.steps):
            hidden, state = self.lstm(torch.cat([own, z], -1)[:, None], state)
            outputs = self._out(hidden[:, 0])
            music = self.head.draw(outputs, temperature, generator)
            drawn.append(self.head.certain(outputs, music))
            own = self.head.features(music)
        return torch.stack(drawn, 1)

    @torch.no_grad()
    def _with_own_draws(self, z: Tensor, previous: Tensor, sampling: Tensor) -> Tensor:
        """What each step sees of the last one, `batch, steps, depth`; the first step sees what was before."""
        state, seen = self._first_state(z), [previous[:, 0]]
        for step in range(1, self.steps):
            hidden, state = self.lstm(self.dropout(torch.cat([seen[-1], z], -1))[:, None], state)
            own = self.head.features(self.head.draw(self._out(hidden[:, 0]), 1.0, None))
            seen.append(torch.where(sampling[:, step, None], own, previous[:, step]))
        return torch.stack(seen, 1)

    def _make_folded(self) -> FoldedDecoder:
        return FoldedDecoder(self.lstm, self.out, self.head)

    def _out(self, hidden: Tensor) -> Tensor:
        outputs: Tensor = self.out(hidden)
        return outputs

    def _first_state(self, z: Tensor) -> tuple[Tensor, Tensor]:
        return first_states(self.state(z), self.layers, self.width)


def first_states(raw: Tensor, layers: int, width: int) -> tuple[Tensor, Tensor]:
    """Hidden states and cells, each `layers, batch, width`, of a linear layer's `batch, 2 * layers * width`."""
    parts = torch.tanh(raw).view(len(raw), layers, 2, width)
    cell, hidden = parts[:, :, 0].transpose(0, 1), parts[:, :, 1].transpose(0, 1)
    return hidden.contiguous(), cell.contiguous()
