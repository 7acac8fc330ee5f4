"""A whole window's notes as what happens at each sixteenth: heard so by the encoder, planned so by the decoder.

Dense layers over places side by side learn what a latent is to hold many times sooner than attention, if each place
means the same in every window. The number of a note in its sequence does not: one note more moves all behind it. The
sixteenth that it begins at does.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.blocks import ResidualMlp
from engine.models.config import NoteConfig
from engine.models.folding import Linear
from engine.models.spans import STEP_TICKS

AHEAD_STEPS = 9
"""Sixteenths that a note is told of: the one of the note before it, and half a bar from there."""


class StepEncoder(nn.Module):
    """What begins at each sixteenth, all of them side by side: `batch, rows, width` to `batch, dense`."""

    def __init__(self, config: NoteConfig) -> None:
        super().__init__()
        self.steps = config.steps
        self.mlp = ResidualMlp(config.width, config.dropout)
        self.narrow = Linear(config.width, config.share)
        self.gather = Linear(config.steps * config.share, config.dense)
        self.dense = ResidualMlp(config.dense, config.dropout)
        self.norm = nn.LayerNorm(config.dense)

    def forward(self, entered: Tensor, is_note: Tensor, onsets: Tensor) -> Tensor:
        """Notes that begin together are summed up.

        Args:
            entered: the rows, as `NoteInput` has them, `batch, rows, width`.
            is_note: which rows are notes, `batch, rows`.
            onsets: in ticks, `batch, rows`.
        """
        rows = F.relu(self.narrow(self.mlp(entered))) * is_note[..., None]
        places = step_of(onsets, self.steps)[..., None].expand_as(rows)
        cells = rows.new_zeros(len(rows), self.steps, rows.shape[-1]).scatter_add(1, places, rows)
        heard: Tensor = self.norm(self.dense(self.gather(cells.flatten(1))))
        return heard


class Plan(nn.Module):
    """What a latent has to say of each sixteenth, and of it what lies ahead of each note."""

    def __init__(self, config: NoteConfig) -> None:
        super().__init__()
        self.steps, self.share = config.steps, config.share
        self.enter = Linear(config.latent_dim, config.dense)
        self.dense = ResidualMlp(config.dense, config.dropout)
        self.norm = nn.LayerNorm(config.dense)
        self.spread = Linear(config.dense, config.steps * config.share)
        self.ahead = Linear(AHEAD_STEPS * config.share, config.width)

    def forward(self, z: Tensor, onsets: Tensor) -> Tensor:
        """`batch, rows, width` of a latent `batch, latent` and the onsets of the notes before, `batch, rows`, ticks."""
        cells = self.spread(self.norm(self.dense(self.enter(z)))).unflatten(1, (self.steps, -1))
        cells = F.pad(cells, (0, 0, 0, AHEAD_STEPS))
        seen = step_of(onsets, self.steps)[..., None] + torch.arange(AHEAD_STEPS, device=z.device)
        ahead = cells.gather(1, seen.flatten(1)[..., None].expand(-1, -1, self.share))
        told: Tensor = self.ahead(ahead.unflatten(1, seen.shape[1:]).flatten(2))
        return told


def step_of(onsets: Tensor, steps: int) -> Tensor:
    """The sixteenth that an onset in ticks is nearest to, within the window."""
    return ((onsets + STEP_TICKS // 2) // STEP_TICKS).clamp(0, steps - 1)
