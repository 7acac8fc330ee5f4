"""Decoders in two levels: a conductor makes one embedding a bar of the latent; each bar is decoded from its own alone.

So what holds the bars together must pass through the latent, and a bar costs no more than in a short clip: all bars are
trained at once. A trio has a decoder for each part under the one conductor.

Source: Roberts et al., A Hierarchical Latent Vector Model (MusicVAE), 2018; magenta's HierarchicalLstmDecoder without
autoregression between bars, and its SplitMultiOutLstmDecoder.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.blocks import AttentionBlock
from engine.models.config import VaeConfig
from engine.models.decoders import LstmDecoder, ParallelDecoder, first_states
from engine.models.encoders import TOGETHER_FIRST
from engine.models.folding import Linear
from engine.models.guided_decoder import GuidedDecoder
from engine.models.heads import Head
from engine.models.trained_lstm import TrainedLstm

_HEAD_WIDTH = 64


class ParallelConductor(nn.Module):
    """All bars at once: the latent spread over the bars, then attention between them.

    Each bar hears the whole latent, and a share of it by a shorter way, the same for all bars (as in `BarsEncoder`).
    """

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        self.bars, self.width = config.steps // config.bar_steps, config.conductor_width
        self.enter = Linear(config.latent_dim, 2 * self.width)
        self.spread = Linear(2 * self.width, self.bars * self.width)
        self.share = config.latent_dim // self.bars
        self.own = Linear(self.share, self.width)
        self.position = nn.Parameter(torch.randn(self.bars, self.width) * 0.02)
        heads = max(1, self.width // _HEAD_WIDTH)
        self.blocks = nn.Sequential(*(AttentionBlock(self.width, heads) for _ in range(config.conductor_depth)))
        with torch.no_grad():
            self.spread.weight *= TOGETHER_FIRST
        self.norm = nn.LayerNorm(self.width)

    def forward(self, z: Tensor) -> Tensor:
        """`batch, latent` to `batch, bars, width`."""
        bars = self.spread(F.relu(self.enter(z))).view(-1, self.bars, self.width)
        own = self.own(z[:, : self.bars * self.share].unflatten(1, (self.bars, self.share)))
        embeddings: Tensor = self.norm(self.blocks(bars + own + self.position))
        return embeddings


class LstmConductor(nn.Module):
    """Bar after bar: an LSTM that hears nothing but how it began.

    Source: magenta's HierarchicalLstmDecoder: initial states tanh(linear(z)), inputs of one nought.
    Differs: the linear layer is drawn from N(0, 1 / latent), not N(0, 0.001): all that bars know passes through it, and
    from so weak a start the decoders learnt to do without for long.
    """

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        self.bars, self.width = config.steps // config.bar_steps, config.conductor_width
        self.state = Linear(config.latent_dim, 2 * config.conductor_depth * self.width)
        nn.init.normal_(self.state.weight, std=config.latent_dim**-0.5)
        nn.init.zeros_(self.state.bias)
        self.lstm = TrainedLstm(1, self.width, config.conductor_depth, batch_first=True)

    def forward(self, z: Tensor) -> Tensor:
        """`batch, latent` to `batch, bars, width`."""
        state = first_states(self.state(z), self.lstm.num_layers, self.width)
        embeddings: Tensor = self.lstm(z.new_zeros(len(z), self.bars, 1), state)[0]
        return embeddings


class BarDecoder(nn.Module, ABC):
    """A conductor, and under it one decoder for each part that takes a bar's embedding for its latent."""

    looks_back: bool
    is_certain: bool

    def __init__(self, config: VaeConfig, head: Head) -> None:
        super().__init__()
        self.bars, self.bar_steps = config.steps // config.bar_steps, config.bar_steps
        self.heads = tuple(head.parts)
        self.feature_depths = [part.feature_depth for part in self.heads]
        self.conductor = self._make_conductor(config)
        bar = replace(config, steps=config.bar_steps, latent_dim=config.conductor_width)
        self.cores = nn.ModuleList(self._make_core(bar, part) for part in self.heads)

    @property
    def decoders(self) -> Sequence[ParallelDecoder | LstmDecoder]:
        """One for each part."""
        return cast("Sequence[ParallelDecoder | LstmDecoder]", self.cores)

    def forward(self, z: Tensor, features: Tensor, sampling: Tensor, before: Tensor | None = None) -> Tensor:
        """All bars at once; a bar looks back at the true last step of the bar before, under sampling too."""
        embeddings = self.conductor(z).flatten(0, 1)
        first = torch.zeros_like(features[:, 0]) if before is None else before
        lasts = torch.cat([first[:, None], features[:, self.bar_steps - 1 : -1 : self.bar_steps]], 1).flatten(0, 1)
        steps = features.unflatten(1, (self.bars, self.bar_steps)).flatten(0, 1)
        sampling = sampling.unflatten(1, (self.bars, self.bar_steps)).flatten(0, 1)
        parts = zip(self.decoders, *(x.split(self.feature_depths, -1) for x in (steps, lasts)), strict=True)
        return self._whole([core(embeddings, part, sampling, last) for core, part, last in parts])

    def decode(
        self,
        z: Tensor,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
        before: Tensor | None = None,
    ) -> Tensor:
        """Free-running: bar after bar where the decoders look back, else all at once."""
        embeddings: Tensor = self.conductor(z)
        if not self.looks_back:
            return self._whole([core.decode(embeddings.flatten(0, 1)) for core in self.decoders])
        lasts = self._by_part(before)
        return torch.cat([self._bar(bar, lasts, temperature, generator) for bar in embeddings.unbind(1)], 1)

    def _bar(
        self, embedding: Tensor, lasts: list[Tensor | None], temperature: float, generator: torch.Generator | None
    ) -> Tensor:
        """One bar of all parts; changes `lasts` to its last steps."""
        outputs = []
        for place, (core, head) in enumerate(zip(self.decoders, self.heads, strict=True)):
            outputs.append(core.decode(embedding, temperature, generator, lasts[place]))
            lasts[place] = head.draw(outputs[-1][:, -1], 0.0, None)
        return torch.cat(outputs, -1)

    def _by_part(self, music: Tensor | None) -> list[Tensor | None]:
        if music is None or len(self.heads) == 1:
            return [music] * len(self.heads)
        return list(music.unbind(-1))

    def _whole(self, parts: list[Tensor]) -> Tensor:
        """Outputs of bars one below the other, part for part, as `batch, steps, depth`."""
        return torch.cat(parts, -1).view(-1, self.bars * self.bar_steps, sum(part.shape[-1] for part in parts))

    @abstractmethod
    def _make_conductor(self, config: VaeConfig) -> nn.Module:
        """What makes one embedding a bar of the latent."""

    @abstractmethod
    def _make_core(self, config: VaeConfig, head: Head) -> nn.Module:
        """What decodes the bars of one part from them."""


class ParallelBarDecoder(BarDecoder):
    """All steps of all bars at once."""

    looks_back = is_certain = False

    def _make_conductor(self, config: VaeConfig) -> nn.Module:
        return ParallelConductor(config)

    def _make_core(self, config: VaeConfig, head: Head) -> nn.Module:
        return ParallelDecoder(config, head)


class LstmBarDecoder(BarDecoder):
    """LSTMs all through; the states of a bar's decoder begin anew in each bar, only its last step is carried over."""

    looks_back = is_certain = True

    def _make_conductor(self, config: VaeConfig) -> nn.Module:
        return LstmConductor(config)

    def _make_core(self, config: VaeConfig, head: Head) -> nn.Module:
        return LstmDecoder(config, head)


DECODERS: dict[str, type[ParallelDecoder] | type[GuidedDecoder] | type[LstmDecoder] | type[BarDecoder]] = {
    "parallel": ParallelDecoder,
    "guided": GuidedDecoder,
    "lstm": LstmDecoder,
    "bars": ParallelBarDecoder,
    "bars_lstm": LstmBarDecoder,
}
"""By `VaeConfig.decoder`."""
