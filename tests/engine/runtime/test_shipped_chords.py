"""The system of chords in the box does what its card says, as a musician would try it."""

from __future__ import annotations

import pytest
import torch
from made_up_chords import progression

from engine.representations.chords import chords_of, pitch_class_weights
from engine.representations.clip import Clip
from engine.representations.key import MAJOR
from engine.runtime import checkpoint
from engine.runtime.engine import Engine

C_MAJOR = [pitch_class in MAJOR for pitch_class in range(12)]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(checkpoint.default_checkpoints() / "chords", "cpu")


def chords(clip: Clip) -> list[tuple[int, ...]]:
    return [event.pitch_classes for event in chords_of(clip)]


@pytest.mark.parametrize("up", [0, 3, 7])
@pytest.mark.parametrize("quarters", [1.0, 2.0, 4.0])
def test_plain_progressions_come_back_chord_for_chord(engine: Engine, up: int, quarters: float) -> None:
    clip = progression("C Am F G C F G C", quarters, up=up)
    back = engine.vary(clip, 1, 0.0).clips[0]
    right = sum(a == b for a, b in zip(chords(clip), chords(back), strict=True))
    assert right >= 7


def test_a_greater_amount_changes_more(engine: Engine) -> None:
    clip = progression("C Am F G C Am F G", 2.0)
    known = set(clip.notes)
    kept = [
        sum(len(known & set(found.notes)) for found in engine.vary(clip, 8, amount, seed=1).clips)
        for amount in (0.0, 0.3, 1.0)
    ]
    assert kept[0] > kept[1] > kept[2]


def test_what_follows_stays_in_key_and_is_no_rest(engine: Engine) -> None:
    clip = progression("C F G C Am F G C", 2.0)
    for found in engine.continue_clip(clip, 4, 8, temperature=0.7, seed=1).clips:
        assert found.notes
    weights = sum(
        pitch_class_weights(chords_of(found)) for found in engine.continue_clip(clip, 4, 8, temperature=0.7).clips
    )
    assert weights[C_MAJOR].sum() / weights.sum() > 0.9


def test_the_card_says_that_every_guess_by_the_chord_before_is_beaten() -> None:
    figures = checkpoint.load(checkpoint.default_checkpoints() / "chords").trained["figures"]
    following, rebuilt = figures["next_event"], figures["rebuilt"]
    assert following["lstm"]["both"] > following["bigram"]["both"] * 1.5
    assert rebuilt["varied, latent of 64"]["chord"] > 0.85
    model = checkpoint.load(checkpoint.default_checkpoints() / "chords").model
    assert all(torch.isfinite(weight).all() for weight in model.state_dict().values())
