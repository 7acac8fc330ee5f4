"""Building blocks that several models share."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.folding import Linear


class ResidualMlp(nn.Module):
    """LayerNorm, widen twofold, ReLU, back, add. Shape `…, width` stays."""

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.widen = Linear(width, 2 * width)
        self.narrow = Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """`…, width` to the same."""
        changed: Tensor = x + self.dropout(self.narrow(F.relu(self.widen(self.norm(x)))))
        return changed


class DilatedBlock(nn.Module):
    """LayerNorm, a convolution of three steps `dilation` apart round the window, ReLU, mix, add.

    It is written as one matrix product over the three shifted copies: faster on a CPU than `conv1d` at this size.
    """

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(width)
        self.convolve = Linear(3 * width, width)
        self.mix = Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """`batch, steps, width` to the same."""
        y = self.norm(x)
        pad = F.pad(y, (0, 0, self.dilation, self.dilation))
        steps = y.shape[1]
        taps = [pad[:, k * self.dilation : k * self.dilation + steps] for k in range(3)]
        changed: Tensor = x + self.mix(F.relu(self.convolve(torch.cat(taps, dim=-1))))
        return changed


class AttentionBlock(nn.Module):
    """Self-attention over the steps, then a residual MLP.

    Every step sees the whole window, or, where what went before is kept, itself and the steps before it.
    """

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.project = Linear(width, 3 * width)
        self.out = Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        self.mlp = ResidualMlp(width, dropout)

    def forward(self, x: Tensor, past: list[Tensor] | None = None) -> Tensor:
        """`batch, steps, width` to the same.

        Args:
            x: the steps, or those that are new.
            past: keys and values of the steps before them, empty where there are none; it comes to hold those of the
                new ones too, and no step sees a later one. None: all see all.
        """
        batch, steps, width = x.shape
        qkv = self.project(self.norm(x)).view(batch, steps, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        if past:
            k, v = (torch.cat([old, new], 2) for old, new in zip(past, (k, v), strict=True))
        scores = q @ k.transpose(-1, -2) * (width // self.heads) ** -0.5
        if past is not None:
            past[:] = [k, v]
            is_later = torch.ones(steps, k.shape[2], dtype=torch.bool, device=x.device).triu(k.shape[2] - steps + 1)
            scores = scores.masked_fill(is_later, -math.inf)
        attended: Tensor = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, steps, width)
        mixed: Tensor = self.mlp(x + self.dropout(self.out(attended)))
        return mixed
