"""The voices of a window: the last note of each instrument before every note, what a line goes on from.

A note's pitch, velocity and duration hang on the last one of its own instrument more than on whatever note stands
before it in the sequence. Attention finds that out, but only after very many windows; so the heads are told.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.spans import is_inside, is_note
from engine.representations import note_sequence as notes

NUM_VOICES = notes.NUM_INSTRUMENTS + 1
"""Instruments, and `none`, which has no last note."""


def silent(count: int, like: Tensor) -> Tensor:
    """Voices that have played nothing, `count, 9, 6`."""
    return like.new_tensor(notes.EMPTY).expand(count, NUM_VOICES, -1)


def voices_before(rows: Tensor, span: Tensor) -> Tensor:
    """Each instrument's last note before the span of a window `batch, rows, 6`; `batch, 9, 6`."""
    reach = torch.stack([torch.zeros_like(span[:, 0]) - notes.TICKS_PER_QUARTER, span[:, 0]], 1)
    before = torch.where(is_inside(rows, reach)[..., None], rows, rows.new_tensor(notes.EMPTY))
    return voices_at_each(before, silent(len(rows), rows))[:, -1]


def voices_at_each(rows: Tensor, first: Tensor) -> Tensor:
    """The voices before each row and behind the last, `batch, rows + 1, 9, 6`; those before the first are given."""
    batch, length, _ = rows.shape
    numbers = torch.arange(1, length + 1, device=rows.device)[:, None]
    plays = (rows[..., notes.INSTRUMENT, None] == torch.arange(NUM_VOICES, device=rows.device)) & is_note(rows)[
        ..., None
    ]
    last = torch.where(plays, numbers, 0).cummax(1).values
    last = torch.cat([last.new_zeros(batch, 1, NUM_VOICES), last], 1)
    gathered = rows.gather(1, (last - 1).clamp_min(0).flatten(1)[..., None].expand(-1, -1, notes.NUM_COLUMNS))
    gathered = gathered.unflatten(1, (length + 1, NUM_VOICES))
    return torch.where((last > 0)[..., None], gathered, first[:, None])
