"""Windows of notes in other keys."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.spans import is_note
from engine.representations import note_sequence as notes


def transpose_notes(rows: Tensor, semitones: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Each window shifted by its own draw from `semitones`, both included, less where it would leave 0..127.

    All pitched instruments of a window are shifted alike, drums stay. Of notes with one onset and instrument the order
    by pitch stays too.

    Args:
        rows: `batch, rows, 6`.
        semitones: lowest and highest shift.
        generator: of the draws.
    """
    low, high = semitones
    if low == high == 0:
        return rows
    pitch = rows[..., notes.PITCH]
    is_pitched = is_note(rows) & (rows[..., notes.INSTRUMENT] != notes.DRUMS)
    shift = torch.randint(low, high + 1, (len(rows), 1), generator=generator)
    lowest = pitch.masked_fill(~is_pitched, notes.NUM_PITCHES - 1).amin(1, keepdim=True)
    highest = pitch.masked_fill(~is_pitched, 0).amax(1, keepdim=True)
    shift = shift.maximum(-lowest).minimum(notes.NUM_PITCHES - 1 - highest)
    moved = rows.clone()
    moved[..., notes.PITCH] = torch.where(is_pitched, pitch + shift, pitch)
    return moved
