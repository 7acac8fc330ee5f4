"""Figures of models whose music is classes a step: drums as one of 512, and trios of melody, bass and drums."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.models.vae import Vae, kl_divergence
from engine.representations import drum_classes, trio
from engine.representations.melody import FIRST_PITCH_CLASS

_BATCH = 100
_FIRST_ONSET = {"melody": FIRST_PITCH_CLASS, "bass": FIRST_PITCH_CLASS, "drums": drum_classes.SILENCE + 1}

Figures = dict[str, Any]


@torch.inference_mode()
def evaluate_classes(model: Vae, valid: MusicSet, seed: int = 0) -> Figures:
    """What a model of drum classes or trios rebuilds of the validation windows, free-running, part by part."""
    music = valid.music.long()
    parts = [model.encode(chunk) for chunk in music.split(_BATCH)]
    mu, log_var = (torch.cat(each) for each in zip(*parts, strict=True))
    generator = torch.Generator().manual_seed(seed)
    drawn = mu + (0.5 * log_var).exp() * torch.randn(mu.shape, generator=generator)
    return {
        "windows": len(music),
        "kl_nats": float(kl_divergence(mu, log_var).mean()),
        "active_units": int((mu.var(0) > 0.01).sum()),
        "posterior_mean": _right(_decode(model, mu, generator), music),
        "sampled_latent": _right(_decode(model, drawn, generator), music),
        "shuffled_latent": _right(_decode(model, mu.roll(1, 0), generator), music),
    }


def _decode(model: Vae, z: Tensor, generator: torch.Generator) -> Tensor:
    """The most likely answer."""
    return torch.cat(
        [model.head.draw(model.decode(chunk, 0.0, generator), 0.0, generator) for chunk in z.split(_BATCH)]
    )


def _right(guess: Tensor, truth: Tensor) -> Figures:
    if truth.dim() == 2:
        return _right_of_part(guess, truth, "drums")
    each = zip(trio.PARTS, guess.unbind(-1), truth.unbind(-1), strict=True)
    return {part: _right_of_part(its_guess, its_truth, part) for part, its_guess, its_truth in each}


def _right_of_part(guess: Tensor, truth: Tensor, part: str) -> Figures:
    """Shares of steps, of those where something begins, and of whole clips."""
    right = guess == truth
    onsets = truth >= _FIRST_ONSET[part]
    return {
        "steps_right": float(right.float().mean()),
        "onsets_right": float(right[onsets].float().mean()),
        "clips_right": float(right.all(1).float().mean()),
    }
