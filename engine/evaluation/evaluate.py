"""Every figure of a checkpoint, as one nested table, a printed one, and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.data.dataset import MusicSet, data_hash, load_set
from engine.data.kinds import HUMAN_DRUMS, kind_of
from engine.errors import DataError, WrongKindError
from engine.evaluation.classes import evaluate_classes
from engine.evaluation.groove import evaluate_drumify, evaluate_groove, evaluate_humanize, evaluate_task
from engine.evaluation.infill import evaluate_infill
from engine.evaluation.judge import Judge, load_judge
from engine.evaluation.knobs import knobs_of, measure_knobs
from engine.evaluation.notes import evaluate_notes
from engine.evaluation.parts import PARTS
from engine.evaluation.playable import ASKED, playable, playable_lines
from engine.models.config import music_of
from engine.models.note_vae import NoteVae
from engine.models.tasks import TASKS
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.runtime.checkpoint import PLAIN_TASK, Checkpoint, windowed

Figures = dict[str, Any]
_INDENT = "  "


def evaluate(folder: Path, data: Path, seed: int = 0, limit: int | None = None, judge: Path | None = None) -> Figures:
    """Measure a checkpoint on the validation split of a data set.

    Args:
        folder: the checkpoint.
        data: the data set file.
        seed: of all that is drawn.
        limit: take only so many windows, evenly spread; None takes all.
        judge: a file that `bridge judge` wrote, for what is invented and what lies between; None: nobody judges.

    Returns:
        Numbers, lists of them, and groups of the same; None for what these windows cannot tell.

    Raises:
        CheckpointError, DataError: one of them cannot be read.
        WrongKindError: the model, or the judge, is not of music that this measures, or the judge is of other windows.
    """
    loaded = checkpoint.load(folder)
    asked = None if judge is None else _judge_of(loaded, judge)
    figures = {
        "checkpoint": loaded.name,
        "hash": loaded.hash,
        "data_sha256": data_hash(data, _kind(loaded)),
        "seed": seed,
        **_measure(loaded, data, seed, limit, asked),
    }
    figures = {name: finite(value) for name, value in figures.items()}
    if _kind(loaded) in ASKED and _is_plain(loaded):
        figures["playable"] = playable(figures, ASKED[_kind(loaded)])
    return figures


def table(figures: Mapping[str, Any]) -> str:
    """The figures as text, a line each; last, where it is there, what is asked of them."""
    lines = list(_lines({name: value for name, value in figures.items() if name != "playable"}, ""))
    if "playable" in figures:
        lines += ["playable", *(_INDENT + line for line in playable_lines(figures["playable"]))]
    return "\n".join(lines)


def as_json(figures: Mapping[str, Any]) -> str:
    """The figures as JSON."""
    return json.dumps(figures, indent=2, allow_nan=False) + "\n"


def finite(value: Any) -> Any:
    """The same figures, with None for what is no finite number: JSON has no word for it."""
    if isinstance(value, Mapping):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def spread_out(music: MusicSet, limit: int | None) -> MusicSet:
    """So many of the windows, evenly spread; None takes all."""
    if limit is None or limit >= len(music):
        return music
    stride = len(music) // limit
    picked = slice(0, stride * limit, stride)
    return MusicSet(music.music[picked], music.source[picked], music.file[picked], music.bpm[picked], music.sources)


def _kind(loaded: Checkpoint) -> str:
    config = loaded.model.config
    return kind_of(music_of(config), config.steps).name


def _is_plain(loaded: Checkpoint) -> bool:
    """Whether it is an autoencoder that gives back just what it is shown."""
    return isinstance(loaded.model, Vae) and loaded.summary.task == PLAIN_TASK


def _judge_of(loaded: Checkpoint, path: Path) -> Judge:
    if not _is_plain(loaded) or len(PARTS.get(music_of(loaded.model.config), ())) > 1:
        raise WrongKindError(f"{loaded.name} is no autoencoder of melodies or drums; leave the judge out")
    return load_judge(path, _kind(loaded))


def _measure(loaded: Checkpoint, data: Path, seed: int, limit: int | None, judge: Judge | None) -> Figures:
    sources = tuple(loaded.trained.get("schedule", {}).get("sources", ()))
    model = windowed(loaded)
    if isinstance(model, Vae):
        valid = spread_out(load_set(data, _kind(loaded), "valid").only(sources), limit)
        figures = _of_autoencoder(loaded, model, data, valid, seed, judge)
        if _is_plain(loaded) and knobs_of(model, loaded.directions):
            figures["knobs"] = measure_knobs(model, loaded.directions, valid.music, seed)
        return figures
    if isinstance(model, NoteVae):
        train, valid = (load_set(data, _kind(loaded), split).only(sources) for split in ("train", "valid"))
        measure = evaluate_infill if model.config.is_conditional else evaluate_notes
        return measure(model, train, spread_out(valid, limit), seed)
    valid = spread_out(load_set(data, "groove", "valid").only(sources), limit)
    if model.config.condition == "hits":
        return evaluate_humanize(model, valid, seed)
    return evaluate_drumify(model, load_set(data, "groove", "train").only(sources), valid, seed)


def _of_autoencoder(
    loaded: Checkpoint, model: Vae, data: Path, valid: MusicSet, seed: int, judge: Judge | None
) -> Figures:
    schedule = loaded.trained.get("schedule", {})
    if model.config.music in PARTS:
        train = load_set(data, _kind(loaded), "train").only(tuple(schedule.get("sources", ())))
        grooves = _players_grooves(data) if model.config.music == "drums" else None
        return evaluate_classes(model, train, valid, seed, grooves, loaded.prior, judge)
    task = schedule.get("task", PLAIN_TASK)
    if task != PLAIN_TASK:
        return evaluate_task(model, TASKS[task](valid.music), valid)
    return evaluate_groove(model, valid, seed, judge)


def _players_grooves(data: Path) -> MusicSet | None:
    """The windows that groove models are measured on; None where the data set was built without them."""
    try:
        return load_set(data, "groove", "valid").only(HUMAN_DRUMS)
    except DataError:
        return None


def _lines(figures: Mapping[str, Any], indent: str) -> Iterator[str]:
    width = max(len(name) for name in figures)
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}"
            yield from _lines(value, indent + _INDENT)
        else:
            yield f"{indent}{name:<{width}}  {_text(value)}"


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, list):
        return " ".join("-" if item is None else f"{item:.3f}" for item in value)
    return str(value)
