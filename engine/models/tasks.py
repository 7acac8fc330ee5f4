"""What a task shows of a groove, for models that shall play the whole: batches of grooves `batch, steps, 27`.

Source: GrooVAE's humanize, tapify, tap_fixed_velocity and add_closed_hh.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from engine.representations.drums import CLOSED_HAT, NUM_VOICES


def tap_of(music: Tensor) -> Tensor:
    """The rhythm alone, `batch, steps, 27` to `batch, steps, 3`: hit, velocity, offset of each step's loudest drum."""
    hits, velocities, offsets = music.split(NUM_VOICES, -1)
    loudest = velocities.argmax(-1, keepdim=True)
    return torch.cat([part.gather(-1, loudest) for part in (hits, velocities, offsets)], -1)


def _hits_alone(music: Tensor) -> Tensor:
    """Grooves without velocities and offsets."""
    return torch.cat([music[..., :NUM_VOICES], torch.zeros_like(music[..., NUM_VOICES:])], -1)


def _rhythm_alone(music: Tensor) -> Tensor:
    """Grooves with every step's loudest hit on one voice, its offset kept, its velocity not."""
    hit, _, offset = tap_of(music).unbind(-1)
    shown = torch.zeros_like(music)
    shown[..., CLOSED_HAT], shown[..., 2 * NUM_VOICES + CLOSED_HAT] = hit, offset
    return shown


def _without_closed_hats(music: Tensor) -> Tensor:
    """Grooves whose closed hats are taken out, hits, velocities and offsets."""
    shown = music.clone()
    shown[..., CLOSED_HAT::NUM_VOICES] = 0
    return shown


TASKS: dict[str, Callable[[Tensor], Tensor]] = {
    "plain": lambda music: music,
    "humanize": _hits_alone,
    "tap": _rhythm_alone,
    "add_closed_hats": _without_closed_hats,
}
"""By name, `batch, steps, 27` to the same."""
