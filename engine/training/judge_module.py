"""A judge, as Lightning wants it: the cost of a step is all that it learns by."""

from __future__ import annotations

from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor

from engine.models.step_judge import JudgeConfig, StepJudge
from engine.training import schedules
from engine.training.batches import Batch, step_seed
from engine.training.presets import Schedule


class JudgeModule(LightningModule):
    """Learns how clips go on. Everything random hangs on the seed and the step alone.

    Args:
        config: of the judge.
        schedule: learning rate, batch size and transposition.
        dropout: share of the inputs and of each block's output dropped in training.
        seed: of the weights and of everything drawn.
    """

    def __init__(self, config: JudgeConfig, schedule: Schedule, dropout: float, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.schedule, self.seed = schedule, seed
        self.judge = StepJudge(config, dropout)

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        """Nats a step of one batch."""
        del batch_index
        torch.manual_seed(step_seed(self.seed, self.global_step))
        nats = self.judge.nats(batch.music).mean()
        self.log("train/loss", nats, prog_bar=True, batch_size=batch.windows)
        return nats

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        """The same of validation clips."""
        del batch_index
        self.log("valid/loss", self.judge.nats(batch.music).mean(), prog_bar=True, batch_size=batch.windows)

    def configure_optimizers(self) -> Any:
        """AdamW with the schedule's learning rate, step by step."""
        optimizer = torch.optim.AdamW(
            self.judge.parameters(), lr=1.0, betas=(0.9, 0.98), weight_decay=self.schedule.weight_decay
        )
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: schedules.learning_rate(step, self.schedule))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}
