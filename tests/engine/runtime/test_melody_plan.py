"""Plans: the further a knob is turned, the more is changed, what was changed stays so, and nothing else is touched."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, OFF, pitch_token
from engine.representations.metre import strengths, syncopation
from engine.runtime.melody_plan import ANTICIPATED, FEWEST, MOST, Plan, planned

TURNS = np.linspace(-1, 1, 17)
_NOTE = st.integers(FIRST_PITCH_CLASS, 89)
MELODIES = st.lists(st.one_of(_NOTE, st.sampled_from((HOLD, HOLD, OFF))), min_size=32, max_size=32).map(np.array)
SEEDS = st.integers(0, 2**31)


def tokens(rhythm: str, *pitches: int) -> NDArray[np.int64]:
    """`x` a note, `.` on, `-` off; pitches in turn, from middle C up where none are given."""
    left = list(pitches) or list(range(60, 60 + len(rhythm)))
    signs = {".": HOLD, "-": OFF}
    return np.array([signs[sign] if sign in signs else pitch_token(left.pop(0)) for sign in rhythm])


def rhythm_of(plan: Plan) -> str:
    return "".join("x" if token >= FIRST_PITCH_CLASS else "-" if token == OFF else "." for token in plan.tokens)


def odds_of(seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(-10, 4, 32)


def plan(rhythm: str, **knobs: float) -> Plan:
    found = tokens(rhythm * (32 // len(rhythm)))
    return planned(found, odds_of(0), knobs)


@given(MELODIES, SEEDS)
def test_at_rest_a_plan_is_what_is(rest: NDArray[np.int64], seed: int) -> None:
    found = planned(rest, odds_of(seed), {"density": 0.0, "contour": 1.0})
    assert np.array_equal(found.tokens, rest)
    assert not found.is_new.any()


@given(MELODIES, SEEDS)
def test_density_adds_or_leaves_out_and_what_it_did_stays_done(rest: NDArray[np.int64], seed: int) -> None:
    before = rest.copy()
    plans = [planned(rest, odds_of(seed), {"density": value}) for value in TURNS]
    assert np.array_equal(rest, before)
    for less, more in pairwise(plans):
        assert not (less.onsets & ~more.onsets).any()
    struck = rest >= FIRST_PITCH_CLASS
    for value, found in zip(TURNS, plans, strict=True):
        kept = found.onsets & struck
        assert np.array_equal(found.tokens[kept], rest[kept])
        assert np.array_equal(found.is_new, found.onsets & ~struck)
        if struck.any():
            assert found.onsets.sum() >= 1
            limit = struck.sum() * (MOST**value if value > 0 else FEWEST**-value)
            assert found.onsets.sum() <= max(1, round(limit))


def test_what_is_left_out_first_is_weak_and_what_comes_first_is_likely() -> None:
    sparse = planned(tokens("xxxxxxxxxxxxxxxx" * 2, *[60] * 32), np.zeros(32), {"density": -1.0})
    assert strengths(32)[sparse.onsets].min() > 0
    likely = np.full(32, -20.0)
    likely[[6, 14]] = -1.0
    dense = planned(tokens("x...x...x...x..." * 2), likely, {"density": 0.5})
    assert dense.is_new[[6, 14]].all()


def test_a_turn_of_the_line_is_left_out_last() -> None:
    zigzag = tokens("x.x.x.x." * 4, *[60, 60, 60, 72] * 4)
    kept = planned(zigzag, np.zeros(32), {"density": -0.4}).onsets
    assert kept[6::8].all()


def test_new_notes_lie_between_their_neighbours_and_only_where_a_note_sounds() -> None:
    rest = tokens("x.......x.......x.......-.......", 60, 72, 64)
    found = planned(rest, np.zeros(32), {"density": 1.0})
    assert found.is_new.any()
    assert not found.onsets[24:].any()
    pitches = found.tokens[found.is_new & (np.arange(32) < 8)]
    assert ((pitches > pitch_token(60)) & (pitches < pitch_token(72))).all()


def test_a_note_left_out_after_a_short_silence_is_held_over_and_after_a_long_one_is_not() -> None:
    assert planned(tokens("x..-x..."), np.zeros(8), {"density": -1.0}).tokens.tolist()[1:] == [HOLD] * 7
    assert rhythm_of(planned(tokens("x-..x..."), np.zeros(8), {"density": -1.0})) == "x......."
    assert rhythm_of(planned(tokens("x-....x."), np.zeros(8), {"density": -1.0})) == "x-......"


@given(MELODIES, SEEDS)
def test_syncopation_rises_with_the_knob_and_every_note_stays(rest: NDArray[np.int64], seed: int) -> None:
    plans = [planned(rest, odds_of(seed), {"syncopation": value}) for value in TURNS]
    levels = [int(syncopation(found.onsets[None])[0]) for found in plans]
    assert levels == sorted(levels)
    pitches = sorted(rest[rest >= FIRST_PITCH_CLASS])
    for found in plans:
        assert sorted(found.tokens[found.onsets]) == pitches
        assert not found.is_new.any()


def test_a_note_comes_before_its_beat_or_back_onto_it() -> None:
    early = plan("x...x...x...x...", syncopation=0.5)
    moved = np.flatnonzero(early.onsets & (strengths(32) < 2))
    assert len(moved) == round(0.5 * ANTICIPATED * 8)
    assert (strengths(32)[moved] == 1).all()
    assert rhythm_of(plan("x..x............", syncopation=-1.0))[:16] == "x...x..........."


def test_no_note_overtakes_another() -> None:
    rest = tokens("xx.xx.x.xxx.x..." * 2)
    order = rest[rest >= FIRST_PITCH_CLASS]
    for value in TURNS:
        found = planned(rest, odds_of(3), {"syncopation": value})
        assert np.array_equal(found.tokens[found.onsets], order)


@given(MELODIES, SEEDS)
def test_length_touches_no_onset_and_sounds_the_longer_the_further(rest: NDArray[np.int64], seed: int) -> None:
    plans = [planned(rest, odds_of(seed), {"length": value}) for value in TURNS]
    struck = rest >= FIRST_PITCH_CLASS
    for found in plans:
        assert np.array_equal(found.onsets, struck)
        assert np.array_equal(found.tokens[struck], rest[struck])
    sounding = [_sounding(found.tokens) for found in plans]
    assert sounding == sorted(sounding)
    if struck.any():
        assert OFF not in plans[-1].tokens[np.flatnonzero(struck)[0] :]


def _sounding(found: NDArray[np.int64]) -> int:
    sounds, count = False, 0
    for token in found:
        sounds = sounds if token == HOLD else token >= FIRST_PITCH_CLASS
        count += sounds
    return count


def test_all_at_once_notes_that_are_new_are_moved_as_new() -> None:
    found = plan("x...x...x...x-..", density=1.0, syncopation=1.0, length=-1.0)
    assert found.is_new.any()
    assert (found.onsets[found.is_new]).all()
    assert OFF in found.tokens


@pytest.mark.parametrize("name", ["density", "syncopation", "length"])
def test_silence_stays_silent(name: str) -> None:
    assert not planned(np.full(32, HOLD), odds_of(1), {name: 1.0}).tokens.any()
