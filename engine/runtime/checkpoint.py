"""A checkpoint on disk: weights.safetensors, config.json and card.md in one folder; some have directions or a prior."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as from_bytes
from safetensors.torch import save as to_bytes

from engine.errors import CheckpointError, WrongKindError
from engine.models.chords import ChordsModel
from engine.models.config import ChordsConfig, FeelConfig, ModelConfig, NoteConfig, VaeConfig, from_dict, to_dict
from engine.models.feel import FeelModel
from engine.models.folding import for_inference
from engine.models.note_vae import NoteVae
from engine.models.vae import Vae
from engine.runtime.directions import DIRECTIONS_NAME, Directions, direction_names, load_directions
from engine.runtime.knobs import KNOBS
from engine.runtime.prior import PRIOR_NAME, LearntPrior, load_prior

FORMAT = "latent-bridge-checkpoint-1"
WEIGHTS_NAME = "weights.safetensors"
CONFIG_NAME = "config.json"
OF_THESE_WEIGHTS = (DIRECTIONS_NAME, PRIOR_NAME)
"""Files that a checkpoint may have, each found for its weights and for no others."""
PLAIN_TASK = "plain"
_MAX_REASON = 200
_FLOAT32_BYTES = 4
_FAMILIES: dict[str, tuple[Any, Any]] = {
    "vae": (VaeConfig, Vae),
    "feel": (FeelConfig, FeelModel),
    "chords": (ChordsConfig, ChordsModel),
    "notes": (NoteConfig, NoteVae),
}
AnyModel = Vae | FeelModel | ChordsModel | NoteVae


@dataclass(frozen=True)
class Checkpoint:
    """A model ready to run.

    Attributes:
        name: of its folder.
        kind: `melody`, `drums`, `trio`, `chords` or `notes`.
        bars: of its window, in 4/4.
        model: in evaluation mode, float32, on the device asked for.
        hash: of the weights and the model's config, first 16 digits of sha256; latents are cached under it.
        trained: how it was trained (preset, schedule, seed, data hash, figures), for people.
        directions: of its latent space; None where none were found. No part of the hash: latents do not depend on them.
        prior: where its latents lie, as it was learnt; None: N(0, 1) alone is known. No part of the hash either.
    """

    name: str
    kind: str
    bars: int
    model: AnyModel
    hash: str
    trained: dict[str, Any]
    directions: Directions | None = None
    prior: LearntPrior | None = None

    @property
    def summary(self) -> Summary:
        """What is known of it besides its weights."""
        num_bytes = sum(weight.numel() for weight in self.model.state_dict().values()) * _FLOAT32_BYTES
        names = self.directions.names if self.directions else ()
        task = _task_of(self.trained)
        return Summary(None, self.name, self.kind, self.bars, self.model.config, task, num_bytes, names)


@dataclass(frozen=True)
class Summary:
    """A checkpoint whose weights were not read.

    Attributes:
        folder: where it lies; None for one that came without a folder.
        name: of that folder.
        kind: `melody`, `drums`, `trio`, `chords` or `notes`.
        bars: of its window, in 4/4.
        config: of its model.
        task: what it was trained to do with a clip, as `models/tasks.py` has it; `plain`: give it back as it is.
        num_bytes: of its weights in memory, in float32.
        directions: names of the directions of its latent space.
    """

    folder: Path | None
    name: str
    kind: str
    bars: int
    config: ModelConfig
    task: str
    num_bytes: int
    directions: tuple[str, ...] = ()


def default_checkpoints() -> Path:
    """Where the shipped checkpoints lie: beside the source tree, else inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    source_tree = package.parent / "checkpoints"
    return source_tree if source_tree.is_dir() else package / "checkpoints"


def user_checkpoints() -> Path:
    """Where the user's own checkpoints lie, as each system has it; a running engine picks up what comes there."""
    return platformdirs.user_data_path("latent-bridge", appauthor=False) / "checkpoints"


def folders_of(checkpoints: Path | Sequence[Path] | None) -> tuple[Path, ...]:
    """One folder or several, as they were given; None is the shipped ones, then the user's own."""
    if checkpoints is None:
        return (default_checkpoints(), user_checkpoints())
    return (checkpoints,) if isinstance(checkpoints, Path) else tuple(checkpoints)


def find(folder: Path) -> Iterator[Path]:
    """The folder itself where it is a checkpoint, else every checkpoint folder inside it, in order of name.

    Folders whose names begin with a dot are passed over: what is still being written can hide there.
    """
    if (folder / CONFIG_NAME).is_file():
        yield folder
        return
    yield from sorted(path.parent for path in folder.glob(f"*/{CONFIG_NAME}") if path.parent.name[0] != ".")


def save(folder: Path, model: AnyModel, kind: str, trained: dict[str, Any]) -> None:
    """Write weights (float16) and config; the card is the trainer's to write. What belonged to older weights goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in OF_THESE_WEIGHTS:
        (folder / name).unlink(missing_ok=True)
    weights = {name: tensor.detach().half().contiguous().cpu() for name, tensor in model.state_dict().items()}
    partial = folder / f"{WEIGHTS_NAME}.partial"
    partial.write_bytes(to_bytes(weights))
    partial.replace(folder / WEIGHTS_NAME)
    family = next(name for name, (_, kind_of_model) in _FAMILIES.items() if isinstance(model, kind_of_model))
    table = {
        "format": FORMAT,
        "kind": kind,
        "bars": model.config.steps // 16,
        "family": family,
        "model": to_dict(model.config),
        "trained": trained,
    }
    _write_config(folder / CONFIG_NAME, table)


def windowed(loaded: Checkpoint) -> Vae | FeelModel | NoteVae:
    """The model of a checkpoint, where it works on windows of steps as data sets hold them.

    Raises:
        WrongKindError: it is a system of chords.
    """
    if isinstance(loaded.model, ChordsModel):
        raise WrongKindError(
            f"{loaded.name} is a system of chords, which no data set of windows measures; its figures stand in its card"
        )
    return loaded.model


def annotate(folder: Path, facts: Mapping[str, Any]) -> None:
    """Add facts for people, such as figures, to what `config.json` says of the training; the hash stays.

    Raises:
        CheckpointError: there is no config, or none of this format.
    """
    path = folder / CONFIG_NAME
    table = _read_config(path)
    table["trained"] = {**table["trained"], **facts}
    _write_config(path, table)


def summarize(folder: Path) -> Summary:
    """What a checkpoint is, from its config and the heads of its files: cheap, its weights stay unread.

    Raises:
        CheckpointError: a file is missing or has no head, or the format is another.
    """
    table = _read_config(folder / CONFIG_NAME)
    try:
        config = from_dict(_FAMILIES[table["family"]][0], table["model"])
        with safe_open(folder / WEIGHTS_NAME, "pt") as stream:
            shapes = [stream.get_slice(name).get_shape() for name in stream.keys()]  # noqa: SIM118, no mapping
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _unloadable(folder, error) from error
    num_bytes = sum(map(math.prod, shapes)) * _FLOAT32_BYTES
    task, names = _task_of(table["trained"]), direction_names(folder)
    return Summary(folder, folder.name, table["kind"], int(table["bars"]), config, task, num_bytes, names)


def load(folder: Path, device: torch.device | str = "cpu", *, bare: bool = False) -> Checkpoint:
    """Read a checkpoint; its directions and its prior stay on the CPU, where latents are kept.

    Args:
        folder: where it lies.
        device: where the model is to work.
        bare: leave its directions and its prior unread, whatever state they are in.

    Raises:
        CheckpointError: a file is missing or corrupt, the format is another, or weights and config do not match.
    """
    table = _read_config(folder / CONFIG_NAME)
    config_type, model_type = _FAMILIES[table["family"]]
    try:
        config = from_dict(config_type, table["model"])
        raw = (folder / WEIGHTS_NAME).read_bytes()  # not mapped: a file cut short meanwhile would end the process
        model = model_type(config)
        model.load_state_dict(from_bytes(raw))
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise _unloadable(folder, error) from error
    digest = hashlib.sha256(raw)
    digest.update(json.dumps([table["family"], table["model"]], sort_keys=True).encode())
    for_inference(model.to(device))
    name, hash_ = folder.name, digest.hexdigest()[:16]
    knobs = [knob.name for knob in KNOBS.get(table["kind"], ()) if knob.in_latent]
    directions = None if bare or not knobs else load_directions(folder, hash_, config.latent_dim, knobs)
    prior = None if bare else load_prior(folder, hash_, config.latent_dim)
    return Checkpoint(name, table["kind"], int(table["bars"]), model, hash_, table["trained"], directions, prior)


def _task_of(trained: Mapping[str, Any]) -> str:
    schedule = trained.get("schedule")
    return str(schedule.get("task", PLAIN_TASK)) if isinstance(schedule, dict) else PLAIN_TASK


def _unloadable(folder: Path, error: Exception) -> CheckpointError:
    reason = " ".join(str(error).split())[:_MAX_REASON]
    return CheckpointError(f"the checkpoint {folder} cannot be loaded: {reason}; put a whole copy there")


def _write_config(path: Path, table: Mapping[str, Any]) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(table, indent=2, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")
    partial.replace(path)


def _read_config(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text())
    except OSError as error:
        raise CheckpointError(
            f"no checkpoint at {path.parent}: {error.strerror}; name a folder with a {CONFIG_NAME}"
        ) from error
    except ValueError as error:
        raise CheckpointError(f"{path} is not JSON: {error}; put a whole copy there") from error
    if not isinstance(table, dict) or table.get("format") != FORMAT or not _is_whole(table):
        raise CheckpointError(f"{path} is not of format {FORMAT}; train it again, or take a newer Latent Bridge")
    if table["family"] not in _FAMILIES:
        raise CheckpointError(f"{path} names the model family {table['family']!r}; known are {', '.join(_FAMILIES)}")
    return table


def _is_whole(table: Mapping[str, Any]) -> bool:
    types = {"format": str, "kind": str, "bars": int, "family": str, "model": dict, "trained": dict}
    return set(table) == set(types) and all(isinstance(table[name], kind) for name, kind in types.items())
