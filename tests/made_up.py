"""Music made up by a seed, tiny models, and folders of both: what the engine's tests work on."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path

import torch

from engine.models.config import FeelConfig, VaeConfig
from engine.models.feel import FeelModel
from engine.models.vae import Vae
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.midi_file import write_clip
from engine.runtime import checkpoint

LINE_FOLDER, DRUM_FOLDER = "lines", "drums"
DRUM_SOURCE = "groove-midi-1.0.0"
_SCALE = (60, 62, 64, 65, 67, 69, 71, 72, 74, 76)


def line(seed: int = 0, bars: float = 4, numerator: int = 4, denominator: int = 4) -> Clip:
    """A melody that walks up and down a scale, on the grid, with a velocity of its own for each note."""
    random_number = random.Random(seed)
    length = bars * numerator * 4.0 / denominator
    notes, start, degree = [], 0.0, 4
    while start < length:
        degree = min(len(_SCALE) - 1, max(0, degree + random_number.choice((-2, -1, 1, 2))))
        duration = min(random_number.choice((0.25, 0.5, 0.5, 1.0)), length - start)
        notes.append(Note(start, _SCALE[degree], duration, float(random_number.randint(40, 120))))
        start += duration
    return make_clip(notes, length, numerator, denominator)


def beat(seed: int = 0, bars: float = 4, numerator: int = 4, denominator: int = 4) -> Clip:
    """Kick, snare and hats with a player's unevenness; the first hit is early and so lies at the loop's end."""
    random_number = random.Random(seed)
    length = bars * numerator * 4.0 / denominator
    notes = []
    for step in range(int(length * 4)):
        late = random_number.uniform(-0.05, 0.08) if step else -0.03
        for pitch, chance in ((36, 0.9 * (step % 8 == 0)), (38, 0.9 * (step % 8 == 4)), (42, 0.7)):
            if random_number.random() < chance:
                start = (step * 0.25 + late) % length
                notes.append(Note(start, pitch, 0.125, float(random_number.randint(30, 127))))
    return make_clip(notes, length, numerator, denominator)


def write_music(folder: Path, files: int = 10) -> None:
    """`files` melodies and as many drum parts, the last two of each for validation."""
    rows = []
    for name, make, channel in ((LINE_FOLDER, line, 0), (DRUM_FOLDER, beat, 9)):
        (folder / name).mkdir()
        for number in range(files):
            path = folder / name / f"{number:02}.mid"
            write_clip(make(number), path, channel=channel)
            source = DRUM_SOURCE if channel else "Open Hymnal"
            rows.append((f"{name}/{path.name}", source, "free", "valid" if number >= files - 2 else "train"))
    with (folder / "MANIFEST.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("path", "source", "licence", "split"), *rows])


def tiny_vae(
    music: str = "melody", encoder: str = "mlp", decoder: str = "parallel", steps: int = 32, keys: str = "kept"
) -> VaeConfig:
    """An autoencoder small enough to train in a second."""
    return VaeConfig(
        music, encoder, decoder, steps, latent_dim=8, embedding=8, encoder_width=32, encoder_depth=1,
        decoder_width=32, decoder_depth=2, keys=keys,
    )  # fmt: skip


def tiny_feel(condition: str = "hits") -> FeelConfig:
    """A feel model of the same size."""
    return FeelConfig(condition, latent_dim=4, width=16, depth=1, heads=2)


def write_checkpoints(
    folder: Path, seed: int = 0, decoder: str = "parallel", keys: str = "kept", scale: float = 1.5
) -> Path:
    """A tiny model with random weights for each role, far enough from 0 that they say different things."""
    for name, config, kind in (
        ("melody_2bar", tiny_vae("melody", decoder=decoder, keys=keys), "melody"),
        ("groove_2bar", tiny_vae("groove", decoder=decoder), "drums"),
        ("humanize_2bar", tiny_feel("hits"), "drums"),
        ("drumify_2bar", tiny_feel("tap"), "drums"),
    ):
        torch.manual_seed(seed)
        model = Vae(config) if isinstance(config, VaeConfig) else FeelModel(config)
        for weight in model.parameters():
            weight.data *= scale
        checkpoint.save(folder / name, model, kind, {})
    return folder


FORMS = {
    "melody_16bar": (tiny_vae("melody", "bars", "bars", 256), "melody"),
    "melody_16bar_flat": (tiny_vae("melody", "bars", "parallel", 256), "melody"),
    "groove_4bar": (tiny_vae("groove", "bars", "bars", 64), "drums"),
    "drums_2bar": (tiny_vae("drums"), "drums"),
    "trio_16bar": (tiny_vae("trio", "bars", "bars", 256), "trio"),
}
"""The autoencoders that are not of two bars of melody or groove, as small."""


def write_forms(folder: Path, seed: int = 0) -> Path:
    """Those models with random weights."""
    for name, (config, kind) in FORMS.items():
        torch.manual_seed(seed)
        model = Vae(replace(config, latent_dim=32, conductor_width=32))
        for weight in model.parameters():
            weight.data *= 1.5
        checkpoint.save(folder / name, model, kind, {})
    return folder


def write_bars(folder: Path, name: str = "drums_of_bars") -> Path:
    """A tiny model of two bars of drum classes, whose bars have shares of the latent."""
    torch.manual_seed(0)
    model = Vae(tiny_vae("drums", "bars", "bars"))
    checkpoint.save(folder / name, model, "drums", {"schedule": {"transpose": [0, 0], "sources": []}})
    return folder / name
