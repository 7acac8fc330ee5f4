"""Ways between two clips: along the latent, and by mixing their steps, which any two clips allow without a model.

The latent is walked twice: by equal angles, as slerp goes, and as the engine plays it: measured out by change, and
leaning on both ends where the model can.

Source: Roberts et al., A Hierarchical Latent Vector Model (MusicVAE), 2018, its section on interpolation: the mix takes
each step of the first clip with a chance of 1 - t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.evaluation.parts import Figures
from engine.latent.slerp import slerp
from engine.models.vae import Vae
from engine.representations.drums import GENERAL_MIDI
from engine.runtime.leaning import Leaning
from engine.runtime.translator_table import translator_for
from engine.runtime.travel import measure_way

PAIRS = 400
STOPS = 9
INNER = slice(1, -1)
"""Of the stops: all but the ends."""
WAYS = ("paths", "paths_measured_out", "paths_by_mixing_steps")
"""Names of the figures: by equal angles, by equal change of the music, and without a model."""


@dataclass(frozen=True)
class Pairs:
    """Clips two by two.

    Attributes:
        latents: posterior means of the first and of the second, `pairs, latent` each.
        ends: their music, `pairs, steps[, …]` each.
    """

    latents: tuple[Tensor, Tensor]
    ends: tuple[Tensor, Tensor]

    @classmethod
    def drawn(cls, mu: Tensor, music: Tensor, generator: torch.Generator) -> Pairs:
        """`PAIRS` at most, no clip twice; none of fewer than two clips."""
        picks = torch.randperm(len(mu), generator=generator)[: 2 * min(PAIRS, len(mu) // 2)]
        first, second = picks.unflatten(0, (2, -1)) if len(picks) else (picks, picks)
        return cls((mu[first], mu[second]), (music[first], music[second]))

    def __len__(self) -> int:
        return len(self.ends[0])


def all_walks(
    model: Vae, pairs: Pairs, decoded: Callable[[Tensor, Tensor | None], Tensor], generator: torch.Generator
) -> dict[str, Tensor]:
    """The music of every way of `WAYS`, each `pairs, stops, steps[, …]`.

    Args:
        model: whose latents the pairs have.
        pairs: what is walked between.
        decoded: the likeliest music of latents `count, latent` that lean on something, of the outputs' shape, or not.
        generator: of the mixes.
    """
    even = torch.linspace(0, 1, STOPS)
    mixes = mixed(*pairs.ends, even, generator)
    if not len(pairs):
        return dict.fromkeys(WAYS, mixes)
    on_the_way = _between(pairs, even.expand(len(pairs), -1)).flatten(0, 1)
    nothing = torch.zeros(()).expand(len(on_the_way), model.config.steps, model.head.depth) if model.can_lean else None
    plain = decoded(on_the_way, nothing)
    played = as_played(model, pairs, decoded)
    return dict(zip(WAYS, (plain.unflatten(0, (len(pairs), STOPS)), played, mixes), strict=True))


def as_played(model: Vae, pairs: Pairs, decoded: Callable[[Tensor, Tensor | None], Tensor]) -> Tensor:
    """The music of each way as the engine plays it, `pairs, stops, steps[, …]`."""
    translator = translator_for(model.config, GENERAL_MIDI)  # no pitch is looked up: any map would do
    walks = []
    for latents, ends in zip(zip(*pairs.latents, strict=True), zip(*pairs.ends, strict=True), strict=True):
        (a, b), leaning = (z[None] for z in latents), Leaning.on(model, [end[None] for end in ends])
        stops = measure_way(model, translator, (a, b), STOPS, leaning)
        lean = None if leaning is None else leaning.at(torch.stack([1 - stops, stops], 1))[:, 0]
        walks.append(decoded(slerp(a.expand(STOPS, -1), b.expand(STOPS, -1), stops), lean))
    return torch.stack(walks)


def mixed(first: Tensor, second: Tensor, shares: Tensor, generator: torch.Generator) -> Tensor:
    """Clips between two, step by step from either, `pairs, shares, steps[, …]`; all parts of a step together.

    Args:
        first: `pairs, steps[, …]`.
        second: the same shape.
        shares: the chance of each step to be the second's, 0..1; a step that has gone over stays there.
        generator: of the chances.
    """
    noise = torch.rand(first.shape[:2], generator=generator)
    gone = noise[:, None] < shares[:, None]
    gone = gone.view(*gone.shape, *[1] * (first.dim() - 2))
    return torch.where(gone, second[:, None], first[:, None])


def evenness(walk: Tensor) -> Figures:
    """How evenly walks leave where they began.

    Args:
        walk: `pairs, stops, …`: what can differ, cell by cell.

    Returns:
        `share_of_distance`: at each stop, the share of cells that differ from the walk's own first stop, the mean over
        all pairs, over that mean at its last stop; 0 at the first stop and 1 at the last one. NaN where no last stop
        differs. `worst_deviation`: the most that it is away from the stop's share of the way.
    """
    away = (walk != walk[:, :1]).flatten(2).double().mean((0, 2))
    shares = (away / away[-1]).tolist() if away[-1] else [float("nan")] * len(away)
    return {"share_of_distance": shares, "worst_deviation": float(np.abs(shares - np.linspace(0, 1, len(away))).max())}


def distinct_clips(walk: Tensor) -> float:
    """How many different clips a walk `stops, …` has, the mean over walks `pairs, stops, …`."""
    return float(np.mean([len(np.unique(clips.flatten(1).numpy(), axis=0)) for clips in walk]))


def _between(pairs: Pairs, shares: Tensor) -> Tensor:
    """Latents `pairs, stops, latent` at these shares of the way, `pairs, stops`."""
    a, b = (end[:, None].expand(-1, shares.shape[1], -1) for end in pairs.latents)
    return slerp(a, b, shares)
