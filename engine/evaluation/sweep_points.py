"""The few figures that are followed over epochs and betas, of models of notes of both families."""

from __future__ import annotations

from typing import Any

import torch

from engine.data.dataset import MusicSet
from engine.evaluation.infill import joined, only, two_bars
from engine.evaluation.notes import decoded, distances, encoded, note_f1, samples
from engine.models.note_filling import fill_spans
from engine.models.note_heads import Reading
from engine.models.note_vae import NoteVae
from engine.models.spans import draw_spans
from engine.models.vae import kl_between, kl_divergence
from engine.runtime.filling import TEMPERATURE

_BATCH = 64


def measure_point(model: NoteVae, valid: MusicSet, seed: int, frozen: NoteVae | None) -> dict[str, Any]:
    """`kl_nats`, `note_f1` and Fréchet distances (`fd_features`, `fd_embeddings`) on the same windows and noise.

    Unconditional: samples of the prior against the windows; `note_f1` of what comes back of them. Conditional: windows
    whose spans were filled against the windows themselves, two bars of each; `note_f1` of the first proposal.

    Args:
        model: of notes.
        valid: windows.
        seed: of spans and noise.
        frozen: an encoder of two bars; None leaves out `fd_embeddings`.
    """
    figures = _filled(model, valid, seed, frozen) if model.config.is_conditional else _drawn(model, valid, seed, frozen)
    apart = figures.pop("frechet")
    return {**figures, **{f"fd_{name}": value for name, value in apart.items()}}


def _drawn(model: NoteVae, valid: MusicSet, seed: int, frozen: NoteVae | None) -> dict[str, Any]:
    music, generator = valid.music.long(), torch.Generator().manual_seed(seed)
    mu, log_var = encoded(model, music)
    f1 = note_f1(music.numpy(), decoded(model, mu, Reading()))["f1"]
    return {
        "kl_nats": float(kl_divergence(mu, log_var).mean()),
        "note_f1": f1,
        "frechet": distances(music, samples(model, len(music), generator), frozen),
    }


@torch.inference_mode()
def _filled(model: NoteVae, valid: MusicSet, seed: int, frozen: NoteVae | None) -> dict[str, Any]:
    music, generator = valid.music.long(), torch.Generator().manual_seed(seed)
    span = draw_spans(len(music), model.config.steps, generator)
    kl, filled = [], []
    for rows, its in zip(music.split(_BATCH), span.split(_BATCH), strict=True):
        outside = model.outside(rows, its)
        kl.append(kl_between(*model.encode(rows, its, outside), outside.mu, outside.log_var))
        filled.append(fill_spans(model, rows, its, 1, TEMPERATURE, generator)[:, 0])
    proposals = torch.cat(filled)
    both = joined(music, span, proposals)
    return {
        "kl_nats": float(torch.cat(kl).mean()),
        "note_f1": note_f1(only(music, span).numpy(), proposals.numpy())["f1"],
        "frechet": distances(two_bars(music, span), two_bars(both, span), frozen),
    }
