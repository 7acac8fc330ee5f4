"""What a set of grooves is like: density, voices, touch; and how far a model's samples are from the players."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from engine.evaluation.form import BAR_STEPS
from engine.evaluation.parts import Figures
from engine.models.draw import draw_hits
from engine.models.heads import interpret
from engine.models.vae import Vae
from engine.representations.drums import KICK, NUM_VOICES, SNARE

COMPARED = (
    "hits_a_bar", "hits_a_bar_spread", "voices", "voices_spread",
    "velocity_mean", "velocity_spread", "offset_mean", "offset_spread",
)  # fmt: skip
"""Figures in which samples are to be as the players are."""
_BATCH = 500


def players(music: Tensor) -> Figures:
    """Density, voices and feel of grooves `grooves, steps, 27`, whole bars; velocities 0..1, offsets in steps.

    Returns:
        Means and standard deviations of the hits in a bar, over bars; of the voices that a groove uses, over grooves;
        of velocities and offsets, over hits. And the shares of second and fourth beats with a snare, and of first beats
        with a kick.
    """
    hits, velocities, offsets = music.split(NUM_VOICES, -1)
    played = hits > 0
    bars = played.unflatten(1, (-1, BAR_STEPS))
    in_bars, voices = bars.sum((2, 3)).float().flatten(), played.any(1).sum(1).float()
    return {
        "hits_a_bar": float(in_bars.mean()),
        "hits_a_bar_spread": _spread(in_bars),
        "voices": float(voices.mean()),
        "voices_spread": _spread(voices),
        "velocity_mean": float(velocities[played].mean()),
        "velocity_spread": _spread(velocities[played]),
        "offset_mean": float(offsets[played].mean()),
        "offset_spread": _spread(offsets[played]),
        "backbeat": float(bars[:, :, [4, 12], SNARE].float().mean()),
        "downbeat_kick": float(bars[:, :, 0, KICK].float().mean()),
    }


def deviations(samples: Figures, data: Figures) -> Figures:
    """How far each figure of `COMPARED` is from the data's, as a share of that, and the `worst` of them, all >= 0."""
    away = {name: abs(samples[name] - data[name]) / abs(data[name]) if data[name] else math.nan for name in COMPARED}
    return {**away, "worst": float(np.max(list(away.values())))}


def decode_grooves(
    model: Vae, z: Tensor, temperature: float, generator: torch.Generator, lean: Tensor | None = None
) -> Tensor:
    """Grooves of latents, `latents, steps, 27`: hits drawn, with the velocity and offset that each cell would have.

    `lean` has the outputs' shape (`runtime.leaning`).
    """
    chunks = z.split(_BATCH)
    leans = [None] * len(chunks) if lean is None else lean.split(_BATCH)
    each = zip(chunks, leans, strict=True)
    outputs = torch.cat([model.decode(chunk, temperature, generator, own) for chunk, own in each])
    logits, velocities, offsets = interpret(outputs)
    hits = draw_hits(logits, temperature, generator)
    return torch.cat([hits, velocities, offsets], -1)


def _spread(values: Tensor) -> float:
    """The standard deviation; NaN of fewer than two."""
    return float(values.std()) if len(values) > 1 else math.nan
