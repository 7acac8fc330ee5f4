"""The metre: beats are stronger than what is between them, and what is held over one is syncopated."""

from __future__ import annotations

import numpy as np

from engine.representations.metre import levels, strengths, syncopation


def test_bars_begin_strongest_and_sixteenths_are_weakest() -> None:
    assert strengths(18).tolist() == [4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0, 4, 0]


def test_levels_know_all_quarters_alike() -> None:
    assert levels(6).tolist() == [0, -2, -1, -2, 0, -2]


def test_the_loops_end_leads_to_its_beginning() -> None:
    onsets = np.zeros((2, 32), np.bool_)
    onsets[:, 31] = onsets[1, 0] = True
    before = onsets.copy()
    assert syncopation(onsets).tolist() == [2, 0]
    assert np.array_equal(onsets, before)
