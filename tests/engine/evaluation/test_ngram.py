"""A language model of steps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.ngram import ORDER, fit


def test_it_prefers_what_it_learnt_from() -> None:
    rng = np.random.default_rng(0)
    walk = rng.integers(0, 2, (50, 64)).cumsum(1) % 30
    model = fit(walk[:40], 30)
    fresh, noise = model.nats(walk[40:]).mean(), model.nats(rng.integers(0, 30, (10, 64))).mean()
    assert model.nats(walk[:40]).mean() < fresh < 1.2 < 3 < noise


def test_what_always_follows_costs_little_and_what_never_did_costs_much() -> None:
    alternating = np.tile([3, 5], (20, 16))
    model = fit(alternating, 8)
    assert model.nats(alternating)[0, 8:].max() < 0.05
    assert model.nats(np.full((1, 32), 6)).min() > math.log(8)


def test_it_remembers_as_many_steps_as_its_order_has_and_no_more() -> None:
    row = np.arange(40)[None] % 7
    model = fit(row, 8)
    changed = row.copy()
    changed[0, 20] = 7
    differs = np.flatnonzero(model.nats(row)[0] != model.nats(changed)[0])
    assert differs.min() == 20
    assert differs.max() == 20 + ORDER - 1


def test_how_clips_begin_is_learnt_too() -> None:
    starts = np.zeros((10, 8), int)
    starts[:, 0] = 4
    model = fit(starts, 6)
    assert model.nats(starts)[0, 0] < model.nats(np.zeros((1, 8), int))[0, 0]


@given(st.lists(st.lists(st.integers(0, 4), min_size=6, max_size=6), min_size=1, max_size=5), st.integers(0, 5))
def test_the_chances_of_all_classes_sum_to_1(rows: list[list[int]], place: int) -> None:
    model = fit(np.array(rows), 5)
    asked = np.repeat(np.array(rows[:1]), 5, 0)
    asked[:, place] = np.arange(5)
    assert np.exp(-model.nats(asked)[:, place]).sum() == pytest.approx(1)


def test_classes_as_many_as_of_drums_stay_apart() -> None:
    rows = np.array([[511, 0, 511, 0, 511, 0], [0, 511, 0, 511, 0, 511]])
    assert fit(rows, 512).nats(rows).mean() < math.log(512) / 2
