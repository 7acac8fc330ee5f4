"""Directions of a model's latent space that a musician can name, as a checkpoint brings them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Directions:
    """PLACEHOLDER until the real one comes."""

    names: tuple[str, ...]

    def moved(self, z: Tensor, values: Mapping[str, float]) -> Tensor:
        """Nothing yet."""
        del values
        return z.clone()
