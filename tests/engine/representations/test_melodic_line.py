"""The line through a melody's notes is that of least squares."""

from __future__ import annotations

import numpy as np
import pytest

from engine.representations.melodic_line import line_through
from engine.representations.melody import HOLD, OFF, pitch_token


def test_the_line_is_that_of_least_squares() -> None:
    steps, pitches = np.array([0, 3, 4, 17, 30]), np.array([60, 67, 55, 72, 64])
    tokens = np.full((1, 32), HOLD)
    tokens[0, 2] = OFF
    for step, pitch in zip(steps, pitches, strict=True):
        tokens[0, step] = pitch_token(int(pitch))
    line = line_through(tokens)
    rise, height = np.polyfit(steps / 16, pitches, 1)
    assert line.rise[0] == pytest.approx(rise)
    assert line.register[0] == pytest.approx(pitches.mean())
    assert line.off[0, steps] == pytest.approx(pitches - rise * steps / 16 - height)
    assert line.time[0, steps] == pytest.approx((steps - steps.mean()) / 16)
    assert line.notes[0] == 5
    assert not line.off[0, 1:3].any()


def test_one_note_rises_by_nothing_and_none_by_no_number() -> None:
    tokens = np.full((2, 32), HOLD)
    tokens[0, 5] = pitch_token(60)
    line = line_through(tokens)
    assert line.rise[0] == 0
    assert np.isnan(line.rise[1])
    assert np.isnan(line.register[1])
    assert not line.off[0].any()
