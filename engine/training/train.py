"""Train a preset: data set in, checkpoint out; stopped at any step, it goes on exactly from there."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch
from lightning import Callback, Trainer
from lightning.pytorch.callbacks import EarlyStopping
from lightning.pytorch.loggers import Logger
from torch.utils.data import DataLoader, Dataset

from engine.data.dataset import data_hash, load_set
from engine.errors import DataError, OutOfRangeError
from engine.models.decoders import ParallelDecoder
from engine.models.guided_decoder import GuidedDecoder
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.runtime import device as devices
from engine.runtime.checkpoint import Checkpoint
from engine.training.batches import Batch, Batches
from engine.training.callbacks import WATCHED, Bar, Curves, KeepBest, KeepState
from engine.training.heap import keep_freed_memory
from engine.training.lending import LENDERS, Lenders
from engine.training.loggers import Settings, loggers_of
from engine.training.manners import EndOnInterrupt, quiet
from engine.training.module import TrainingModule
from engine.training.presets import PRESETS, Preset
from engine.training.processes import Processes, processes_of, take_threads

CURVES_NAME = "curves.csv"
STATE_NAME = "last.ckpt"
PRECISIONS: dict[str, Literal["bf16-mixed", "32-true"]] = {"bf16": "bf16-mixed", "float32": "32-true"}
_STATE_EVERY_STEPS = 200
_MEASURED = ("directions", "figures", "prior")


@dataclass(frozen=True)
class TrainOptions:
    """How one training run goes.

    Attributes:
        preset: name in `PRESETS`.
        data: the data set file.
        out: folder for the checkpoint, curves and the state to resume from.
        steps: total optimiser steps; None takes the preset's.
        batch_size: windows a step, of all processes together; None takes the preset's.
        seed: of weights, order, augmentation and latents.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `bf16` (mixed) or `float32`.
        threads: for torch on a CPU, in each process; None leaves its choice.
        resume: go on from the state in `out`.
        patience: stop after that many validations without a better loss; None never.
        validate_every: steps between validations.
        stop_at: stop (resumably) at this step; None runs to the end.
        start: a checkpoint whose weights the run begins with: all of them where it has the same shape, those of its
            encoder where only the decoders differ; None draws fresh ones.
        progress: show a bar.
        devices: that train together on this machine, each with a process of its own. More than one start the program
            that runs anew, with its arguments, once for each; under torchrun leave this and `nodes` at 1.
        nodes: machines that train together, each started with the same command (see docs/models.md).
        logs: names in `engine.training.loggers.LOGS`.
        wandb_offline: keep what goes to Weights & Biases in `out`.
        beta: the KL's weight, without free bits, so that nothing else holds the KL up; None takes the preset's of both.
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
    start: Path | None = None
    progress: bool = True
    devices: int = 1
    nodes: int = 1
    logs: tuple[str, ...] = ("tensorboard",)
    wandb_offline: bool = False
    beta: float | None = None


@dataclass(frozen=True)
class Training:
    """How a run ended.

    Attributes:
        folder: where its checkpoint lies, and the state to resume from.
        steps: done, all runs together.
        is_finished: False where it was interrupted; the checkpoint is then an older one, or none.
        rank: of this process among those that trained; the first, 0, wrote the files, and speaks.
    """

    folder: Path
    steps: int
    is_finished: bool
    rank: int = 0


def train(options: TrainOptions) -> Training:
    """Train and write the checkpoint. An interrupt (Ctrl-C) ends the run after the step it is in, to be resumed.

    Raises:
        OutOfRangeError: no such preset, log or device here, or a batch that the processes cannot share.
        DataError: no such data; nothing to resume from, or a state of other settings; a state that would be lost.
    """
    preset = _preset(options)
    device = devices.choose(options.device).type
    processes = processes_of(Processes(options.devices, options.nodes), device, preset.schedule.batch_size)
    take_threads(options.threads, processes)
    keep_freed_memory()
    loggers = loggers_of(options.logs, options.out, options.resume, options.wandb_offline)
    train_set, valid_set = (
        load_set(options.data, preset.windows, split).only(preset.schedule.sources) for split in ("train", "valid")
    )
    start = None if options.start is None else checkpoint.load(options.start)
    identity: dict[str, Any] = {
        "start": None if start is None else start.hash,
        "preset": options.preset, "seed": options.seed, "batch_size": preset.schedule.batch_size,
        "data_sha256": data_hash(options.data, preset.windows),
    }  # fmt: skip
    if options.beta is not None:
        identity["beta"] = options.beta
    if preset.schedule.borrow:
        identity["lent_sha256"] = [data_hash(options.data, kind) for kind in LENDERS]
    state = options.out / STATE_NAME
    check_state(state, options.resume, identity)
    module = TrainingModule(preset, options.seed, identity)
    if start is not None:
        _begin_with(start, module)
    lenders = _lenders(options.data) if preset.schedule.borrow else None
    batches = Batches(train_set, preset.schedule, options.seed, lambda: module.global_step, lenders)
    valid = Batches(valid_set, replace(preset.schedule, transpose=(0, 0), drop=0.0, mix=0.0), options.seed, lambda: 0)
    best = KeepBest() if options.patience else None
    end = EndOnInterrupt()
    given = _trained(options, preset, identity, start, processes)
    callbacks = [Settings({**given, "device": device}, options.out), end, *_callbacks(options, best)]
    trainer = _trainer(options, preset, device, processes, callbacks, loggers)
    with quiet(), end.listening():
        trainer.fit(
            module,
            DataLoader(batches, batch_size=None),
            DataLoader(Fixed([valid.at(place) for place in range(valid.batches_an_epoch)]), batch_size=None),
            ckpt_path=state if options.resume else None,
            weights_only=True,  # numbers and tables; nothing is unpickled
        )
    steps, rank = trainer.global_step, trainer.global_rank
    if end.interrupted.is_set():
        return Training(options.out, steps, False, rank)
    if best is not None and best.weights:
        module.load_state_dict(best.weights)
        steps = best.step
    if rank == 0:
        checkpoint.save(options.out, module.model, preset.kind, {**given, "steps": steps})
    return Training(options.out, steps, True, rank)


def _preset(options: TrainOptions) -> Preset:
    if options.preset not in PRESETS:
        raise OutOfRangeError(f"no preset {options.preset!r}; there are {', '.join(PRESETS)}")
    preset = PRESETS[options.preset]
    schedule = replace(
        preset.schedule,
        steps=options.steps or preset.schedule.steps,
        batch_size=options.batch_size or preset.schedule.batch_size,
        beta=preset.schedule.beta if options.beta is None else options.beta,
        free_bits=preset.schedule.free_bits if options.beta is None else 0.0,
    )
    return replace(preset, schedule=schedule)


def _lenders(data: Path) -> Lenders:
    return Lenders(*(load_set(data, kind, "train") for kind in LENDERS))


def _begin_with(start: Checkpoint, module: TrainingModule) -> None:
    """The whole model where it has the preset's shape; its encoder alone where only the decoders differ.

    A decoder that is to have a language beside it comes along too.
    """
    wanted = module.preset.model
    if start.model.config == wanted:
        module.model.load_state_dict(start.model.state_dict())
    elif isinstance(start.model, Vae) and isinstance(module.model, Vae) and _hear_alike(start.model, module.model):
        module.model.encoder.load_state_dict(start.model.encoder.state_dict())
        if isinstance(module.model.decoder, GuidedDecoder) and isinstance(start.model.decoder, ParallelDecoder):
            module.model.decoder.dense.load_state_dict(start.model.decoder.state_dict())
    else:
        raise OutOfRangeError(f"{start.name} has another shape than the preset; start from one that it was trained by")


def _hear_alike(a: Vae, b: Vae) -> bool:
    shapes = [{name: weight.shape for name, weight in model.encoder.state_dict().items()} for model in (a, b)]
    forms = [(model.config.music, model.config.encoder, model.config.steps) for model in (a, b)]
    return shapes[0] == shapes[1] and forms[0] == forms[1]


def check_state(state: Path, resume: bool, identity: dict[str, Any]) -> None:
    """See that no run is lost, and that a resumed one is the same.

    Raises:
        DataError: there is a state and it is not to be resumed, or it is and is none or another run's.
    """
    if not resume:
        if state.exists():
            raise DataError(f"{state} holds an earlier run; go on with --resume, or choose another folder")
        return
    try:
        found = torch.load(state, map_location="cpu", weights_only=True)["run"]
    except (OSError, RuntimeError, KeyError, pickle.UnpicklingError, EOFError) as error:
        raise DataError(f"nothing to resume in {state.parent}; start without --resume") from error
    others = [f"{name} {found.get(name)}, not {value}" for name, value in identity.items() if found.get(name) != value]
    if others:
        raise DataError(f"{state} was made with {'; '.join(others)}; resume with what it was begun with")


def _callbacks(options: TrainOptions, best: KeepBest | None) -> list[Callback]:
    callbacks: list[Callback] = [Curves(options.out / CURVES_NAME)]
    if options.progress:
        callbacks.append(Bar(refresh_rate=20))
    if best is not None and options.patience:
        callbacks += [best, EarlyStopping(WATCHED, patience=options.patience)]
    return [*callbacks, KeepState(options.out / STATE_NAME, _STATE_EVERY_STEPS)]


def _trainer(
    options: TrainOptions,
    preset: Preset,
    device: str,
    processes: Processes,
    callbacks: list[Callback],
    loggers: list[Logger],
) -> Trainer:
    options.out.mkdir(parents=True, exist_ok=True)
    with quiet():
        return Trainer(
            accelerator=device,
            devices=processes.devices,
            num_nodes=processes.nodes,
            strategy="ddp" if processes.count > 1 else "auto",
            use_distributed_sampler=False,  # the module takes each process's share
            precision=PRECISIONS[options.precision],
            max_steps=min(options.stop_at or preset.schedule.steps, preset.schedule.steps),
            gradient_clip_val=preset.schedule.grad_norm,
            val_check_interval=options.validate_every,
            check_val_every_n_epoch=None,
            num_sanity_val_steps=0,
            log_every_n_steps=50,
            callbacks=callbacks,
            logger=loggers,
            enable_progress_bar=options.progress,
            enable_model_summary=False,
        )


def _trained(
    options: TrainOptions, preset: Preset, identity: dict[str, Any], start: Checkpoint | None, processes: Processes
) -> dict[str, Any]:
    return {
        "preset": options.preset,
        "start": start and {"hash": start.hash, **_settings(start.trained)},
        "schedule": json.loads(json.dumps(asdict(preset.schedule))),
        "seed": options.seed,
        "steps": preset.schedule.steps,
        "precision": options.precision,
        "processes": processes.count,
        "patience": options.patience,
        "validate_every": options.validate_every,
        "data_sha256": identity["data_sha256"],
        "torch": torch.__version__,
    }


def _settings(trained: Mapping[str, Any]) -> dict[str, Any]:
    """How a checkpoint came to be, without what was measured of it since."""
    return {name: value for name, value in trained.items() if name not in _MEASURED}


class Fixed(Dataset[Batch]):
    """Batches made once, for validation."""

    def __init__(self, batches: list[Batch]) -> None:
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, place: int) -> Batch:
        return self.batches[place]
