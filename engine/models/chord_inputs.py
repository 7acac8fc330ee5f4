"""What the LSTM of chords is shown, made of words, durations and steps."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.chord_lstm import MAX_PLACE, ChordInputs
from engine.representations.chord_vocabulary import DURATION_STEPS


def inputs_of(
    words: Tensor, durations: Tensor, steps: Tensor, bar_steps: Tensor, recalled: Tensor, num_words: int
) -> ChordInputs:
    """Each event shown the one before it, and where in the bar itself begins.

    Args:
        words: of all events, and of the one before them in front, `batch, events + 1`, or `batch, events` where
            nothing was before.
        durations: classes, in the same way.
        steps: where each event begins, `batch, events`.
        bar_steps: of each sequence's meter, `batch`.
        recalled: as `chord_tensors.recalled` has it, `batch, events, recalls`.
        num_words: size of the vocabulary.
    """
    if words.shape[1] == steps.shape[1]:
        words, durations = (_shown(words, num_words), _shown(durations, len(DURATION_STEPS)))
    since, left = places(steps, bar_steps[:, None])
    return ChordInputs(words[:, :-1], durations[:, :-1], since, left, recalled)


def places(steps: Tensor, bar_steps: Tensor) -> tuple[Tensor, Tensor]:
    """Steps since the bar's beginning, 0..63, and to its end, 1..64; bars longer than that count anew."""
    since = steps.remainder(bar_steps)
    left = bar_steps - since
    return since.remainder(MAX_PLACE), (left - 1).remainder(MAX_PLACE) + 1


def _shown(classes: Tensor, nothing: int) -> Tensor:
    return torch.cat([torch.full_like(classes[:, :1], nothing), classes], 1)
