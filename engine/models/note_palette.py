"""What the notes outside a span are made of: how often each pitch and each place in the bar is heard there.

A span goes on with the pitches of its surroundings and in their rhythm, more often than not. Attention finds that out
after very many windows; so it is added to what the heads say of pitch and distance, as much as the network wants.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.models.note_voices import NUM_VOICES
from engine.models.spans import is_note
from engine.representations import note_sequence as notes

PLACES_A_BAR = 48
"""Places in a bar of 4/4: twelfths of a quarter, which hold sixteenths and triplets."""
PITCH_DEPTH, PLACE_DEPTH = 2, 1
_PLACE_TICKS = notes.TICKS_PER_QUARTER // 12


@dataclass(frozen=True)
class Palette:
    """Logarithms of 1 + how often: `pitches` by instrument, `batch, 9, 129`; pitch `classes` of all pitched
    instruments, spread over the pitches, `batch, 129`; onsets at `places` of the bar, `batch, 48`.
    """

    pitches: Tensor
    classes: Tensor
    places: Tensor

    def times(self, count: int) -> Palette:
        """Each window `count` times, one after the other."""
        return Palette(*(part.repeat_interleave(count, 0) for part in (self.pitches, self.classes, self.places)))

    def at_pitches(self, instrument: Tensor) -> Tensor:
        """For each pitch, how much the instrument and how much all play it, `batch, rows, 129, 2`."""
        own = self.pitches.gather(1, instrument[..., None].expand(-1, -1, self.pitches.shape[-1]))
        is_pitched = (instrument != notes.DRUMS)[..., None]
        return torch.stack([own, self.classes[:, None] * is_pitched], -1)

    def at_places(self, ticks: Tensor) -> Tensor:
        """How often notes begin at these ticks of the bar, `batch, rows, values` to the same."""
        places = (ticks.float() / _PLACE_TICKS).round().long() % PLACES_A_BAR
        return self.places.gather(1, places.flatten(1)).view(places.shape)


def palette_of(rows: Tensor) -> Palette:
    """The palette of the notes of windows `batch, rows, 6`."""
    held = is_note(rows)
    instrument, pitch = rows[..., notes.INSTRUMENT], rows[..., notes.PITCH]
    counts = torch.zeros(len(rows), NUM_VOICES * (notes.NUM_PITCHES + 1), device=rows.device)
    counts = counts.scatter_add(1, instrument * (notes.NUM_PITCHES + 1) + pitch, held.float())
    pitches = counts.unflatten(1, (NUM_VOICES, -1))
    is_pitched = held & (instrument != notes.DRUMS)
    classes = torch.zeros(len(rows), 12, device=rows.device).scatter_add(1, pitch % 12, is_pitched.float())
    spread = F.pad(classes[:, torch.arange(notes.NUM_PITCHES, device=rows.device) % 12], (0, 1))
    places = (rows[..., notes.ONSET].float() / _PLACE_TICKS).round().long() % PLACES_A_BAR
    begun = torch.zeros(len(rows), PLACES_A_BAR, device=rows.device).scatter_add(1, places, held.float())
    return Palette(pitches.log1p(), spread.log1p(), begun.log1p())
