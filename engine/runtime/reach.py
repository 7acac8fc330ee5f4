"""How far an amount reaches: from a clip into the prior, evenly by how much the music changes.

By angle alone the first quarter of the way changes almost nothing and the middle nearly everything. So the way is
measured once for each model, between random points of the prior, and an amount is a share of the change.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.latent.path import PROBES, by_change, probe_positions
from engine.latent.slerp import slerp
from engine.runtime import translators
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.roster import vae_of
from engine.runtime.translators import Translator

_WAYS = 24
_SEED = 2018


def measure_reach(loaded: Checkpoint, translator: Translator) -> Tensor:
    """Positions 0..1 on the way at which equal shares of the change are done, shape `33`; the same every time."""
    generator = torch.Generator().manual_seed(_SEED)
    starts, ends = torch.randn(2, _WAYS, loaded.model.config.latent_dim, generator=generator)
    z = slerp(starts.expand(PROBES, -1, -1), ends.expand(PROBES, -1, -1), probe_positions()[:, None])
    outputs = translators.decode(vae_of(loaded), z, 0.0, generator)
    return by_change(translator.change(outputs), PROBES).cpu()


def share_of_way(amount: float, reach: Tensor) -> float:
    """Where on the way an amount 0..1 lies; 0 and 1 are the ends."""
    place = amount * (len(reach) - 1)
    below = min(int(place), len(reach) - 2)
    return float(reach[below] + (place - below) * (reach[below + 1] - reach[below]))
