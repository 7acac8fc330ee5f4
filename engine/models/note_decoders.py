"""From a latent, and the notes outside the span where they are given, to a state for each note that is to be."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.config import NoteConfig
from engine.models.folding import Linear
from engine.models.note_blocks import NoteBlock
from engine.models.note_input import PLACE_DEPTH, places
from engine.models.note_plan import Plan


class NoteDecoder(nn.Module):
    """Blocks over rows; `looks_back` sees the notes so far, `parallel` each row's share of the latent alone.

    Of a whole window's latent each note is told what is planned ahead of it: with the same for all notes a decoder that
    looks back lives on its own last ones and hardly asks for more. Spans begin at any place and get the same for all.

    Attributes:
        looks_back: as `NoteConfig.decoder` says.
    """

    def __init__(self, config: NoteConfig) -> None:
        super().__init__()
        self.looks_back = config.decoder == "looks_back"
        if self.looks_back:
            self.start = Linear(PLACE_DEPTH, config.width)
        self.latent = _latent(config)
        self.blocks = nn.ModuleList(NoteBlock(config, config.is_conditional) for _ in range(config.decoder_depth))

    def forward(
        self,
        z: Tensor,
        before: Tensor,
        onsets: Tensor,
        span: Tensor,
        memory: Tensor | None = None,
        memory_seen: Tensor | None = None,
    ) -> Tensor:
        """States `batch, rows + 1, width`, one for each note before and for the next one.

        Args:
            z: `batch, latent`.
            before: the notes so far as `NoteInput` has them, `batch, rows, width`; a parallel decoder reads their
                number alone.
            onsets: of the note before each state, `batch, rows + 1`, ticks, the first the span's start; not looked at
                by a parallel decoder.
            span: `batch, 2`, ticks.
            memory: of the notes outside, from `NoteEncoder`.
            memory_seen: which of it may be seen.
        """
        rows = before.shape[1] + 1
        x = self._told(z, onsets, rows)
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

    def _told(self, z: Tensor, onsets: Tensor, rows: int) -> Tensor:
        """What each row is told of the latent, `batch, rows or 1, width`."""
        if isinstance(self.latent, Plan):
            planned: Tensor = self.latent(z, onsets)
            return planned
        told: Tensor = self.latent(z)
        return told[:, :rows] if told.dim() == 3 else told[:, None]


class RowShares(nn.Module):
    """A share of the latent for each row of a window: `batch, latent` to `batch, slots, width`."""

    def __init__(self, config: NoteConfig) -> None:
        super().__init__()
        self.slots = config.slots
        self.position = nn.Parameter(torch.randn(config.slots, config.width) * 0.02)
        self.spread = Linear(config.latent_dim, config.slots * config.embedding)
        self.enter = Linear(config.embedding, config.width)

    def forward(self, z: Tensor) -> Tensor:
        """Rows know their number by it."""
        shares: Tensor = self.enter(self.spread(z).unflatten(1, (self.slots, -1))) + self.position
        return shares


def _latent(config: NoteConfig) -> Plan | RowShares | nn.Module:
    if config.decoder == "parallel":
        return RowShares(config)
    return Linear(config.latent_dim, config.width) if config.is_conditional else Plan(config)
