"""From a latent, and the notes outside the span where they are given, to a state for each note that is to be."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.config import NoteConfig
from engine.models.folding import Linear
from engine.models.note_blocks import NoteBlock
from engine.models.note_input import PLACE_DEPTH, places


class NoteDecoder(nn.Module):
    """Blocks over rows; `looks_back` sees the notes so far, `parallel` each row's share of the latent alone.

    Whole windows get a share of the latent for each row: with the same for all rows a decoder that looks back lives on
    its own last notes and hardly asks for more. Spans begin at any place and get the same for all rows.

    Attributes:
        looks_back: as `NoteConfig.decoder` says.
    """

    def __init__(self, config: NoteConfig) -> None:
        super().__init__()
        self.looks_back = config.decoder == "looks_back"
        self.slots, width = config.slots, config.width
        if self.looks_back:
            self.start = Linear(PLACE_DEPTH, width)
        self.spreads = not (config.is_conditional and self.looks_back)
        if self.spreads:
            self.position = nn.Parameter(torch.randn(config.slots, width) * 0.02)
            self.spread = Linear(config.latent_dim, config.slots * config.embedding)
            self.enter = Linear(config.embedding, width)
        else:
            self.latent = Linear(config.latent_dim, width)
        self.blocks = nn.ModuleList(NoteBlock(config, config.is_conditional) for _ in range(config.decoder_depth))

    def forward(
        self, z: Tensor, before: Tensor, span: Tensor, memory: Tensor | None = None, memory_seen: Tensor | None = None
    ) -> Tensor:
        """States `batch, rows + 1, width`, one for each note before and for the next one.

        Args:
            z: `batch, latent`.
            before: the notes so far as `NoteInput` has them, `batch, rows, width`; a parallel decoder reads their
                number alone.
            span: `batch, 2`, ticks.
            memory: of the notes outside, from `NoteEncoder`.
            memory_seen: which of it may be seen.
        """
        rows = before.shape[1] + 1
        x = self._shares(z, rows)
        if self.looks_back:
            first = self.start(places(span[:, :1], span))
            x = x + torch.cat([first, before.to(first.dtype)], 1)
        seen = torch.ones(
            1, rows, rows, dtype=torch.bool, device=z.device
        ).tril()  # so rows behind the end change nothing
        for block in self.blocks:
            x = block(x, seen, memory, memory_seen)
        states: Tensor = x
        return states

    def _shares(self, z: Tensor, rows: int) -> Tensor:
        """What each row is told of the latent, `batch, rows or 1, width`."""
        if not self.spreads:
            told: Tensor = self.latent(z)[:, None]
            return told
        spread = self.spread(z).unflatten(1, (self.slots, -1))[:, :rows]
        shares: Tensor = self.enter(spread) + self.position[:rows]
        return shares
