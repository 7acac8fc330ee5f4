"""How a prior is drawn from is chosen by what its samples are like."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from made_up import FORMS

from engine.data.dataset import MusicSet, load_set
from engine.evaluation import prior as tuning
from engine.evaluation.classes import language_of
from engine.evaluation.prior import Tuned, tune, unlikeness
from engine.evaluation.samples import described
from engine.models.latent_prior import LatentPrior, PriorConfig
from engine.models.vae import Vae
from engine.runtime.prior import LearntPrior


def test_the_data_are_like_themselves_and_noise_is_not() -> None:
    rng = np.random.default_rng(0)
    music = rng.choice([0, 0, 0, 40, 42, 44], (20, 64))
    windows = MusicSet(
        torch.from_numpy(music), torch.zeros(20, dtype=torch.int32), torch.zeros(20), torch.zeros(20), ("x",)
    )
    language = language_of("melody", windows)

    def unlike(samples: np.ndarray) -> float:
        return unlikeness(described("melody", {"samples": samples}, music, language))

    assert unlike(music) == 0
    near, far = np.where(rng.random(music.shape) < 0.05, 45, music), rng.integers(0, 90, (20, 64))
    assert 0 < unlike(near) < unlike(far)


def test_of_trios_every_part_counts_and_how_they_agree() -> None:
    groups = {
        "data": {"together": 0.8}, "data_bass": {"onsets": 4.0, "rare": 0.01}, "data_drums": {"hits": 10.0},
        "samples": {"together": 0.4}, "samples_bass": {"onsets": 5.0, "rare": 0.02, "jsd": 0.3},
        "samples_drums": {"hits": 10.0},
    }  # fmt: skip
    assert unlikeness(groups) == pytest.approx((0.5 + 0.25 + 0.1 + 0.0) / 4)


def test_the_manner_whose_samples_are_most_like_the_data_is_chosen(
    data_file: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "TRIED_ON", 20)
    torch.manual_seed(0)
    config = FORMS["drums_2bar"][0]
    model = Vae(config).eval()
    prior = LearntPrior(LatentPrior(PriorConfig(2, config.latent_dim // 2, 8, 1, 1, 2)).eval(), 1.0, 1.0)
    valid = load_set(data_file, "drums_2bar", "valid")  # type: ignore[arg-type]
    tuned = tune(model, prior, valid, language_of("drums", valid), 0)
    assert isinstance(tuned, Tuned)
    assert len(tuned.tried) == len(tuning.SPREADS) * len(tuning.TEMPERATURES)
    best = min(row[2] for row in tuned.tried)
    assert (tuned.spread, tuned.temperature, best) in tuned.tried
    assert tune(model, prior, valid, language_of("drums", valid), 0) == tuned
