"""From what a model says may be, to what is played. Temperature 0 takes the most likely."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_MOST = 0.4999
_SOFTEST = 0.35
_TAIL = 3.0  # scales; beyond lie one in twenty, and the slips that no player would keep
_LIKELY_TAPPED = math.log(0.35 / 0.65)


def draw_hits(logits: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """Hits 0 or 1, each cell for itself; the shape of `logits`."""
    return hits_by(logits, temperature, _uniform(logits, temperature, generator))


def hits_by(logits: Tensor, temperature: float | Tensor, uniform: Tensor | None) -> Tensor:
    """Hits 0 or 1, decided by noise that is given.

    Args:
        logits: of the hits, any shape.
        temperature: one for all, or a tensor to match, 0 allowed in it.
        uniform: numbers in 0..1, the end left out, of the shape of `logits`; None where every temperature is 0.
    """
    if uniform is None:
        return (logits > 0).float()
    return (uniform < torch.sigmoid(logits / temperature)).float()


def draw_classes(logits: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """One class a step of `…, steps, classes`; shape `…, steps`."""
    return classes_by(logits, temperature, _uniform(logits, temperature, generator))


def classes_by(logits: Tensor, temperature: float | Tensor, uniform: Tensor | None) -> Tensor:
    """One class a step, decided by noise that is given, as in `hits_by`.

    Source: Gumbel 1954: the greatest of logits plus -log(-log(uniform)) is a draw by their softmax.
    """
    if uniform is None:
        return logits.argmax(-1)
    return (logits - temperature * torch.log(-torch.log(uniform.clamp_min(1e-20)))).argmax(-1)


def draw_tapped_hits(logits: Tensor, tapped: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """Hits that sound just where the rhythm was tapped: none elsewhere, and at least one voice there.

    At temperature 0 a cell is hit from a chance of .35 on: with .5 a pattern has too few hits, since few cells are
    ever likelier than not. At 1 every cell is hit by its chance; between, the one glides into the other.

    Source: Lipton, Elkan and Naryanaswamy 2014: F1 is best at a threshold of half of itself, here near .35.

    Args:
        logits: `…, steps, 9`.
        tapped: 0 or 1, `…, steps`.
        temperature: 0..2.
        generator: of the noise.
    """
    hits = draw_hits(logits - _LIKELY_TAPPED * max(0.0, 1 - temperature), temperature, generator)
    likeliest = torch.zeros_like(hits).scatter_(-1, logits.argmax(-1, keepdim=True), 1.0)
    hits = torch.where(hits.any(-1, keepdim=True), hits, likeliest)
    return hits * tapped[..., None]


def draw_velocities(location: Tensor, scale: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """Velocities in 1/127..1; no hit falls below a share of its likeliest velocity, which would lose it."""
    drawn = _laplace(location, scale, temperature, generator)
    return torch.maximum(drawn, _SOFTEST * location).clamp(1 / 127, 1.0)


def draw_offsets(location: Tensor, scale: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """Offsets within half a step."""
    return _laplace(location, scale, temperature, generator).clamp(-0.5, _MOST)


def _laplace(location: Tensor, scale: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    uniform = _uniform(location, temperature, generator)
    if uniform is None:
        return location
    uniform = uniform - 0.5
    noise = -uniform.sign() * torch.log1p(-2 * uniform.abs().clamp_max(0.499999))
    noise = noise.clamp(-_TAIL, _TAIL)
    return location + temperature * scale * noise


def _uniform(like: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor | None:
    return None if temperature == 0 else torch.rand(like.shape, generator=generator).to(like.device)
