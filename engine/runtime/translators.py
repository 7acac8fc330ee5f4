"""Between clips and a model's latents, one translator a kind of music; a new kind is a new class and a line below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.models.draw import classes_by, hits_by
from engine.models.heads import interpret
from engine.models.vae import Vae
from engine.representations import groove as groove_codec
from engine.representations import melody as melody_codec
from engine.representations.clip import Clip
from engine.representations.drums import NUM_VOICES, DrumMap
from engine.representations.grid import WINDOW_STEPS, clip_steps
from engine.representations.key import moved_into
from engine.runtime.drum_kit import is_unheard
from engine.runtime.touch import AS_IT_IS
from engine.runtime.windows import join, looped_steps, window_steps
from engine.runtime.writers import KitWriter, LineWriter, Writer

_BATCH_WINDOWS = 512
_TINY = 1e-12
_BLIND_TRUST = 1e-3
# Odds, as logits, that make a pattern between two clips about twice as dense at 1 and half as dense at -1.
_DENSEST_LINE, _DENSEST_DRUMS = 10.0, 5.0


@dataclass(frozen=True)
class Heard:
    """A clip as a model hears it: windows `windows, 32` or `windows, 32, 27`, and how many notes it cannot hear."""

    windows: Tensor
    left_out: int


@dataclass(frozen=True)
class Recipe:
    """What results are made of.

    Attributes:
        frame: its length, meter and tempo are the result's.
        sources: clips that lend what the model does not know; may be empty.
        weights: a row a result, a column a source.
        temperature: 0 the most likely.
        generator: of all noise.
    """

    frame: Clip
    sources: tuple[Clip, ...]
    weights: tuple[tuple[float, ...], ...]
    temperature: float
    generator: torch.Generator


class Translator(Protocol):
    """One kind of music.

    Attributes:
        choices: how many random numbers the drawing of a step takes.
    """

    choices: int

    def hear(self, clip: Clip) -> Heard:
        """The clip as windows."""
        ...

    def speak(self, outputs: Tensor, recipe: Recipe) -> list[Clip]:
        """Decoder outputs `count, windows, 32, depth` as clips."""
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
        """Music drawn from what `join` gave, each step once: tokens `count, steps` or grooves `count, steps, 27`.

        Args:
            said: what all windows say.
            temperature: one for all results, or a tensor `count, 1, 1`.
            uniform: the noise, numbers 0..1 `count, steps, choices`; None where every temperature is 0.
            density: -1..1, the same way; shifts the odds of every onset: the greater, the more of them, from the same
                noise.
        """
        ...

    def writer(self, sources: Sequence[Clip]) -> Writer:
        """Writes music down with what these clips lend."""
        ...

    def change(self, outputs: Tensor) -> Tensor:
        """How much the music changes from each of `count` outputs to the next, shape `count - 1`."""
        ...

    def attuned(self, model: Vae, z: Tensor, clip: Clip, most_windows: int | None = None) -> Tensor:
        """Latents of the prior, `count, latent`, brought to where their music suits the clip: `count, windows, latent`.

        A clip of several windows gets their music in loop, each window the part of it that falls there: windows that
        overlap say the same then.

        Args:
            model: whose latents they are.
            z: the latents.
            clip: gives windows, meter and, to melodies, key and register.
            most_windows: only for so many of its first windows; None: for all.
        """
        ...


class MelodyTranslator(Translator):
    """Tokens in, lines out."""

    choices = melody_codec.NUM_CLASSES

    def hear(self, clip: Clip) -> Heard:
        """The highest line; leading note-offs of a window are holds, as in training."""
        melody = melody_codec.to_tensor(clip)
        rows = melody.tokens[window_steps(clip).numpy()]
        windows = [torch.from_numpy(melody_codec.without_leading_off(row)) for row in rows]
        return Heard(torch.stack(windows), melody.left_out)

    def join(self, outputs: Tensor, frame: Clip) -> Tensor:
        """Logits of the classes of each step."""
        total = clip_steps(frame)
        if outputs.shape[1] == 1:
            return outputs[:, 0, :total].cpu()
        chances = outputs.softmax(-1).cpu()
        # Before its first onset a window cannot know whether a note of the bar before still sounds.
        seen = (chances.argmax(-1) >= melody_codec.FIRST_PITCH_CLASS).cumsum(-1) > 0
        trust = torch.where(seen, 1.0, _BLIND_TRUST)
        return (join(chances, window_steps(frame), total, trust) + _TINY).log()

    def draw(
        self, said: Tensor, temperature: float | Tensor, uniform: Tensor | None, density: float | Tensor = 0.0
    ) -> Tensor:
        """A class a step."""
        first = melody_codec.FIRST_PITCH_CLASS
        shifted = said.clone()
        shifted[..., first:] += _DENSEST_LINE * density
        return classes_by(shifted, temperature, uniform)

    def writer(self, sources: Sequence[Clip]) -> Writer:
        """Gives the notes what the sources know."""
        return LineWriter(sources)

    def change(self, outputs: Tensor) -> Tensor:
        """Total variation of the classes, summed over steps."""
        chances = outputs.softmax(-1)
        return (chances[1:] - chances[:-1]).abs().flatten(1).sum(1)

    def attuned(self, model: Vae, z: Tensor, clip: Clip, most_windows: int | None = None) -> Tensor:
        """The same melodies in the clip's key and register, so that a variation does not leave the key."""
        moved = moved_into(_music_of(model, z).numpy(), melody_codec.to_tensor(clip).tokens)
        rows = moved[:, looped_steps(clip)[:most_windows].numpy()].reshape(-1, WINDOW_STEPS)
        windows = torch.from_numpy(np.stack([melody_codec.without_leading_off(row) for row in rows]))
        return encode(model, windows).reshape(len(z), -1, z.shape[-1])


class GrooveTranslator(Translator):
    """Grooves in, drum parts out; pitches, lengths and other fields come from the sources' kits."""

    choices = NUM_VOICES

    def __init__(self, drum_map: DrumMap) -> None:
        self.drum_map = drum_map

    def hear(self, clip: Clip) -> Heard:
        """Hits with their feel; pitches of no voice are not heard (and kept as they are by `writer`)."""
        groove = torch.from_numpy(groove_codec.stack(groove_codec.to_tensor(clip, self.drum_map)))
        return Heard(groove[window_steps(clip)], self.left_out(clip))

    def left_out(self, clip: Clip) -> int:
        """How many notes of the clip are not heard."""
        return sum(is_unheard(note, self.drum_map) for note in clip.notes)

    def join(self, outputs: Tensor, frame: Clip) -> Tensor:
        """Hit logits, velocities 0..1 and offsets in steps of each step, side by side."""
        logits, velocities, offsets = interpret(outputs.cpu())
        steps, total = window_steps(frame), clip_steps(frame)
        chances = join(torch.sigmoid(logits), steps, total).clamp(_TINY, 1 - 1e-6)
        return torch.cat([torch.logit(chances), join(velocities, steps, total), join(offsets, steps, total)], -1)

    def draw(
        self, said: Tensor, temperature: float | Tensor, uniform: Tensor | None, density: float | Tensor = 0.0
    ) -> Tensor:
        """Hits, with the velocities and offsets that every cell would have."""
        hits = hits_by(said[..., :NUM_VOICES] + _DENSEST_DRUMS * density, temperature, uniform)
        return torch.cat([hits, said[..., NUM_VOICES:]], -1)

    def writer(self, sources: Sequence[Clip]) -> Writer:
        """Plays on the sources' kits."""
        return KitWriter(sources, self.drum_map)

    def change(self, outputs: Tensor) -> Tensor:
        """Change of the hits' chances, and of velocity and offset where something is likely hit."""
        logits, velocities, offsets = interpret(outputs)
        hits = torch.sigmoid(logits)
        both = torch.minimum(hits[1:], hits[:-1])
        feel = (velocities[1:] - velocities[:-1]).abs() + (offsets[1:] - offsets[:-1]).abs()
        return ((hits[1:] - hits[:-1]).abs() + both * feel).flatten(1).sum(1)

    def attuned(self, model: Vae, z: Tensor, clip: Clip, most_windows: int | None = None) -> Tensor:
        """Drums have no key: in a clip of one window, the latents as they are."""
        steps = looped_steps(clip)
        if len(steps) == 1:
            return z[:, None]
        windows = _music_of(model, z)[:, steps[:most_windows]].flatten(0, 1)
        return encode(model, windows).reshape(len(z), -1, z.shape[-1])


@torch.inference_mode()
def encode(model: Vae, windows: Tensor) -> Tensor:
    """Posterior means `windows, latent` of a clip's windows, on the CPU."""
    device = next(model.parameters()).device
    return torch.cat([model.encode(part.to(device))[0] for part in windows.split(_BATCH_WINDOWS)]).cpu()


@torch.inference_mode()
def decode(model: Vae, z: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    """Outputs `count, windows, 32, depth` of latents `count, windows, latent`: one pass, split only when huge."""
    device = next(model.parameters()).device
    flat = z.flatten(0, 1).to(device)
    parts = [model.decode(part, temperature, generator) for part in flat.split(_BATCH_WINDOWS)]
    return torch.cat(parts).reshape(*z.shape[:2], *parts[0].shape[1:])


def _music_of(model: Vae, z: Tensor) -> Tensor:
    """The likeliest music of latents `count, latent`: tokens `count, 32` or grooves `count, 32, 27`, on the CPU."""
    outputs = decode(model, z[:, None], 0.0, torch.Generator())[:, 0]
    return model.head.draw(outputs, 0.0, None).cpu()
