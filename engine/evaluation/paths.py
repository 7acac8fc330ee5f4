"""What lies between two clips: the latent way beside mixing their steps, which any two clips allow without a model.

Source: Roberts et al., A Hierarchical Latent Vector Model (MusicVAE), 2018, its section on interpolation: the mix takes
each step of the first clip with a chance of 1 - t; both are judged by their distance to the ends and by a 5-gram.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.evaluation.melody_statistics import mean_in_key
from engine.evaluation.ngram import NGram
from engine.evaluation.parts import PARTS, Figures, Part, by_part, of_each_part
from engine.evaluation.reconstruction import decode
from engine.latent.slerp import slerp
from engine.models.vae import Vae

PAIRS = 400
STOPS = 9


def paths(
    model: Vae, mu: Tensor, music: Tensor, language: Sequence[NGram], generator: torch.Generator
) -> tuple[Figures, Figures]:
    """Figures of the ways between random pairs of clips: along the latent by slerp, and by mixing steps.

    Args:
        model: of music of classes.
        mu: posterior means, `clips, latent`.
        music: the clips, `clips, steps[, parts]`.
        language: what says how likely each part is.
        generator: of pairs and mixes.

    Returns:
        Two groups of the same shape; each list has one number a stop, from the first clip to the second. One clip alone
        has no pair, and no lists.
    """
    if len(mu) < 2:
        return {"pairs": 0}, {"pairs": 0}
    picks = torch.randperm(len(mu), generator=generator)[: 2 * min(PAIRS, len(mu) // 2)]
    first, second = picks.chunk(2)
    shares = torch.linspace(0, 1, STOPS)
    latents = torch.stack([slerp(mu[first], mu[second], float(t)) for t in shares], 1)
    decoded = decode(model, latents.flatten(0, 1)).unflatten(0, (len(first), STOPS))
    ends = music[first], music[second]
    walks = decoded, mixed(*ends, shares, generator)
    along, across = (_walked(model.config.music, walk, ends, language) for walk in walks)
    return along, across


def mixed(first: Tensor, second: Tensor, shares: Tensor, generator: torch.Generator) -> Tensor:
    """Clips between two, step by step from either, `pairs, shares, steps[, parts]`; all parts of a step together.

    Args:
        first: `pairs, steps[, parts]`.
        second: the same shape.
        shares: the chance of each step to be the second's, 0..1; a step that has gone over stays there.
        generator: of the chances.
    """
    noise = torch.rand(first.shape[:2], generator=generator)
    gone = noise[:, None] < shares[:, None]
    gone = gone.view(*gone.shape, *[1] * (first.dim() - 2))
    return torch.where(gone, second[:, None], first[:, None])


def _walked(music: str, walk: Tensor, ends: tuple[Tensor, Tensor], language: Sequence[NGram]) -> Figures:
    distinct = [len(np.unique(clips.flatten(1).numpy(), axis=0)) for clips in walk]
    each = zip(
        PARTS[music],
        of_each_part(music, walk),
        *(of_each_part(music, end) for end in ends),
        language,
        strict=True,
    )
    figures = [_of_part(*one) for one in each]
    return {"pairs": len(walk), **by_part(music, figures), "distinct_clips": float(np.mean(distinct))}


def _of_part(part: Part, walk: Tensor, first: Tensor, second: Tensor, language: NGram) -> Figures:
    """Lists over the stops, of one part: `walk` is `pairs, stops, steps`, the ends `pairs, steps`."""
    stops = walk.transpose(0, 1).numpy()
    costs = np.array([language.nats(clips).mean() for clips in stops])
    start, end = (language.nats(clips.numpy()).mean() for clips in (first, second))
    shares = np.linspace(0, 1, len(stops))
    in_key = {"in_key": [mean_in_key(clips) for clips in stops]} if part.is_line else {}
    return {
        **in_key,
        "distance_to_first": (walk != first[:, None]).float().mean((0, 2)).tolist(),
        "distance_to_second": (walk != second[:, None]).float().mean((0, 2)).tolist(),
        "ngram_nats_a_step": costs.tolist(),
        "relative_ngram_cost": (costs / ((1 - shares) * start + shares * end)).tolist(),
    }
