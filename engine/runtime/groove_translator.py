"""Grooves: hits with velocities and offsets in, drum parts out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.models.draw import hits_by
from engine.models.heads import interpret
from engine.models.vae import Vae
from engine.representations import groove as groove_codec
from engine.representations.clip import Clip
from engine.representations.drums import NUM_VOICES, DrumMap
from engine.representations.grid import WINDOW_STEPS, clip_steps
from engine.runtime.drum_kit import num_unheard
from engine.runtime.translators import Heard, Translator, encode, music_of
from engine.runtime.windows import join, looped_steps, window_steps
from engine.runtime.writers import KitWriter, Writer

_TINY = 1e-12
# Odds of a hit, as logits, that make a pattern between two clips about twice as dense at 1 and half as dense at -1.
DENSEST_HITS = 5.0


class GrooveTranslator(Translator[Clip]):
    """Grooves in, drum parts out; pitches, lengths and other fields come from the sources' kits.

    Args:
        drum_map: pitch to voice.
        length_steps: of the model's windows.
    """

    choices = NUM_VOICES

    def __init__(self, drum_map: DrumMap, length_steps: int = WINDOW_STEPS) -> None:
        self.drum_map, self.length_steps = drum_map, length_steps

    def hear(self, piece: Clip) -> Heard:
        """Hits with their feel; pitches of no voice are not heard (and kept as they are by `writer`)."""
        groove = torch.from_numpy(groove_codec.stack(groove_codec.to_tensor(piece, self.drum_map)))
        return Heard(groove[window_steps(piece, self.length_steps)], num_unheard(piece, self.drum_map))

    def join(self, outputs: Tensor, frame: Clip) -> Tensor:
        """Hit logits, velocities 0..1 and offsets in steps of each step, side by side."""
        logits, velocities, offsets = interpret(outputs.cpu())
        steps, total = window_steps(frame, self.length_steps), clip_steps(frame)
        chances = join(torch.sigmoid(logits), steps, total).clamp(_TINY, 1 - 1e-6)
        return torch.cat([torch.logit(chances), join(velocities, steps, total), join(offsets, steps, total)], -1)

    def draw(
        self, said: Tensor, temperature: float | Tensor, uniform: Tensor | None, density: float | Tensor = 0.0
    ) -> Tensor:
        """Hits, with the velocities and offsets that every cell would have: `count, steps, 27`."""
        hits = hits_by(said[..., :NUM_VOICES] + DENSEST_HITS * density, temperature, uniform)
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

    def attuned(self, model: Vae, z: Tensor, piece: Clip, most_windows: int | None = None) -> Tensor:
        """Drums have no key: in a clip of one window, the latents as they are."""
        return in_loop(model, z, looped_steps(piece, self.length_steps), most_windows)


def in_loop(model: Vae, z: Tensor, steps: Tensor, most_windows: int | None) -> Tensor:
    """Latents of drums with their music played in loop under a clip; where it has one window, as they are.

    Args:
        model: whose latents they are.
        z: `count, latent`.
        steps: from `looped_steps`.
        most_windows: only for so many of the first windows; None: for all.

    Returns:
        `count, windows, latent`.
    """
    if len(steps) == 1:
        return z[:, None]
    windows = music_of(model, z)[:, steps[:most_windows]].flatten(0, 1)
    return encode(model, windows).reshape(len(z), -1, z.shape[-1])
