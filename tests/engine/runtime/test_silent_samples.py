"""A sample that is silent is of no use: another is drawn in its place."""

from __future__ import annotations

import torch
from made_up import tiny_vae
from torch import Tensor

from engine.models.vae import Vae
from engine.runtime.cache import LatentCache
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.engine import Engine

COUNT = 12


class OftenSilent(Vae):
    """Says nothing where the first number of its latent is below 0, else a note."""

    def decode(self, z: Tensor, *_: object) -> Tensor:
        outputs = torch.zeros(len(z), 32, 90)
        outputs[:, :, 0] = 9.0
        outputs[:, 0, 50] = torch.where(z[:, 0] < 0, -99.0, 99.0)
        return outputs


class AlwaysSilent(OftenSilent):
    """Never says anything."""

    def decode(self, z: Tensor, *_: object) -> Tensor:
        return super().decode(z - 99)


def engine_of(model: Vae) -> Engine:
    return Engine([Checkpoint("m", "melody", 2, model.eval(), "h", {})], torch.device("cpu"), LatentCache(None))


def sounding(engine: Engine, seed: int) -> list[bool]:
    return [bool(clip.notes) for clip in engine.sample("m", COUNT, temperature=0.0, seed=seed).clips]


def test_another_is_drawn_in_its_place_whatever_the_number_of_samples() -> None:
    engine = engine_of(OftenSilent(tiny_vae("melody")))
    shares = [sum(sounding(engine, seed)) / COUNT for seed in range(10)]
    assert sum(shares) / len(shares) > 0.85  # half of all latents are silent; four in a row are one in sixteen
    clips = engine.sample("m", COUNT, temperature=0.0, seed=3).clips
    assert clips[:2] == engine.sample("m", 2, temperature=0.0, seed=3).clips


def test_a_model_that_is_always_silent_ends_the_search() -> None:
    assert not any(sounding(engine_of(AlwaysSilent(tiny_vae("melody"))), 0))
