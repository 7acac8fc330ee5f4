"""The learnt prior of a checkpoint's latent space: taught, tuned, and written beside the weights."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from lightning import Callback, Trainer
from torch.utils.data import DataLoader

from engine.data.dataset import MusicSet, data_hash, load_set
from engine.data.kinds import kind_of
from engine.errors import WrongKindError
from engine.evaluation.classes import language_of
from engine.evaluation.evaluate import finite, spread_out
from engine.evaluation.memorisation import nearness
from engine.evaluation.parts import PARTS
from engine.evaluation.prior import Tuned, tune
from engine.evaluation.reconstruction import encode
from engine.models.latent_prior import PriorConfig
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.noise import generator_of
from engine.runtime.prior import LearntPrior, save_prior
from engine.runtime.translators import music_of
from engine.training.batches import Batches
from engine.training.callbacks import Bar, Curves, KeepBest, KeepState
from engine.training.heap import keep_freed_memory
from engine.training.manners import EndOnInterrupt, quiet
from engine.training.presets import Schedule
from engine.training.prior_module import PriorModule
from engine.training.prior_section import FACTS_NAME, FLAGS
from engine.training.train import PRECISIONS, STATE_NAME, Fixed, check_state

CURVES_NAME = "prior_curves.csv"
VALID_WINDOWS = 2048
COMPARED, COMPARED_WITH = 500, 20_000
_CURVES = ("train/loss", "valid/loss")
_STATE_EVERY_STEPS = 500


@dataclass(frozen=True)
class PriorOptions:
    """How a prior is learnt.

    Attributes:
        checkpoint: of the autoencoder; the prior is written into it.
        data: what it was trained on.
        work: folder for the state to resume from.
        steps: optimiser steps.
        batch_size: windows a step.
        lr: peak learning rate.
        dropout: share of each block's output dropped in training.
        seed: of weights, order, augmentation, latents and tuning.
        validate_every: steps between validations; the best of them is kept.
        precision: `bf16` (mixed) or `float32`.
        threads: for torch; None leaves its choice.
        resume: go on from the state in `work`.
        progress: show a bar.
    """

    checkpoint: Path
    data: Path
    work: Path
    steps: int = 6000
    batch_size: int = 128
    lr: float = 1.5e-3
    dropout: float = 0.0
    seed: int = 1
    validate_every: int = 250
    precision: str = "bf16"
    threads: int | None = None
    resume: bool = False
    progress: bool = True


def write_prior(options: PriorOptions) -> dict[str, Any] | None:
    """Learn where a checkpoint's latents lie, choose how to draw, and write both into its folder.

    Returns:
        What is kept of it in `config.json`; None where the run was interrupted, to be resumed.

    Raises:
        CheckpointError, DataError: one of them cannot be read; nothing to resume from, or a state that would be lost.
        WrongKindError: the model gives bars no shares of its latent.
    """
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    keep_freed_memory()
    loaded = checkpoint.load(options.checkpoint, bare=True)
    vae = _vae_with_shares(loaded)
    kind = kind_of(vae.config.music, vae.config.steps).name
    schedule = _schedule(loaded, options)
    train, valid = (load_set(options.data, kind, split).only(schedule.sources) for split in ("train", "valid"))
    settings = {name: value for name, value in asdict(options).items() if name in FLAGS}
    facts = {**settings, "data_sha256": data_hash(options.data, kind), "torch": str(torch.__version__)}
    learnt = _learn(options, vae, schedule, (train, valid), {"model": loaded.hash, **facts})
    if learnt is None:
        return None
    best, module = learnt
    prior = LearntPrior(module.learnt.eval().requires_grad_(False), 1.0, 1.0)
    tuned = tune(vae, prior, valid, language_of(vae.config.music, train, options.seed), options.seed)
    chosen = replace(prior, spread=tuned.spread, temperature=tuned.temperature)
    prior = save_prior(options.checkpoint, chosen, loaded.hash)
    kept = {
        **facts,
        "best_step": best.step,
        "config": asdict(prior_config(vae)),
        "figures": finite(_figures(vae, prior, best, tuned, train, valid, options.seed)),
    }
    checkpoint.annotate(options.checkpoint, {FACTS_NAME: kept})
    (options.checkpoint / CURVES_NAME).write_bytes((options.work / CURVES_NAME).read_bytes())
    return kept


def prior_config(vae: Vae) -> PriorConfig:
    """What fits an autoencoder: a share of its latent for each bar."""
    bars = vae.config.steps // vae.config.bar_steps
    return PriorConfig(bars, vae.config.latent_dim // bars)


def _vae_with_shares(loaded: Checkpoint) -> Vae:
    model = loaded.model
    if isinstance(model, Vae) and model.config.encoder == "bars" and model.config.music in PARTS:
        return model
    raise WrongKindError(
        f"{loaded.name} gives bars no shares of its latent; learn the prior of one such as melody_16bar"
    )


def _schedule(loaded: Checkpoint, options: PriorOptions) -> Schedule:
    """The music as it is: transposed as in the model's training, its parts and hits left alone."""
    trained = loaded.trained.get("schedule", {})
    low, high = trained.get("transpose", (0, 0))
    return Schedule(
        steps=options.steps, batch_size=options.batch_size, lr=options.lr, warmup=100, grad_norm=5.0,
        weight_decay=0.01, transpose=(low, high), sources=tuple(trained.get("sources", ())),
        source_weights=trained.get("source_weights", {}),
    )  # fmt: skip


def _learn(
    options: PriorOptions,
    vae: Vae,
    schedule: Schedule,
    sets: tuple[MusicSet, MusicSet],
    run: dict[str, Any],
) -> tuple[KeepBest, PriorModule] | None:
    state = options.work / STATE_NAME
    check_state(state, options.resume, run)
    module = PriorModule(prior_config(vae), vae, schedule, options.dropout, options.seed, run)
    batches = Batches(sets[0], schedule, options.seed, lambda: module.global_step)
    valid = Batches(spread_out(sets[1], VALID_WINDOWS), replace(schedule, transpose=(0, 0)), options.seed, lambda: 0)
    best, end = KeepBest(), EndOnInterrupt()
    callbacks: list[Callback] = [end, best, Curves(options.work / CURVES_NAME, _CURVES)]
    if options.progress:
        callbacks.append(Bar(refresh_rate=20))
    callbacks.append(KeepState(state, _STATE_EVERY_STEPS))
    options.work.mkdir(parents=True, exist_ok=True)
    with quiet(), end.listening():
        trainer = Trainer(
            accelerator="cpu", precision=PRECISIONS[options.precision], max_steps=options.steps,
            gradient_clip_val=schedule.grad_norm, val_check_interval=options.validate_every,
            check_val_every_n_epoch=None, num_sanity_val_steps=0, log_every_n_steps=50, callbacks=callbacks,
            logger=False, enable_progress_bar=options.progress, enable_model_summary=False,
        )  # fmt: skip
        trainer.fit(
            module,
            DataLoader(batches, batch_size=None),
            DataLoader(Fixed([valid.at(place) for place in range(valid.batches_an_epoch)]), batch_size=None),
            ckpt_path=state if options.resume else None,
            weights_only=True,
        )
    if end.interrupted.is_set():
        return None
    if best.weights:
        module.load_state_dict(best.weights)
    return best, module


@torch.inference_mode()
def _figures(
    vae: Vae, prior: LearntPrior, best: KeepBest, tuned: Tuned, train: MusicSet, valid: MusicSet, seed: int
) -> dict[str, Any]:
    """How well the prior knows the latents, what its samples are like, and whether they are copies."""
    some = spread_out(valid, VALID_WINDOWS)
    z = encode(vae, some.music, generator_of(seed)).drawn
    drawn = music_of(vae, prior.draw(COMPARED, generator_of(seed)))
    known = spread_out(train, COMPARED_WITH).music
    held_out = spread_out(valid, COMPARED).music
    kind = vae.config.music
    return {
        "nats": {
            "learnt": best.loss,
            "plain": float((0.5 * (z**2 + math.log(2 * math.pi))).sum(1).mean()),
        },
        "unlikeness": {"learnt": min(row[2] for row in tuned.tried), "plain": tuned.plain},
        "tried": {
            "spread": [row[0] for row in tuned.tried],
            "temperature": [row[1] for row in tuned.tried],
            "unlikeness": [row[2] for row in tuned.tried],
        },
        "samples_beside_training": asdict(nearness(kind, drawn, known)),
        "held_out_beside_training": asdict(nearness(kind, held_out, known)),
    }
