"""Several processes train as one: shares of a batch, who is refused, and runs of two on this machine."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import trained_together

from engine.errors import OutOfRangeError
from engine.training.batches import Batch
from engine.training.module import build_model
from engine.training.processes import Processes, processes_of
from engine.training.train import STATE_NAME

MOST_OFF = 1e-4
"""Of the way that weights went: what is left to rounding."""


def make_batch(windows: int) -> Batch:
    generator = torch.Generator().manual_seed(windows)
    music, shown = (torch.rand(windows, 4, generator=generator) for _ in range(2))
    return Batch(music, shown, torch.rand(windows, generator=generator) + 0.1, windows)


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
@pytest.mark.parametrize("windows", [1, 2, 8, 13])
def test_shares_are_of_one_size_and_average_to_the_whole(windows: int, processes: int) -> None:
    whole = make_batch(windows)
    shares = [whole.share(rank, processes) for rank in range(processes)]
    assert len({len(share.weights) for share in shares}) == 1
    assert {share.windows for share in shares} == {windows}
    for part in ("music", "shown"):
        means = [(getattr(share, part).mean(1) * share.weights).mean() for share in shares]
        torch.testing.assert_close(torch.stack(means).mean(), (getattr(whole, part).mean(1) * whole.weights).mean())


def test_every_window_is_in_one_share_alone() -> None:
    whole = make_batch(12)
    together = torch.cat([whole.share(rank, 3).music for rank in range(3)])
    assert sorted(map(tuple, together.tolist())) == sorted(map(tuple, whole.music.tolist()))


def test_a_batch_that_does_not_go_round_is_refused_with_those_that_do() -> None:
    assert processes_of(Processes(2, 3), "cpu", 12).count == 6
    with pytest.raises(OutOfRangeError, match="evenly to 6 processes; choose 12 or 18"):
        processes_of(Processes(2, 3), "cpu", 16)
    with pytest.raises(OutOfRangeError, match=r"choose 6$"):
        processes_of(Processes(6), "cpu", 4)


def test_more_devices_than_there_are_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="of mps this machine has 1"):
        processes_of(Processes(2), "mps", 8)
    with pytest.raises(OutOfRangeError, match=f"of cuda this machine has {torch.cuda.device_count()}"):
        processes_of(Processes(64), "cuda", 64)


@pytest.fixture
def torchrun(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """As if torchrun had started this process beside others, on so many machines."""

    def start(devices: int, nodes: int) -> None:
        monkeypatch.setenv("TORCHELASTIC_RUN_ID", "made up")
        monkeypatch.setenv("LOCAL_WORLD_SIZE", str(devices))
        monkeypatch.setenv("WORLD_SIZE", str(devices * nodes))

    return start


def test_torchrun_says_how_many_there_are(torchrun: Callable[[int, int], None]) -> None:
    torchrun(2, 3)
    assert processes_of(Processes(), "cpu", 12) == processes_of(Processes(2, 3), "cpu", 12) == Processes(2, 3)
    with pytest.raises(OutOfRangeError, match="leave both out"):
        processes_of(Processes(3, 2), "cpu", 12)


@pytest.fixture(scope="module")
def together(data_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes made."""
    out = tmp_path_factory.mktemp("together")
    run([sys.executable, trained_together.__file__, str(data_file), str(out)])
    return out


@pytest.fixture(scope="module")
def alone(data_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process makes of the same without noise."""
    out = tmp_path_factory.mktemp("alone")
    trained_together.train_without_noise(data_file, out, 1)
    return out


def run(words: list[str]) -> str:
    """What a command says on its way to success."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """At the end of a run, unrounded, named as in the model."""
    state = torch.load(folder / STATE_NAME, weights_only=True)["state_dict"]
    return {name.removeprefix("model."): weight for name, weight in state.items()}


def curves(folder: Path) -> torch.Tensor:
    with (folder / "curves.csv").open() as stream:
        rows = list(csv.reader(stream))[1:]
    return torch.tensor([[float(cell) for cell in row] for row in rows])


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["melody", "lstm"])
def test_two_processes_end_with_the_weights_and_figures_of_one(together: Path, alone: Path, preset: str) -> None:
    one, two = (weights(folder / preset) for folder in (alone, together))
    torch.manual_seed(1)
    begun = build_model(trained_together.MADE_UP[preset].model).state_dict()
    off = {name: float((two[name] - one[name]).norm() / (one[name] - begun[name]).norm()) for name in begun}
    assert {name: share for name, share in off.items() if not share < MOST_OFF} == {}
    torch.testing.assert_close(curves(together / preset), curves(alone / preset), rtol=1e-4, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["melody", "lstm"])
def test_each_of_two_processes_calculates_one_half(together: Path, alone: Path, preset: str) -> None:
    whole = [int(windows) for windows in (alone / f"{preset}.0.txt").read_text().split()]
    assert len(whole) == trained_together.SCHEDULE.steps
    for rank in (0, 1):
        given = [int(windows) for windows in (together / f"{preset}.{rank}.txt").read_text().split()]
        assert given == [windows // 2 for windows in whole]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stopped", "interrupted"])
def test_a_run_by_two_is_resumed_to_the_same_bits(together: Path, name: str) -> None:
    straight, resumed = (weights(together / folder) for folder in ("straight", name))
    assert all(torch.equal(straight[weight], resumed[weight]) for weight in straight)
    assert torch.equal(curves(together / "straight"), curves(together / name))
    assert len(curves(together / name)) == trained_together.SCHEDULE.steps // 2


@pytest.mark.slow
def test_an_interrupt_of_one_process_ends_both_after_the_same_step(together: Path) -> None:
    assert [(together / f"interrupted.{rank}.txt").read_text() for rank in (0, 1)] == ["3 False"] * 2


@pytest.mark.slow
@pytest.mark.parametrize("start", ["bridge", "torch.distributed.run --nproc-per-node=2 -m bridge"])
def test_bridge_train_is_done_by_two_processes_and_told_once(data_file: Path, tmp_path: Path, start: str) -> None:
    words = f"train drumify_2bar --out {tmp_path / 'run'} --batch-size 4 --steps 2 --device cpu --threads 1"
    devices = "--devices 2" if start == "bridge" else ""
    told = run(
        [sys.executable, "-m", *f"{start} {words} {devices}".split(), "--data", str(data_file), "--logger", "none"]
    )
    assert told.count("2 steps") == 1
    assert json.loads((tmp_path / "run" / "config.json").read_text())["trained"]["processes"] == 2
    assert not (tmp_path / "run" / "tensorboard").exists()
