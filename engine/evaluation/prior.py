"""How a learnt prior is best drawn from: the manner whose samples are most like the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from engine.data.dataset import MusicSet
from engine.evaluation.ngram import NGram
from engine.evaluation.parts import Figures
from engine.evaluation.reconstruction import decode
from engine.evaluation.samples import TEMPERATURE, described
from engine.models.vae import Vae
from engine.runtime.prior import LearntPrior

SPREADS = (1.0, 0.9, 0.8, 0.7, 0.6)
TEMPERATURES = (1.0, 0.7, 0.5)
TRIED_ON = 500
_LEAST = 0.1
_SAMPLES = "samples"


@dataclass(frozen=True)
class Tuned:
    """What was chosen, and how unlike the data the samples of each manner were.

    Attributes:
        spread: of `LearntPrior`.
        temperature: of `LearntPrior`.
        tried: a row each: spread, temperature, `unlikeness`.
        plain: the same of samples of N(0, 1).
    """

    spread: float
    temperature: float
    tried: tuple[tuple[float, float, float], ...]
    plain: float


@torch.inference_mode()
def tune(model: Vae, prior: LearntPrior, valid: MusicSet, language: Sequence[NGram], seed: int) -> Tuned:
    """Try every manner on `TRIED_ON` samples, all from the same noise.

    Args:
        model: of music of classes.
        prior: learnt for it.
        valid: what samples are to be like.
        language: an n-gram of each part.
        seed: of the noise.
    """
    music = valid.music.long().numpy()

    def unlike(z: torch.Tensor) -> float:
        drawn = decode(model, z, TEMPERATURE, torch.Generator().manual_seed(seed)).numpy()
        return unlikeness(described(model.config.music, {_SAMPLES: drawn}, music, language))

    def noise() -> torch.Generator:
        return torch.Generator().manual_seed(seed)

    tried = tuple(
        (spread, temperature, unlike(replace(prior, spread=spread, temperature=temperature).draw(TRIED_ON, noise())))
        for spread in SPREADS
        for temperature in TEMPERATURES
    )
    spread, temperature, _ = min(tried, key=lambda row: row[2])
    plain = unlike(torch.randn(TRIED_ON, model.config.latent_dim, generator=noise()))
    return Tuned(spread, temperature, tried, plain)


def unlikeness(figures: Mapping[str, Figures]) -> float:
    """How far samples are from the data: the mean over all figures that both have of their relative difference.

    Differences from less than `_LEAST` are held against `_LEAST`, so that no rare thing decides alone.

    Args:
        figures: groups of `evaluation.samples.described`, of samples called `samples`.
    """
    off: list[float] = [
        abs(found - value) / max(abs(value), _LEAST)
        for name, group in figures.items()
        if name.startswith("data")
        for label, value in group.items()
        for found in [figures[_SAMPLES + name.removeprefix("data")][label]]
    ]
    return sum(off) / len(off)
