"""How the way between two clips is measured out: at which positions equal shares of the music's change are done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.latent.path import PROBES, by_change, probe_positions
from engine.latent.slerp import slerp
from engine.models.vae import Vae
from engine.runtime import translators
from engine.runtime.leaning import Leaning
from engine.runtime.translators import Translator

WAY_STOPS = 129
_MOST_STEPS = 64


def measure_way(
    model: Vae, translator: Translator[Any], ends: Sequence[Tensor], stops: int, leaning: Leaning | None = None
) -> Tensor:
    """Positions 0..1 on the way between two pieces between which the music changes alike, shape `stops`.

    Args:
        model: whose latents they are.
        translator: knows what a change of its music is.
        ends: latents of both, `windows, latent` each.
        stops: how many positions, both ends included.
        leaning: on both ends; None: on nothing.
    """
    (a, b), positions = ends, probe_positions()
    z = slerp(a.expand(PROBES, -1, -1), b.expand(PROBES, -1, -1), positions[:, None])
    lean = None if leaning is None else leaning.at(torch.stack([1 - positions, positions], 1))
    outputs = translators.decode(model, z, 0.0, torch.Generator(), lean)
    return by_change(translator.change(outputs), stops).cpu()


def few_windows(latents: Tensor, length_steps: int) -> Tensor:
    """Latents of the few windows that speak for a clip, evenly spread over it: four bars of them, or one window."""
    most = max(1, _MOST_STEPS // length_steps)
    return latents[:: max(1, -(-len(latents) // most))]
