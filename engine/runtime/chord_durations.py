"""Durations that fill a stretch of time exactly: the likeliest that do, so that no variation drifts off the bar."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.representations.chord_vocabulary import DURATION_STEPS, duration_class

LINE_BONUS = 4.0
"""Nats by which a rhythm is likelier that begins an event on a line of the source's."""

OWN_BONUS = 2.0
"""Nats by which it is likelier that an event lasts as long as it did: a model knows the classes of durations alone."""

Floats = NDArray[np.float64]


def filling(logits: Floats, own: Sequence[int], lines: Collection[int] = ()) -> list[int]:
    """Durations in steps, of the sum that `own` has.

    Every event may last as long as one of `DURATION_STEPS`, or as long as it did. With noise in the logits it is a
    draw.

    Args:
        logits: of the durations' classes, `events, durations`.
        own: how long each event lasted, at least one.
        lines: steps from the beginning at which an event should begin, such as the source's bar lines.
    """
    total = sum(own)
    best = np.full(total + 1, -np.inf)
    best[0] = 0.0
    bonus = np.zeros(total + 1)
    bonus[[line for line in lines if 0 < line < total]] = LINE_BONUS
    chosen = np.zeros((len(own), total + 1), np.int64)
    for row, said, mine in zip(chosen, logits, own, strict=True):
        options = dict(zip(DURATION_STEPS, said.tolist(), strict=True))
        options[mine] = float(said[duration_class(mine)]) + OWN_BONUS
        before, best = best, np.full(total + 1, -np.inf)
        for steps, chance in options.items():
            if steps <= total:
                reached = before[: total + 1 - steps] + chance + bonus[steps:]
                better = reached > best[steps:]
                best[steps:][better] = reached[better]
                row[steps:][better] = steps
    durations: list[int] = []
    at = total
    for row in chosen[::-1]:
        durations.append(int(row[at]))
        at -= durations[-1]
    return durations[::-1]
