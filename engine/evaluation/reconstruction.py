"""What an autoencoder of classes rebuilds: teacher-forced and free-running, from the mean and from a sampled latent.

Source: Roberts et al., A Hierarchical Latent Vector Model (MusicVAE), 2018, its table of reconstruction accuracies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.evaluation.parts import PARTS, Figures, Part, by_part, of_each_part
from engine.models.vae import Vae, kl_divergence

ACTIVE_VARIANCE = 0.01
_FAR = 1_000_003
# Numbers that go out of a model at once: few enough for memory that is at hand, and more where steps follow each other.
_MOST_WINDOWS, _MOST_NUMBERS, _MOST_NUMBERS_STEPWISE = 500, 1_500_000, 12_000_000


@dataclass(frozen=True)
class Encoded:
    """Windows and their posteriors.

    Attributes:
        music: classes `windows, steps[, parts]`.
        mu: means, `windows, latent`.
        log_var: logarithms of the variances, `windows, latent`.
        drawn: one draw of each posterior, `windows, latent`.
    """

    music: Tensor
    mu: Tensor
    log_var: Tensor
    drawn: Tensor

    @property
    def of_another(self) -> Tensor:
        """For each window the mean of another, from as far away in the data as can be: neighbours share their song."""
        return self.mu.roll(len(self.mu) // 2, 0)


def encode(model: Vae, music: Tensor, generator: torch.Generator) -> Encoded:
    """The posteriors of all windows, and a draw of each."""
    music = music.long()
    size = _batch_size(model.config.steps * model.head.feature_depth)
    posteriors = [model.encode(chunk) for chunk in music.split(size)]
    mu, log_var = (torch.cat(each) for each in zip(*posteriors, strict=True))
    return Encoded(music, mu, log_var, mu + (0.5 * log_var).exp() * torch.randn(mu.shape, generator=generator))


def active_units(mu: Tensor) -> int:
    """Latent dimensions whose mean varies over the windows by more than `ACTIVE_VARIANCE`.

    Source: Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders, 2016.
    """
    return int((mu.var(0) > ACTIVE_VARIANCE).sum()) if len(mu) > 1 else 0


def reconstruction(model: Vae, given: Encoded, seed: int = 0) -> Figures:
    """All figures of what comes back.

    Args:
        model: of music of classes.
        given: the windows.
        seed: of the draws at temperature 1.

    Returns:
        A group for each way; of trios, a group for each part in it. Free-running: `posterior_mean`, `sampled_latent`
        and `shuffled_latent` (another window's), all with the most likely steps, and `sampled_latent_drawn` with steps
        drawn at temperature 1. Teacher-forced, with each true step before: `teacher_forced`,
        `teacher_forced_sampled_latent` and `teacher_forced_shuffled_latent`.
    """
    generator = torch.Generator().manual_seed(seed + _FAR)  # apart from what drew the latents
    latents = {"posterior_mean": given.mu, "sampled_latent": given.drawn, "shuffled_latent": given.of_another}
    free = {name: rebuilt(model, z, given.music) for name, z in latents.items()}
    drawn = rebuilt(model, given.drawn, given.music, temperature=1.0, generator=generator)
    forced = free
    if model.decoder.looks_back:
        forced = {name: rebuilt(model, z, given.music, forced=True) for name, z in latents.items()}
    return {
        "windows": len(given.music),
        "kl_nats": float(kl_divergence(given.mu, given.log_var).mean()),
        "active_units": active_units(given.mu),
        "looks_back": "yes" if model.decoder.looks_back else "no: teacher-forced and free-running are the same",
        **free,
        "sampled_latent_drawn": drawn,
        "teacher_forced": forced["posterior_mean"],
        "teacher_forced_sampled_latent": forced["sampled_latent"],
        "teacher_forced_shuffled_latent": forced["shuffled_latent"],
    }


def rebuilt(
    model: Vae,
    z: Tensor,
    music: Tensor,
    *,
    forced: bool = False,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> Figures:
    """How much of the music comes back from latents, part by part.

    Args:
        model: of music of classes.
        z: `windows, latent`.
        music: classes `windows, steps[, parts]`.
        forced: whether each step is given the true one before it.
        temperature: of the steps that are drawn; 0 takes the most likely.
        generator: of those draws.
    """
    parts = PARTS[model.config.music]
    tallies = [_Tally(part) for part in parts]
    says_odds = temperature == 0 and (forced or not model.decoder.looks_back)
    outputs = _forced(model, z, music) if forced else _free(model, z, temperature, generator)
    place = 0
    for logits in outputs:
        truth = music[place : (place := place + len(logits))]
        guess = model.head.draw(logits, temperature, generator)
        each = (of_each_part(model.config.music, clips) for clips in (guess, truth))
        odds = logits.split([part.classes for part in parts], -1) if says_odds else [None] * len(parts)
        for tally, its_guess, its_truth, its_odds in zip(tallies, *each, odds, strict=True):
            tally.add(its_guess, its_truth, its_odds)
    return by_part(model.config.music, [tally.figures() for tally in tallies])


def decode(
    model: Vae,
    z: Tensor,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
    lean: Tensor | None = None,
) -> Tensor:
    """The music of latents, free-running, `latents, steps[, parts]`.

    `lean` has the outputs' shape (`runtime.leaning`).
    """
    outputs = _free(model, z, temperature, generator, lean)
    return torch.cat([model.head.draw(logits, temperature, generator) for logits in outputs])


def _free(
    model: Vae, z: Tensor, temperature: float, generator: torch.Generator | None, lean: Tensor | None = None
) -> Iterator[Tensor]:
    most = _MOST_NUMBERS_STEPWISE if model.decoder.looks_back else _MOST_NUMBERS
    size = _batch_size(model.config.steps * model.head.depth, most)
    zs = z.split(size)
    leans = [None] * len(zs) if lean is None else lean.split(size)
    return (model.decode(latents, temperature, generator, own) for latents, own in zip(zs, leans, strict=True))


def _forced(model: Vae, z: Tensor, music: Tensor) -> Iterator[Tensor]:
    config = model.config
    size = _batch_size(config.steps * (model.head.depth + model.head.feature_depth + config.latent_dim))
    for latents, truth in zip(z.split(size), music.split(size), strict=True):
        yield model.told(latents, truth)


def _batch_size(numbers_a_window: int, most: int = _MOST_NUMBERS) -> int:
    return max(1, min(_MOST_WINDOWS, most // numbers_a_window))


class _Tally:
    """What is right of one part, counted batch by batch."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.steps = self.onsets = self.clips = 0
        self.right_steps = self.right_onsets = self.right_clips = 0
        self.nats: float | None = None

    def add(self, guess: Tensor, truth: Tensor, odds: Tensor | None) -> None:
        """Count windows, `windows, steps`; `odds` are the logits where the model says how likely each class was."""
        right, onsets = guess == truth, truth >= self.part.first_onset
        self.steps += truth.numel()
        self.onsets += int(onsets.sum())
        self.clips += len(truth)
        self.right_steps += int(right.sum())
        self.right_onsets += int((right & onsets).sum())
        self.right_clips += int(right.all(1).sum())
        if odds is not None:
            nats = F.cross_entropy(odds.float().flatten(0, 1), truth.flatten(), reduction="sum")
            self.nats = (self.nats or 0.0) + float(nats)

    def figures(self) -> Figures:
        """Shares of steps, of those where something begins, and of whole clips; the cost of a step."""
        figures: Figures = {
            "steps_right": self.right_steps / self.steps,
            "onsets_right": self.right_onsets / self.onsets if self.onsets else math.nan,
            "clips_right": self.right_clips / self.clips,
        }
        if self.nats is not None:
            figures["nats_a_step"] = self.nats / self.steps
            figures["bits_a_step"] = self.nats / self.steps / math.log(2)
        return figures


def part_figures(music: str, group: Figures) -> Sequence[tuple[str, Figures]]:
    """The name and the figures of each part of a group that `rebuilt` gave."""
    parts = PARTS[music]
    return [(part.name, group if len(parts) == 1 else group[part.name]) for part in parts]
