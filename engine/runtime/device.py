"""Which device the models run on, and how many threads they may take of it."""

from __future__ import annotations

import platform

import torch

from engine.errors import OutOfRangeError

DEVICES = ("auto", "cuda", "mps", "cpu")
CPU_THREADS = 1


def choose(name: str) -> torch.device:
    """The device of that name; `auto` takes CUDA, then Metal, then the CPU.

    Raises:
        OutOfRangeError: no such device, or not on this machine.
    """
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, there in present.items() if there))
    if name not in present:
        raise OutOfRangeError(f"no device {name!r}; choose one of {', '.join(DEVICES)}")
    if not present[name]:
        raise OutOfRangeError(f"this machine has no {name} that torch can use; choose auto or cpu")
    return torch.device(name)


def describe(device: torch.device) -> str:
    """The device in words."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    if device.type == "mps":
        return "mps (Metal)"
    return f"cpu ({platform.machine()}, {torch.get_num_threads()} thread{'s' * (torch.get_num_threads() > 1)})"
