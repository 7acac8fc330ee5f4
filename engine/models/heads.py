"""What the numbers of a step mean, for each kind of music: how it enters, what it costs, what is fed back.

What is one of several classes stands in `class_heads.py`.

Source: magenta's GrooVAE: log loss of the hits and squared errors of velocities and offsets over all cells.
Differs: offsets lie in [-0.5, 0.5) steps, so their head is half a tanh; errors count where something is hit, since the
value of an empty cell is never heard, and count more there, since a player's touch is what the model is for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.chord_head import ChordHead
from engine.models.class_heads import CERTAIN, DrumClassHead, MelodyHead, TrioHead
from engine.models.draw import draw_hits
from engine.representations.drums import NUM_VOICES
from engine.representations.groove import DEPTH

VELOCITY_WEIGHT = 20.0
OFFSET_WEIGHT = 40.0


class Head(Protocol):
    """One kind of music at the models' border.

    Attributes:
        depth: numbers a step of the outputs.
        feature_depth: numbers a step of the features.
    """

    depth: int
    feature_depth: int

    @property
    def parts(self) -> Sequence[Head]:
        """Heads of the parts that decoders may take one by one; features and outputs are theirs, side by side."""
        ...

    def features(self, music: Tensor) -> Tensor:
        """Music as floats `batch, steps, feature_depth`."""
        ...

    def project(self, music: Tensor, weight: Tensor) -> Tensor:
        """The features times `weight`, `feature_depth, width`, by the shortest way; the last axis becomes `width`."""
        ...

    def loss(self, outputs: Tensor, music: Tensor) -> Tensor:
        """Nats (and squared errors) a clip, shape `batch`; `outputs` has shape `batch, steps, depth`."""
        ...

    def draw(self, outputs: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
        """Music of steps with these outputs, `…, depth`; temperature 0 takes the most likely."""
        ...

    def played(self, music: Tensor) -> Tensor:
        """Numbers of the outputs' shape in -1..1: above 0 for what the music plays, 0 where it does not matter."""
        ...

    def certain(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        """Outputs, `…, depth`, that leave no doubt that `drawn` was drawn from these."""
        ...


class GrooveHead(nn.Module):
    """Hits, velocities, offsets; music is floats `batch, steps, 27`."""

    depth = feature_depth = DEPTH

    @property
    def parts(self) -> tuple[GrooveHead, ...]:
        """Itself alone."""
        return (self,)

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
        """Hits drawn, and where the temperature is above 0 their velocities and offsets too: from .5 on fully.

        The spread of both is that of their squared errors, taken as the likelihood of Gaussians.
        """
        logits, velocities, offsets = interpret(outputs)
        hits = draw_hits(logits, temperature, generator).to(outputs.dtype)
        if temperature:
            noise = torch.randn(2, *velocities.shape, generator=generator) * math.sqrt(min(1.0, 2 * temperature))
            velocities = (velocities + noise[0] / math.sqrt(2 * VELOCITY_WEIGHT)).clamp(1 / 127, 1)
            offsets = (offsets + noise[1] / math.sqrt(2 * OFFSET_WEIGHT)).clamp(-0.5, 0.4999)
        return torch.cat([hits, velocities * hits, offsets * hits], -1)

    def played(self, music: Tensor) -> Tensor:
        """1 for a hit and -1 for none; of velocities and offsets nothing."""
        hits = 2 * music[..., :NUM_VOICES] - 1
        return torch.cat([hits, torch.zeros_like(music[..., NUM_VOICES:])], -1)

    def certain(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        """The same velocities and offsets, under logits far from 0."""
        hits, velocities, offsets = drawn.split(NUM_VOICES, -1)
        touch = torch.cat([velocities.logit(1e-4), (2 * offsets).clamp(-0.9999, 0.9999).atanh()], -1)
        is_hit = hits.repeat(*[1] * (hits.dim() - 1), 2) > 0
        return torch.cat([(2 * hits - 1) * CERTAIN, touch.where(is_hit, outputs[..., NUM_VOICES:])], -1)


def interpret(outputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Raw `…, 27` outputs as hit logits, velocities 0..1 and offsets in (-0.5, 0.5), each `…, 9`."""
    logits, velocities, offsets = outputs.split(NUM_VOICES, -1)
    return logits, torch.sigmoid(velocities), 0.5 * torch.tanh(offsets)


HEADS: dict[str, type[MelodyHead] | type[GrooveHead] | type[DrumClassHead] | type[TrioHead] | type[ChordHead]] = {
    "melody": MelodyHead,
    "groove": GrooveHead,
    "drums": DrumClassHead,
    "trio": TrioHead,
    "chords": ChordHead,
}
"""By `VaeConfig.music`."""
