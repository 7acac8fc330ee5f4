"""What is seen of a model that learns: its loss and figures on held-out windows, and whether it copies."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.evaluation.memorisation import Memorisation, memorisation, notes_of
from engine.latent.slerp import slerp
from engine.models.feel import FeelModel
from engine.models.tasks import TASKS
from engine.models.vae import Vae, VaeLoss
from engine.training import schedules
from engine.training.batches import transpose
from engine.training.learn_fit import Look
from engine.training.learn_module import Model
from engine.training.presets import Schedule

COMPARED = 200
TEMPERATURE = 0.5
VARIED = 0.5
_MEASURED = 500
_FEWEST_LATENTS = 200
_BATCH = 100


@dataclass(frozen=True)
class Figures:
    """How well a model does on windows that it was not trained on.

    Attributes:
        neg_elbo: nats a window (and squared errors, for velocities and offsets): reconstruction and the whole KL.
        reconstruction: the first part of it, from a drawn latent.
        kl: the second.
        notes_right: share of the notes that come back from the posterior mean, free-running: of a melody its onsets.
        notes_f1: the same with what was added counted against it; for drums, hit F1. None for models of feel.
    """

    neg_elbo: float
    reconstruction: float
    kl: float
    notes_right: float | None
    notes_f1: float | None

    def as_dict(self) -> dict[str, float | None]:
        """For the checkpoint's config."""
        return asdict(self)


@torch.inference_mode()
def measure(model: Model, music: Tensor, task: str = "plain", seed: int = 0) -> Figures:
    """Figures of a model in evaluation mode, on a CPU."""
    music = _as_classes(music[:_MEASURED])
    loss = _loss(model, music, task, 1.0, 0.0, seed)
    right, f1 = (None, None) if isinstance(model, FeelModel) else _rebuilt(model, music, task)
    elbo, reconstruction, kl = (float(part.mean()) for part in (loss.total, loss.reconstruction, loss.kl))
    return Figures(elbo, reconstruction, kl, right, f1)


class Looker:
    """Looks at a model under way, always in the same way, so that looks compare.

    Args:
        train, held_out: the windows.
        schedule: of the run: beta, free bits, task, transpositions.
        seed: of what is drawn.
    """

    def __init__(self, train: MusicSet, held_out: MusicSet, schedule: Schedule, seed: int) -> None:
        self.schedule, self.seed = schedule, seed
        self.train, self.held_out = _as_classes(train.music), _as_classes(held_out.music[:_MEASURED])
        times = -(-_FEWEST_LATENTS // len(self.held_out))  # few windows, so several latents of each, in several keys
        generator = torch.Generator().manual_seed(seed)
        again = self.held_out.repeat(times, *[1] * (self.held_out.dim() - 1))
        self.measured = again if again.is_floating_point() else transpose(again, schedule.transpose, generator)

    @torch.inference_mode()
    def __call__(self, model: Model, is_candidate: bool) -> Look:
        """The loss; and whether the model copies, where it is a candidate to be kept."""
        last_beta = schedules.beta(self.schedule.steps, self.schedule)
        loss = _loss(model, self.measured, self.schedule.task, last_beta, self.schedule.free_bits, self.seed)
        return Look(float(loss.total.mean()), self.memorisation_of(model) if is_candidate else None)

    @torch.inference_mode()
    def memorisation_of(self, model: Model) -> Memorisation | None:
        """Its samples, and its variations of held-out windows, beside the training windows; None for models of feel."""
        if isinstance(model, FeelModel):
            return None
        generator = torch.Generator().manual_seed(self.seed)
        compared = self.held_out[:COMPARED]
        mu, _ = model.encode(TASKS[self.schedule.task](compared))
        prior = torch.randn(COMPARED, mu.shape[1], generator=generator)
        again = mu.repeat(-(-COMPARED // len(mu)), 1)[:COMPARED]
        samples, variations = (_music(model, z, TEMPERATURE, generator) for z in (prior, slerp(again, prior, VARIED)))
        return memorisation(model.config.music, self.train, self.held_out, samples, variations)


def _loss(model: Model, music: Tensor, task: str, beta: float, free_bits: float, seed: int) -> VaeLoss:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if isinstance(model, FeelModel):
            return model.loss(music, beta=beta, free_bits=free_bits)
        shown = TASKS[task](music) if music.is_floating_point() else music
        return model.loss(music, beta=beta, free_bits=free_bits, shown=shown)


def _rebuilt(model: Vae, music: Tensor, task: str) -> tuple[float, float]:
    """Notes that come back, and their F1."""
    shown = TASKS[task](music) if music.is_floating_point() else music
    parts = []
    for chunk, its_shown in zip(music.split(_BATCH), shown.split(_BATCH), strict=True):
        guess = _music(model, model.encode(its_shown)[0], 0.0, torch.Generator())
        there, said = (notes_of(model.config.music, each, moved=False) for each in (chunk, guess))
        parts.append(torch.stack([(there * said).sum(), there.sum(), said.sum()]))
    both, there, said = torch.stack(parts).sum(0).tolist()
    return both / max(there, 1.0), 2 * both / max(there + said, 1.0)


def _music(model: Vae, z: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    parts = [model.decode(chunk, temperature, generator) for chunk in z.split(_BATCH)]
    return torch.cat([model.head.draw(part, temperature, generator) for part in parts])


def _as_classes(music: Tensor) -> Tensor:
    return music if music.is_floating_point() else music.long()
