"""How the way between two clips is measured out: at which positions equal shares of the music's change are done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.latent.path import FINE_PROBES, PROBES, by_change, probe_positions
from engine.latent.slerp import slerp
from engine.models.vae import Vae
from engine.representations.drums import NUM_VOICES
from engine.runtime import translators
from engine.runtime.leaning import Leaning
from engine.runtime.translators import Translator

WAY_STOPS = 129
_MOST_STEPS = 64
_AT_ONCE, _ASIDE = 0.65, 0.2


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
    (a, b), positions = ends, probe_positions(PROBES if leaning is None else FINE_PROBES)
    z = slerp(a.expand(len(positions), -1, -1), b.expand(len(positions), -1, -1), positions[:, None])
    if leaning is None:
        outputs = translators.decode(model, z, 0.0, torch.Generator())
        return by_change(translator.change(outputs), stops).cpu()
    lean = leaning.at(torch.stack([1 - positions, positions], 1))
    outputs = translators.decode(model, z, 0.0, torch.Generator(), lean)
    return by_change(_heard_change(model, outputs), stops).cpu()


def _heard_change(model: Vae, outputs: Tensor) -> Tensor:
    """How much further from the first and nearer to the last of `count` outputs each next one is, in what is heard.

    It is counted in steps, or drum hits, of the likeliest music. With a language a change brings others along, so what
    is said between two likeliest answers tells little. Many changes at once count for less than as many one by one:
    they cannot be parted by stops. What changes without leading anywhere counts a little.
    """
    music = model.head.draw(outputs, 0.0, None)
    heard = (music[..., :NUM_VOICES] if music.is_floating_point() else music).flatten(1)
    ahead = ((heard != heard[:1]).sum(1) - (heard != heard[-1:]).sum(1)).float().cummax(0).values.diff() / 2
    changed = (heard[1:] != heard[:-1]).sum(1).float()
    return ahead**_AT_ONCE + _ASIDE * changed**_AT_ONCE


def few_windows(latents: Tensor, length_steps: int) -> Tensor:
    """Latents of the few windows that speak for a clip, evenly spread over it: four bars of them, or one window."""
    most = max(1, _MOST_STEPS // length_steps)
    return latents[:: max(1, -(-len(latents) // most))]
