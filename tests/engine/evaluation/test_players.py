"""What a set of grooves is like, beside another."""

from __future__ import annotations

import math
import warnings

import pytest
import torch
from torch import Tensor

from engine.evaluation.players import COMPARED, deviations, players
from engine.representations.drums import NUM_VOICES


def grooves(*rows: tuple[int, float]) -> Tensor:
    """A groove a row: so many hits of the kick in its first bar, all this loud, a tenth of a step late."""
    music = torch.zeros(len(rows), 32, 3, NUM_VOICES)
    for groove, (count, velocity) in zip(music, rows, strict=True):
        groove[:count, :, 0] = torch.tensor([1, velocity, 0.1])
    return music.flatten(2)


def test_means_and_spreads_are_of_bars_grooves_and_hits() -> None:
    figures = players(grooves((4, 0.5), (8, 0.8)))
    assert figures["hits_a_bar"] == 3
    assert figures["hits_a_bar_spread"] == pytest.approx(torch.tensor([4.0, 0, 8, 0]).std().item())
    assert (figures["voices"], figures["voices_spread"]) == (1, 0)
    assert figures["velocity_mean"] == pytest.approx(0.7)
    assert figures["offset_mean"] == pytest.approx(0.1)


def test_equal_grooves_are_not_apart_and_the_worst_figure_is_told() -> None:
    data = dict.fromkeys(COMPARED, 2.0)
    assert set(deviations(data, data).values()) == {0}
    away = deviations({**data, "offset_mean": -1.0, "velocity_spread": 1.9}, data)
    assert away["offset_mean"] == away["worst"] == 1.5
    assert away["velocity_spread"] == pytest.approx(0.05)


def test_a_single_hit_has_no_spread_and_says_so_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures = players(grooves((1, 0.5)))
    assert math.isnan(figures["velocity_spread"])
    assert math.isnan(deviations(figures, figures)["worst"])
