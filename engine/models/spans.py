"""Spans of a window: which notes lie in one, the notes outside and inside apart, and spans drawn for training.

A span is `from, to` in ticks from the window's start; an onset up to 1/8 quarter before a bound belongs behind it, as
the early first beat that it is. Spans begin and end on half bars and are half a bar to half of the window long, so that
at least as much stays to be seen; and since every bar of a window has music, no context is silent. The report's weak
point was a beginning in silence, where nothing is told of what is to follow.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.representations import note_sequence as notes
from engine.representations.clip import EARLY_QUARTERS

STEP_TICKS = notes.TICKS_PER_QUARTER // 4
HALF_BAR_TICKS = 2 * notes.TICKS_PER_QUARTER
_EARLY_TICKS = int(EARLY_QUARTERS * notes.TICKS_PER_QUARTER)
_CONTINUATION_SHARE = 0.4


def is_note(rows: Tensor) -> Tensor:
    """Which rows are notes, `batch, rows`."""
    return rows[..., notes.INSTRUMENT] != notes.NO_INSTRUMENT


def is_inside(rows: Tensor, span: Tensor) -> Tensor:
    """Which rows are notes of the span, `batch, rows`."""
    onsets = rows[..., notes.ONSET] + _EARLY_TICKS
    return is_note(rows) & (onsets >= span[:, :1]) & (onsets < span[:, 1:])


def packed(rows: Tensor, wanted: Tensor) -> Tensor:
    """The wanted rows in front, in their order, all others empty; as many rows as the fullest has, at least one."""
    order = (~wanted).long().argsort(dim=1, stable=True)
    counts = wanted.sum(1)
    longest = max(1, int(counts.max()))
    gathered = rows.gather(1, order[..., None].expand(-1, -1, rows.shape[-1]))[:, :longest]
    taken = torch.arange(longest, device=rows.device) < counts[:, None]
    return torch.where(taken[..., None], gathered, rows.new_tensor(notes.EMPTY))


def with_end(rows: Tensor) -> Tensor:
    """The same with one empty row behind, so that the fullest has its end too."""
    end = rows.new_tensor(notes.EMPTY).expand(len(rows), 1, -1)
    return torch.cat([rows, end], 1)


def whole(rows: Tensor, steps: int) -> Tensor:
    """The span that is all of the window, `batch, 2`."""
    return torch.tensor([[0, steps * STEP_TICKS]], device=rows.device).expand(len(rows), -1)


def draw_spans(count: int, steps: int, generator: torch.Generator) -> Tensor:
    """Spans `count, 2`: two in five reach to the window's end, the others begin anywhere."""
    halves = steps * STEP_TICKS // HALF_BAR_TICKS
    lengths = torch.randint(1, halves // 2 + 1, (count,), generator=generator)
    latest = halves - lengths
    starts = (torch.rand(count, generator=generator) * (latest + 1)).long().minimum(latest)
    is_continuation = torch.rand(count, generator=generator) < _CONTINUATION_SHARE
    starts = torch.where(is_continuation, latest, starts)
    return torch.stack([starts, starts + lengths], 1) * HALF_BAR_TICKS
