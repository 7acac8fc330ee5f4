"""Spherical interpolation: between two latents, and among any number of them.

Source: Shoemake 1985 (slerp); Buss and Fillmore 2001 (spherical weighted averages).
Differs: directions turn and lengths change linearly, so that latents of different length mix evenly too; equal,
opposite and zero latents give finite answers.
"""

from __future__ import annotations

import torch
from torch import Tensor

_TINY = 1e-6
_ITERATIONS = 8


def slerp(a: Tensor, b: Tensor, t: Tensor | float) -> Tensor:
    """The latent a share `t` of the way from a to b.

    Args:
        a: `…, latent`.
        b: `…, latent`.
        t: 0 gives a, 1 gives b; a number, or `…` to match.
    """
    share = torch.as_tensor(t, dtype=a.dtype, device=a.device)[..., None]
    length_a, length_b = a.norm(dim=-1, keepdim=True), b.norm(dim=-1, keepdim=True)
    unit_a, unit_b = a / length_a.clamp_min(_TINY), b / length_b.clamp_min(_TINY)
    angle = torch.acos((unit_a * unit_b).sum(-1, keepdim=True).clamp(-1, 1))
    turn = torch.sin(angle)
    weight_a = torch.where(turn > _TINY, torch.sin((1 - share) * angle) / turn.clamp_min(_TINY), 1 - share)
    weight_b = torch.where(turn > _TINY, torch.sin(share * angle) / turn.clamp_min(_TINY), share)
    latent: Tensor = (weight_a * unit_a + weight_b * unit_b) * ((1 - share) * length_a + share * length_b)
    return latent


def blend(latents: Tensor, weights: Tensor) -> Tensor:
    """The weighted spherical mean of latents; with two it is their slerp.

    Args:
        latents: `count, …, latent`.
        weights: `count`, none negative, not all 0; only their ratios count.

    Returns:
        `…, latent`.
    """
    shares = (weights / weights.sum()).to(latents.dtype)
    shape = (-1,) + (1,) * (latents.dim() - 1)
    lengths = latents.norm(dim=-1, keepdim=True)
    units = latents / lengths.clamp_min(_TINY)
    mean = _normalise((shares.view(shape) * units).sum(0), units[shares.argmax()])
    for _ in range(_ITERATIONS):
        cosine = (units * mean).sum(-1, keepdim=True).clamp(-1, 1)
        angle = torch.acos(cosine)
        tangents = (units - cosine * mean) * (angle / torch.sin(angle).clamp_min(_TINY))
        step = (shares.view(shape) * tangents).sum(0)
        size = step.norm(dim=-1, keepdim=True)
        mean = _normalise(torch.cos(size) * mean + torch.sin(size) * step / size.clamp_min(_TINY), mean)
    latent: Tensor = mean * (shares.view(shape) * lengths).sum(0)
    return latent


def _normalise(direction: Tensor, otherwise: Tensor) -> Tensor:
    length = direction.norm(dim=-1, keepdim=True)
    return torch.where(length > _TINY, direction / length.clamp_min(_TINY), otherwise)
