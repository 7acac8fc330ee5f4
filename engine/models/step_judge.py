"""How likely music is, step after step: a causal transformer that knows no latent and so can judge any model's music.

Source: Vaswani et al., Attention Is All You Need, 2017; Roberts et al. 2018 judge interpolations by a 5-gram.
Differs: every step sees all steps before it, so that a second bar is judged in the light of the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.blocks import AttentionBlock
from engine.models.class_heads import ClassHead, DrumClassHead, MelodyHead
from engine.models.folding import Linear

HEADS: dict[str, type[MelodyHead] | type[DrumClassHead]] = {"melody": MelodyHead, "drums": DrumClassHead}
"""What can be judged: music of one class a step, by `JudgeConfig.music`."""


@dataclass(frozen=True)
class JudgeConfig:
    """A judge of clips of one length.

    Attributes:
        music: `melody` (90 classes a step) or `drums` (512), a name in `HEADS`.
        steps: length of a clip.
        width: of each block.
        depth: causal attention blocks.
        heads: attention heads.
    """

    music: str
    steps: int = 32
    width: int = 128
    depth: int = 2
    heads: int = 4


class StepJudge(nn.Module):
    """Clips `batch, steps` to what each step costs, given the steps before it."""

    def __init__(self, config: JudgeConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.head: ClassHead = HEADS[config.music]()
        self.enter = nn.Parameter(torch.randn(self.head.feature_depth, config.width) * 0.3)
        self.position = nn.Parameter(torch.randn(config.steps, config.width) * 0.1)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(AttentionBlock(config.width, config.heads, dropout) for _ in range(config.depth))
        self.norm = nn.LayerNorm(config.width)
        self.out = Linear(config.width, self.head.depth)

    def forward(self, music: Tensor) -> Tensor:
        """Logits `batch, steps, classes` of each step of classes `batch, steps`; none sees itself or what follows."""
        before = F.pad(self.head.project(music[:, :-1], self.enter), (0, 0, 1, 0))
        x = self.dropout(before + self.position)
        for block in self.blocks:
            x = block(x, [])
        logits: Tensor = self.out(self.norm(x))
        return logits

    def nats(self, music: Tensor) -> Tensor:
        """The cost of each step of classes `batch, steps`, the same shape."""
        logits = self(music).float()
        return F.cross_entropy(logits.flatten(0, 1), music.flatten(), reduction="none").view(music.shape)
