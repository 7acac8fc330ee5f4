"""What a measurement ran on: the header of every bench."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch


@dataclass(frozen=True)
class Machine:
    """The machine and the moment.

    Attributes:
        cpu: the processor's own name for itself.
        cores: logical cores that this process may use.
        load_1m: mean number of runnable processes over the last minute; near 0 on a quiet machine, nan where unknown.
        torch_threads: threads of one torch operation.
        accelerator: the GPU's name, `none` without one.
    """

    cpu: str
    cores: int
    load_1m: float
    system: str
    python: str
    torch: str
    torch_threads: int
    accelerator: str
    measured_at: str

    def __str__(self) -> str:
        return (
            f"{self.cpu}, {self.cores} cores, load {self.load_1m:.2f}, {self.system}\n"
            f"Python {self.python}, torch {self.torch} with {self.torch_threads} threads, GPU {self.accelerator}, "
            f"{self.measured_at}"
        )


def describe_machine() -> Machine:
    """The machine as it is now; call it before the measurement, which adds to the load itself."""
    return Machine(
        cpu=_cpu_name(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        load_1m=os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan"),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        torch=str(torch.__version__),
        torch_threads=torch.get_num_threads(),
        accelerator=_accelerator_name(),
        measured_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = (line.partition(":") for line in info.read_text().splitlines())
        return next((value.strip() for name, _, value in lines if name.strip() == "model name"), platform.machine())
    if platform.system() == "Darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return platform.processor() or platform.machine()


def _accelerator_name() -> str:
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return "Metal" if torch.backends.mps.is_available() else "none"


if __name__ == "__main__":
    print(describe_machine())
