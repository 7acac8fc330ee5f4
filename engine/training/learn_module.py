"""The model under teaching: rates by the share of the time that is gone, a pull to where it began, and rehearsal."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.errors import WrongKindError
from engine.models.feel import FeelModel
from engine.models.vae import Vae
from engine.runtime.checkpoint import AnyModel
from engine.training import schedules
from engine.training.batches import Batch, step_seed
from engine.training.module import TrainingModule
from engine.training.presets import Preset

PLACES = 10_000
"""Steps of a schedule that goes by the clock: so finely is the time divided."""

Model = Vae | FeelModel


def teachable(model: AnyModel) -> Model:
    """The model itself.

    Raises:
        WrongKindError: it is of notes of many instruments, or of chords, which are not taught so far.
    """
    if isinstance(model, Vae | FeelModel):
        return model
    raise WrongKindError("models of chords or of many instruments are not taught; begin with melody, drums or trio")


class ByTheClock(TrainingModule):
    """A model whose rates follow the share of the time that has gone by, and that is held near to where it began.

    The music that it was first trained on is not at hand. In its place a model of drums rehearses what it could play at
    first: beside the windows of a batch, as many that the model begun with makes of latents of the prior. Melodies that
    are drawn from the prior are too little like played ones for that.

    Args:
        preset: what is trained, and how; its schedule has `PLACES` steps.
        seed: of everything drawn.
        start: the model to begin with, which stays as it is; None draws fresh weights.
        pull: how strongly weights are pulled back to where they began, as a share of the way for a learning rate of 1.
    """

    def __init__(self, preset: Preset, seed: int, start: Model | None, pull: float) -> None:
        super().__init__(preset, seed, {})
        self.share, self.pull = 0.0, pull
        self.start: list[Model] = []  # in a list, so that it is no part of this module: it is not trained
        if start is not None:
            self.model.load_state_dict(start.state_dict())
            self.start = [start]

    @property
    def _rehearses(self) -> bool:
        return self.preset.kind == "drums" and self.preset.schedule.task == "plain"

    @property
    def place(self) -> int:
        """The step of the schedule."""
        return round(self.share * self.preset.schedule.steps)

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        """The loss of one batch."""
        del batch_index
        torch.manual_seed(step_seed(self.seed, self.global_step))
        schedule, place = self.preset.schedule, self.place
        batch = self._with_rehearsal(batch)
        loss = self._loss(batch, schedules.beta(place, schedule), schedules.sampling_rate(place, schedule))
        return loss.total.mean()

    def configure_optimizers(self) -> Any:
        """As in any training, but by the place in time."""
        schedule = self.preset.schedule
        settings = super().configure_optimizers()
        rate = torch.optim.lr_scheduler.LambdaLR(
            settings["optimizer"], lambda _: schedules.learning_rate(self.place, schedule)
        )
        return {**settings, "lr_scheduler": {"scheduler": rate, "interval": "step"}}

    @torch.no_grad()
    def on_train_batch_end(self, *_: Any) -> None:
        """Pull the weights towards where they began.

        Source: Li, Grandvalet, Davoine, Explicit Inductive Bias for Transfer Learning (L2-SP), 2018.
        Differs: apart from the gradient, as AdamW's decay is.
        """
        rate = self.trainer.optimizers[0].param_groups[0]["lr"]
        for start in self.start:
            for weight, home in zip(self.model.parameters(), start.parameters(), strict=True):
                weight.lerp_(home.to(weight.device), min(1.0, self.pull * rate))

    @torch.no_grad()
    def _with_rehearsal(self, batch: Batch) -> Batch:
        for start in self.start:
            if isinstance(start, Vae) and self._rehearses:
                z = torch.randn(len(batch.music), start.config.latent_dim)
                known = start.head.draw(start.decode(z), 0.0, None).to(batch.music)
                music, shown = torch.cat([batch.music, known]), torch.cat([batch.shown, known])
                return Batch(music, shown, batch.weights.repeat(2), 2 * batch.windows)
        return batch
