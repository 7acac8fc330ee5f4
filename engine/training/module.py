"""One model under training, as Lightning wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor

from engine.models.config import FeelConfig, NoteConfig, VaeConfig
from engine.models.feel import FeelModel
from engine.models.note_vae import NoteVae
from engine.models.vae import Vae, VaeLoss
from engine.training import schedules
from engine.training.batches import Batch, step_seed
from engine.training.presets import Preset


def build_model(config: VaeConfig | FeelConfig | NoteConfig) -> Vae | FeelModel | NoteVae:
    """A fresh model of this config."""
    if isinstance(config, NoteConfig):
        return NoteVae(config)
    return Vae(config) if isinstance(config, VaeConfig) else FeelModel(config)


class TrainingModule(LightningModule):
    """Loss, optimiser and logs of one preset; everything random hangs on the seed, the step and the process alone.

    Where several processes train together, each takes its share of every batch. Windows and augmentation are those of a
    run by one process; latents, dropout and scheduled sampling are drawn by each process for its share.

    Args:
        preset: what is trained, and how.
        seed: of the weights and of everything drawn.
        run: what a run that goes on from this one's state must have in common with it; saved with the state.
    """

    def __init__(self, preset: Preset, seed: int, run: Mapping[str, Any]) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.preset, self.seed, self.run = preset, seed, run
        self.model = build_model(preset.model)

    def on_before_batch_transfer(self, batch: Batch, dataloader_idx: int) -> Batch:
        """The share of this process."""
        del dataloader_idx
        return batch.share(self.trainer.global_rank, self.trainer.world_size)

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        """The weighted loss of one batch."""
        del batch_index
        torch.manual_seed(step_seed(self.seed, self.global_step, self.global_rank))
        schedule, step = self.preset.schedule, self.global_step
        loss = self._loss(batch, schedules.beta(step, schedule), schedules.sampling_rate(step, schedule))
        self._log("train", loss, batch)
        return (loss.total * batch.weights).mean()

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        """The same loss at the last beta, so that early and late ones compare; latents by a seed of their own."""
        schedule = self.preset.schedule
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(step_seed(self.seed, batch_index, self.global_rank))
            loss = self._loss(batch, schedules.beta(schedule.steps, schedule), 0.0)
        self._log("valid", loss, batch)

    def configure_optimizers(self) -> Any:
        """AdamW (Adam where the weight decay is 0) with the schedule's learning rate, step by step."""
        schedule = self.preset.schedule
        betas = (0.9, 0.98) if schedule.lr_shape == "cosine" else (0.9, 0.999)
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=1.0, betas=betas, weight_decay=schedule.weight_decay)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: schedules.learning_rate(step, schedule))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add to the state what run it is of."""
        checkpoint["run"] = dict(self.run)

    def _loss(self, batch: Batch, beta: float, sampling_rate: float) -> VaeLoss:
        settings = {"beta": beta, "free_bits": self.preset.schedule.free_bits}
        if isinstance(self.model, FeelModel | NoteVae):
            return self.model.loss(batch.music, shown=batch.shown, **settings)
        return self.model.loss(batch.music, shown=batch.shown, sampling_rate=sampling_rate, **settings)

    def _log(self, split: str, loss: VaeLoss, batch: Batch) -> None:
        for name, value in (("loss", loss.total), ("reconstruction", loss.reconstruction), ("kl", loss.kl)):
            mean = (value * batch.weights).mean()
            self.log(f"{split}/{name}", mean, prog_bar=name == "loss", batch_size=batch.windows, sync_dist=True)
