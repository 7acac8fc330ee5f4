"""Between clips and a model's latents, one translator a kind of music; a new kind is a new class and a line below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.models.draw import draw_hits
from engine.models.heads import MelodyHead, interpret
from engine.models.vae import Vae
from engine.representations import groove as groove_codec
from engine.representations import melody as melody_codec
from engine.representations.clip import IN_ORDER, Clip, Note, make_clip
from engine.representations.drums import DrumMap
from engine.representations.grid import WINDOW_STEPS, clip_steps
from engine.representations.key import moved_into
from engine.runtime.drum_kit import DrumKit
from engine.runtime.likeness import Source, dress
from engine.runtime.windows import join, looped_steps, window_steps

_BATCH_WINDOWS = 512
_TINY = 1e-12
_BLIND_TRUST = 1e-3


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
    """One kind of music."""

    def hear(self, clip: Clip) -> Heard:
        """The clip as windows."""
        ...

    def speak(self, outputs: Tensor, recipe: Recipe) -> list[Clip]:
        """Decoder outputs `count, windows, 32, depth` as clips."""
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


class MelodyTranslator:
    """Tokens in, lines out."""

    _head = MelodyHead()

    def hear(self, clip: Clip) -> Heard:
        """The highest line; leading note-offs of a window are holds, as in training."""
        melody = melody_codec.to_tensor(clip)
        rows = melody.tokens[window_steps(clip).numpy()]
        windows = [torch.from_numpy(melody_codec.without_leading_off(row)) for row in rows]
        return Heard(torch.stack(windows), melody.left_out)

    def speak(self, outputs: Tensor, recipe: Recipe) -> list[Clip]:
        """Draw each step once, then give the notes what their sources know."""
        logits = self._joined(outputs, recipe.frame)
        tokens = self._head.draw(logits, recipe.temperature, recipe.generator).numpy()
        sources = [Source.of(clip) for clip in recipe.sources]
        return [
            _clip(dress(melody_codec.from_tensor(row), recipe.frame, sources, weights), recipe, weights, _is_muted)
            for row, weights in zip(tokens, recipe.weights, strict=True)
        ]

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

    def _joined(self, outputs: Tensor, frame: Clip) -> Tensor:
        total = clip_steps(frame)
        if outputs.shape[1] == 1:
            return outputs[:, 0, :total].cpu()
        chances = outputs.softmax(-1).cpu()
        # Before its first onset a window cannot know whether a note of the bar before still sounds.
        seen = (chances.argmax(-1) >= melody_codec.FIRST_PITCH_CLASS).cumsum(-1) > 0
        trust = torch.where(seen, 1.0, _BLIND_TRUST)
        return (join(chances, window_steps(frame), total, trust) + _TINY).log()


class GrooveTranslator:
    """Grooves in, drum parts out; pitches, lengths and other fields come from the sources' kits."""

    def __init__(self, drum_map: DrumMap) -> None:
        self.drum_map = drum_map

    def hear(self, clip: Clip) -> Heard:
        """Hits with their feel; pitches of no voice are not heard (and kept as they are by `speak`)."""
        groove = torch.from_numpy(groove_codec.stack(groove_codec.to_tensor(clip, self.drum_map)))
        return Heard(groove[window_steps(clip)], self.left_out(clip))

    def left_out(self, clip: Clip) -> int:
        """How many notes of the clip are not heard."""
        return sum(map(self.is_unheard, clip.notes))

    def speak(self, outputs: Tensor, recipe: Recipe) -> list[Clip]:
        """Draw each cell once, then play it on the sources' kit."""
        logits, velocities, offsets = interpret(outputs.cpu())
        steps, total = window_steps(recipe.frame), clip_steps(recipe.frame)
        chances = join(torch.sigmoid(logits), steps, total).clamp(_TINY, 1 - 1e-6)
        hits = draw_hits(torch.logit(chances), recipe.temperature, recipe.generator)
        velocities, offsets = join(velocities, steps, total), join(offsets, steps, total)
        grooves = torch.cat([hits, velocities, offsets], -1).numpy()
        return self.play(grooves, recipe)

    def play(self, grooves: groove_codec.Floats, recipe: Recipe) -> list[Clip]:
        """Grooves `count, steps, 27`, each on the kit of its weightiest source, or on a plain one."""
        kits = [DrumKit(clip, self.drum_map) for clip in recipe.sources or (None,)]
        clips = []
        for groove, weights in zip(grooves, recipe.weights, strict=True):
            kit = kits[_weightiest(weights)]
            notes = kit.play(groove_codec.unstack(groove), recipe.frame)
            clips.append(_clip(notes, recipe, weights, self.is_unheard))
        return clips

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

    def is_unheard(self, note: Note) -> bool:
        """Whether a note is muted or of no voice; such notes stay as they are."""
        return note.mute or self.drum_map.voice_of(note.pitch) is None


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


def _is_muted(note: Note) -> bool:
    return note.mute


def _clip(notes: list[Note], recipe: Recipe, weights: Sequence[float], is_unheard: Callable[[Note], bool]) -> Clip:
    """The notes as a clip of the recipe's frame, with what the weightiest source has that no model hears."""
    frame = recipe.frame
    if recipe.sources:
        notes = notes + [note for note in recipe.sources[_weightiest(weights)].notes if is_unheard(note)]
    return make_clip(_unpiled(notes), frame.length_quarters, frame.numerator, frame.denominator, frame.bpm)


def _weightiest(weights: Sequence[float]) -> int:
    """Which source has the greatest weight, the first of equals; 0 where there is none."""
    return max(range(len(weights)), key=lambda k: weights[k], default=0)


def _unpiled(notes: list[Note]) -> list[Note]:
    """The same notes, none sounding into the next one of its pitch (Live would cut it all the same)."""
    clear: list[Note] = []
    following: dict[int, float] = {}
    for note in sorted(notes, key=IN_ORDER, reverse=True):
        limit = following.get(note.pitch)
        room = None if limit is None else limit - note.start_quarters
        if room is not None and 0 < room < note.duration_quarters:
            note = replace(note, duration_quarters=room)
        following[note.pitch] = note.start_quarters
        clear.append(note)
    return clear
