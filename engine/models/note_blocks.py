"""Attention over notes: within a sequence of any length, and over notes that are given beside it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.blocks import ResidualMlp
from engine.models.config import NoteConfig
from engine.models.folding import Linear
from engine.representations.note_sequence import TICKS_PER_QUARTER

_HIDDEN = -1e4
BAR_TICKS = 4 * TICKS_PER_QUARTER


class NoteBlock(nn.Module):
    """Attention over the sequence itself, then over a memory where there is one, then a residual MLP."""

    def __init__(self, config: NoteConfig, has_memory: bool = False) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norm, self.project, self.out = nn.LayerNorm(width), Linear(width, 3 * width), Linear(width, width)
        self.dropout = nn.Dropout(config.dropout)
        self.mlp = ResidualMlp(width, config.dropout)
        if has_memory:
            self.ask_norm, self.ask = nn.LayerNorm(width), Linear(width, width)
            self.remember, self.answer = Linear(width, 2 * width), Linear(width, width)

    def forward(
        self, x: Tensor, seen: Tensor, memory: Tensor | None = None, memory_seen: Tensor | None = None
    ) -> Tensor:
        """`batch, rows, width` to the same.

        Args:
            x: the sequence.
            seen: which rows each row may see, `batch or 1, rows or 1, rows`.
            memory: `batch, others, width`.
            memory_seen: which of them may be seen, `batch, 1, others`.
        """
        q, k, v = self.project(self.norm(x)).chunk(3, -1)
        x = x + self.dropout(self.out(self._attend(q, k, v, seen)))
        if memory is not None and memory_seen is not None:
            k, v = self.remember(memory).chunk(2, -1)
            x = x + self.dropout(self.answer(self._attend(self.ask(self.ask_norm(x)), k, v, memory_seen)))
        changed: Tensor = self.mlp(x)
        return changed

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, seen: Tensor) -> Tensor:
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (q, k, v))
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        weights = scores.masked_fill(~seen[:, None], _HIDDEN).softmax(-1)
        attended: Tensor = (weights.to(v.dtype) @ v).transpose(1, 2).flatten(2)
        return attended


class NoteEncoder(nn.Module):
    """Notes to a state each, and to a few summaries of all of them."""

    def __init__(self, config: NoteConfig, has_memory: bool = False) -> None:
        super().__init__()
        self.summaries = nn.Parameter(torch.randn(config.summaries, config.width) * 0.02)
        self.bounds = Linear(2, config.width)
        self.blocks = nn.ModuleList(NoteBlock(config, has_memory) for _ in range(config.encoder_depth))
        self.norm = nn.LayerNorm(config.width)

    def forward(
        self,
        entered: Tensor,
        is_note: Tensor,
        span: Tensor,
        memory: Tensor | None = None,
        memory_seen: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """States of summaries and rows, and which of them may be seen.

        Args:
            entered: the rows, as `NoteInput` has them, `batch, rows, width`.
            is_note: which rows are notes, `batch, rows`.
            span: `batch, 2`, ticks.
            memory: states of other notes that are given, `batch, others, width`.
            memory_seen: which of them may be seen, `batch, 1, others`.

        Returns:
            `batch, summaries + rows, width`, the summaries first, and `batch, 1, summaries + rows`.
        """
        known = self.summaries + self.bounds(span.float() / BAR_TICKS)[:, None]
        x = torch.cat([known, entered.to(known.dtype)], 1)
        always = is_note.new_ones(len(entered), len(self.summaries))
        seen = torch.cat([always, is_note], 1)[:, None]
        for block in self.blocks:
            x = block(x, seen, memory, memory_seen)
        states: Tensor = self.norm(x)
        return states, seen
