"""A prior under training, as Lightning wants it: windows are encoded as they come, and what is learnt is averaged."""

from __future__ import annotations

from typing import Any, cast

import torch
from lightning import LightningModule
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from engine.models.latent_prior import LatentPrior, PriorConfig
from engine.models.vae import Vae
from engine.training import schedules
from engine.training.batches import Batch, step_seed
from engine.training.presets import Schedule

AVERAGE_DECAY = 0.998
"""Of the running mean of the weights; the mean is what is kept."""


class PriorModule(LightningModule):
    """Learns where an autoencoder's latents lie. Everything random hangs on the seed and the step alone.

    Args:
        config: of the prior.
        vae: whose latents; it stays as it is.
        schedule: learning rate, batch size and augmentation.
        dropout: share of each block's output dropped in training.
        seed: of the weights and of everything drawn.
        run: what a run that goes on from this one's state must have in common with it.
    """

    def __init__(
        self, config: PriorConfig, vae: Vae, schedule: Schedule, dropout: float, seed: int, run: dict[str, Any]
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.schedule, self.seed, self.run = schedule, seed, run
        self.prior = LatentPrior(config, dropout)
        self.average = AveragedModel(self.prior, multi_avg_fn=get_ema_multi_avg_fn(AVERAGE_DECAY))
        self.vae = [vae]  # in a list, so that it is no part of this module: it is not trained

    @property
    def learnt(self) -> LatentPrior:
        """What is kept: the running mean."""
        return cast("LatentPrior", self.average.module)

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        """The weighted nats of one batch of latents."""
        del batch_index
        torch.manual_seed(step_seed(self.seed, self.global_step))
        nats = (self.prior.nats(self._latents(batch.music)) * batch.weights).mean()
        self.log("train/loss", nats, prog_bar=True, batch_size=batch.windows)
        return nats

    def optimizer_step(self, *given: Any, **named: Any) -> None:
        """The mean follows each step at once: a state that is saved has both."""
        super().optimizer_step(*given, **named)
        self.average.update_parameters(self.prior)

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        """The same of the mean of the weights, with latents by a seed of their own."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(step_seed(self.seed, batch_index))
            z = self._latents(batch.music)
        nats = self.learnt.nats(z)
        self.log("valid/loss", (nats * batch.weights).mean(), batch_size=batch.windows)

    def configure_optimizers(self) -> Any:
        """AdamW with the schedule's learning rate, step by step."""
        optimizer = torch.optim.AdamW(
            self.prior.parameters(), lr=1.0, betas=(0.9, 0.98), weight_decay=self.schedule.weight_decay
        )
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: schedules.learning_rate(step, self.schedule))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add to the state what run it is of."""
        checkpoint["run"] = dict(self.run)

    @torch.no_grad()
    def _latents(self, music: Tensor) -> Tensor:
        """Drawn from the posteriors of windows."""
        vae = self.vae[0]
        with torch.autocast(music.device.type, enabled=False):  # its weights are folded, and in single precision
            mu, log_var = vae.encode(music)
        return mu + (0.5 * log_var).exp() * torch.randn_like(mu)
