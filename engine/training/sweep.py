"""One preset trained with several weights of the KL, measured on the way: what beta does, over epochs.

Betas are counted as in Stanford's report and in Higgins et al.'s way of comparing models: against the KL's mean over
the dimensions of the latent. Beta b weighs the whole KL by b / dimensions; with as many as there are dimensions it is
the evidence lower bound. The reconstruction is summed over all notes and attributes.

Each measured point is kept at once; a sweep that was stopped goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.data.dataset import data_hash, load_set
from engine.errors import DataError, OutOfRangeError, WrongKindError
from engine.evaluation.evaluate import finite, spread_out
from engine.evaluation.sweep_points import measure_point
from engine.models.config import NoteConfig
from engine.models.note_vae import NoteVae
from engine.runtime import checkpoint
from engine.training.presets import PRESETS
from engine.training.train import STATE_NAME, TrainOptions, train

POINTS_NAME = "sweep.json"
BETAS = (1.0, 10.0, 20.0, 40.0, 80.0, 100.0)

Points = list[dict[str, Any]]


@dataclass(frozen=True)
class SweepOptions:
    """What is swept.

    Attributes:
        train: of each run; its `out` is the folder of the sweep, below which each beta has its own.
        betas: to train with, each over 0.
        points: how often each run is measured, evenly over its steps.
        frozen: a checkpoint of notes, not conditional, whose encoder makes embeddings; None leaves them out.
        limit: validation windows that are measured, evenly spread.
    """

    train: TrainOptions
    betas: tuple[float, ...] = BETAS
    points: int = 4
    frozen: Path | None = None
    limit: int = 500


def sweep(options: SweepOptions, say: Callable[[str], None] = lambda _: None) -> Points:
    """Train and measure; `say` is told each point. What was measured before is not done again.

    Returns:
        A table of figures a point: `beta`, `step`, `epochs`, and what `measure_point` gives.

    Raises:
        OutOfRangeError: no such preset, or betas or points that are not allowed.
        WrongKindError: the preset, or the frozen checkpoint, is not of notes.
        DataError: an earlier sweep of other settings lies there.
    """
    config = _config(options)
    frozen = None if options.frozen is None else _frozen(options.frozen)
    path = options.train.out / POINTS_NAME
    run = _run(options)
    points = _read(path, run)
    for beta in options.betas:
        for step in _steps(options):
            if not any((point["beta"], point["step"]) == (beta, step) for point in points):
                points.append({"beta": beta, "step": step, **_measured(options, config, beta, step, frozen)})
                _write(path, run, points)
                say(_line(points[-1]))
    return points


def _config(options: SweepOptions) -> NoteConfig:
    if options.train.preset not in PRESETS:
        raise OutOfRangeError(f"no preset {options.train.preset!r}; there are {', '.join(PRESETS)}")
    config = PRESETS[options.train.preset].model
    if not isinstance(config, NoteConfig):
        raise WrongKindError(f"{options.train.preset} is not of notes; sweep multi_note or infill_2bar")
    if not options.betas or min(options.betas) <= 0 or options.points < 1:
        raise OutOfRangeError(f"betas {options.betas}, {options.points} points; give betas over 0 and a point or more")
    return config


def _frozen(folder: Path) -> NoteVae:
    model = checkpoint.load(folder).model
    if not isinstance(model, NoteVae) or model.config.is_conditional:
        raise WrongKindError(f"{folder} is no autoencoder of notes; freeze one of multi_note")
    return model


def _steps(options: SweepOptions) -> list[int]:
    total = options.train.steps or PRESETS[options.train.preset].schedule.steps
    return sorted({max(1, round(total * (place + 1) / options.points)) for place in range(options.points)})


def _measured(
    options: SweepOptions, config: NoteConfig, beta: float, step: int, frozen: NoteVae | None
) -> dict[str, Any]:
    out = options.train.out / f"beta_{beta:g}"
    is_begun = (out / STATE_NAME).exists()
    weight = beta / config.latent_dim
    train(replace(options.train, out=out, beta=weight, stop_at=step, resume=is_begun))
    model = checkpoint.load(out).model
    kind = PRESETS[options.train.preset].windows
    train_set, valid_set = (load_set(options.train.data, kind, split) for split in ("train", "valid"))
    if not isinstance(model, NoteVae):
        raise WrongKindError(f"{out} is not of notes; sweep into an empty folder")
    batch = options.train.batch_size or PRESETS[options.train.preset].schedule.batch_size
    found = measure_point(model, spread_out(valid_set, options.limit), options.train.seed, frozen)
    return {"epochs": step * batch / len(train_set), **finite(found)}


def _run(options: SweepOptions) -> dict[str, Any]:
    frozen, start = (
        None if folder is None else checkpoint.load(folder).hash for folder in (options.frozen, options.train.start)
    )
    return {
        "preset": options.train.preset,
        "seed": options.train.seed,
        "steps": options.train.steps,
        "batch_size": options.train.batch_size,
        "limit": options.limit,
        "frozen": frozen,
        "start": start,
        "data_sha256": data_hash(options.train.data, PRESETS[options.train.preset].windows),
    }


def _read(path: Path, run: dict[str, Any]) -> Points:
    if not path.is_file():
        return []
    table = json.loads(path.read_text())
    if table["run"] != run:
        raise DataError(f"{path} is of another sweep, {table['run']}; choose another folder")
    points: Points = table["points"]
    return points


def _write(path: Path, run: dict[str, Any], points: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps({"run": run, "points": points}, indent=1, allow_nan=False) + "\n")
    partial.replace(path)


def _line(point: dict[str, Any]) -> str:
    told = ", ".join(f"{name} {value:.3g}" for name, value in point.items() if isinstance(value, int | float))
    return f"beta {point['beta']:g}, step {point['step']}: {told}"
