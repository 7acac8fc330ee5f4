"""Directions of a model's latent space that a musician can name, as a checkpoint brings them.

A direction is not the same everywhere: what makes one clip denser does nothing for another. So each is a function of
where the latent is, and a long way is gone in stages, the direction looked up anew at each.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor
from torch.nn import functional as F

from engine.errors import CheckpointError, OutOfRangeError

FORMAT = "latent-bridge-directions-1"
DIRECTIONS_NAME = "directions.safetensors"
STAGES = 3
_AXES = {"read": 2, "bias": 1, "straight": 2, "turn": 3, "travel": 2}
_MAX_REASON = 200


@dataclass(frozen=True, eq=False)
class Directions:
    """Ways through a latent space, one a knob. At the latent z a way heads for `straight + relu(read z + bias) turn`.

    Attributes:
        names: of the knobs, as `knobs.KNOBS` has them, in its order.
        read: what of a latent is looked at to tell where it is, `features, latent`.
        bias: `features`.
        straight: the part of each direction that is the same everywhere, `knobs, latent`.
        turn: the part that goes by the features, `knobs, features, latent`.
        travel: how far along its direction each knob is at evenly spaced turns from -1 to 1, `knobs, stops`; an odd
            number of stops, rising, 0 in the middle.
    """

    names: tuple[str, ...]
    read: Tensor
    bias: Tensor
    straight: Tensor
    turn: Tensor
    travel: Tensor

    def moved(self, z: Tensor, values: Mapping[str, float]) -> Tensor:
        """Latents moved by knobs.

        Args:
            z: `…, latent`; it is not changed.
            values: -1..1 by name; a knob that is not named stays at 0, where it changes nothing.

        Returns:
            The same shape; z itself where all knobs are at 0.

        Raises:
            OutOfRangeError: no such knob, or a value outside its range.
        """
        return self.pushed(z, {name: self._travelled(name, value) for name, value in values.items()})

    def pushed(self, z: Tensor, lengths: Mapping[str, float]) -> Tensor:
        """Latents moved by lengths of way, of any size and sign; what `moved` does once a knob's turn is a length."""
        ways = [(self.names.index(name), length) for name, length in lengths.items() if length]
        if not ways:
            return z
        straight = _weighted_sum(self.straight, ways) / STAGES
        turn = _weighted_sum(self.turn, ways) / STAGES
        for _ in range(STAGES):
            z = z + (straight + F.relu(F.linear(z, self.read, self.bias)) @ turn)
        return z

    def to(self, device: torch.device | str) -> Directions:
        """The same directions for latents on another device."""
        return replace(self, **{name: getattr(self, name).to(device) for name in _AXES})

    @cached_property
    def _stops(self) -> list[list[float]]:
        stops: list[list[float]] = self.travel.tolist()
        return stops

    def _travelled(self, name: str, value: float) -> float:
        """The length of way at a knob's turn, in a line from stop to stop."""
        if name not in self.names:
            raise OutOfRangeError(f"no direction {name!r} was found; there are {', '.join(self.names)}")
        if not (math.isfinite(value) and -1 <= value <= 1):
            raise OutOfRangeError(f"the knob {name} is at {value}; it must lie in -1..1")
        stops = self._stops[self.names.index(name)]
        place = (value + 1) / 2 * (len(stops) - 1)
        below = min(int(place), len(stops) - 2)
        return stops[below] + (place - below) * (stops[below + 1] - stops[below])


def save_directions(folder: Path, directions: Directions, model_hash: str) -> Directions:
    """Write them beside the weights that they were found for, in half precision but for the travel.

    Returns:
        The directions as they will be read.
    """
    tensors = {name: getattr(directions, name).detach().contiguous().cpu() for name in _AXES}
    rounded = {name: tensor if name == "travel" else tensor.half() for name, tensor in tensors.items()}
    # One entry: safetensors writes several in no fixed order, and the same directions shall be the same bytes.
    header = {"header": json.dumps({"format": FORMAT, "names": directions.names, "model": model_hash})}
    path = folder / DIRECTIONS_NAME
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(to_bytes(rounded, header))
    partial.replace(path)
    return Directions(directions.names, **{name: tensor.float() for name, tensor in rounded.items()})


def direction_names(folder: Path) -> tuple[str, ...]:
    """Names of the directions of a checkpoint's folder; none where it has none, or where they cannot be read."""
    try:
        with safe_open(folder / DIRECTIONS_NAME, "pt") as stream:
            names = json.loads((stream.metadata() or {}).get("header", "{}")).get("names", ())
            return tuple(map(str, names))
    except (OSError, SafetensorError, ValueError, TypeError, AttributeError):
        return ()


def load_directions(folder: Path, model_hash: str, latent_dim: int, knobs: Iterable[str]) -> Directions | None:
    """The directions of a checkpoint's folder; None where it has none.

    Args:
        folder: the checkpoint.
        model_hash: of its weights: directions of others mean nothing.
        latent_dim: size of its latent.
        knobs: names that a direction may have, in their order.

    Raises:
        CheckpointError: the file is corrupt, or was found for another model.
    """
    path = folder / DIRECTIONS_NAME
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as stream:
            header = json.loads((stream.metadata() or {}).get("header", "{}"))
            tensors = {name: stream.get_tensor(name).float() for name in _AXES}
        found_for = {name: header.get(name) for name in ("format", "model")}
        names = tuple(str(name) for name in header.get("names", ()))
    except (OSError, SafetensorError, ValueError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:_MAX_REASON]
        raise CheckpointError(f"{path} cannot be read: {reason}; find them again with `bridge directions`") from error
    if found_for != {"format": FORMAT, "model": model_hash}:
        raise CheckpointError(f"{path} was found for other weights; find them again with `bridge directions`")
    in_order = tuple(knob for knob in knobs if knob in names)
    if not names or names != in_order or not _fit(tensors, len(names), latent_dim):
        raise CheckpointError(f"{path} does not fit the model; find them again with `bridge directions`")
    return Directions(names, **tensors)


def _weighted_sum(tensors: Tensor, ways: list[tuple[int, float]]) -> Tensor:
    first, length = ways[0]
    total = tensors[first] * length
    for index, length in ways[1:]:
        total.add_(tensors[index], alpha=length)
    return total


def _fit(tensors: Mapping[str, Tensor], knobs: int, latent_dim: int) -> bool:
    if any(tensors[name].dim() != axes or not tensors[name].isfinite().all() for name, axes in _AXES.items()):
        return False
    features, (stops, middle) = len(tensors["bias"]), (tensors["travel"].shape[1], tensors["travel"].shape[1] // 2)
    return (
        tensors["read"].shape == (features, latent_dim)
        and tensors["straight"].shape == (knobs, latent_dim)
        and tensors["turn"].shape == (knobs, features, latent_dim)
        and tensors["travel"].shape == (knobs, stops)
        and stops % 2 == 1
        and stops > 1
        and not tensors["travel"][:, middle].any()
        and bool((tensors["travel"].diff(dim=1) >= 0).all())
    )
