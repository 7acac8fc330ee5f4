"""New notes made to fit in beside the old ones of their track.

A file cannot tell apart two notes of one pitch that sound together, and a singer has one voice: so no pitch is struck
while it sounds, and a line stays a line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.representations.grid import STEPS_PER_QUARTER
from engine.representations.melody import MAX_CHORD_SHARE, chord_share
from engine.representations.note_sequence import TICKS_PER_QUARTER, Floats, Track, distinct

RELEASE_QUARTERS = 1 / 8
"""An old note that sounds on for so long into a new one of its pitch is let end first; into a longer one it is none."""
_SHORTEST_QUARTERS = 1 / TICKS_PER_QUARTER


@dataclass(frozen=True)
class Company:
    """What a track's new notes have to fit.

    Attributes:
        old: notes of the track that stay, `notes, 4`; they are never changed.
        is_line: whether one note sounds at a time.
        end_quarters: where the new ones end at the latest; infinite for none.
    """

    old: Floats
    is_line: bool
    end_quarters: float = math.inf


def is_line(track: Track) -> bool:
    """Whether a pitched track has hardly two notes at a time that begin together."""
    onsets = track.notes[:, 0] * STEPS_PER_QUARTER
    return not track.is_drum and len(onsets) > 0 and chord_share(onsets) <= MAX_CHORD_SHARE


def fitted(new: Floats, company: Company) -> Floats:
    """The new notes, `notes, 4`, in order of onset and pitch; of those that fit nowhere, none."""
    ordered = new[np.lexsort((new[:, 2], new[:, 0]))]
    if company.is_line:
        ordered = _highest(ordered)
    placed = _begun_late(ordered, company.old)
    return _ended(placed, company)


def _highest(notes: Floats) -> Floats:
    """Of notes that begin together the highest, which is the last."""
    is_last = np.ones(len(notes), bool)
    is_last[:-1] = np.diff(notes[:, 0]) > 0
    return notes[is_last]


def _begun_late(new: Floats, old: Floats) -> Floats:
    """Each note after the old ones of its pitch that sound when it begins, if they let go soon."""
    kept = []
    for note in new:
        over = _sounding(note, old)
        late = note + np.array([over, -over, 0, 0])
        if over <= RELEASE_QUARTERS and over < note[1] and _sounding(late, old) <= 0:
            kept.append(late)
    return np.array(kept).reshape(-1, 4)


def _sounding(note: Floats, old: Floats) -> float:
    """For how long old notes of its pitch sound on when a note begins, in quarters; 0 where none does."""
    same = old[(old[:, 2] == note[2]) & (old[:, 0] <= note[0])]
    return float((same[:, 0] + same[:, 1] - note[0]).max(initial=0.0))


def _ended(new: Floats, company: Company) -> Floats:
    """Each note up to the next one of its pitch, of a line up to the next one at all."""
    both = np.concatenate([new, company.old])
    ended = new.copy()
    for note in ended:
        later = both[(both[:, 0] > note[0]) & (company.is_line | (both[:, 2] == note[2])), 0]
        until = min(float(later.min(initial=math.inf)), company.end_quarters)
        note[1] = max(_SHORTEST_QUARTERS, min(note[1], until - note[0]))
    return distinct(ended)
