"""Melodies: tokens in, lines out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.models.draw import classes_by
from engine.models.vae import Vae
from engine.representations import melody as melody_codec
from engine.representations.clip import Clip
from engine.representations.grid import WINDOW_STEPS, clip_steps
from engine.representations.key import moved_into
from engine.runtime.translators import Heard, Translator, encode, music_of
from engine.runtime.windows import join, looped_steps, window_steps
from engine.runtime.writers import LineWriter, Writer

_TINY = 1e-12
_BLIND_TRUST = 1e-3
# Odds, as logits, that make a pattern between two clips about twice as dense at 1 and half as dense at -1.
_DENSEST = 10.0


class MelodyTranslator(Translator[Clip]):
    """Tokens in, lines out.

    Args:
        length_steps: of the model's windows.
    """

    choices = melody_codec.NUM_CLASSES

    def __init__(self, length_steps: int = WINDOW_STEPS) -> None:
        self.length_steps = length_steps

    def hear(self, piece: Clip) -> Heard:
        """The highest line; leading note-offs of a window are holds, as in training."""
        melody = melody_codec.to_tensor(piece)
        rows = melody_codec.in_loop(melody.tokens)[window_steps(piece, self.length_steps).numpy()]
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
        return (join(chances, window_steps(frame, self.length_steps), total, trust) + _TINY).log()

    def draw(
        self, said: Tensor, temperature: float | Tensor, uniform: Tensor | None, density: float | Tensor = 0.0
    ) -> Tensor:
        """A class a step, `count, steps`."""
        first = melody_codec.FIRST_PITCH_CLASS
        shifted = said.clone()
        shifted[..., first:] += _DENSEST * density
        return classes_by(shifted, temperature, uniform)

    def writer(self, sources: Sequence[Clip]) -> Writer:
        """Gives the notes what the sources know."""
        return LineWriter(sources)

    def change(self, outputs: Tensor) -> Tensor:
        """Total variation of the classes, summed over steps."""
        chances = outputs.softmax(-1)
        return (chances[1:] - chances[:-1]).abs().flatten(1).sum(1)

    def attuned(self, model: Vae, z: Tensor, piece: Clip, most_windows: int | None = None) -> Tensor:
        """The same melodies in the clip's key and register, so that a variation does not leave the key."""
        moved = moved_into(music_of(model, z).numpy(), melody_codec.to_tensor(piece).tokens)
        looped = looped_steps(piece, self.length_steps)[:most_windows].numpy()
        rows = moved[:, looped].reshape(-1, self.length_steps)
        windows = torch.from_numpy(np.stack([melody_codec.without_leading_off(row) for row in rows]))
        return encode(model, windows).reshape(len(z), -1, z.shape[-1])
