"""What can be said of a note without a model of it: the most common class, and what most often follows the last one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.representations import note_sequence as notes

Ints = NDArray[np.int64]
TIME_CLASSES_TICKS = notes.TICKS_PER_QUARTER // 24
"""Times are counted in classes of a 24th of a quarter: 21 ms at 120 quarters a minute."""
_MOST_TIME_CLASSES = 16 * 24
ATTRIBUTES = ("distance", "instrument", "program", "pitch", "velocity", "duration")
_COLUMNS = {
    "instrument": notes.INSTRUMENT, "program": notes.PROGRAM, "pitch": notes.PITCH, "velocity": notes.VELOCITY,
}  # fmt: skip


@dataclass(frozen=True)
class Baselines:
    """Guesses of one attribute.

    Attributes:
        most_common: the class of most notes.
        following: the class that most often follows each class, `classes + 1`, the last for a window's first note.
    """

    most_common: int
    following: Ints


def classes_of(rows: NDArray[np.int64], attribute: str) -> Ints:
    """Each note's class of an attribute, `windows, rows`; -1 where no note is. Notes stand in front."""
    is_note = notes.is_note(rows)
    if attribute in _COLUMNS:
        found = rows[..., _COLUMNS[attribute]]
    elif attribute == "duration":
        found = time_class(rows[..., notes.DURATION])
    else:
        found = time_class(np.diff(rows[..., notes.ONSET], axis=1, prepend=0))
    return np.where(is_note, found, -1).astype(np.int64)


def fit(classes: Ints) -> Baselines:
    """The guesses that are right most often on these notes, from `classes_of`."""
    count = int(classes.max()) + 2
    before = _before(classes, count - 1)
    is_note = classes >= 0
    pairs = np.zeros((count, count), np.int64)
    np.add.at(pairs, (before[is_note], classes[is_note]), 1)
    totals = pairs.sum(0)
    following = np.where(pairs.sum(1) > 0, pairs.argmax(1), totals.argmax())
    return Baselines(int(totals.argmax()), following)


def accuracies(baselines: Baselines, classes: Ints) -> dict[str, float]:
    """Share of notes that each baseline guesses; the bigram is told the true note before."""
    is_note = classes >= 0
    first = len(baselines.following) - 1
    before = np.minimum(_before(classes, first), first)
    return {
        "majority": float((classes == baselines.most_common)[is_note].mean()),
        "bigram": float((classes == baselines.following[before])[is_note].mean()),
    }


def _before(classes: Ints, first: int) -> Ints:
    before = np.full_like(classes, first)
    before[:, 1:] = np.where(classes[:, :-1] >= 0, classes[:, :-1], first)
    return before


def time_class(ticks: NDArray[np.int64]) -> Ints:
    """Times as classes of a 24th of a quarter, 16 quarters at most."""
    return np.rint(ticks / TIME_CLASSES_TICKS).clip(0, _MOST_TIME_CLASSES).astype(np.int64)
