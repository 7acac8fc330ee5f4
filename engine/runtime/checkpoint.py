"""A checkpoint on disk: weights.safetensors, config.json and card.md in one folder, directions.safetensors for some."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes

from engine.errors import CheckpointError
from engine.models.config import FeelConfig, VaeConfig, from_dict, to_dict
from engine.models.feel import FeelModel
from engine.models.folding import for_inference
from engine.models.vae import Vae
from engine.runtime.directions import DIRECTIONS_NAME, Directions, load_directions
from engine.runtime.knobs import KNOBS

FORMAT = "latent-bridge-checkpoint-1"
WEIGHTS_NAME = "weights.safetensors"
CONFIG_NAME = "config.json"
_MAX_REASON = 200
_FAMILIES = {"vae": (VaeConfig, Vae), "feel": (FeelConfig, FeelModel)}


@dataclass(frozen=True)
class Checkpoint:
    """A model ready to run.

    Attributes:
        name: of its folder.
        kind: `melody` or `drums`.
        bars: of its window, in 4/4.
        model: in evaluation mode, float32, on the device asked for.
        hash: of the weights and the model's config, first 16 digits of sha256; latents are cached under it.
        trained: how it was trained (preset, schedule, seed, data hash, figures), for people.
        directions: of its latent space; None where none were found. No part of the hash: latents do not depend on them.
    """

    name: str
    kind: str
    bars: int
    model: Vae | FeelModel
    hash: str
    trained: dict[str, Any]
    directions: Directions | None = None


def default_checkpoints() -> Path:
    """Where the shipped checkpoints lie: beside the source tree, else inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    source_tree = package.parent / "checkpoints"
    return source_tree if source_tree.is_dir() else package / "checkpoints"


def find(folder: Path) -> Iterator[Path]:
    """The folder itself where it is a checkpoint, else every checkpoint folder inside it, in order of name."""
    if (folder / CONFIG_NAME).is_file():
        yield folder
        return
    yield from sorted(path.parent for path in folder.glob(f"*/{CONFIG_NAME}"))


def save(folder: Path, model: Vae | FeelModel, kind: str, trained: dict[str, Any]) -> None:
    """Write weights (float16) and config; the card is the trainer's to write. Directions of older weights go."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DIRECTIONS_NAME).unlink(missing_ok=True)
    weights = {name: tensor.detach().half().contiguous().cpu() for name, tensor in model.state_dict().items()}
    (folder / WEIGHTS_NAME).write_bytes(to_bytes(weights))
    family = "vae" if isinstance(model, Vae) else "feel"
    table = {
        "format": FORMAT,
        "kind": kind,
        "bars": model.config.steps // 16,
        "family": family,
        "model": to_dict(model.config),
        "trained": trained,
    }
    _write_config(folder / CONFIG_NAME, table)


def annotate(folder: Path, facts: Mapping[str, Any]) -> None:
    """Add facts for people, such as figures, to what `config.json` says of the training; the hash stays.

    Raises:
        CheckpointError: there is no config, or none of this format.
    """
    path = folder / CONFIG_NAME
    table = _read_config(path)
    table["trained"] = {**table["trained"], **facts}
    _write_config(path, table)


def load(folder: Path, device: torch.device | str = "cpu", *, with_directions: bool = True) -> Checkpoint:
    """Read a checkpoint; its directions stay on the CPU, where latents are kept.

    Args:
        folder: where it lies.
        device: where the model is to work.
        with_directions: False leaves its directions unread, whatever state they are in.

    Raises:
        CheckpointError: a file is missing or corrupt, the format is another, or weights and config do not match.
    """
    table = _read_config(folder / CONFIG_NAME)
    config_type, model_type = _FAMILIES[table["family"]]
    try:
        config = from_dict(config_type, table["model"])
        weights = load_file(folder / WEIGHTS_NAME)
        model = model_type(config)
        model.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:_MAX_REASON]
        raise CheckpointError(f"the checkpoint {folder} cannot be loaded: {reason}; put a whole copy there") from error
    digest = hashlib.sha256((folder / WEIGHTS_NAME).read_bytes())
    digest.update(json.dumps([table["family"], table["model"]], sort_keys=True).encode())
    for_inference(model.to(device))
    name, hash_ = folder.name, digest.hexdigest()[:16]
    knobs = [knob.name for knob in KNOBS.get(table["kind"], ()) if knob.in_latent]
    directions = load_directions(folder, hash_, config.latent_dim, knobs) if with_directions else None
    return Checkpoint(name, table["kind"], int(table["bars"]), model, hash_, table["trained"], directions)


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
