"""Between music and a model's latents: what each kind of music has its own translator for, and the model's passes.

A new kind of music is a new translator, and a line in `translator_table.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor

from engine.models.vae import Vae
from engine.representations.clip import Clip
from engine.runtime.touch import AS_IT_IS
from engine.runtime.writers import Writer

# Of one pass at most; more are gone through in several.
_BATCH_STEPS = 16_384


class Piece(Protocol):
    """What is given to a model: a clip, or the three clips of a trio."""

    def fingerprint(self) -> str:
        """A hash of all that a model hears of it."""
        ...


PieceT = TypeVar("PieceT", bound=Piece)


@dataclass(frozen=True)
class Heard:
    """A piece as a model hears it: windows `windows, steps[, depth]`, and how many notes it cannot hear."""

    windows: Tensor
    left_out: int


@dataclass(frozen=True)
class Recipe(Generic[PieceT]):
    """What results are made of.

    Attributes:
        frame: its length, meter and tempo are the result's.
        sources: what lends the notes all that the model does not know; may be empty.
        weights: a row a result, a column a source.
        temperature: 0 the most likely.
        generator: of all noise.
    """

    frame: Clip
    sources: tuple[PieceT, ...]
    weights: tuple[tuple[float, ...], ...]
    temperature: float
    generator: torch.Generator


class Translator(Protocol[PieceT]):
    """One kind of music, for models of one window.

    Attributes:
        choices: how many random numbers the drawing of a step takes.
    """

    choices: int

    def hear(self, piece: PieceT) -> Heard:
        """The piece as windows."""
        ...

    def speak(self, outputs: Tensor, recipe: Recipe[PieceT]) -> list[Clip]:
        """Decoder outputs `count, windows, steps, depth` as clips."""
        said = self.join(outputs, recipe.frame)
        uniform = None
        if recipe.temperature > 0:
            uniform = torch.rand((*said.shape[:2], self.choices), generator=recipe.generator)
        music = self.draw(said, recipe.temperature, uniform)
        touches = (AS_IT_IS,) * len(music)
        return self.writer(recipe.sources).write(music, recipe.frame, recipe.weights, touches)

    def join(self, outputs: Tensor, frame: Clip) -> Tensor:
        """What all windows say of each step of the whole clip, `count, steps, depth`, on the CPU."""
        ...

    def draw(
        self, said: Tensor, temperature: float | Tensor, uniform: Tensor | None, density: float | Tensor = 0.0
    ) -> Tensor:
        """Music drawn from what `join` gave, each step once, as the kind's writer takes it.

        Args:
            said: what all windows say.
            temperature: one for all results, or a tensor `count, 1, 1`.
            uniform: the noise, numbers 0..1 `count, steps, choices`; None where every temperature is 0.
            density: -1..1, the same way; shifts the odds of every onset: the greater, the more of them, from the same
                noise.
        """
        ...

    def writer(self, sources: Sequence[PieceT]) -> Writer:
        """Writes music down with what these lend."""
        ...

    def change(self, outputs: Tensor) -> Tensor:
        """How much the music changes from each of `count` outputs to the next, shape `count - 1`."""
        ...

    def attuned(self, model: Vae, z: Tensor, piece: PieceT, most_windows: int | None = None) -> Tensor:
        """Latents of the prior, `count, latent`, brought to where their music suits the piece.

        A piece of several windows gets their music in loop, each window the part of it that falls there: windows that
        overlap say the same then.

        Args:
            model: whose latents they are.
            z: the latents.
            piece: gives windows, meter and, to melodies, key and register.
            most_windows: only for so many of its first windows; None: for all.

        Returns:
            `count, windows, latent`.
        """
        ...


@torch.inference_mode()
def encode(model: Vae, windows: Tensor) -> Tensor:
    """Posterior means `windows, latent` of a piece's windows, on the CPU."""
    device = next(model.parameters()).device
    parts = windows.split(_batch_windows(model))
    return torch.cat([model.encode(part.to(device))[0] for part in parts]).cpu()


@torch.inference_mode()
def decode(
    model: Vae,
    z: Tensor,
    temperature: float,
    generator: torch.Generator,
    lean: Tensor | None = None,
    tilt: Tensor | None = None,
) -> Tensor:
    """Outputs `count, windows, steps, depth` of latents `count, windows, latent`: one pass, split only when huge.

    `lean` (`leaning.Leaning`) and `tilt` (`tilts.tilted_odds`) have the outputs' shape.
    """
    device, size = next(model.parameters()).device, _batch_windows(model)
    zs = z.flatten(0, 1).to(device).split(size)
    leans, tilts = (
        [None] * len(zs) if each is None else each.flatten(0, 1).to(device).split(size) for each in (lean, tilt)
    )
    parts = [model.decode(part, temperature, generator, *own) for part, *own in zip(zs, leans, tilts, strict=True)]
    return torch.cat(parts).reshape(*z.shape[:2], *parts[0].shape[1:])


def music_of(model: Vae, z: Tensor) -> Tensor:
    """The likeliest music of latents `count, latent`, as the model's head draws it, on the CPU."""
    outputs = decode(model, z[:, None], 0.0, torch.Generator())[:, 0]
    return model.head.draw(outputs, 0.0, None).cpu()


def _batch_windows(model: Vae) -> int:
    return max(1, _BATCH_STEPS // model.config.steps)
