"""Spherical interpolation: between two latents, and among any number of them.

Source: Shoemake 1985 (slerp); Buss and Fillmore 2001 (spherical weighted averages).
Differs: directions turn and lengths change linearly, so that latents of different length mix evenly too; equal,
opposite and zero latents give finite answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_TINY = 1e-6
_ITERATIONS = 8
_STILL = 1e-12

Floats = NDArray[np.float64]


def slerp(a: Tensor, b: Tensor, t: Tensor | float) -> Tensor:
    """The latent a share `t` of the way from a to b.

    Args:
        a: `…, latent`.
        b: `…, latent`.
        t: 0 gives just a, 1 just b; a number, or `…` to match.
    """
    share = torch.as_tensor(t, dtype=a.dtype, device=a.device)[..., None]
    length_a, length_b = a.norm(dim=-1, keepdim=True), b.norm(dim=-1, keepdim=True)
    unit_a, unit_b = a / length_a.clamp_min(_TINY), b / length_b.clamp_min(_TINY)
    angle = torch.acos((unit_a * unit_b).sum(-1, keepdim=True).clamp(-1, 1))
    turn = torch.sin(angle)
    weight_a = torch.where(turn > _TINY, torch.sin((1 - share) * angle) / turn.clamp_min(_TINY), 1 - share)
    weight_b = torch.where(turn > _TINY, torch.sin(share * angle) / turn.clamp_min(_TINY), share)
    between = (weight_a * unit_a + weight_b * unit_b) * ((1 - share) * length_a + share * length_b)
    return torch.where(share == 0, a, torch.where(share == 1, b, between))


def blend(latents: Tensor, weights: Tensor) -> Tensor:
    """The weighted spherical mean of latents; with two it is their slerp.

    Args:
        latents: `count, …, latent`.
        weights: `count`, none negative, not all 0; only their ratios count. Or a row of them a mean: `means, count`.

    Returns:
        `…, latent`, or `means, …, latent`.
    """
    rows = weights.double().cpu().numpy()
    means = Mixture.of(latents).means(np.atleast_2d(rows)).to(latents)
    return means if weights.dim() > 1 else means[0]


@dataclass(frozen=True)
class Mixture:
    """Latents made ready for many weighted means.

    A mean of directions is a sum of them, so it is sought among their factors, by their cosines alone. All is reckoned
    in double precision: then the single precision of the answer does not depend on the order of the latents, nor on how
    many means are asked for at once, and all weight on one latent gives just that one.

    Attributes:
        shape: of each mean, `…, latent`.
        lengths: `places, count`, where a place is an index of `…`.
        units: `places, count, latent`.
        cosines: between all of them, `places, count, count`.
    """

    shape: torch.Size
    lengths: Floats
    units: Floats
    cosines: Floats

    @classmethod
    def of(cls, latents: Tensor) -> Mixture:
        """Of latents `count, …, latent`, single precision."""
        places = latents.cpu().double().reshape(len(latents), -1, latents.shape[-1]).transpose(0, 1).numpy()
        lengths = np.sqrt(np.square(places).sum(-1))
        units = places / np.maximum(lengths, _TINY)[..., None]
        return cls(latents.shape[1:], lengths, units, units @ units.swapaxes(1, 2))

    def means(self, weights: Floats) -> Tensor:
        """A mean for each row of weights `means, count`: `means, …, latent`, in single precision."""
        shares = weights / weights.sum(1, keepdims=True)
        lengths = (shares @ self.lengths.T).T[..., None]
        means = (self._factors(shares) * lengths @ self.units).astype(np.float32)
        return torch.from_numpy(means.swapaxes(0, 1).reshape(len(weights), *self.shape))

    def _factors(self, shares: Floats) -> Floats:
        """Factors `places, means, count` of the directions: their sum is the direction of each mean."""
        weightiest = np.eye(shares.shape[1])[shares.argmax(1)]
        length = self._lengths(np.broadcast_to(shares, (len(self.cosines), *shares.shape)))
        factors = np.where(length > _TINY, shares / np.maximum(length, _TINY), weightiest)
        for _ in range(_ITERATIONS):
            cosines = np.clip(factors @ self.cosines, -1, 1)
            angles = np.arccos(cosines)
            pull = shares * (angles / np.maximum(np.sin(angles), _TINY))
            step = pull - (pull * cosines).sum(-1, keepdims=True) * factors
            moving = np.abs(step).max(-1, keepdims=True) > _STILL  # each mean for itself, whatever else is asked for
            if not moving.any():
                break
            size = self._lengths(step)
            turned = np.cos(size) * factors + np.sin(size) * step / np.maximum(size, _STILL)
            factors = np.where(moving, turned, factors)
        return factors

    def _lengths(self, factors: Floats) -> Floats:
        """Lengths of sums of the directions, `places, means, 1`."""
        squared = (factors @ self.cosines * factors).sum(-1, keepdims=True)
        lengths: Floats = np.sqrt(np.maximum(squared, 0))
        return lengths
