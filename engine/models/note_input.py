"""How notes enter a network: an embedding for each category, numbers for the times.

Source: Stanford's note-attribute VAE embeds pitch, velocity, instrument and program, and leaves onset and duration
continuous. Differs: its categories scaled through tanh are left out (it found them to fail: classes are no points on a
line, and the neighbour of a program is no similar sound); times enter as log(1 + quarters) and as angles at musical
periods, so that a place in the bar looks alike in every bar.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from engine.models.config import NoteConfig
from engine.models.folding import Linear
from engine.representations import note_sequence as notes

CATEGORIES = {
    "instrument": (notes.INSTRUMENT, notes.NUM_INSTRUMENTS + 1),
    "program": (notes.PROGRAM, notes.NUM_PROGRAMS + 1),
    "pitch": (notes.PITCH, notes.NUM_PITCHES + 1),
    "velocity": (notes.VELOCITY, notes.NUM_VELOCITIES + 1),
}
"""Column and classes of each category, `none` among them, in the order in which a note is decided."""
_PERIODS_QUARTERS = (1 / 4, 1 / 3, 1 / 2, 1.0, 2.0, 4.0, 8.0, 16.0)
TIME_DEPTH = 2 * len(_PERIODS_QUARTERS)
PLACE_DEPTH = TIME_DEPTH + 2


class NoteInput(nn.Module):
    """Rows `batch, rows, 6` to `batch, rows, width`; the tables of embeddings are the readers' too."""

    def __init__(self, config: NoteConfig) -> None:
        super().__init__()
        self.tables = nn.ModuleDict(
            {name: nn.Embedding(classes, config.embedding) for name, (_, classes) in CATEGORIES.items()}
        )
        self.enter = Linear(len(CATEGORIES) * config.embedding + PLACE_DEPTH + 2, config.width)

    def forward(self, rows: Tensor, span: Tensor) -> Tensor:
        """The notes, told where they lie in the window and against a span, `batch, 2` (ticks from, to)."""
        onsets = rows[..., notes.ONSET]
        categories = [self.tables[name](rows[..., column]) for name, (column, _) in CATEGORIES.items()]
        times = log_quarters(torch.stack([deltas(onsets, span[:, 0]), rows[..., notes.DURATION]], -1))
        entered: Tensor = self.enter(torch.cat([*categories, places(onsets, span), times], -1))
        return entered


def log_quarters(ticks: Tensor) -> Tensor:
    """log(1 + quarters); quarters from -1/2 on."""
    return torch.log1p(ticks.float().clamp_min(-notes.TICKS_PER_QUARTER / 2) / notes.TICKS_PER_QUARTER)


def to_ticks(log_of_quarters: Tensor) -> Tensor:
    """The inverse of `log_quarters`, rounded to whole ticks."""
    return (torch.expm1(log_of_quarters.float()) * notes.TICKS_PER_QUARTER).round().long()


def deltas(onsets: Tensor, start: Tensor) -> Tensor:
    """How long after the one before each onset lies, the first after `start` (`batch`); ticks, `batch, rows`."""
    return torch.diff(onsets, dim=1, prepend=start[:, None].to(onsets.dtype))


def places(onsets: Tensor, span: Tensor) -> Tensor:
    """Where onsets `batch, rows` lie in time and against a span, in ticks: `batch, rows, PLACE_DEPTH`."""
    quarters = onsets.float() / notes.TICKS_PER_QUARTER
    angles = quarters[..., None] * (2 * math.pi / torch.tensor(_PERIODS_QUARTERS, device=onsets.device))
    bounds = span.float()[:, None] / notes.TICKS_PER_QUARTER
    against = torch.stack([quarters - bounds[..., 0], bounds[..., 1] - quarters], -1) / 4
    return torch.cat([angles.sin(), angles.cos(), against], -1)
