"""Drums of 512 classes: hits in, hits out; how they are played is lent by the sources."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.models.draw import classes_by
from engine.models.vae import Vae
from engine.representations import drum_classes
from engine.representations.clip import Clip
from engine.representations.drums import DrumMap
from engine.representations.grid import WINDOW_STEPS, clip_steps
from engine.runtime.drum_kit import num_unheard
from engine.runtime.groove_translator import DENSEST_HITS, in_loop
from engine.runtime.translators import Heard, Translator
from engine.runtime.windows import join, looped_steps, window_steps
from engine.runtime.writers import HitWriter, Writer

_TINY = 1e-12
_HITS = torch.from_numpy(drum_classes.hits_of(torch.arange(drum_classes.NUM_CLASSES).numpy()))
"""Which voices each class hits, `512, 9`."""


class DrumClassTranslator(Translator[Clip]):
    """Which voices are hit together, one of 512 classes a step.

    Args:
        drum_map: pitch to voice.
        length_steps: of the model's windows.
    """

    choices = drum_classes.NUM_CLASSES

    def __init__(self, drum_map: DrumMap, length_steps: int = WINDOW_STEPS) -> None:
        self.drum_map, self.length_steps = drum_map, length_steps

    def hear(self, piece: Clip) -> Heard:
        """Hits without their feel; pitches of no voice are not heard (and kept as they are by `writer`)."""
        classes = torch.from_numpy(drum_classes.to_tensor(piece, self.drum_map))
        return Heard(classes[window_steps(piece, self.length_steps)], num_unheard(piece, self.drum_map))

    def join(self, outputs: Tensor, frame: Clip) -> Tensor:
        """Logits of the classes of each step."""
        total = clip_steps(frame)
        if outputs.shape[1] == 1:
            return outputs[:, 0, :total].cpu()
        chances = join(outputs.softmax(-1).cpu(), window_steps(frame, self.length_steps), total)
        return (chances + _TINY).log()

    def classes(
        self, said: Tensor, temperature: float | Tensor, uniform: Tensor | None, density: float | Tensor = 0.0
    ) -> Tensor:
        """Classes `count, steps`, drawn as `draw` does; the more voices a class hits, the more density favours it."""
        return classes_by(said + DENSEST_HITS * density * _HITS.sum(1), temperature, uniform)

    def draw(
        self, said: Tensor, temperature: float | Tensor, uniform: Tensor | None, density: float | Tensor = 0.0
    ) -> Tensor:
        """Hits, in the form of grooves whose velocities and offsets say nothing: `count, steps, 27`."""
        hits = _HITS[self.classes(said, temperature, uniform, density)]
        return torch.cat([hits, torch.zeros_like(hits), torch.zeros_like(hits)], -1)

    def writer(self, sources: Sequence[Clip]) -> Writer:
        """Plays on the sources' kits, as they do where they can be asked."""
        return HitWriter(sources, self.drum_map)

    def change(self, outputs: Tensor) -> Tensor:
        """Change of each voice's chance to be hit, summed over voices and steps."""
        hits = outputs.softmax(-1) @ _HITS.to(outputs)
        return (hits[1:] - hits[:-1]).abs().flatten(1).sum(1)

    def attuned(self, model: Vae, z: Tensor, piece: Clip, most_windows: int | None = None) -> Tensor:
        """Drums have no key: in a clip of one window, the latents as they are."""
        return in_loop(model, z, looped_steps(piece, self.length_steps), most_windows)
