"""What parts of a trio have in common."""

from __future__ import annotations

import math

import numpy as np

from engine.evaluation.hits import distinct_share
from engine.evaluation.samples import bass_in_key
from engine.representations.melody import pitch_token


def line(*pitches: int) -> np.ndarray:
    row = np.zeros((1, 32), int)
    row[0, : len(pitches)] = [pitch_token(pitch) for pitch in pitches]
    return row


C_MAJOR = line(60, 62, 64, 65, 67, 69, 71)


def test_a_bass_in_the_melodys_key_agrees_with_it() -> None:
    assert bass_in_key(C_MAJOR, line(36, 43, 41)) == 1
    assert bass_in_key(C_MAJOR, line(36, 37, 42, 43)) == 0.5
    assert math.isnan(bass_in_key(C_MAJOR, line()))


def test_each_bass_is_held_against_its_own_melody() -> None:
    f_sharp = C_MAJOR + 6 * (C_MAJOR > 1)
    melodies, basses = np.concatenate([C_MAJOR, f_sharp]), np.concatenate([line(36, 41), line(42, 47)])
    assert bass_in_key(melodies, basses) == 1
    assert bass_in_key(melodies, basses[::-1]) < 0.8


def test_equal_clips_are_one() -> None:
    assert distinct_share(np.array([[1, 2], [1, 2], [2, 1], [0, 0]])) == 0.75
    assert distinct_share(np.zeros((4, 2, 3), int)) == 0.25
