"""Chords and durations at an autoencoder's border: many-hot pitch classes and one of some durations an event."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.class_heads import CERTAIN
from engine.models.draw import draw_classes, draw_hits
from engine.representations.chord_vocabulary import DURATION_STEPS
from engine.representations.chords import NUM_PITCH_CLASSES

DEPTH = NUM_PITCH_CLASSES + len(DURATION_STEPS)
_HALF = math.log(0.5)
DURATION = NUM_PITCH_CLASSES
"""Where the duration's class stands in an event's numbers."""


class ChordHead(nn.Module):
    """Music is whole numbers `batch, events, 13`: 0 or 1 for each pitch class from C up, then the duration's class."""

    depth = feature_depth = DEPTH

    @property
    def parts(self) -> Sequence[ChordHead]:
        """Itself alone."""
        return (self,)

    def features(self, music: Tensor) -> Tensor:
        """The pitch classes, and one-hot durations."""
        durations = F.one_hot(music[..., DURATION], len(DURATION_STEPS))
        return torch.cat([music[..., :DURATION], durations], -1).float()

    def project(self, music: Tensor, weight: Tensor) -> Tensor:
        """A product."""
        return self.features(music) @ weight

    def loss(self, outputs: Tensor, music: Tensor) -> Tensor:
        """Log loss of each pitch class and cross-entropy of the durations, summed over the events."""
        notes, durations = split(outputs.float())
        log_loss = F.binary_cross_entropy_with_logits(notes, music[..., :DURATION].float(), reduction="none")
        nll = F.cross_entropy(durations.flatten(0, 1), music[..., DURATION].flatten(), reduction="none")
        cost: Tensor = log_loss.sum((1, 2)) + nll.view(music.shape[:2]).sum(1)
        return cost

    def draw(self, outputs: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
        """Each pitch class and the duration drawn for themselves."""
        notes, durations = split(outputs)
        hits = draw_hits(notes, temperature, generator).long()
        return torch.cat([hits, draw_classes(durations, temperature, generator)[..., None]], -1)

    def played(self, music: Tensor) -> Tensor:
        """1 for a note and -1 for none, 1 for the duration's class."""
        durations = F.one_hot(music[..., DURATION], len(DURATION_STEPS))
        return torch.cat([2 * music[..., :DURATION] - 1, durations], -1).float()

    def certain(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        """Logits far from 0 for the notes, and near 0 for the duration drawn alone."""
        notes = (2 * drawn[..., :DURATION] - 1) * CERTAIN
        durations = (F.one_hot(drawn[..., DURATION], len(DURATION_STEPS)) - 1) * CERTAIN
        return torch.cat([notes, durations], -1).to(outputs.dtype)


def split(outputs: Tensor) -> tuple[Tensor, Tensor]:
    """Logits of the pitch classes, `…, 12`, and of the durations."""
    notes, durations = outputs.split([NUM_PITCH_CLASSES, len(DURATION_STEPS)], -1)
    return notes, durations


def word_logits(notes: Tensor, many_hot: Tensor) -> Tensor:
    """How likely each word of a vocabulary is, by logits of the pitch classes, up to a constant.

    Of notes that are all unsure the likeliest set would be none of them: a rest is said only where it is likelier than
    all chords together.

    Args:
        notes: `events, 12`.
        many_hot: of the words, the rest first, `words, 12`.

    Returns:
        `events, words`.
    """
    logits = notes @ many_hot.t().to(notes)
    silent = F.logsigmoid(-notes).sum(-1) > _HALF
    logits[..., 0] = torch.where(silent, CERTAIN, -CERTAIN) * len(many_hot)
    return logits
