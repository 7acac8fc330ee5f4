"""Figures of autoencoders of notes: what comes back, read both ways, and how far what they invent is from music."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.evaluation import note_baselines
from engine.evaluation.frechet import frechet, scaled_by
from engine.evaluation.note_baselines import ATTRIBUTES, classes_of, time_class
from engine.evaluation.note_features import features
from engine.models.note_heads import WAYS, Reading
from engine.models.note_vae import NoteVae
from engine.models.spans import whole
from engine.models.vae import kl_divergence
from engine.representations import note_sequence as notes

Figures = dict[str, Any]
Rows = NDArray[np.int64]
_BATCH = 128
_BASELINE_WINDOWS = 20_000
TEMPERATURE = 0.8
"""Of samples: at .5, as other models are drawn, a line that goes on from its own notes clings to one pitch."""


def evaluate_notes(
    model: NoteVae, train: MusicSet, valid: MusicSet, seed: int = 0, frozen: NoteVae | None = None
) -> Figures:
    """Measure an autoencoder of notes that is not conditional.

    Args:
        model: with its weights.
        train: what the baselines learn from, and a random part of it stands for.
        valid: windows that it has not seen.
        seed: of all that is drawn.
        frozen: another model, whose latent means are the embeddings of a Fréchet distance; None leaves that out.

    Returns:
        `accuracy`: a group for each attribute, the share of the true notes whose counterpart at the same place is
        right, from the posterior mean: free-running by `softmax` and by `nearest`, the same `told` the true notes
        before, as the `bigram` is told one, and `majority`; `rebuilt`: how many notes come back, `f1` of (onset within
        a 24th of a quarter, instrument, pitch); `frechet`: distances of samples and of what comes back.
    """
    generator = torch.Generator().manual_seed(seed)
    true = valid.music.long().numpy()
    mu, log_var = encoded(model, valid.music)
    rebuilt = {way: decoded(model, mu, Reading(way)) for way in WAYS}
    told = {way: _told(model, valid.music, mu, Reading(way)) for way in WAYS}
    step = max(1, len(train) // _BASELINE_WINDOWS)
    known = train.music[::step].long().numpy()
    kl = kl_divergence(mu, log_var)
    return {
        "windows": len(valid),
        "kl_nats": float(kl.mean()),
        "active_units": int((mu.var(0) > 0.01).sum()),
        "accuracy": {name: _accuracy(name, known, true, rebuilt, told) for name in ATTRIBUTES},
        "rebuilt": {way: note_f1(true, rows) for way, rows in rebuilt.items()},
        "frechet": _invented(model, valid, mu, generator, frozen),
    }


@torch.inference_mode()
def encoded(model: NoteVae, music: Tensor) -> tuple[Tensor, Tensor]:
    """`mu` and `log_var` of windows, each `windows, latent`."""
    parts = [model.encode(batch.long()) for batch in music.split(_BATCH)]
    mu, log_var = (torch.cat(each) for each in zip(*parts, strict=True))
    return mu, log_var


@torch.inference_mode()
def decoded(model: NoteVae, z: Tensor, reading: Reading) -> Rows:
    """Windows `windows, slots, 6` of latents."""
    return np.concatenate(list(_decoded(model, z, reading)))


def _decoded(model: NoteVae, z: Tensor, reading: Reading) -> Iterator[Rows]:
    for batch in z.split(_BATCH):
        span = whole(batch, model.config.steps)
        yield model.decode(batch, span, model.outside(batch, span), reading).numpy()


def samples(model: NoteVae, count: int, generator: torch.Generator) -> Tensor:
    """Windows `count, slots, 6` of the prior, their notes drawn at `TEMPERATURE`."""
    latents = torch.randn(count, model.config.latent_dim, generator=generator)
    reading = Reading(temperature=TEMPERATURE, generator=generator, is_silence_allowed=False)
    return torch.from_numpy(decoded(model, latents, reading))


def note_f1(true: Rows, rebuilt: Rows) -> dict[str, float]:
    """Notes that come back at their onset with their instrument and pitch: precision, recall, F1, and the count."""
    found = told = hits = 0
    for one, other in zip(true, rebuilt, strict=True):
        wanted, given = _places(one), _places(other)
        hits += len(wanted & given)
        found, told = found + len(given), told + len(wanted)
    precision, recall = hits / max(1, found), hits / max(1, told)
    f1 = 2 * hits / max(1, found + told)
    return {"precision": precision, "recall": recall, "f1": f1, "notes_of_true": found / max(1, told)}


def _places(rows: Rows) -> set[tuple[int, ...]]:
    kept = rows[notes.is_note(rows)]
    steps = np.rint(kept[:, notes.ONSET] / note_baselines.TIME_CLASSES_TICKS).astype(int)
    columns = (steps, kept[:, notes.INSTRUMENT], kept[:, notes.PITCH])
    return set(zip(*(column.tolist() for column in columns), strict=True))


@torch.inference_mode()
def _told(model: NoteVae, music: Tensor, mu: Tensor, reading: Reading) -> Rows:
    """What is read of each note, told the true ones before; distances in place of onsets."""
    found = torch.full(music.shape, -1, dtype=torch.long)
    for start in range(0, len(music), _BATCH):
        read = model.guessed(music[start : start + _BATCH].long(), mu[start : start + _BATCH], reading)
        found[start : start + _BATCH, : read.shape[1]] = read
    rows: Rows = found.numpy()
    return rows


def _accuracy(
    attribute: str, known: Rows, true: Rows, rebuilt: dict[str, Rows], told: dict[str, Rows]
) -> dict[str, float]:
    classes = classes_of(true, attribute)
    is_note = classes >= 0
    shares = {way: float((classes_of(rows, attribute) == classes)[is_note].mean()) for way, rows in rebuilt.items()}
    for way, rows in told.items():
        read = time_class(rows[..., notes.ONSET]) if attribute == "distance" else classes_of(rows, attribute)
        shares[f"{way}_told"] = float((read == classes)[is_note].mean())
    return {**shares, **note_baselines.accuracies(note_baselines.fit(classes_of(known, attribute)), classes)}


def _invented(
    model: NoteVae, valid: MusicSet, mu: Tensor, generator: torch.Generator, frozen: NoteVae | None
) -> Figures:
    """Distances from one half of the validation windows: of samples, of reconstructions, and of the other half."""
    order = torch.randperm(len(valid), generator=generator)
    real = valid.music.long()[order]
    clouds = {
        "samples": samples(model, len(mu), generator),
        "reconstructions": torch.from_numpy(decoded(model, mu[order], Reading())),
        "half_of_the_data": real[: len(real) // 2],
    }
    return {name: distances(real[len(real) // 2 :], cloud, frozen) for name, cloud in clouds.items()}


def distances(real: Tensor, cloud: Tensor, frozen: NoteVae | None) -> dict[str, float]:
    """Fréchet distances of windows from real ones, of `features` (in units of the real deviations) and `embeddings`."""
    reference = features(real.numpy())
    points = scaled_by(features(cloud.numpy()), reference)
    found = {"features": frechet(scaled_by(reference, reference), points)}
    if frozen is not None:
        one, other = (encoded(frozen, windows)[0].double().numpy() for windows in (real, cloud))
        found["embeddings"] = frechet(one, other)
    return found
