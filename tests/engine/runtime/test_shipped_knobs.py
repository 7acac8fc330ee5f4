"""The shipped models' knobs, on a few clips that no model has seen: each does what it says, rising all the way."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from made_up import beat, line

from engine.evaluation.knobs import measure_knobs
from engine.models.vae import Vae
from engine.representations.drums import GENERAL_MIDI
from engine.representations.kind import DRUMS
from engine.runtime import checkpoint
from engine.runtime.groove_translator import GrooveTranslator
from engine.runtime.knobs import KNOBS
from engine.runtime.melody_translator import MelodyTranslator
from engine.runtime.tilts import TURNED

CLIPS = 40
CASES = [("melody_2bar", name) for name in TURNED]
CASES += [("groove_2bar", knob.name) for knob in KNOBS[DRUMS] if knob.in_latent]


@pytest.fixture(scope="module")
def figures() -> dict[str, dict[str, Any]]:
    """Of each shipped model's knobs, on clips of two bars."""
    folder, measured = checkpoint.default_checkpoints(), {}
    hear = {"melody_2bar": (MelodyTranslator(), line), "groove_2bar": (GrooveTranslator(GENERAL_MIDI), beat)}
    for name, (translator, make) in hear.items():
        loaded = checkpoint.load(folder / name)
        assert isinstance(loaded.model, Vae)
        music = torch.cat([translator.hear(make(k, bars=2)).windows for k in range(CLIPS)])
        measured[name] = measure_knobs(loaded.model, loaded.directions, music)
    return measured


@pytest.mark.parametrize(("name", "knob"), CASES)
def test_a_knob_does_what_it_says(figures: dict[str, dict[str, Any]], name: str, knob: str) -> None:
    means = figures[name][knob]["at"]
    whole = means[-1] - means[0]
    assert whole > 0
    assert all(after > before - 0.02 * whole for before, after in pairwise(means))


@pytest.mark.parametrize("knob", TURNED)
def test_a_knob_of_a_melody_goes_one_way_on_every_clip_and_drags_no_other(
    figures: dict[str, dict[str, Any]], knob: str
) -> None:
    found = figures["melody_2bar"][knob]
    assert found["monotone"] > 0.9
    assert max((share for share in found["others"].values() if not math.isnan(share)), default=0) < 0.5


def test_every_knob_of_the_latent_was_found() -> None:
    loaded = checkpoint.load(checkpoint.default_checkpoints() / "groove_2bar")
    assert loaded.directions is not None
    assert loaded.directions.names == tuple(knob.name for knob in KNOBS[DRUMS] if knob.in_latent)
    assert set(loaded.trained["directions"]["figures"]) == set(loaded.directions.names)
