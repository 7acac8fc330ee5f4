"""What an outside judge says of music: of validation clips, of samples, and of what lies between two clips.

Of melodies it reads classes; of grooves their hits alone, quantised as they are, as one of 512 classes a step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.evaluation.judge import Judge
from engine.evaluation.parts import Figures
from engine.evaluation.paths import INNER, WAYS
from engine.representations import drum_classes
from engine.representations.drums import NUM_VOICES

CLIPS = 2000
"""Of which a cost is told at most."""


def judged_classes(music: Tensor) -> Tensor:
    """What a judge reads of music: classes `…, steps` as they are; of grooves `…, steps, 27` classes of the hits."""
    if not music.is_floating_point():
        return music.long()
    return torch.from_numpy(drum_classes.classes_of(music[..., :NUM_VOICES].numpy()))


def judged_cost(judge: Judge, music: Tensor) -> float:
    """Nats a step of music as `judged_classes` takes it, of so many clips as `CLIPS` says, evenly spread."""
    picked = music[:: -(-len(music) // CLIPS)]
    return float(judge.nats(judged_classes(picked).numpy()).mean())


def judge_figures(judge: Judge, figures: Mapping[str, Any]) -> Figures:
    """What the judge says of samples and of what lies between two clips, beside the validation clips.

    Args:
        judge: who judged.
        figures: with `judge_nats_a_step` in the groups `data` and `samples` and, a number a stop, in each of the ways.

    Returns:
        The judge's `hash`; `nats_a_step` of `validation` clips, of `samples`, and of the inner stops of each way;
        `of_validation`: these as shares of the validation clips'. NaN of ways that were not walked.
    """
    costs = {"validation": figures["data"]["judge_nats_a_step"], "samples": figures["samples"]["judge_nats_a_step"]}
    for way in WAYS:
        inner = figures[way].get("judge_nats_a_step", [math.nan])
        costs[way] = float(np.mean(inner[INNER] if len(inner) > 1 else inner))
    return {
        "hash": judge.hash,
        "nats_a_step": costs,
        "of_validation": {name: cost / costs["validation"] for name, cost in costs.items()},
    }
