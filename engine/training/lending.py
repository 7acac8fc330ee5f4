"""Trios that borrow: a part of a window played by another collection, where there are many parts and few bands.

The bands of the data set are few, and a model learns their songs by heart. Melodies and drum patterns there are by the
thousand: with some of them in a band's place, the model has to learn parts, not songs.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.representations.melody import FIRST_PITCH_CLASS, NUM_CLASSES, pitch_token
from engine.representations.trio import BASS, DRUMS, MELODY

LENDERS = ("melody_16bar", "drums_2bar")
"""Kinds of windows that parts are borrowed from: lines, of the trio's length, and drums."""
_HIGHEST_BASS = pitch_token(45)
_OCTAVE = 12
_ANOTHER_PATTERN = 0.25
"""Share of the patterns of a borrowed drum part that are not its first one."""


@dataclass(frozen=True)
class Lenders:
    """What parts are borrowed from.

    Attributes:
        lines: melodies, `windows, steps`.
        drums: classes, `windows, steps of a pattern`; the steps of a trio are a multiple of a pattern's.
    """

    lines: MusicSet
    drums: MusicSet

    def lend(self, music: Tensor, share: float, generator: torch.Generator) -> Tensor:
        """Trios `batch, steps, 3` of which each part is borrowed in so large a share of the windows, 0..1."""
        lent = music.clone()
        for part in (MELODY, BASS, DRUMS):
            borrows = torch.rand(len(music), generator=generator) < share
            lent[borrows, :, part] = self._part(part, int(borrows.sum()), music.shape[1], generator)
        return lent

    def _part(self, part: int, count: int, steps: int, generator: torch.Generator) -> Tensor:
        if part == DRUMS:
            return self._patterns(count, steps, generator)
        lines = self.lines.music[torch.randint(len(self.lines), (count,), generator=generator)].long()
        return lowered(lines) if part == BASS else lines

    def _patterns(self, count: int, steps: int, generator: torch.Generator) -> Tensor:
        """One pattern again and again, with another one now and then."""
        patterns = steps // self.drums.music.shape[1]
        picks = torch.randint(len(self.drums), (count, patterns), generator=generator)
        stays = torch.rand(count, patterns, generator=generator) >= _ANOTHER_PATTERN
        return self.drums.music[torch.where(stays, picks[:, :1], picks)].long().flatten(1)


def lowered(lines: Tensor) -> Tensor:
    """Melodies `batch, steps` by as many octaves lower as bring their middle into a bass's register.

    What would fall off the piano's low end stays an octave higher.
    """
    onsets = lines >= FIRST_PITCH_CLASS
    middle = torch.where(onsets, lines, torch.nan).nanmedian(1).values.nan_to_num(_HIGHEST_BASS)
    octaves = ((middle - _HIGHEST_BASS) / _OCTAVE).ceil().clamp_min(0).long()
    low = lines - _OCTAVE * octaves[:, None]
    low += _OCTAVE * ((FIRST_PITCH_CLASS - low).clamp_min(0) / _OCTAVE).ceil().long()
    return torch.where(onsets, low.clamp_max(NUM_CLASSES - 1), lines)
