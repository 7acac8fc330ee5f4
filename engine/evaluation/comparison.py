"""Models side by side on the same windows, such as flat against hierarchical decoders of 16 bars.

Source: Roberts et al., A Hierarchical Latent Vector Model (MusicVAE), 2018, table of reconstruction accuracies:
teacher-forcing and sampling, each flat and hierarchical.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.data.dataset import MusicSet, data_hash, load_set
from engine.data.kinds import kind_of
from engine.errors import OutOfRangeError, WrongKindError
from engine.evaluation.classes import evaluate_reconstruction
from engine.evaluation.evaluate import finite, spread_out
from engine.evaluation.figure_tables import markdown_table, text_of
from engine.evaluation.parts import PARTS, Figures
from engine.evaluation.reconstruction import part_figures
from engine.models.bar_decoders import BarDecoder
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint

_WAYS = {
    "teacher_forcing": "teacher_forced_sampled_latent",
    "sampling": "sampled_latent",
    "sampling_drawn": "sampled_latent_drawn",
    "posterior_mean": "posterior_mean",
}


def compare(folders: Sequence[Path], data: Path, seed: int = 0, limit: int | None = None) -> Figures:
    """Measure several models on the same validation windows.

    Args:
        folders: the checkpoints, of one kind of windows.
        data: the data set file.
        seed: of all that is drawn.
        limit: take only so many windows, evenly spread; None takes all.

    Returns:
        `kind`, `windows`, `data_sha256`, `seed`, and `models`: a group for each checkpoint, by its name. In it
        `teacher_forcing_steps_right` and the like: with the true step before each, `sampling`: free-running,
        `sampling_drawn`: free-running with steps drawn at temperature 1, all from a sampled latent; `posterior_mean`:
        free-running from the mean. Of trios each is told by part. None is what is not recorded.

    Raises:
        CheckpointError, DataError: one of the files cannot be read.
        WrongKindError: a model is not of music of classes, or two are of different windows.
        OutOfRangeError: no checkpoint is given, or one twice.
    """
    loaded = _loaded(folders)
    kind = next(iter({_kind(one) for one in loaded.values()}))
    valid = spread_out(load_set(data, kind, "valid").only(_sources(loaded)), limit)
    return {
        "kind": kind,
        "windows": len(valid),
        "data_sha256": data_hash(data, kind),
        "seed": seed,
        "models": {name: finite(_row(one, valid, seed)) for name, one in loaded.items()},
    }


def comparison_table(figures: Mapping[str, Any]) -> str:
    """The models as a Markdown table, a column each."""
    models: Mapping[str, Mapping[str, Any]] = figures["models"]
    names = dict.fromkeys(name for row in models.values() for name in row)
    rows = [[name.replace("_", " "), *(text_of(row.get(name)) for row in models.values())] for name in names]
    heading = f"{figures['windows']:,} validation windows of {figures['kind']}, seed {figures['seed']}"
    return f"{heading}\n\n{markdown_table(['', *models], rows)}"


def _loaded(folders: Sequence[Path]) -> dict[str, Checkpoint]:
    """The checkpoints by name, or by path where two have the same name."""
    if not folders or len({folder.resolve() for folder in folders}) < len(folders):
        raise OutOfRangeError("no checkpoint, or one twice; give each that is to be compared once")
    names = [folder.resolve().name for folder in folders]
    loaded = {
        str(folder) if names.count(name) > 1 else name: checkpoint.load(folder, bare=True)
        for folder, name in zip(folders, names, strict=True)
    }
    for name, one in loaded.items():
        if not isinstance(one.model, Vae) or one.model.config.music not in PARTS:
            raise WrongKindError(f"{name} is no autoencoder of {', '.join(PARTS)}; bridge evaluate measures it alone")
    if len({_kind(one) for one in loaded.values()}) > 1:
        told = ", ".join(f"{name} is of {_kind(one)}" for name, one in loaded.items())
        raise WrongKindError(f"windows of one kind are compared, but {told}; name models of the same kind")
    return loaded


def _kind(loaded: Checkpoint) -> str:
    config = _model(loaded).config
    return kind_of(config.music, config.steps).name


def _model(loaded: Checkpoint) -> Vae:
    if not isinstance(loaded.model, Vae):
        raise WrongKindError(f"{loaded.name} is no autoencoder; bridge evaluate measures it alone")
    return loaded.model


def _sources(loaded: Mapping[str, Checkpoint]) -> tuple[str, ...]:
    """The collections that all were trained on: every one where some model was."""
    chosen = {tuple(one.trained.get("schedule", {}).get("sources", ())) for one in loaded.values()}
    return next(iter(chosen)) if len(chosen) == 1 else ()


def _row(loaded: Checkpoint, valid: MusicSet, seed: int) -> Figures:
    model = _model(loaded)
    found = evaluate_reconstruction(model, valid, seed)
    collapse = found["collapse"]
    return {
        "decoder": "hierarchical" if isinstance(model.decoder, BarDecoder) else "flat",
        "looks_back": "yes" if model.decoder.looks_back else "no",
        "parameters": sum(weight.numel() for weight in model.parameters()),
        **_training(loaded.trained),
        **_rebuilt(model.config.music, found),
        "kl_nats": found["kl_nats"],
        "active_units": found["active_units"],
        "mutual_information_nats": collapse["mutual_information_nats"],
        "verdict": collapse["verdict"],
    }


def _training(trained: Mapping[str, Any]) -> Figures:
    """Windows seen, those of the run that it began with too."""
    runs = [run for run in (trained.get("start"), trained) if run]
    known = bool(runs) and all("steps" in run and "batch_size" in run.get("schedule", {}) for run in runs)
    seen = sum(run["steps"] * run["schedule"]["batch_size"] for run in runs) if known else None
    return {"training_windows_seen": seen}


def _rebuilt(music: str, found: Figures) -> Figures:
    figures: Figures = {}
    for way, group in _WAYS.items():
        for part, its in part_figures(music, found[group]):
            named = f"{way}_{part}" if len(PARTS[music]) > 1 else way
            figures |= {f"{named}_{what}": its[what] for what in ("steps_right", "onsets_right")}
    for part, its in part_figures(music, found["teacher_forced_sampled_latent"]):
        named = f"{part}_nats_a_step" if len(PARTS[music]) > 1 else "nats_a_step"
        figures[named] = its["nats_a_step"]
    return figures
