"""Figures of a model that fills spans: whether what it writes fits, and whether its proposals differ.

Against it stand two ways of cutting and pasting: the neighbouring bar, again and again (`copied_bar`), and what a
random training window has at that place (`random_span`). The music itself (`true`) is what there is to reach. A copied
bar is in the key of its neighbours and as dense as they by its nature; so all four are judged against the notes outside
the span without the bar that is copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.evaluation.frechet import frechet, scaled_by
from engine.evaluation.note_features import best_key, features, in_key_share, pitch_classes
from engine.evaluation.notes import distances, note_f1
from engine.models.note_blocks import BAR_TICKS
from engine.models.note_filling import fill_spans
from engine.models.note_vae import NoteVae
from engine.models.spans import draw_spans, is_inside, is_note, packed
from engine.models.vae import kl_between
from engine.representations import note_sequence as notes
from engine.runtime.filling import TEMPERATURE

Figures = dict[str, Any]
Rows = NDArray[np.int64]
PROPOSALS = 4
_BATCH = 32


def evaluate_infill(
    model: NoteVae, train: MusicSet, valid: MusicSet, seed: int = 0, frozen: NoteVae | None = None
) -> Figures:
    """Measure a conditional model on spans drawn as in training.

    Args:
        model: with its weights.
        train: where random spans come from.
        valid: windows that it has not seen.
        seed: of the spans and of all that is drawn.
        frozen: an encoder of two bars for a Fréchet distance of embeddings; None leaves it out.

    Returns:
        `kl_nats`; what each attribute of the true notes costs, with the latent drawn from the posterior and from the
        prior; `fit`: a group for each way of filling; `outside_unchanged`: whether no note outside a span was touched.
    """
    generator = torch.Generator().manual_seed(seed)
    music = valid.music.long()
    span = draw_spans(len(music), model.config.steps, generator)
    proposals = torch.cat(list(_proposals(model, music, span, generator)))
    others = train.music[torch.randint(len(train), (len(music),), generator=generator)].long()
    ways = {
        "true": only(music, span)[:, None],
        "model": proposals,
        "copied_bar": copied_bar(music, span)[:, None],
        "random_span": only(others, span)[:, None],
    }
    around = _without_copied(music, span).numpy()
    return {
        "windows": len(valid),
        **_costs(model, music, span, generator),
        "fit": {name: _fit(filled, music, span, around, frozen) for name, filled in ways.items()},
        "outside_unchanged": _all_outside_kept(music, span, proposals),
    }


def only(music: Tensor, span: Tensor) -> Tensor:
    """The notes of the spans alone, `windows, slots, 6`."""
    return _filled(packed(music, is_inside(music, span)), music.shape[1])


def joined(music: Tensor, span: Tensor, filled: Tensor) -> Tensor:
    """Windows whose spans hold other notes, in order of onset, `windows, slots + slots of filled, 6`."""
    together = torch.cat([packed(music, is_note(music) & ~is_inside(music, span)), filled], 1)
    return torch.from_numpy(np.stack([notes.in_order(window) for window in together.numpy()]))


def copied_bar(music: Tensor, span: Tensor) -> Tensor:
    """The bar before each span (the one after, where it begins the window), again and again through the span."""
    source = _source(span)
    bar = packed(music, is_inside(music, source))
    length = span[:, 1] - span[:, 0]
    turns = []
    for turn in range(-(-int(length.max()) // BAR_TICKS)):
        moved = bar.clone()
        moved[..., notes.ONSET] += (span[:, :1] - source[:, :1]) + turn * BAR_TICKS
        turns.append(torch.where(is_note(bar)[..., None], moved, bar))
    return only(_filled(torch.cat(turns, 1), music.shape[1] * 2), span)


def _source(span: Tensor) -> Tensor:
    start = torch.where(span[:, :1] >= BAR_TICKS, span[:, :1] - BAR_TICKS, span[:, 1:])
    return torch.cat([start, start + BAR_TICKS], 1)


def _without_copied(music: Tensor, span: Tensor) -> Tensor:
    """The notes outside the spans, less the bar that is copied."""
    source = _source(span)
    return _filled(packed(music, is_note(music) & ~is_inside(music, span) & ~is_inside(music, source)), music.shape[1])


def _proposals(model: NoteVae, music: Tensor, span: Tensor, generator: torch.Generator) -> Iterator[Tensor]:
    for rows, its in zip(music.split(_BATCH), span.split(_BATCH), strict=True):
        yield fill_spans(model, rows, its, PROPOSALS, TEMPERATURE, generator)


@torch.inference_mode()
def _costs(model: NoteVae, music: Tensor, span: Tensor, generator: torch.Generator) -> Figures:
    """Nats and squared errors a note of the true spans, by attribute; the KL of the posteriors from the priors."""
    totals: dict[str, float] = {}
    kl, count = 0.0, 0
    for rows, its in zip(music.split(_BATCH), span.split(_BATCH), strict=True):
        outside = model.outside(rows, its)
        mu, log_var = model.encode(rows, its, outside)
        noise = torch.randn(mu.shape, generator=generator)
        kl += float(kl_between(mu, log_var, outside.mu, outside.log_var).sum())
        count += int(is_inside(rows, its).sum())
        drawn = {"posterior": (mu, log_var), "prior": (outside.mu, outside.log_var)}
        for source, (mean, log_variance) in drawn.items():
            z = mean + (0.5 * log_variance).exp() * noise
            for name, cost in model.costs(rows, its, z, outside).items():
                key = f"{source} {name}"
                totals[key] = totals.get(key, 0.0) + float(cost.sum())
    found: Figures = {"kl_nats": kl / len(music)}
    for key, total in totals.items():
        source, name = key.split()
        found.setdefault(f"cost_a_note_{source}", {})[name] = total / max(1, count)
    return found


def _fit(filled: Tensor, music: Tensor, span: Tensor, around: Rows, frozen: NoteVae | None) -> Figures:
    """How well fillings `windows, proposals, slots, 6` fit, means over all proposals that can be judged."""
    first = filled[:, 0]
    true = only(music, span)
    flat, every = filled.flatten(0, 1).numpy(), np.repeat(np.arange(len(music)), filled.shape[1])
    keys = [best_key(pitch_classes(window)) if pitch_classes(window).any() else None for window in around]
    in_key = [_share(rows, keys[place]) for rows, place in zip(flat, every, strict=True)]
    per_bar = _per_bar(around, _free_ticks(music, span))
    lengths = (span[:, 1] - span[:, 0]).numpy() / BAR_TICKS
    density = notes.is_note(flat).sum(1) / lengths[every]
    reference = scaled_by(features(true.numpy()), features(true.numpy()))
    return {
        "in_key": _mean(in_key),
        "density_error": float(np.abs(np.log((density + 1) / (per_bar[every] + 1))).mean()),
        "notes_a_bar": float(density.mean()),
        "empty": float((density == 0).mean()),
        "differing": _differing(filled.numpy()) if filled.shape[1] > 1 else 0.0,
        "note_f1_of_true": note_f1(true.numpy(), first.numpy())["f1"],
        "frechet_of_spans": frechet(reference, scaled_by(features(first.numpy()), features(true.numpy()))),
        "frechet": distances(two_bars(music, span), two_bars(joined(music, span, first), span), frozen),
    }


def _mean(shares: list[float]) -> float:
    """The mean of those that are known; nan for none."""
    known = [share for share in shares if not np.isnan(share)]
    return float(np.mean(known)) if known else float("nan")


def _share(rows: Rows, key: NDArray[np.float64] | None) -> float:
    return float("nan") if key is None else in_key_share(pitch_classes(rows), key)


def _free_ticks(music: Tensor, span: Tensor) -> NDArray[np.float64]:
    """Bars outside the span without the copied one, half a bar at least."""
    left = _window_ticks(music) - (span[:, 1] - span[:, 0]).numpy()
    bars: NDArray[np.float64] = np.maximum(0.5, left / BAR_TICKS - 1)
    return bars


def _window_ticks(music: Tensor) -> int:
    return int(-(-(int(music[..., notes.ONSET].max()) + 1) // BAR_TICKS)) * BAR_TICKS


def _per_bar(around: Rows, bars: NDArray[np.float64]) -> NDArray[np.float64]:
    density: NDArray[np.float64] = notes.is_note(around).sum(1) / bars
    return density


def _differing(filled: Rows) -> float:
    """Share of notes (onset in 24ths, instrument, pitch) that two proposals for a window do not share, 0..1."""
    shares = [1 - note_f1(filled[:, a], filled[:, b])["f1"] for a, b in combinations(range(filled.shape[1]), 2)]
    return float(np.mean(shares))


def two_bars(rows: Tensor, span: Tensor) -> Tensor:
    """The two bars from the bar in which each span begins (the last two, at most), counted from their start."""
    last = _window_ticks(rows) - 2 * BAR_TICKS
    start = (span[:, :1] // BAR_TICKS * BAR_TICKS).clamp(max=last)
    taken = packed(rows, is_inside(rows, torch.cat([start, start + 2 * BAR_TICKS], 1)))
    moved = taken.clone()
    moved[..., notes.ONSET] = torch.where(is_note(taken), taken[..., notes.ONSET] - start, 0)
    return moved


def _all_outside_kept(music: Tensor, span: Tensor, proposals: Tensor) -> bool:
    """Whether no proposal has a note outside its span, so that joining changes nothing there."""
    spans = span.repeat_interleave(proposals.shape[1], 0)
    flat = proposals.flatten(0, 1)
    kept = torch.equal(is_note(flat), is_inside(flat, spans))
    outside = is_note(music) & ~is_inside(music, span)
    both = joined(music, span, proposals[:, 0])
    again = packed(both, is_note(both) & ~is_inside(both, span))
    return kept and torch.equal(again, packed(music, outside))


def _filled(rows: Tensor, slots: int) -> Tensor:
    missing = max(0, slots - rows.shape[1])
    return torch.cat([rows, rows.new_tensor(notes.EMPTY).expand(len(rows), missing, -1)], 1)
