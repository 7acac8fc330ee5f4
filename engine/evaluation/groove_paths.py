"""What lies between two grooves: how evenly hits change on the way, and whether the beat that both share is kept."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.evaluation.form import BAR_STEPS
from engine.evaluation.hits import f1
from engine.evaluation.judge import Judge
from engine.evaluation.judging import judged_classes
from engine.evaluation.parts import Figures
from engine.evaluation.paths import INNER, Pairs, all_walks, distinct_clips, evenness
from engine.evaluation.players import decode_grooves
from engine.models.vae import Vae
from engine.representations.drums import KICK, NUM_VOICES, SNARE
from engine.representations.grid import STEPS_PER_QUARTER

_BEATS = {
    "backbeat": (SNARE, (STEPS_PER_QUARTER, 3 * STEPS_PER_QUARTER)),
    "downbeat_kick": (KICK, (0,)),
}
"""What carries a beat: a voice, and its steps of each bar. A clap is a snare here, as in all drum maps."""


def groove_paths(
    model: Vae, mu: Tensor, music: Tensor, generator: torch.Generator, judge: Judge | None = None
) -> Figures:
    """Figures of the ways between random pairs of grooves; all but the judge's are of hits alone.

    Args:
        model: of grooves.
        mu: posterior means, `clips, latent`.
        music: the clips, `clips, steps, 27`.
        generator: of pairs and mixes.
        judge: of the hits; None leaves its figures out.

    Returns:
        A group of the same shape for each of `paths.WAYS`; each list has one number a stop, from the first clip to the
        second. One clip alone has no pair, and no lists.
    """
    pairs = Pairs.drawn(mu, music, generator)
    walks = all_walks(model, pairs, lambda z, lean: decode_grooves(model, z, 0.0, generator, lean), generator)
    first, second = (end[..., :NUM_VOICES] for end in pairs.ends)
    return {name: _walked(walk[..., :NUM_VOICES], first, second, judge) for name, walk in walks.items()}


def _walked(walk: Tensor, first: Tensor, second: Tensor, judge: Judge | None) -> Figures:
    """Figures of hits: `walk` is `pairs, stops, steps, 9`, the ends `pairs, steps, 9`."""
    if not len(walk):
        return {"pairs": 0}
    stops = walk.transpose(0, 1)
    figures: Figures = {
        "pairs": len(walk),
        "distance_to_first": (walk != first[:, None]).flatten(2).double().mean((0, 2)).tolist(),
        "distance_to_second": (walk != second[:, None]).flatten(2).double().mean((0, 2)).tolist(),
        **evenness(walk),
    }
    for name in _BEATS:
        kept = [beat_kept(name, clips, first, second) for clips in stops]
        figures |= {f"{name}_f1": kept, f"{name}_beside_ends": float(np.min(kept[INNER]) - min(kept[0], kept[-1]))}
    if judge is not None:
        figures["judge_nats_a_step"] = [float(judge.nats(judged_classes(clips).numpy()).mean()) for clips in stops]
    return {**figures, "distinct_clips": distinct_clips(walk)}


def beat_kept(name: str, clips: Tensor, first: Tensor, second: Tensor) -> float:
    """F1 of a beat's cells, over those where both ends agree: what both hit is to be hit, what neither hits is not.

    Where the ends differ, either is right, and the cell does not count. Of the ends themselves it says how well they
    are rebuilt. NaN where nothing is hit in any of these cells.

    Args:
        name: of `_BEATS`.
        clips: hits of what lies between, `pairs, steps, 9`.
        first: hits of the first ends, the same shape.
        second: of the second.
    """
    voice, steps = _BEATS[name]
    places = [bar + step for bar in range(0, clips.shape[1], BAR_STEPS) for step in steps]
    guess, one, other = (hits[:, places, voice] for hits in (clips, first, second))
    agreed = (one == other).to(clips.dtype)
    guess, truth = guess * agreed, one * agreed
    return f1(guess, truth) if bool((guess + truth).any()) else float("nan")
