"""What TensorBoard and Weights & Biases are told of a run."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from lightning import LightningModule
from lightning.pytorch.loggers import TensorBoardLogger, WandbLogger
from lightning.pytorch.loggers.logger import DummyLogger
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from engine.errors import OutOfRangeError
from engine.training import loggers
from engine.training.loggers import Settings, loggers_of


class PaperLogger(DummyLogger):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {}
        self.figures: dict[int, dict[str, float]] = {}

    def log_hyperparams(self, params: dict[str, Any]) -> None:
        self.settings |= params

    def log_metrics(self, metrics: dict[str, float], step: int) -> None:
        self.figures[step] = metrics


def tell(out: Path, *told: object) -> None:
    """A run of five steps that lost 2 at its last validation."""
    metrics = {"valid/loss": torch.tensor(2.0), "train/loss": torch.tensor(3.0)}
    trainer = SimpleNamespace(loggers=told, callback_metrics=metrics, global_step=5, is_global_zero=True)
    settings = Settings({"seed": 1, "schedule": {"lr": 0.5}}, out)
    settings.on_fit_start(trainer, LightningModule())
    settings.on_train_end(trainer, LightningModule())


def test_a_log_is_told_the_settings_and_in_the_end_the_figures(tmp_path: Path) -> None:
    paper = PaperLogger()
    tell(tmp_path, paper)
    assert paper.settings == {"seed": 1, "schedule": {"lr": 0.5}}
    assert paper.figures == {5: {"end/steps": 5.0, "end/valid/loss": 2.0}}


def test_tensorboard_shows_the_figures_beside_the_settings(tmp_path: Path) -> None:
    (board,) = loggers_of(["tensorboard"], tmp_path, resume=False)
    assert isinstance(board, TensorBoardLogger)
    tell(tmp_path, board)
    board.finalize("success")
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(event.step, event.value) for event in events.Scalars("end/valid/loss")] == [(5, 2.0)]
    assert "_hparams_/session_start_info" in events.Tags()["tensors"] or events.summary_metadata
    assert "lr: 0.5" in (tmp_path / "tensorboard" / "hparams.yaml").read_text()


def test_no_log_is_no_logger(tmp_path: Path) -> None:
    assert loggers_of([], tmp_path, resume=False) == []


def test_logs_that_are_not_there_are_refused_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(OutOfRangeError, match=r"pip install 'latent-bridge\[wandb\]'"):
        loggers_of(["tensorboard", "wandb"], tmp_path, resume=False)
    with pytest.raises(OutOfRangeError, match="tensorboard, wandb"):
        loggers_of(["diary"], tmp_path, resume=False)


class PaperWandb(WandbLogger):
    """As Lightning's, without a need of the package."""

    def __init__(self, name: str, save_dir: Path, **given: Any) -> None:
        self.given = {"name": name, "save_dir": save_dir, **given}

    @property
    def version(self) -> str:
        return str(self.given["id"])

    def log_hyperparams(self, params: dict[str, Any]) -> None:
        del params

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        del metrics, step


def test_a_resumed_run_is_the_same_one_at_weights_and_biases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(loggers, "WandbLogger", PaperWandb)
    monkeypatch.setenv("WANDB_PROJECT", "tunes")
    (first,) = loggers_of(["wandb"], tmp_path, resume=False)
    tell(tmp_path, first)
    (resumed,) = loggers_of(["wandb"], tmp_path, resume=True, wandb_offline=True)
    (fresh,) = loggers_of(["wandb"], tmp_path, resume=False)
    assert resumed.version == first.version != fresh.version
    assert isinstance(first, PaperWandb)
    assert isinstance(resumed, PaperWandb)
    assert (first.given["mode"], resumed.given["mode"]) == (None, "offline"), "WANDB_MODE decides, unless told"
    assert first.given["project"] == "tunes"
