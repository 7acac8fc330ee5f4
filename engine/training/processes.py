"""How many processes train together: asked for on this machine, or started by torchrun."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch

from engine.errors import OutOfRangeError


@dataclass(frozen=True)
class Processes:
    """Processes that share each batch: `devices` on each of `nodes` machines."""

    devices: int = 1
    nodes: int = 1

    @property
    def count(self) -> int:
        """All of them."""
        return self.devices * self.nodes


def processes_of(asked: Processes, device: str, batch_size: int) -> Processes:
    """What was asked for, or what torchrun has started.

    Args:
        asked: by the user; one process leaves it to torchrun, where that started this one.
        device: what each trains on: `cpu`, `cuda` or `mps`.
        batch_size: windows a step, of all processes together.

    Raises:
        OutOfRangeError: torchrun has started others; there are not as many devices; the windows do not go round.
    """
    started = _started_by_torchrun()
    if started is not None and asked not in (Processes(), started):
        raise OutOfRangeError(
            f"torchrun started {started.devices} processes on each of {started.nodes} machines, and --devices "
            f"{asked.devices} --nodes {asked.nodes} asks for others; leave both out"
        )
    processes = started or asked
    present = {"cuda": torch.cuda.device_count(), "mps": 1}.get(device, processes.devices)
    if processes.devices > present:
        raise OutOfRangeError(f"{processes.devices} devices asked for; of {device} this machine has {present}")
    if batch_size % processes.count:
        below = batch_size // processes.count * processes.count
        others = " or ".join(str(size) for size in (below, below + processes.count) if size)
        raise OutOfRangeError(
            f"a batch size of {batch_size} cannot be dealt out evenly to {processes.count} processes; choose {others}"
        )
    return processes


def take_threads(threads: int | None, processes: Processes) -> None:
    """Calculate with so many threads of the CPU in each process; None leaves it to torch, or to who starts them."""
    if threads is None:
        return
    torch.set_num_threads(threads)
    if processes.count > 1:
        os.environ["OMP_NUM_THREADS"] = str(threads)  # without it Lightning takes a number of its own on starting them


def _started_by_torchrun() -> Processes | None:
    if not (torch.distributed.is_available() and torch.distributed.is_torchelastic_launched()):
        return None
    here, all_together = (int(os.environ[name]) for name in ("LOCAL_WORLD_SIZE", "WORLD_SIZE"))
    return Processes(here, all_together // here)
