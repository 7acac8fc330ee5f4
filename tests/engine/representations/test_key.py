"""Keys of melodies: what is at home in them, and moving along their scale."""

from __future__ import annotations

import numpy as np
import pytest

from engine.representations.key import MAJOR, at_home, climbed
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, MAX_PITCH, MIN_PITCH, OFF, pitch_token, token_pitch


def tokens_of(*pitches: int) -> np.ndarray:
    """A note a quarter, then an off."""
    row = np.full(4 * len(pitches) + 4, HOLD)
    row[: 4 * len(pitches) : 4] = [pitch_token(pitch) for pitch in pitches]
    row[4 * len(pitches)] = OFF
    return row


def pitches_of(tokens: np.ndarray) -> list[int]:
    return [token_pitch(token) for token in tokens.tolist() if token >= FIRST_PITCH_CLASS]


def test_at_home_is_the_best_key_and_what_the_melody_has_of_its_own() -> None:
    c_major = {60 + degree for degree in MAJOR}
    home, with_f_sharp = at_home(np.stack([tokens_of(*sorted(c_major)), tokens_of(*sorted(c_major)[:6], 66)]))
    assert set(np.flatnonzero(home)) == set(MAJOR)
    assert set(np.flatnonzero(with_f_sharp)) >= {6, *MAJOR} - {11}


def test_an_octave_is_an_octave_and_nothing_is_nothing() -> None:
    tune = tokens_of(64, 64, 65, 67, 67, 65, 64, 62)
    assert pitches_of(climbed(tune, 1.0)) == [pitch + 12 for pitch in pitches_of(tune)]
    assert pitches_of(climbed(tune, -1.0)) == [pitch - 12 for pitch in pitches_of(tune)]
    assert (climbed(tune, 0.0) == tune).all()


def test_a_degree_up_stays_in_the_key_and_keeps_rhythm_and_shape() -> None:
    tune = tokens_of(60, 62, 64, 65, 67, 69, 71, 72)
    moved = climbed(tune, 1 / 7)
    assert pitches_of(moved) == [62, 64, 65, 67, 69, 71, 72, 74]
    assert ((moved < FIRST_PITCH_CLASS) == (tune < FIRST_PITCH_CLASS)).all()
    assert (tune == tokens_of(60, 62, 64, 65, 67, 69, 71, 72)).all()


@pytest.mark.parametrize(("pitches", "octaves"), [((100, 107), 1.0), ((22, 30), -1.0), ((MIN_PITCH, MAX_PITCH), 1.0)])
def test_no_note_leaves_the_range(pitches: tuple[int, int], octaves: float) -> None:
    moved = pitches_of(climbed(tokens_of(*pitches), octaves))
    assert MIN_PITCH <= min(moved) <= max(moved) <= MAX_PITCH
    assert len(set(moved)) == 2


def test_silence_stays_silent() -> None:
    silence = np.zeros(32, np.int64)
    assert (climbed(silence, 1.0) == silence).all()
