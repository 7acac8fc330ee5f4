"""Variations of one amount are about as far away as each other, on the models that ship."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from made_up import beat, line
from morphing import Make, hits

from engine.representations.clip import Clip
from engine.runtime import checkpoint
from engine.runtime.cache import LatentCache
from engine.runtime.engine import Engine
from engine.runtime.ways import Ways, share_of_way

COUNT = 12


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    folder = checkpoint.default_checkpoints()
    found = [checkpoint.load(folder / name) for name in ("melody_2bar", "groove_2bar")]
    loaded = Engine(found, torch.device("cpu"), LatentCache(None))
    yield loaded
    loaded.close()


def changed(engine: Engine, clip: Clip, amount: float) -> list[float]:
    """The share of notes that only the clip or only a variation has, of each."""
    own = hits(clip)
    varied = [hits(one) for one in engine.vary(clip, COUNT, amount, seed=5).clips]
    return [len(own ^ other) / len(own | other) for other in varied]


@pytest.mark.parametrize("make", [line, beat])
def test_variations_of_an_amount_are_about_as_far_as_that(
    engine: Engine, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [make(seed, bars=2) for seed in range(4)]

    def off(amount: float) -> float:
        return float(np.mean([abs(share - amount) for clip in clips for share in changed(engine, clip, amount)]))

    tried = {amount: off(amount) for amount in (0.3, 0.5, 0.7)}
    assert max(tried.values()) < 0.2

    def alike(
        ways: Ways, loaded: object, piece: Clip, encoded: object, away: torch.Tensor, amount: float, _seed: int
    ) -> object:
        reach = ways._encoder.reach(piece, loaded, encoded.latents[0])  # type: ignore[arg-type, attr-defined]
        return torch.full((len(away),), share_of_way(amount, reach))

    monkeypatch.setattr(Ways, "shares", alike)
    assert sum(tried.values()) < 0.8 * sum(map(off, tried))


def test_the_further_the_more_changes(engine: Engine) -> None:
    clip = line(1, bars=2)
    means = [np.mean(changed(engine, clip, amount)) for amount in (0.1, 0.4, 0.7, 1.0)]
    assert means == sorted(means)


def test_one_variation_does_not_depend_on_how_many_there_are(engine: Engine) -> None:
    clip = line(2, bars=2)
    assert engine.vary(clip, 2, 0.5, seed=5).clips == engine.vary(clip, COUNT, 0.5, seed=5).clips[:2]
