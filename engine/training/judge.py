"""A judge taught: training clips in, one file out, with the weights that validation clips surprised the least."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from lightning import Callback, Trainer
from lightning.pytorch.callbacks import EarlyStopping
from torch.utils.data import DataLoader

from engine.data.dataset import MusicSet, data_hash, load_set
from engine.data.kinds import HUMAN_DRUMS, KINDS
from engine.errors import OutOfRangeError
from engine.evaluation.evaluate import spread_out
from engine.evaluation.judge import Judge, save_judge
from engine.evaluation.judging import judged_classes
from engine.models.step_judge import JudgeConfig
from engine.training.batches import Batches
from engine.training.callbacks import WATCHED, Bar, KeepBest
from engine.training.heap import keep_freed_memory
from engine.training.judge_module import JudgeModule
from engine.training.manners import EndOnInterrupt, quiet
from engine.training.presets import Schedule
from engine.training.train import PRECISIONS, Fixed

VALID_WINDOWS = 4096
PATIENCE = 5
"""Validations without a better loss, after which it stops."""


@dataclass(frozen=True)
class JudgePlan:
    """How the judge of one kind of window is made; `config` and `schedule` as everywhere, `dropout` in training."""

    config: JudgeConfig
    schedule: Schedule
    dropout: float


_USUAL = Schedule(steps=2400, batch_size=256, lr=2e-3, warmup=100, grad_norm=1.0, weight_decay=0.01)

JUDGES: dict[str, JudgePlan] = {
    "melody": JudgePlan(JudgeConfig("melody"), replace(_USUAL, transpose=(-5, 6)), 0.0),
    "groove": JudgePlan(JudgeConfig("drums"), replace(_USUAL, steps=1000, sources=HUMAN_DRUMS), 0.3),
}
"""By the name of the kind in `KINDS`; the players' drums are few, and would be learnt by heart without dropout."""


@dataclass(frozen=True)
class JudgeOptions:
    """How a judge is trained.

    Attributes:
        kind: of the windows, a name in `JUDGES`.
        data: the data set file.
        out: the file to write.
        steps: optimiser steps at most; None takes the plan's.
        batch_size: windows a step; None takes the plan's.
        seed: of weights, order, transposition and dropout.
        validate_every: steps between validations; the best of them is kept.
        precision: `bf16` (mixed) or `float32`.
        threads: for torch; None leaves its choice.
        progress: show a bar.
    """

    kind: str
    data: Path
    out: Path
    steps: int | None = None
    batch_size: int | None = None
    seed: int = 1
    validate_every: int = 200
    precision: str = "bf16"
    threads: int | None = None
    progress: bool = True


def train_judge(options: JudgeOptions) -> Judge | None:
    """Train a judge and write it.

    Returns:
        The judge as it will be read; None where the run was interrupted, and nothing written.

    Raises:
        OutOfRangeError: no judge of such windows is known.
        DataError: no such data.
    """
    plan = _plan(options)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    keep_freed_memory()
    train, valid = (_clips(options, split, plan.schedule) for split in ("train", "valid"))
    learnt = _learn(options, plan, train, spread_out(valid, VALID_WINDOWS))
    if learnt is None:
        return None
    best, module = learnt
    facts = {
        "steps": plan.schedule.steps, "best_step": best.step, "valid_nats_a_step": best.loss,
        "batch_size": plan.schedule.batch_size, "seed": options.seed, "precision": options.precision,
        "validate_every": options.validate_every, "data_sha256": data_hash(options.data, options.kind),
        "torch": str(torch.__version__),
    }  # fmt: skip
    return save_judge(options.out, module.judge, options.kind, facts)


def _plan(options: JudgeOptions) -> JudgePlan:
    if options.kind not in JUDGES:
        raise OutOfRangeError(f"no judge of {options.kind!r} is known; there are {', '.join(JUDGES)}")
    plan = JUDGES[options.kind]
    schedule = replace(
        plan.schedule,
        steps=options.steps or plan.schedule.steps,
        batch_size=options.batch_size or plan.schedule.batch_size,
    )
    return replace(plan, config=replace(plan.config, steps=KINDS[options.kind].steps), schedule=schedule)


def _clips(options: JudgeOptions, split: str, schedule: Schedule) -> MusicSet:
    windows = load_set(options.data, options.kind, split).only(schedule.sources)
    return replace(windows, music=judged_classes(windows.music))


def _learn(
    options: JudgeOptions, plan: JudgePlan, train: MusicSet, valid: MusicSet
) -> tuple[KeepBest, JudgeModule] | None:
    module = JudgeModule(plan.config, plan.schedule, plan.dropout, options.seed)
    batches = Batches(train, plan.schedule, options.seed, lambda: module.global_step)
    held_out = Batches(valid, replace(plan.schedule, transpose=(0, 0)), options.seed, lambda: 0)
    best, end = KeepBest(), EndOnInterrupt()
    callbacks: list[Callback] = [end, best, EarlyStopping(WATCHED, patience=PATIENCE)]
    if options.progress:
        callbacks.append(Bar(refresh_rate=20))
    with quiet(), end.listening():
        trainer = Trainer(
            accelerator="cpu", precision=PRECISIONS[options.precision], max_steps=plan.schedule.steps,
            gradient_clip_val=plan.schedule.grad_norm, val_check_interval=options.validate_every,
            check_val_every_n_epoch=None, num_sanity_val_steps=0, log_every_n_steps=50, callbacks=callbacks,
            logger=False, enable_checkpointing=False, enable_progress_bar=options.progress,
            enable_model_summary=False,
        )  # fmt: skip
        trainer.fit(
            module,
            DataLoader(batches, batch_size=None),
            DataLoader(Fixed([held_out.at(place) for place in range(held_out.batches_an_epoch)]), batch_size=None),
        )
    if end.interrupted.is_set():
        return None
    if best.weights:
        module.load_state_dict(best.weights)
    return best, module
