"""Runs by two processes, for `test_processes.py`: `trained_together.py DATA OUT`.

Lightning starts this script anew for the second one; what follows the first run is done by both together.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from made_up import tiny_feel, tiny_vae

from engine.training.batches import Batch
from engine.training.module import TrainingModule
from engine.training.presets import PRESETS, Preset, Schedule
from engine.training.train import TrainOptions, train

SCHEDULE = Schedule(steps=7, batch_size=8, warmup=2, transpose=(-5, 6), free_bits=0.0)
MADE_UP = {
    "melody": Preset(tiny_vae("melody"), SCHEDULE, "melody"),
    "lstm": Preset(tiny_vae("melody", "bilstm", "lstm"), SCHEDULE, "melody"),
    "feel": Preset(replace(tiny_feel(), dropout=0.3), replace(SCHEDULE, transpose=(0, 0), drop=0.3), "drums"),
}


def train_without_noise(data: Path, out: Path, devices: int) -> None:
    """With latents at their means, so that processes draw nothing of their own; each writes what it was given."""
    options = _options(data, out, devices)
    with mock.patch.object(torch, "randn_like", torch.zeros_like), mock.patch.dict(PRESETS, MADE_UP):
        for preset in ("melody", "lstm"):
            with windows_noted() as given:
                done = train(replace(options, preset=preset, out=out / preset, patience=9))
            (out / f"{preset}.{done.rank}.txt").write_text(" ".join(map(str, given)))


def train_with_stops(data: Path, out: Path) -> None:
    """A run in one go, one that is stopped and one whose second process is interrupted; both resumed."""
    options = _options(data, out, 2)
    with mock.patch.dict(PRESETS, MADE_UP):
        train(replace(options, out=out / "straight"))
        train(replace(options, out=out / "stopped", stop_at=3))
        train(replace(options, out=out / "stopped", resume=True))
        with interrupted_in_step(3, rank=1):
            done = train(replace(options, out=out / "interrupted"))
        (out / f"interrupted.{done.rank}.txt").write_text(f"{done.steps} {done.is_finished}")
        train(replace(options, out=out / "interrupted", resume=True))


def _options(data: Path, out: Path, devices: int) -> TrainOptions:
    return TrainOptions(
        "feel", data, out, device="cpu", precision="float32", threads=1, validate_every=2, progress=False,
        devices=devices,
    )  # fmt: skip


@contextmanager
def windows_noted() -> Iterator[list[int]]:
    """How many windows each step trains on in this process."""
    given: list[int] = []
    before = TrainingModule.training_step

    def training_step(self: TrainingModule, batch: Batch, batch_index: int) -> torch.Tensor:
        given.append(len(batch.music))
        return before(self, batch, batch_index)

    with mock.patch.object(TrainingModule, "training_step", training_step):
        yield given


@contextmanager
def interrupted_in_step(step: int, rank: int) -> Iterator[None]:
    """Ctrl-C in one process, while the others work on."""
    before = TrainingModule.training_step

    def training_step(self: TrainingModule, batch: Batch, batch_index: int) -> torch.Tensor:
        if self.global_step == step - 1 and self.global_rank == rank:
            signal.raise_signal(signal.SIGINT)
        return before(self, batch, batch_index)

    with mock.patch.object(TrainingModule, "training_step", training_step):
        yield


if __name__ == "__main__":
    train_without_noise(Path(sys.argv[1]), Path(sys.argv[2]), 2)
    train_with_stops(Path(sys.argv[1]), Path(sys.argv[2]))
