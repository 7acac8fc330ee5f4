"""Hits of drums: how many come back, and what a set of drum parts is like."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.data.kinds import HUMAN_DRUMS
from engine.evaluation.form import BAR_STEPS
from engine.evaluation.reconstruction import decode, encode
from engine.models.vae import Vae
from engine.representations import drum_classes
from engine.representations.drums import NUM_VOICES, VOICES

OVERFULL_HITS_A_BAR = 40
"""Two and a half a step; few bars of people have more, as `data` beside `samples` shows."""

Figures = dict[str, Any]


def f1(guess: Tensor, truth: Tensor) -> float:
    """Harmonic mean of precision and recall, over all cells of hits 0 or 1."""
    both = (guess * truth).sum()
    return float(2 * both / (guess.sum() + truth.sum()).clamp_min(1))


def agreement(guess: Tensor, truth: Tensor) -> Figures:
    """Precision, recall and F1 of hits 0 or 1, over all cells; NaN where there is nothing to divide by."""
    both = float((guess * truth).sum())
    guessed, true = float(guess.sum()), float(truth.sum())
    return {
        "precision": both / guessed if guessed else float("nan"),
        "recall": both / true if true else float("nan"),
        "f1": f1(guess, truth),
    }


def hits_rebuilt(model: Vae, valid: MusicSet, grooves: MusicSet | None) -> Figures:
    """How a model of drum classes rebuilds hits from the posterior mean, counted as a groove model's are.

    Args:
        model: of drum classes.
        valid: its validation windows.
        grooves: windows that groove models are measured on; None where the data set has none.

    Returns:
        `human` (of players, among `valid`), `groove_windows` (of players, as groove models see them) and `all`, each by
        precision, recall and F1; and `human_by_voice` and `all_by_voice`.
    """
    players = torch.tensor([name in HUMAN_DRUMS for name in valid.sources])[valid.source.long()]
    truth = {"human": valid.music[players].long(), "all": valid.music.long()}
    if grooves is not None:
        hits = grooves.music[..., :NUM_VOICES].numpy()
        truth["groove_windows"] = torch.from_numpy(drum_classes.classes_of(hits))
    pairs = {name: _hits_and_guess(model, music) for name, music in truth.items() if len(music)}
    return {
        **{name: {"windows": len(music), **agreement(guess, music)} for name, (music, guess) in pairs.items()},
        **{f"{name}_by_voice": _by_voice(*pairs[name]) for name in ("human", "all") if name in pairs},
    }


def drum_statistics(classes: NDArray[np.int64]) -> Figures:
    """What drum parts are like.

    Args:
        classes: `clips, steps`, whole bars.

    Returns:
        `hits_a_bar` of all voices and of each; shares of `empty_bars` and `overfull_bars` (over `OVERFULL_HITS_A_BAR`
        hits); and of `distinct` clips.
    """
    bars = drum_classes.hits_of(classes.reshape(-1, BAR_STEPS))
    total = bars.sum((1, 2))
    return {
        "hits_a_bar": float(total.mean()),
        **{f"{voice}_a_bar": float(bars[..., place].sum(1).mean()) for place, voice in enumerate(VOICES)},
        "empty_bars": float((total == 0).mean()),
        "overfull_bars": float((total > OVERFULL_HITS_A_BAR).mean()),
        "distinct": distinct_share(classes),
    }


def distinct_share(clips: NDArray[np.int64]) -> float:
    """How many different clips there are, as a share of all, `clips, steps[, parts]`."""
    return len(np.unique(clips.reshape(len(clips), -1), axis=0)) / len(clips)


def _hits_and_guess(model: Vae, classes: Tensor) -> tuple[Tensor, Tensor]:
    given = encode(model, classes, torch.Generator().manual_seed(0))
    return _hits(classes), _hits(decode(model, given.mu))


def _hits(classes: Tensor) -> Tensor:
    return torch.from_numpy(drum_classes.hits_of(classes.numpy()))


def _by_voice(truth: Tensor, guess: Tensor) -> Figures:
    return {voice: agreement(guess[..., place], truth[..., place]) for place, voice in enumerate(VOICES)}
