"""Train a preset: data set in, checkpoint out; stopped at any step, it goes on exactly from there."""

from __future__ import annotations

import csv
import json
import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint, TQDMProgressBar
from lightning.pytorch.loggers import TensorBoardLogger
from torch.utils.data import DataLoader, Dataset

from engine.data.dataset import data_hash, load_set
from engine.errors import DataError, OutOfRangeError
from engine.models.config import VaeConfig
from engine.runtime import checkpoint
from engine.training.batches import Batch, Batches
from engine.training.module import TrainingModule
from engine.training.presets import PRESETS, Preset

log = logging.getLogger(__name__)

_STATE_NAME = "last.ckpt"
CURVES_NAME = "curves.csv"


@dataclass(frozen=True)
class TrainOptions:
    """How one training run goes.

    Attributes:
        preset: name in `PRESETS`.
        data: the data set file.
        out: folder for the checkpoint, curves and the state to resume from.
        steps: total optimiser steps; None takes the preset's.
        batch_size: windows a step; None takes the preset's.
        seed: of weights, order, augmentation and latents.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `bf16` (mixed) or `float32`.
        threads: for torch on a CPU; None leaves its choice.
        resume: go on from the state in `out`.
        patience: stop after that many validations without a better loss; None never.
        validate_every: steps between validations.
        stop_at: stop (resumably) at this step; None runs to the end.
        progress: show a bar.
    """

    preset: str
    data: Path
    out: Path
    steps: int | None = None
    batch_size: int | None = None
    seed: int = 1
    device: str = "auto"
    precision: str = "bf16"
    threads: int | None = None
    resume: bool = False
    patience: int | None = None
    validate_every: int = 250
    stop_at: int | None = None
    progress: bool = True


def train(options: TrainOptions) -> Path:
    """Train and write the checkpoint; returns its folder.

    Raises:
        OutOfRangeError: no such preset.
        DataError: no such data, or nothing to resume from.
    """
    preset = _preset(options)
    if options.threads:
        torch.set_num_threads(options.threads)
    music = preset.model.music if isinstance(preset.model, VaeConfig) else "groove"
    train_set = load_set(options.data, music, "train").only(preset.schedule.sources)
    valid_set = load_set(options.data, music, "valid").only(preset.schedule.sources)
    state = options.out / _STATE_NAME
    if options.resume and not state.is_file():
        raise DataError(f"nothing to resume in {options.out}; start without --resume")
    module = TrainingModule(preset, options.seed)
    batches = Batches(train_set, preset.schedule, options.seed, lambda: module.global_step)
    valid = Batches(valid_set, replace(preset.schedule, transpose=(0, 0), drop=0.0), options.seed, lambda: 0)
    trainer = _trainer(options, preset)
    trainer.fit(
        module,
        DataLoader(batches, batch_size=None),
        DataLoader(_Fixed([valid.at(place) for place in range(valid.batches_an_epoch)]), batch_size=None),
        ckpt_path=state if options.resume else None,
        weights_only=False,  # our own state, with Lightning's loops in it; shipped weights are safetensors
    )
    if trainer.global_step >= (options.stop_at or preset.schedule.steps) or trainer.should_stop:
        checkpoint.save(options.out, module.model, preset.kind, _trained(options, preset, trainer))
    return options.out


def _preset(options: TrainOptions) -> Preset:
    if options.preset not in PRESETS:
        raise OutOfRangeError(f"no preset {options.preset!r}; there are {', '.join(PRESETS)}")
    preset = PRESETS[options.preset]
    schedule = replace(
        preset.schedule,
        steps=options.steps or preset.schedule.steps,
        batch_size=options.batch_size or preset.schedule.batch_size,
    )
    return replace(preset, schedule=schedule)


def _trainer(options: TrainOptions, preset: Preset) -> Trainer:
    callbacks: list[Callback] = [
        ModelCheckpoint(options.out, filename="{step}", save_last=True, save_top_k=0, every_n_train_steps=200),
        Curves(options.out / CURVES_NAME),
    ]
    if options.progress:
        callbacks.append(TQDMProgressBar(refresh_rate=20))
    if options.patience:
        callbacks.append(EarlyStopping("valid/loss", patience=options.patience))
    return Trainer(
        accelerator=options.device,
        devices=1,
        precision="bf16-mixed" if options.precision == "bf16" else "32-true",
        max_steps=min(options.stop_at or preset.schedule.steps, preset.schedule.steps),
        gradient_clip_val=preset.schedule.grad_norm,
        val_check_interval=options.validate_every,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        log_every_n_steps=50,
        callbacks=callbacks,
        logger=TensorBoardLogger(options.out, name="", version="tensorboard"),
        enable_progress_bar=options.progress,
        enable_model_summary=False,
    )


class Curves(Callback):
    """Appends each validation's figures to a CSV file: the curves that a card shows."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """One row a validation."""
        del pl_module
        names = [f"{split}/{name}" for split in ("train", "valid") for name in ("loss", "reconstruction", "kl")]
        is_new = not self.path.exists()
        with self.path.open("a", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            if is_new:
                writer.writerow(["step", *names])
            found = trainer.callback_metrics
            writer.writerow([trainer.global_step, *(f"{float(found.get(name, float('nan'))):.4f}" for name in names)])


def _trained(options: TrainOptions, preset: Preset, trainer: Trainer) -> dict[str, Any]:
    return {
        "preset": options.preset,
        "schedule": json.loads(json.dumps(asdict(preset.schedule))),
        "seed": options.seed,
        "steps": trainer.global_step,
        "precision": options.precision,
        "data_sha256": data_hash(options.data),
        "torch": torch.__version__,
    }


class _Fixed(Dataset[Batch]):
    """Batches made once."""

    def __init__(self, batches: list[Batch]) -> None:
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, place: int) -> Batch:
        return self.batches[place]
