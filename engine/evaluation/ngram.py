"""A language model of single steps: how likely music is by the four steps before each, learnt from the training split.

It knows nothing of the latent space, so it can say which of two ways between clips stays closer to music.

Source: Witten and Bell 1991 (the share of what was never seen); Roberts et al. 2018 judge interpolations by a 5-gram.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ORDER = 5

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NGram:
    """Counts of runs of one to `ORDER` steps; `fit` makes one.

    Attributes:
        classes: how many a step may be.
        levels: of each length of run, from one step on.
    """

    classes: int
    levels: tuple[_Level, ...]

    def nats(self, tokens: Ints) -> Floats:
        """The cost of each step, -log of its chance, of tokens `clips, steps`; the same shape."""
        likely = np.full(tokens.shape, 1 / self.classes)
        for level, runs in zip(self.levels, _runs(tokens, self.classes), strict=True):
            likely = level.mixed(runs, likely, self.classes + 1)
        cost: Floats = -np.log(likely)
        return cost


@dataclass(frozen=True)
class _Level:
    """Runs of one length and the histories that they begin with, as sorted numbers, with their counts."""

    runs: Ints
    run_counts: Ints
    histories: Ints
    history_counts: Ints
    followers: Ints

    def mixed(self, runs: Ints, shorter: Floats, base: int) -> Floats:
        """Chances of the last steps of runs, given those by shorter runs: the less was seen, the more these count."""
        place = _places(self.histories, runs // base)
        seen, followers = _found(self.history_counts, place), _found(self.followers, place)
        counts = _found(self.run_counts, _places(self.runs, runs))
        return np.where(seen > 0, (counts + followers * shorter) / np.maximum(1, seen + followers), shorter)


def fit(tokens: Ints, classes: int) -> NGram:
    """The model of tokens `clips, steps`, each 0..`classes` - 1."""
    return NGram(classes, tuple(_counted(runs, classes + 1) for runs in _runs(tokens, classes)))


def _counted(runs: Ints, base: int) -> _Level:
    distinct, counts = np.unique(runs, return_counts=True)
    histories, first = np.unique(distinct // base, return_index=True)
    followers = np.diff(np.append(first, len(distinct)))
    return _Level(distinct, counts, histories, np.add.reduceat(counts, first), followers)


def _runs(tokens: Ints, classes: int) -> list[Ints]:
    """For each length, each step and those before it as one number; before the clip stands a class of its own."""
    base, runs = classes + 1, [tokens.astype(np.int64)]
    for back in range(1, ORDER):
        earlier = np.full_like(runs[0], classes)
        earlier[:, back:] = tokens[:, :-back]
        runs.append(runs[-1] + earlier * base**back)
    return runs


def _places(known: Ints, asked: Ints) -> Ints:
    """Where each number stands among the known, -1 where it does not."""
    place = np.searchsorted(known, asked).clip(max=len(known) - 1)
    return np.where(known[place] == asked, place, -1)


def _found(values: Ints, place: Ints) -> Ints:
    return np.where(place >= 0, values[place], 0)
