"""How a pattern is played: nothing at rest, in order always, within the range of MIDI."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.touch import AS_IT_IS, Touch

VELOCITIES = st.lists(st.floats(1, 127), min_size=1, max_size=20)
AMOUNT = st.floats(0, 1)
KNOB = st.floats(-1, 1)


@given(VELOCITIES)
def test_by_default_everything_stays_as_it_is(velocities: list[float]) -> None:
    played = np.array(velocities)
    assert (AS_IT_IS.velocities(played) == played).all()
    assert (AS_IT_IS.offsets(played) == played).all()


@given(VELOCITIES, AMOUNT, KNOB)
def test_velocities_keep_their_order_and_lie_in_midis_range(
    velocities: list[float], dynamics: float, loudness: float
) -> None:
    before = np.sort(velocities)
    after = Touch(dynamics=dynamics, loudness=loudness).velocities(before)
    assert (np.diff(after) >= -1e-9).all()
    assert after.min() >= 1 - 1e-9
    assert after.max() <= 127 + 1e-9


@given(st.floats(2, 126), st.lists(KNOB, min_size=2, max_size=2))
def test_the_louder_the_knob_the_louder_the_note(velocity: float, knobs: list[float]) -> None:
    low, high = sorted(knobs)
    softer, louder = (Touch(loudness=knob).velocities(np.array([velocity]))[0] for knob in (low, high))
    assert softer <= louder
    if high - low > 0.01:
        assert softer < louder


def test_velocities_draw_together_round_their_mean() -> None:
    played = np.array([20.0, 60.0, 100.0])
    assert Touch(dynamics=0.5).velocities(played) == pytest.approx([40, 60, 80])
    assert Touch(dynamics=0.0).velocities(played) == pytest.approx([60, 60, 60])
    assert len(Touch(dynamics=0.0).velocities(np.array([]))) == 0


def test_offsets_shrink_to_the_grid_and_move_together() -> None:
    played = np.array([-0.2, 0.0, 0.4])
    assert Touch(timing=0.5).offsets(played) == pytest.approx([-0.1, 0.0, 0.2])
    assert Touch(lateness=1.0).offsets(played) - played == pytest.approx([1 / 3] * 3)
    assert Touch(timing=0.0, lateness=-1.0).offsets(played) == pytest.approx([-1 / 3] * 3)
