"""What happens beside the steps of a training: curves, the state to resume from, the best weights so far."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import Checkpoint, TQDMProgressBar
from torch import Tensor

_CURVES = tuple(f"{split}/{name}" for split in ("train", "valid") for name in ("loss", "reconstruction", "kl"))
WATCHED = "valid/loss"


class Curves(Callback):
    """Appends each validation's figures to a CSV file: the curves that a card shows.

    A run that goes on from an earlier state first drops the rows that it will write again. Of several processes the
    first one writes.

    Args:
        path: of the file.
        names: of the figures, as they are logged.
    """

    def __init__(self, path: Path, names: Sequence[str] = _CURVES) -> None:
        self.path, self.names = path, names

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keep the rows up to the step that the run begins at."""
        del pl_module
        if not trainer.is_global_zero:
            return
        rows = []
        if self.path.is_file():
            with self.path.open(newline="", encoding="utf-8") as stream:
                rows = [row for row in list(csv.reader(stream))[1:] if int(row[0]) <= trainer.global_step]
        self._write("w", [["step", *self.names], *rows])

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """One row a validation."""
        del pl_module
        if not trainer.is_global_zero:
            return
        found = trainer.callback_metrics
        self._write(
            "a", [[str(trainer.global_step), *(f"{float(found.get(name, float('nan'))):.4f}" for name in self.names)]]
        )

    def _write(self, mode: str, rows: list[list[str]]) -> None:
        with self.path.open(mode, newline="", encoding="utf-8") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)


class Bar(TQDMProgressBar):
    """Lightning's bar over all steps, also those of an earlier run; without the version of its logger."""

    @property
    def total_train_batches(self) -> int:
        """Steps until the end."""
        return self.trainer.max_steps

    def on_train_start(self, *given: Any) -> None:
        """A run that goes on begins no epoch, and so has to be told its total here."""
        super().on_train_start(*given)
        self.train_progress_bar.reset(self.total_train_batches)

    def get_metrics(
        self, trainer: Trainer, pl_module: LightningModule
    ) -> dict[str, int | str | float | dict[str, float]]:
        """What stands beside the bar."""
        shown = super().get_metrics(trainer, pl_module)
        shown.pop("v_num", None)
        return shown


class KeepState(Checkpoint):
    """Writes the whole state of the run, now and then and whenever it stops.

    Lightning calls callbacks of this class after all others, so what they hold is in it. Of several processes the first
    one writes, while the others wait.

    Args:
        path: of the file; replaced as a whole, so that a kill leaves the last one.
        every_steps: how often.
    """

    def __init__(self, path: Path, every_steps: int) -> None:
        self.path, self.every_steps = path, every_steps
        self.saved_step = -1

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: Any) -> None:
        """After a step, where it is due or the last one."""
        del pl_module
        is_last = trainer.should_stop or trainer.global_step >= trainer.max_steps
        if is_last or trainer.global_step % self.every_steps == 0:
            self._save(trainer)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """After a validation, so that it counts and need not be done again."""
        del pl_module
        self._save(trainer)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Where the run was stopped between two steps."""
        del pl_module
        if self.saved_step != trainer.global_step:
            self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        partial = self.path.with_name(self.path.name + ".partial")
        trainer.save_checkpoint(partial)
        if trainer.is_global_zero:
            partial.replace(self.path)
        self.saved_step = trainer.global_step


class KeepBest(Callback):
    """The weights at the validation with the lowest loss, for a run that may be stopped early.

    Attributes:
        step: of these weights.
        weights: by name; empty before the first validation.
    """

    def __init__(self) -> None:
        self.loss, self.step = float("inf"), 0
        self.weights: dict[str, Tensor] = {}

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keep a copy where the loss is the lowest so far."""
        loss = float(trainer.callback_metrics[WATCHED])
        if loss < self.loss:
            self.loss, self.step = loss, trainer.global_step
            self.weights = {name: weight.cpu().clone() for name, weight in pl_module.state_dict().items()}

    def state_dict(self) -> dict[str, Any]:
        """All of it, so that a resumed run knows the best so far."""
        return {"loss": self.loss, "step": self.step, "weights": self.weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """The inverse of `state_dict`."""
        self.loss, self.step, self.weights = state_dict["loss"], state_dict["step"], state_dict["weights"]
