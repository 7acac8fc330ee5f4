"""A map that a system of chords was trained with: where some windows of known pieces lay after each epoch.

It is a file of its own beside the weights, `map.safetensors`; no request needs it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import CheckpointError

MAP_NAME = "map.safetensors"


@dataclass(frozen=True)
class ChordMap:
    """Windows of pieces, and their places.

    Attributes:
        windows: `windows, events, 13`, whole numbers.
        pieces: which piece each window is of, `windows`.
        epochs: the latents of all windows after each of some epochs, `epochs, windows, 2`.
        names: of the pieces.
        steps: that were done before each of the epochs.
    """

    windows: Tensor
    pieces: Tensor
    epochs: Tensor
    names: tuple[str, ...]
    steps: tuple[int, ...]


def save_map(folder: Path, found: ChordMap) -> None:
    """Write it beside a checkpoint, the latents in half precision."""
    tensors = {"windows": found.windows.byte(), "pieces": found.pieces.byte(), "epochs": found.epochs.half()}
    about = json.dumps({"names": found.names, "steps": found.steps})
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / MAP_NAME, {"map": about})


def load_map(folder: Path) -> ChordMap:
    """Read it.

    Raises:
        CheckpointError: there is none, or it is broken.
    """
    path = folder / MAP_NAME
    try:
        with safe_open(path, "pt") as stream:
            about = json.loads((stream.metadata() or {})["map"])
            windows, pieces, epochs = (stream.get_tensor(name) for name in ("windows", "pieces", "epochs"))
            names, steps = tuple(map(str, about["names"])), tuple(map(int, about["steps"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is no map of chords: {error}; train the system again") from error
    return ChordMap(windows.long(), pieces.long(), epochs.float(), names, steps)
