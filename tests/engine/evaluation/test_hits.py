"""Hits, counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from known_models import Parrot, logits_of, windows

from engine.data.dataset import MusicSet
from engine.evaluation.hits import agreement, drum_statistics, hits_rebuilt

KICK, SNARE, BOTH = 1, 2, 3


def test_precision_and_recall_are_what_one_counts() -> None:
    truth, guess = torch.tensor([1.0, 1, 1, 0, 0]), torch.tensor([1.0, 1, 0, 1, 0])
    assert agreement(guess, truth) == pytest.approx({"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3})
    assert math.isnan(agreement(torch.zeros(3), torch.ones(3))["precision"])


def drums() -> torch.Tensor:
    clips = torch.zeros(2, 32, dtype=torch.long)
    clips[0, ::8], clips[1, ::4] = BOTH, KICK
    return clips


def test_only_players_count_as_human() -> None:
    clips = drums()
    valid = MusicSet(clips, torch.tensor([0, 1]), torch.zeros(2), torch.zeros(2), ("groove-midi-1.0.0", "b"))
    snareless = clips & KICK
    parrot = Parrot("drums", clips)
    parrot.decode = lambda z, *_: logits_of("drums", snareless[z[:, 0].round().long()])  # type: ignore[method-assign]
    found = hits_rebuilt(parrot, valid, None)
    assert found["human"] == pytest.approx({"windows": 1, "precision": 1, "recall": 0.5, "f1": 2 / 3})
    assert found["all"] == pytest.approx({"windows": 2, "precision": 1, "recall": 0.75, "f1": 6 / 7})
    assert found["human_by_voice"]["kick"]["f1"] == 1
    assert found["human_by_voice"]["snare"]["recall"] == 0


def test_the_windows_of_groove_models_are_counted_by_their_hits() -> None:
    clips = drums()
    grooves = torch.zeros(2, 32, 27)
    grooves[0, ::8, :2], grooves[1, ::4, 0] = 1.0, 1.0
    grooves[..., 9:] = 0.3
    found = hits_rebuilt(Parrot("drums", clips), windows(clips), windows(grooves))
    assert found["groove_windows"] == {"windows": 2, "precision": 1, "recall": 1, "f1": 1}
    assert "human" not in found


def test_drum_parts_are_told_by_hits_and_by_bars_that_nobody_plays() -> None:
    clips = np.zeros((2, 32), int)
    clips[0, :4] = KICK
    clips[1, :16] = 511
    found = drum_statistics(clips)
    assert found["hits_a_bar"] == (4 + 16 * 9) / 4
    assert found["kick_a_bar"] == 5
    assert found["snare_a_bar"] == 4
    assert (found["empty_bars"], found["overfull_bars"], found["distinct"]) == (0.5, 0.25, 1)
