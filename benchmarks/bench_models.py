"""The models that are timed: those shipped, or their likeness with random weights, which compute as long."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from engine.models.config import VaeConfig
from engine.models.folding import for_inference
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.training.presets import PRESETS

DEFAULT = "melody_2bar"
FAITHFUL = "melody_2bar_lstm"


@dataclass(frozen=True)
class CheckpointFolder:
    """A folder of checkpoints with the default melody model in it, and whose `weights` those are, in words."""

    path: Path
    weights: str


def checkpoint_folder(named: Path | None, scratch: Path) -> CheckpointFolder:
    """The folder that is named, else the shipped one, else a random default melody model made in `scratch`."""
    if named is not None:
        return CheckpointFolder(named, f"the weights in {named.name}")
    shipped = checkpoint.default_checkpoints()
    if (shipped / DEFAULT / checkpoint.CONFIG_NAME).exists():
        return CheckpointFolder(shipped, "the shipped weights")
    checkpoint.save(scratch / DEFAULT, random_model(DEFAULT), "melody", {"preset": DEFAULT, "weights": "random"})
    return CheckpointFolder(scratch, "random weights")


def default_model(folder: CheckpointFolder, device: str = "cpu") -> Vae:
    """The default melody model of a folder.

    Raises:
        TypeError: what is there is no autoencoder.
    """
    model = checkpoint.load(folder.path / DEFAULT, device).model
    if not isinstance(model, Vae):
        raise TypeError(f"{folder.path / DEFAULT} holds a {type(model).__name__}; a Vae is timed")
    return model


def random_model(preset: str, device: str = "cpu") -> Vae:
    """An autoencoder's preset with random weights, ready for inference.

    Raises:
        TypeError: the preset is of another family.
    """
    config = PRESETS[preset].model
    if not isinstance(config, VaeConfig):
        raise TypeError(f"{preset} is of the family {type(config).__name__}; an autoencoder is timed")
    torch.manual_seed(0)
    return for_inference(Vae(config).to(device))
