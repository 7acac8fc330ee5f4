"""Noise that a seed decides, whatever else is drawn beside it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def generator_of(seed: int) -> torch.Generator:
    """A generator that begins where this seed begins, of any sign and size."""
    return torch.Generator().manual_seed(seed % 2**63)


def uniform_of(seeds: Sequence[int], shape: tuple[int, ...]) -> Tensor:
    """Numbers in 0..1, the end left out, `seeds, *shape`: for one seed always the same."""
    once = {seed: torch.rand((1, *shape), generator=generator_of(seed)) for seed in set(seeds)}
    if len(once) == 1:
        return once[seeds[0]].expand(len(seeds), *shape)
    return torch.cat([once[seed] for seed in seeds])
