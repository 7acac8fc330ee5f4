"""Music of classes at the models' border: melodies, drums as one of 512 classes, and trios of both.

Source: magenta's MusicVAE: softmax cross-entropy; drums enter as the roll of their nine voices and one more for none.
Differs: what a decoder looks back at is that roll too, where the reference shows it one of 512: the same knowledge.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.draw import draw_classes
from engine.representations import drum_classes, melody, trio
from engine.representations.drums import NUM_VOICES

CERTAIN = 30.0


class ClassHead(nn.Module):
    """One of `depth` classes a step; music is classes `batch, steps`."""

    depth: int
    feature_depth: int

    @property
    def parts(self) -> tuple[ClassHead, ...]:
        """Itself alone."""
        return (self,)

    def features(self, music: Tensor) -> Tensor:
        """One-hot floats."""
        return F.one_hot(music, self.depth).float()

    def project(self, music: Tensor, weight: Tensor) -> Tensor:
        """A row of the weight for each class."""
        return F.embedding(music, weight)

    def loss(self, outputs: Tensor, music: Tensor) -> Tensor:
        """Cross-entropy, summed over the steps."""
        nll = F.cross_entropy(outputs.float().flatten(0, 1), music.flatten(), reduction="none")
        return nll.view(music.shape).sum(1)

    def draw(self, outputs: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
        """The class drawn."""
        return draw_classes(outputs, temperature, generator)

    def played(self, music: Tensor) -> Tensor:
        """1 for the class that is played."""
        return F.one_hot(music, self.depth).float()

    def certain(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        """Log-probabilities near 0 for the class drawn, far below for all others."""
        return (F.one_hot(drawn, self.depth) - 1).to(outputs.dtype) * CERTAIN


class MelodyHead(ClassHead):
    """One of 90 classes a step, and so it enters."""

    depth = feature_depth = melody.NUM_CLASSES


class DrumClassHead(ClassHead):
    """One of 512 classes a step; it enters as which of the nine voices are hit, and whether none is."""

    depth = drum_classes.NUM_CLASSES
    feature_depth = NUM_VOICES + 1

    def features(self, music: Tensor) -> Tensor:
        """Ten floats a step, 0 or 1."""
        voices = torch.arange(NUM_VOICES, device=music.device)
        hits = (music[..., None] >> voices) & 1
        return torch.cat([hits, (music == drum_classes.SILENCE)[..., None]], -1).float()

    def project(self, music: Tensor, weight: Tensor) -> Tensor:
        """A product."""
        return self.features(music) @ weight


class TrioHead(nn.Module):
    """Melody, bass and drums side by side; music is classes `batch, steps, 3`."""

    def __init__(self) -> None:
        super().__init__()
        heads = {trio.MELODY: MelodyHead(), trio.BASS: MelodyHead(), trio.DRUMS: DrumClassHead()}
        self._parts = tuple(heads[part] for part in range(trio.NUM_PARTS))
        self.depths = [part.depth for part in self._parts]
        self.feature_depths = [part.feature_depth for part in self._parts]
        self.depth, self.feature_depth = sum(self.depths), sum(self.feature_depths)

    @property
    def parts(self) -> tuple[ClassHead, ...]:
        """One for each part of the trio."""
        return self._parts

    def features(self, music: Tensor) -> Tensor:
        """What each part enters as, side by side."""
        return torch.cat([part.features(one) for part, one in self._each(music)], -1)

    def project(self, music: Tensor, weight: Tensor) -> Tensor:
        """The sum of what each part gives."""
        weights = weight.split(self.feature_depths)
        return sum((p.project(one, w) for (p, one), w in zip(self._each(music), weights, strict=True)), torch.zeros(()))

    def loss(self, outputs: Tensor, music: Tensor) -> Tensor:
        """The sum over the parts."""
        each = zip(self._each(music), self._split(outputs), strict=True)
        return torch.stack([part.loss(out, one) for (part, one), out in each]).sum(0)

    def draw(self, outputs: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
        """Each part drawn for itself."""
        each = zip(self._parts, self._split(outputs), strict=True)
        return torch.stack([part.draw(out, temperature, generator) for part, out in each], -1)

    def played(self, music: Tensor) -> Tensor:
        """Each part's own."""
        return torch.cat([part.played(one) for part, one in self._each(music)], -1)

    def certain(self, outputs: Tensor, drawn: Tensor) -> Tensor:
        """Each part's own."""
        each = zip(self._each(drawn), self._split(outputs), strict=True)
        return torch.cat([part.certain(out, one) for (part, one), out in each], -1)

    def _each(self, music: Tensor) -> list[tuple[ClassHead, Tensor]]:
        return list(zip(self._parts, music.unbind(-1), strict=True))

    def _split(self, outputs: Tensor) -> Sequence[Tensor]:
        split: Sequence[Tensor] = outputs.split(self.depths, -1)
        return split
