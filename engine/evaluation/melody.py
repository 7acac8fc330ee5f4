"""Figures of a melody model: what it rebuilds, what it invents, what lies between two clips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.evaluation.melody_statistics import MelodyStatistics, jensen_shannon, measure
from engine.latent.slerp import slerp
from engine.models.vae import Vae, kl_divergence
from engine.representations.melody import FIRST_PITCH_CLASS

SAMPLES = 2000
PAIRS = 400
STOPS = 9
TEMPERATURE = 0.5
_BATCH = 500

Figures = dict[str, Any]


@torch.inference_mode()
def evaluate_melody(model: Vae, valid: MusicSet, seed: int = 0) -> Figures:
    """All figures of a melody model on the validation windows."""
    tokens = valid.music.long()
    mu, log_var = _encode(model, tokens)
    generator = torch.Generator().manual_seed(seed)
    drawn = mu + (0.5 * log_var).exp() * torch.randn(mu.shape, generator=generator)
    prior = torch.randn(SAMPLES, mu.shape[1], generator=generator)
    data = measure(tokens.numpy())
    return {
        "windows": len(tokens),
        "kl_nats": float(kl_divergence(mu, log_var).mean()),
        "active_units": int((mu.var(0) > 0.01).sum()),
        "posterior_mean": _accuracy(_decode(model, mu, 0.0, generator), tokens),
        "sampled_latent": _accuracy(_decode(model, drawn, 0.0, generator), tokens),
        "data": _plain(data),
        "samples": _compared(_decode(model, prior, TEMPERATURE, generator), data),
        "paths": _paths(model, mu, tokens, generator),
    }


def _encode(model: Vae, tokens: Tensor) -> tuple[Tensor, Tensor]:
    parts = [model.encode(chunk) for chunk in tokens.split(_BATCH)]
    return torch.cat([mu for mu, _ in parts]), torch.cat([log_var for _, log_var in parts])


def _decode(model: Vae, z: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    def chunks() -> Iterator[Tensor]:
        for chunk in z.split(_BATCH):
            outputs = model.decode(chunk, temperature, generator)
            yield model.head.draw(outputs, temperature, generator)

    return torch.cat(list(chunks()))


def _accuracy(guess: Tensor, truth: Tensor) -> Figures:
    right = guess == truth
    onsets = truth >= FIRST_PITCH_CLASS
    return {
        "steps_right": float(right.float().mean()),
        "onsets_right": float(right[onsets].float().mean()),
        "clips_right": float(right.all(1).float().mean()),
    }


def _plain(statistics: MelodyStatistics) -> Figures:
    return {
        "in_key": statistics.in_key,
        "onsets": statistics.onsets,
        "pitches": statistics.pitches,
        "on_beat": statistics.on_beat,
        "degenerate": statistics.degenerate,
    }


def _compared(samples: Tensor, data: MelodyStatistics) -> Figures:
    found = measure(samples.numpy())
    distances = {
        f"jsd_{name}": jensen_shannon(found.histograms[name], data.histograms[name]) for name in data.histograms
    }
    return {**_plain(found), **distances}


def _paths(model: Vae, mu: Tensor, tokens: Tensor, generator: torch.Generator) -> Figures:
    """Nine steps of slerp between random pairs; each list has one number a step."""
    picks = torch.randperm(len(mu), generator=generator)[: 2 * min(PAIRS, len(mu) // 2)]
    first, second = picks.chunk(2)
    steps = torch.linspace(0, 1, STOPS)
    path = torch.stack([slerp(mu[first], mu[second], float(t)) for t in steps], 1)
    decoded = _decode(model, path.flatten(0, 1), 0.0, generator).view(len(first), STOPS, -1)
    to_first = (decoded != tokens[first][:, None]).float().mean((0, 2))
    to_second = (decoded != tokens[second][:, None]).float().mean((0, 2))
    distinct = [len(np.unique(clips.numpy(), axis=0)) for clips in decoded]
    return {
        "pairs": len(first),
        "in_key": [measure(decoded[:, stop].numpy()).in_key for stop in range(STOPS)],
        "distance_to_first": to_first.tolist(),
        "distance_to_second": to_second.tolist(),
        "distinct_clips": float(np.mean(distinct)),
    }
