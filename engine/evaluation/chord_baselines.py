"""What a guess without any model reaches on chords and durations: the least that a model has to beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.representations.chord_tensors import RECALLS, recalled

Ints = NDArray[np.int64]
Guess = Callable[[Ints], Ints]
"""From classes, `events`, to a guess of each that looks at earlier ones alone, `events`."""


def majority(train: Sequence[Ints]) -> Guess:
    """Always the commonest class of the training split."""
    commonest = int(np.bincount(np.concatenate(train)).argmax())
    return lambda classes: np.full_like(classes, commonest)


def bigram(train: Sequence[Ints], classes: int) -> Guess:
    """What follows the class before most often; the commonest first class at the beginning.

    Args:
        train: sequences of classes below `classes`.
        classes: how many there are.
    """
    counts = np.zeros((classes + 1, classes), np.int64)
    for sequence in train:
        np.add.at(counts, (np.concatenate([[classes], sequence[:-1]]), sequence), 1)
    everywhere = counts.sum(0).argmax()
    following = np.where(counts.any(1), counts.argmax(1), everywhere)
    return lambda sequence: np.asarray(following[np.concatenate([[classes], sequence[:-1]]).astype(np.int64)])


def repeated(train: Sequence[Ints]) -> Guess:
    """The class before once more; the commonest at the beginning."""
    commonest = int(np.bincount(np.concatenate(train)).argmax())
    return lambda classes: np.concatenate([[commonest], classes[:-1]]).astype(np.int64)


def recalling(train: Sequence[Ints], classes: int) -> Guess:
    """What followed the last time that the same classes came in the piece, the longest run first; else the bigram's."""
    otherwise = bigram(train, classes)

    def guess(sequence: Ints) -> Ints:
        found = otherwise(sequence)
        again = recalled(sequence.tolist(), classes)[:-1]
        for column in range(len(RECALLS)):
            found = np.where(again[:, column] < classes, again[:, column], found)
        return found

    return guess
