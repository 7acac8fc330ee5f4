"""The shipped models' knobs, on a few clips that no model has seen: each does what it says, rising all the way."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from made_up import beat, line

from engine.evaluation.attributes import ATTRIBUTES
from engine.evaluation.directions import decoded
from engine.models.vae import Vae
from engine.representations.drums import GENERAL_MIDI
from engine.runtime import checkpoint, translators
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.groove_translator import GrooveTranslator
from engine.runtime.knobs import KNOBS
from engine.runtime.melody_translator import MelodyTranslator

CLIPS = 40
TURNS = (-1.0, -0.5, 0.0, 0.5, 1.0)
CASES = [
    (f"{music}_2bar", knob.name)
    for music, kind in (("melody", "melody"), ("groove", "drums"))
    for knob in KNOBS[kind]
    if knob.in_latent
]


@pytest.fixture(scope="module")
def loaded() -> dict[str, Checkpoint]:
    folder = checkpoint.default_checkpoints()
    return {name: checkpoint.load(folder / name) for name in ("melody_2bar", "groove_2bar")}


@pytest.fixture(scope="module")
def latents(loaded: dict[str, Checkpoint]) -> dict[str, torch.Tensor]:
    hear = {"melody_2bar": (MelodyTranslator(), line), "groove_2bar": (GrooveTranslator(GENERAL_MIDI), beat)}
    return {
        name: torch.cat(
            [translators.encode(loaded[name].model, translator.hear(make(k, bars=2)).windows) for k in range(CLIPS)]  # type: ignore[arg-type]
        )
        for name, (translator, make) in hear.items()
    }


@pytest.mark.parametrize(("name", "knob"), CASES)
def test_a_knob_does_what_it_says(
    loaded: dict[str, Checkpoint], latents: dict[str, torch.Tensor], name: str, knob: str
) -> None:
    model, directions, z = loaded[name].model, loaded[name].directions, latents[name]
    assert isinstance(model, Vae)
    assert directions is not None
    attributes = ATTRIBUTES[model.config.music]
    still = decoded(model, z)
    music = [decoded(model, directions.moved(z, {knob: value}), still) for value in TURNS]
    means = [float(attributes.measure(clips)[:, attributes.names.index(knob)].nanmean()) for clips in music]
    whole = means[-1] - means[0]
    assert whole > 0
    assert all(after > before - 0.02 * whole for before, after in pairwise(means))
    assert torch.equal(decoded(model, directions.moved(z, {knob: 0.0})), still)


@pytest.mark.parametrize("name", ["melody_2bar", "groove_2bar"])
def test_every_knob_of_the_latent_was_found(loaded: dict[str, Checkpoint], name: str) -> None:
    directions = loaded[name].directions
    assert directions is not None
    assert directions.names == tuple(knob.name for knob in KNOBS[loaded[name].kind] if knob.in_latent)
    assert set(loaded[name].trained["directions"]["figures"]) == set(directions.names)
