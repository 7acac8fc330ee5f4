"""What lies between two clips of classes: how far from either, in which key, how likely, how evenly.

Source: Roberts et al., A Hierarchical Latent Vector Model (MusicVAE), 2018, its section on interpolation: ways are
judged by their distance to the ends and by a 5-gram.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.evaluation.judge import Judge
from engine.evaluation.melody_statistics import mean_in_key
from engine.evaluation.ngram import NGram
from engine.evaluation.parts import PARTS, Figures, Part, by_part, of_each_part
from engine.evaluation.paths import INNER, Pairs, all_walks, distinct_clips, evenness
from engine.evaluation.reconstruction import decode
from engine.models.vae import Vae


def class_paths(
    model: Vae,
    mu: Tensor,
    music: Tensor,
    language: Sequence[NGram],
    generator: torch.Generator,
    judge: Judge | None = None,
) -> Figures:
    """Figures of the ways between random pairs of clips: along the latent, twice, and by mixing steps.

    Args:
        model: of music of classes.
        mu: posterior means, `clips, latent`.
        music: the clips, `clips, steps[, parts]`.
        language: what says how likely each part is.
        generator: of pairs and mixes.
        judge: of music of one part; None leaves its figures out.

    Returns:
        A group of the same shape for each of `paths.WAYS`; each list has one number a stop, from the first clip to the
        second. One clip alone has no pair, and no lists.
    """
    pairs = Pairs.drawn(mu, music, generator)
    walks = all_walks(model, pairs, lambda z, lean: decode(model, z, lean=lean), generator)
    return {name: _walked(model.config.music, walk, pairs, language, judge) for name, walk in walks.items()}


def _walked(music: str, walk: Tensor, pairs: Pairs, language: Sequence[NGram], judge: Judge | None) -> Figures:
    if not len(walk):
        return {"pairs": 0}
    each = zip(
        PARTS[music],
        of_each_part(music, walk),
        *(of_each_part(music, end) for end in pairs.ends),
        language,
        strict=True,
    )
    figures = [_of_part(*one) for one in each]
    if judge is not None:
        figures[0]["judge_nats_a_step"] = [float(judge.nats(clips.numpy()).mean()) for clips in walk.transpose(0, 1)]
    return {"pairs": len(walk), **by_part(music, figures), "distinct_clips": distinct_clips(walk)}


def _of_part(part: Part, walk: Tensor, first: Tensor, second: Tensor, language: NGram) -> Figures:
    """Lists over the stops, of one part: `walk` is `pairs, stops, steps`, the ends `pairs, steps`."""
    stops = walk.transpose(0, 1).numpy()
    costs = np.array([language.nats(clips).mean() for clips in stops])
    start, end = (language.nats(clips.numpy()).mean() for clips in (first, second))
    shares = np.linspace(0, 1, len(stops))
    return {
        **(_key(stops) if part.is_line else {}),
        "distance_to_first": (walk != first[:, None]).float().mean((0, 2)).tolist(),
        "distance_to_second": (walk != second[:, None]).float().mean((0, 2)).tolist(),
        **evenness(walk),
        "ngram_nats_a_step": costs.tolist(),
        "relative_ngram_cost": (costs / ((1 - shares) * start + shares * end)).tolist(),
    }


def _key(stops: NDArray[np.int64]) -> Figures:
    in_key = [mean_in_key(clips) for clips in stops]
    return {"in_key": in_key, "least_in_key": min(in_key[INNER])}
