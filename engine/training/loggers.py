"""Where the figures of a run are shown beside its curves: TensorBoard, Weights & Biases."""

from __future__ import annotations

import importlib.util
import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import Logger, TensorBoardLogger, WandbLogger

from engine.errors import OutOfRangeError

LOGS = ("tensorboard", "wandb")
_WANDB_PROJECT = "latent-bridge"
_WANDB_RUN = "wandb.run"


def loggers_of(names: Sequence[str], out: Path, resume: bool, wandb_offline: bool = False) -> list[Logger]:
    """A logger for each name in `LOGS`.

    Args:
        names: of them.
        out: folder of the run; both write into folders of their own in it.
        resume: go on with the same run of Weights & Biases.
        wandb_offline: keep what goes to Weights & Biases here, for `wandb sync`. Without it, WANDB_MODE decides.

    Raises:
        OutOfRangeError: no such logger, or it is not installed.
    """
    unknown = [name for name in names if name not in LOGS]
    if unknown:
        raise OutOfRangeError(f"no log {unknown[0]!r}; there are {', '.join(LOGS)}")
    if "wandb" in names and importlib.util.find_spec("wandb") is None:
        raise OutOfRangeError("Weights & Biases is not installed: pip install 'latent-bridge[wandb]', or log without")
    found: list[Logger] = []
    if "tensorboard" in names:
        found.append(TensorBoardLogger(out, name="", version="tensorboard", default_hp_metric=False))
    if "wandb" in names:
        project = os.environ.get("WANDB_PROJECT", _WANDB_PROJECT)
        mode = "offline" if wandb_offline else None
        found.append(WandbLogger(out.name, out, id=_wandb_run(out, resume), project=project, mode=mode))
    return found


class Settings(Callback):
    """Tells the loggers what the run was given, and in the end the figures of its last validation.

    Args:
        settings: what it was given, by name.
        out: folder of the run, for what a later one needs to go on.
    """

    def __init__(self, settings: Mapping[str, Any], out: Path) -> None:
        self.settings, self.out = dict(settings), out

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """What it was given."""
        del pl_module
        for logger in trainer.loggers:
            logger.log_hyperparams(self.settings)
            if isinstance(logger, WandbLogger) and trainer.is_global_zero:
                (self.out / _WANDB_RUN).write_text(f"{logger.version}\n", encoding="utf-8")

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """How far it came, and its figures."""
        del pl_module
        found = {f"end/{name}": float(x) for name, x in trainer.callback_metrics.items() if name.startswith("valid/")}
        figures = {"end/steps": float(trainer.global_step), **found}
        for logger in trainer.loggers:
            if isinstance(logger, TensorBoardLogger):
                logger.log_hyperparams(self.settings, figures, trainer.global_step)
            else:
                logger.log_metrics(figures, trainer.global_step)

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Let a later run in this process be one of its own at Weights & Biases."""
        del pl_module, stage
        for logger in trainer.loggers:
            if isinstance(logger, WandbLogger) and trainer.is_global_zero:
                logger.experiment.finish()


def _wandb_run(out: Path, resume: bool) -> str:
    """The run's name at Weights & Biases, which a resumed one keeps."""
    kept = out / _WANDB_RUN
    if resume and kept.is_file():
        return kept.read_text(encoding="utf-8").strip()
    return uuid.uuid4().hex[:8]
