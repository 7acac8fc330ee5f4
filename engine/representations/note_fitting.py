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
_STAYING_SEMITONES = 2.5


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
        ordered = led(ordered, company.old)
    placed = _begun_late(ordered, company.old)
    return _ended(placed, company)


def led(new: Floats, old: Floats) -> Floats:
    """A line, `notes, 4`: of new notes that begin together that nearest to the note before it, rather a step than none.

    Args:
        new: in any order.
        old: notes that stay; the first new one goes on from the last of those before it; without one it is the highest.
    """
    line: list[Floats] = []
    for onset in np.unique(new[:, 0]):
        together = new[new[:, 0] == onset]
        together = together[together[:, 2].argsort()[::-1]]
        before = line[-1:] or list(_last_before(onset, old))
        line.append(together[_nearest(together[:, 2], before[0][2]) if before else 0])
    return np.array(line).reshape(-1, 4)


def _nearest(pitches: Floats, before: float) -> int:
    """The place of the pitch that a line moves to; it rather takes a step than stays."""
    apart = np.abs(pitches - before)
    return int(np.where(apart == 0, _STAYING_SEMITONES, apart).argmin())


def _last_before(onset: float, old: Floats) -> Floats:
    """The old note that began last before this onset, of several the highest, `1, 4`; `0, 4` where there is none."""
    earlier = old[old[:, 0] < onset]
    return earlier[np.lexsort((earlier[:, 2], earlier[:, 0]))][-1:]


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
