"""Clips of a data set's validation split, which no model was trained on, and fields of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.data.dataset import load_set
from engine.representations import groove as groove_codec
from engine.representations import melody as melody_codec
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.drums import GENERAL_MIDI, NUM_VOICES
from engine.representations.grid import STEP_QUARTERS, WINDOW_STEPS
from engine.representations.kind import DRUMS, MELODY
from engine.runtime import checkpoint
from engine.runtime.cache import LatentCache
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.drum_kit import DrumKit
from engine.runtime.encoding import ClipEncoder
from engine.runtime.field import Field, make_field
from engine.runtime.position import Anchor
from engine.runtime.translator_table import Translators

MODELS = {MELODY: "melody_2bar", DRUMS: "groove_2bar"}
_MUSIC = {MELODY: "melody", DRUMS: "groove"}
_FEWEST_ONSETS = 4
_REGULAR = {
    2: ((0.0, 0.5), (1.0, 0.5)),
    3: ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0)),
    4: ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)),
}
_APART = 0.15


@dataclass(frozen=True)
class Player:
    """A model with what belongs to its kind of music."""

    loaded: Checkpoint
    translators: Translators
    encoder: ClipEncoder

    @classmethod
    def of(cls, folder: Path, kind: str) -> Player:
        """The shipped model of a kind, on the CPU."""
        translators = Translators(GENERAL_MIDI)
        return cls(checkpoint.load(folder / MODELS[kind]), translators, ClipEncoder(translators, LatentCache(None)))

    def field(self, anchors: Sequence[Anchor]) -> Field:
        """The field of these anchors."""
        return make_field(anchors, self.translators.of(self.loaded), self.loaded, self.encoder)


def clips_of(data: Path, kind: str, chance: random.Random) -> Iterator[Clip]:
    """2-bar clips without end, each with four onsets or more, in an order of chance."""
    windows = load_set(data, _MUSIC[kind], "valid").music
    while True:
        window = windows[chance.randrange(len(windows))]
        clip = _line(window) if kind == MELODY else _beat(window)
        if len(clip.notes) >= _FEWEST_ONSETS:
            yield clip


def anchors_of(clips: Iterator[Clip], count: int, chance: random.Random) -> list[Anchor]:
    """Two at opposite edges, three as a triangle, four in the corners, more anywhere but not close together."""
    points = list(_REGULAR.get(count, ()))
    while len(points) < count:
        point = (chance.random(), chance.random())
        if all((point[0] - x) ** 2 + (point[1] - y) ** 2 > _APART**2 for x, y in points):
            points.append(point)
    return [Anchor(next(clips), *point) for point in points]


def _line(tokens: torch.Tensor) -> Clip:
    line = melody_codec.from_tensor(tokens.long().numpy())
    notes = (Note(n.step * STEP_QUARTERS, n.pitch, n.duration_steps * STEP_QUARTERS) for n in line)
    return make_clip(notes, WINDOW_STEPS * STEP_QUARTERS)


def _beat(cells: torch.Tensor) -> Clip:
    frame = Clip((), WINDOW_STEPS * STEP_QUARTERS)
    groove = groove_codec.unstack(cells.numpy().reshape(WINDOW_STEPS, 3 * NUM_VOICES))
    return make_clip(DrumKit(None, GENERAL_MIDI).play(groove, frame), frame.length_quarters)
