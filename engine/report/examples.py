"""What a checkpoint makes of validation clips and of nothing, drawn by a seed and by nobody's choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.errors import WrongKindError
from engine.evaluation.paths import STOPS, mixed
from engine.latent.slerp import slerp
from engine.models.config import music_of
from engine.models.draw import draw_offsets, draw_tapped_hits, draw_velocities
from engine.models.feel import FeelModel, draw_feel
from engine.models.note_vae import NoteVae
from engine.models.tasks import TASKS, tap_of
from engine.models.vae import Vae
from engine.report.passages import Passage, passages
from engine.representations.drums import NUM_VOICES
from engine.runtime.checkpoint import Checkpoint, windowed
from engine.runtime.ways import from_prior

TEMPERATURE = 0.5
_LONG_BARS = 5
_PAIRS, _SAMPLES = 4, 6
_LONG_PAIRS, _LONG_SAMPLES = 2, 2


@dataclass(frozen=True)
class Pair:
    """A validation clip, and what the model answers to it."""

    original: Passage
    answer: Passage


@dataclass(frozen=True)
class Examples:
    """What there is to see and to hear of a checkpoint.

    Attributes:
        pairs: validation clips and their reconstructions; of a model of feel, clips and its most likely answers.
        latent: the way from one validation clip to another through the latent space; empty for a model of feel, and
            where there is only one clip.
        mixed: the same way by mixing the two clips step by step.
        samples: from the prior; of a model of feel, drawn answers to the clips of `pairs`.
    """

    pairs: tuple[Pair, ...]
    latent: tuple[Passage, ...]
    mixed: tuple[Passage, ...]
    samples: tuple[Passage, ...]


@torch.inference_mode()
def examples_of(loaded: Checkpoint, valid: MusicSet, seed: int = 0) -> Examples:
    """Examples of a checkpoint.

    Args:
        loaded: the checkpoint.
        valid: validation windows of its kind, at least one.
        seed: of the choice of windows and of all noise.

    Raises:
        WrongKindError: it is a model of notes; `note_examples` has those.
    """
    generator = torch.Generator().manual_seed(seed)
    is_long = loaded.bars >= _LONG_BARS
    picks = torch.randperm(len(valid), generator=generator)[: _LONG_PAIRS if is_long else _PAIRS]
    model = windowed(loaded)
    if isinstance(model, Vae):
        task = str(loaded.trained.get("schedule", {}).get("task", "plain"))
        prior = from_prior(loaded, _LONG_SAMPLES if is_long else _SAMPLES, seed)
        return _of_autoencoder(model, task, valid, picks, prior, generator)
    if isinstance(model, NoteVae):
        raise WrongKindError(f"{loaded.name} is of notes of many instruments; take `note_examples` for it")
    return _of_feel(model, valid, picks, generator)


def _of_autoencoder(
    model: Vae, task: str, valid: MusicSet, picks: Tensor, prior: Tensor, generator: torch.Generator
) -> Examples:
    music = music_of(model.config)
    windows = valid.music[picks] if music == "groove" else valid.music[picks].long()
    mu, _ = model.encode(TASKS[task](windows) if music == "groove" else windows)
    latent, across = windows[:0], windows[:0]
    if len(windows) > 1:
        shares = torch.linspace(0, 1, STOPS)
        latent = _decode(model, slerp(mu[:1], mu[1:2], shares), 0.0, generator)
        across = mixed(windows[:1], windows[1:2], shares, generator)[0]
    return Examples(
        pairs=_pairs(music, windows, _decode(model, mu, 0.0, generator), valid.bpm[picks].tolist()),
        latent=tuple(passages(music, latent)),
        mixed=tuple(passages(music, across)),
        samples=tuple(passages(music, _decode(model, prior, TEMPERATURE, generator))),
    )


def _of_feel(model: FeelModel, valid: MusicSet, picks: Tensor, generator: torch.Generator) -> Examples:
    windows = valid.music[picks]
    bpm = valid.bpm[picks].tolist()
    likely = _pairs("groove", windows, _answer(model, windows, 0.0, generator), bpm)
    drawn = _pairs("groove", windows, _answer(model, windows, TEMPERATURE, generator), bpm)
    return Examples(likely, (), (), tuple(pair.answer for pair in drawn))


def _answer(model: FeelModel, windows: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    """Grooves `windows, steps, 27` on the same hits, or on their rhythm."""
    hits, tap = windows[..., :NUM_VOICES], tap_of(windows)
    condition = hits if model.config.condition == "hits" else tap
    z = draw_feel(*model.expect(condition), temperature, generator) if temperature > 0 else None
    feel = model.decode(condition, z)
    velocities = draw_velocities(feel.velocity, feel.velocity_scale, temperature, generator)
    offsets = draw_offsets(feel.offset, feel.offset_scale, temperature, generator)
    if model.config.condition == "tap":
        hits = draw_tapped_hits(feel.hit_logits, tap[..., 0], temperature, generator)
    return torch.cat([hits, velocities * hits, offsets * hits], -1)


def _decode(model: Vae, z: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    drawn: Tensor = model.head.draw(model.decode(z, temperature, generator), temperature, generator)
    return drawn


def _pairs(music: str, windows: Tensor, answers: Tensor, bpm: Sequence[float]) -> tuple[Pair, ...]:
    """Each window with its answer, at the window's tempo."""
    rows = zip(windows[:, None], answers[:, None], bpm, strict=True)
    return tuple(Pair(passages(music, one, tempo)[0], passages(music, its, tempo)[0]) for one, its, tempo in rows)
