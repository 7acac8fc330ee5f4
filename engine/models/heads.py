"""What the numbers of a step mean, for each kind of music: how it enters, what it costs, what is fed back.

Source: magenta's MusicVAE: softmax cross-entropy for melody; for grooves log loss of the hits and squared errors of
velocities and offsets over all cells.
Differs: offsets lie in [-0.5, 0.5) steps, so their head is half a tanh; errors count where something is hit, since the
value of an empty cell is never heard, and count more there, since a player's touch is what the model is for.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.draw import draw_classes, draw_hits
from engine.representations.drums import NUM_VOICES
from engine.representations.groove import DEPTH
from engine.representations.melody import NUM_CLASSES

CERTAIN = 30.0
VELOCITY_WEIGHT = 20.0
OFFSET_WEIGHT = 40.0


class Head(Protocol):
    """One kind of music at the models' border."""

    depth: int

    def features(self, music: Tensor) -> Tensor:
        """Music as floats `batch, steps, depth`."""
        ...

    def project(self, music: Tensor, weight: Tensor) -> Tensor:
        """The features times `weight`, `depth, width`, by the shortest way; the last axis becomes `width`."""
        ...

    def loss(self, outputs: Tensor, music: Tensor) -> Tensor:
        """Nats (and squared errors) a clip, shape `batch`; `outputs` has shape `batch, steps, depth`."""
        ...

    def draw(self, outputs: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
        """Music of steps with these outputs, `…, depth`; temperature 0 takes the most likely."""
        ...

    def certain(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        """Outputs, `…, depth`, that leave no doubt that `drawn` was drawn from these."""
        ...


class MelodyHead(nn.Module):
    """One of 90 classes a step; music is tokens `batch, steps`."""

    depth = NUM_CLASSES

    def features(self, music: Tensor) -> Tensor:
        """One-hot floats."""
        return F.one_hot(music, NUM_CLASSES).float()

    def project(self, music: Tensor, weight: Tensor) -> Tensor:
        """A row of the weight for each token."""
        return F.embedding(music, weight)

    def loss(self, outputs: Tensor, music: Tensor) -> Tensor:
        """Cross-entropy, summed over the steps."""
        nll = F.cross_entropy(outputs.float().flatten(0, 1), music.flatten(), reduction="none")
        return nll.view(music.shape).sum(1)

    def draw(self, outputs: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
        """The class drawn."""
        return draw_classes(outputs, temperature, generator)

    def certain(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        """Log-probabilities near 0 for the class drawn, far below for all others."""
        return (self.features(drawn) - 1).to(outputs.dtype) * CERTAIN


class GrooveHead(nn.Module):
    """Hits, velocities, offsets; music is floats `batch, steps, 27`."""

    depth = DEPTH

    def features(self, music: Tensor) -> Tensor:
        """The music itself."""
        return music

    def project(self, music: Tensor, weight: Tensor) -> Tensor:
        """A product."""
        return music @ weight

    def loss(self, outputs: Tensor, music: Tensor) -> Tensor:
        """Log loss of the hits plus squared errors where something is hit."""
        hits, velocities, offsets = music.split(NUM_VOICES, -1)
        logits, velocity_guess, offset_guess = interpret(outputs.float())
        log_loss = F.binary_cross_entropy_with_logits(logits, hits, reduction="none")
        errors = VELOCITY_WEIGHT * (velocity_guess - velocities) ** 2 + OFFSET_WEIGHT * (offset_guess - offsets) ** 2
        cost: Tensor = (log_loss + hits * errors).sum((1, 2))
        return cost

    def draw(self, outputs: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
        """Hits drawn; velocities and offsets as they are."""
        logits, velocities, offsets = interpret(outputs)
        hits = draw_hits(logits, temperature, generator).to(outputs.dtype)
        return torch.cat([hits, velocities * hits, offsets * hits], -1)

    def certain(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        """The same velocities and offsets, under logits far from 0."""
        logits = (2 * drawn[..., :NUM_VOICES] - 1) * CERTAIN
        return torch.cat([logits, outputs[..., NUM_VOICES:]], -1)


def interpret(outputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Raw `…, 27` outputs as hit logits, velocities 0..1 and offsets in (-0.5, 0.5), each `…, 9`."""
    logits, velocities, offsets = outputs.split(NUM_VOICES, -1)
    return logits, torch.sigmoid(velocities), 0.5 * torch.tanh(offsets)


HEADS: dict[str, type[MelodyHead] | type[GrooveHead]] = {"melody": MelodyHead, "groove": GrooveHead}
