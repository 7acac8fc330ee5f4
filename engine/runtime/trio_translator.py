"""Trios: three clips in and three out, through one latent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.models.vae import Vae
from engine.representations import drum_classes, melody, trio
from engine.representations.clip import Clip
from engine.representations.drums import DrumMap
from engine.representations.key import moved_into
from engine.representations.trio import TrioClips, trios_of
from engine.runtime.checks import one_length
from engine.runtime.drum_class_translator import DrumClassTranslator
from engine.runtime.melody_translator import MelodyTranslator
from engine.runtime.translators import Heard, Translator, encode, music_of
from engine.runtime.windows import looped_steps
from engine.runtime.writers import TrioWriter, Writer

_DEPTHS = (melody.NUM_CLASSES, melody.NUM_CLASSES, drum_classes.NUM_CLASSES)
_LINES = [trio.MELODY, trio.BASS]


def one_length_trios(trios: Sequence[TrioClips]) -> tuple[TrioClips, ...]:
    """The trios with all their clips as long as the longest of all, the shorter ones played in loop.

    Raises:
        UnsupportedMeterError: they are not in one meter.
        TooLargeError: a short clip would be played so often that the notes are too many.
    """
    return trios_of(one_length([clip for one in trios for clip in one.clips]))


class TrioTranslator(Translator[TrioClips]):
    """Melody, bass and drums of one length, three classes a step.

    Args:
        drum_map: pitch to voice.
        length_steps: of the model's windows.
    """

    choices = sum(_DEPTHS)

    def __init__(self, drum_map: DrumMap, length_steps: int) -> None:
        self.drum_map, self.length_steps = drum_map, length_steps
        self._line, self._drums = MelodyTranslator(length_steps), DrumClassTranslator(drum_map, length_steps)
        self._parts = (self._line, self._line, self._drums)

    def hear(self, piece: TrioClips) -> Heard:
        """Each part as its own translator hears it."""
        heard = [part.hear(clip) for part, clip in zip(self._parts, piece.clips, strict=True)]
        return Heard(torch.stack([one.windows for one in heard], -1), sum(one.left_out for one in heard))

    def join(self, outputs: Tensor, frame: Clip) -> Tensor:
        """Logits of the classes of each part, side by side."""
        pairs = zip(self._parts, outputs.split(_DEPTHS, -1), strict=True)
        return torch.cat([part.join(out, frame) for part, out in pairs], -1)

    def draw(
        self, said: Tensor, temperature: float | Tensor, uniform: Tensor | None, density: float | Tensor = 0.0
    ) -> Tensor:
        """A class a step of each part, `count, steps, 3`."""
        draws = self._line.draw, self._line.draw, self._drums.classes
        noises = (None,) * trio.NUM_PARTS if uniform is None else uniform.split(_DEPTHS, -1)
        each = zip(draws, said.split(_DEPTHS, -1), noises, strict=True)
        return torch.stack([draw(part, temperature, noise, density) for draw, part, noise in each], -1)

    def writer(self, sources: Sequence[TrioClips]) -> Writer:
        """Gives each part what that part of the sources knows."""
        melodies, basses, drums = ([one.clips[part] for one in sources] for part in range(trio.NUM_PARTS))
        return TrioWriter(melodies, basses, drums, self.drum_map)

    def change(self, outputs: Tensor) -> Tensor:
        """The sum of the parts' own."""
        pairs = zip(self._parts, outputs.split(_DEPTHS, -1), strict=True)
        return torch.stack([part.change(out) for part, out in pairs]).sum(0)

    def attuned(self, model: Vae, z: Tensor, piece: TrioClips, most_windows: int | None = None) -> Tensor:
        """The same trios, melody and bass moved by one interval into the key and register of these."""
        music = music_of(model, z).numpy()
        lines = np.concatenate([music[..., part] for part in _LINES], 1)
        own = np.concatenate([melody.to_tensor(piece.clips[part]).tokens for part in _LINES])
        music[..., _LINES] = np.stack(np.split(moved_into(lines, own), len(_LINES), 1), -1)
        looped = looped_steps(piece.melody, self.length_steps)[:most_windows].numpy()
        rows = music[:, looped].reshape(-1, self.length_steps, trio.NUM_PARTS)
        windows = torch.from_numpy(np.stack([trio.without_leading_off(row) for row in rows]))
        return encode(model, windows).reshape(len(z), -1, z.shape[-1])
