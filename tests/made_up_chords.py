"""Chords made up by a seed, and a tiny system of them: what the tests of chords work on."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import torch

from engine.models.chords import ChordsModel
from engine.models.config import ChordsConfig
from engine.representations.chord_vocabulary import shape_of
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.kind import CHORDS
from engine.representations.midi_file import write_clip
from engine.runtime import checkpoint

SHAPES = tuple(shape_of(chord) for chord in ((0, 4, 7), (0, 3, 7), (0, 4, 7, 10), (0, 4), (0,)))
_LOOPS = (("C", "Am", "F", "G"), ("Am", "F", "C", "G"), ("C", "F", "G", "C"), ("Am", "Dm", "E", "Am"))
_TRIADS = {
    "C": (48, 55, 60, 64), "Am": (45, 57, 60, 64), "F": (41, 57, 60, 65), "G": (43, 55, 59, 62), "Dm": (50, 57, 62, 65),
    "E": (40, 56, 59, 64),
}  # fmt: skip


def progression(
    names: str = "C Am F G", chord_quarters: float = 1.0, numerator: int = 4, denominator: int = 4, up: int = 0
) -> Clip:
    """Block chords by name, each with a velocity of its own for each note."""
    notes = [
        Note(place * chord_quarters, pitch + up, chord_quarters, 60.0 + place + voice)
        for place, name in enumerate(names.split())
        for voice, pitch in enumerate(_TRIADS[name])
    ]
    return make_clip(notes, None, numerator, denominator)


def tiny_config(keys: str = "home") -> ChordsConfig:
    """Everything as small as it can be."""
    return ChordsConfig(
        SHAPES, keys, steps=64, latent_dim=4, window_events=8, map_events=4, embedding=8, lstm_width=16, lstm_layers=1,
        encoder_width=16, decoder_width=16, dropout=0.0,
    )  # fmt: skip


def write_system(folder: Path, seed: int = 0, keys: str = "home") -> Path:
    """A checkpoint `chords` of an untrained system below the folder."""
    torch.manual_seed(seed)
    checkpoint.save(folder / "chords", ChordsModel(tiny_config(keys)), CHORDS, {"seed": seed})
    return folder / "chords"


def write_songs(folder: Path, files: int = 8) -> None:
    """Songs of 32 chords with a manifest; the last two are for validation."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(files):
        random_number = random.Random(number)
        names = [name for _ in range(8) for name in random_number.choice(_LOOPS)]
        path = folder / f"{number:02}.mid"
        write_clip(progression(" ".join(names), random_number.choice((0.5, 1.0)), up=number % 5), path)
        rows.append((path.name, "Mutopia guitar", "PD", "valid" if number >= files - 2 else "train"))
    with (folder / "MANIFEST.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("path", "source", "licence", "split"), *rows])
