"""Knobs without wrong notes: what turns a melody's latent takes single notes out of the key, and they are led back.

The latent knows a melody's key only by its notes, and a direction that is right for most clips is a little off for
each. So of the pitches that the model then thinks of, those count that are at home in the melody at rest.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.representations.key import at_home
from engine.representations.melody import FIRST_PITCH_CLASS, MAX_PITCH, MIN_PITCH

_UNLIKELY = 20.0
_FULLY_FROM = 0.25


def strength_of(value: float) -> float:
    """How strictly the key is kept with a knob at -1..1: not at all at 0, so that nothing jumps there, soon wholly."""
    return min(1.0, abs(value) / _FULLY_FROM)


def kept_at_home(said: Tensor, rest: Tensor, strengths: Tensor) -> Tensor:
    """What is said of melodies, with the pitches unlikely that are not at home in the same melodies at rest.

    Args:
        said: logits `melodies, steps, 90`; they are not changed.
        rest: tokens of the melodies at rest, `melodies, steps`, on the CPU.
        strengths: 0..1, `melodies`.
    """
    home = torch.from_numpy(at_home(rest.numpy()))
    foreign = ~home[:, torch.arange(MIN_PITCH, MAX_PITCH + 1) % 12]
    kept = said.clone()
    kept[..., FIRST_PITCH_CLASS:] -= (_UNLIKELY * strengths[:, None] * foreign).to(said)[:, None]
    return kept
