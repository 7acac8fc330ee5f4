"""Decoding alone: latents of two bars to a model's outputs, one at a time and a whole lattice of them at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch

from benchmarks.bench_models import CheckpointFolder, random_model
from benchmarks.report import Figure
from benchmarks.timing import take_turns
from engine.runtime import checkpoint, translators
from engine.runtime.checkpoint import CONFIG_NAME
from engine.runtime.roster import vae_of

MODELS = ("melody_2bar", "groove_2bar")
AIMS_MS = {1: 2, 99: 25}
"""By the number of latents in a batch."""


def measure(folder: CheckpointFolder, repeats: int) -> list[Figure]:
    """Every model with every batch; one that the folder lacks has random weights, and is told so."""
    torch.set_num_threads(1)
    ways: dict[str, Callable[[], object]] = {}
    aims = {}
    for name in MODELS:
        is_there = (folder.path / name / CONFIG_NAME).is_file()
        model = vae_of(checkpoint.load(folder.path / name, bare=True)) if is_there else random_model(name)
        for batch, aim_ms in AIMS_MS.items():
            what = f"{name}{'' if is_there else ' (random weights)'}, batch {batch}"
            z = torch.randn(batch, 1, model.config.latent_dim, generator=torch.Generator().manual_seed(0))
            ways[what] = partial(translators.decode, model, z, 0.0, torch.Generator())
            aims[what] = f"{aim_ms} ms"
    return [Figure.of(what, taken, aim=aims[what]) for what, taken in take_turns(ways, repeats).items()]
