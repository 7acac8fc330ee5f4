"""What a set of melodies is like: keys, density, rhythm, intervals, durations; all from tokens alone.

Counts are of two bars, however long the melodies are, so that those of 2 and of 16 bars compare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutOfRangeError
from engine.representations.key import in_key
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, NUM_CLASSES

DEGENERATE_UNDER = 2
DEGENERATE_OVER = 24
TWO_BARS_STEPS = 32
_STEPS_PER_BEAT = 4

Array = NDArray[np.int64]


@dataclass(frozen=True)
class MelodyStatistics:
    """Means over melodies.

    Attributes:
        in_key: share of a whole melody's notes in the best of 24 keys (12 major, 12 harmonic minor), 0..1.
        onsets: note-ons in two bars.
        pitches: distinct pitches in two bars.
        on_beat: share of all onsets that fall on a quarter.
        degenerate: share of pieces of two bars with under 2 or over 24 onsets.
        histograms: of all melodies together, each summing to 1: onset step within two bars (32), pitch (88), interval
            (-24..24), duration in steps (1..32, longer ones count as 32).
    """

    in_key: float
    onsets: float
    pitches: float
    on_beat: float
    degenerate: float
    histograms: dict[str, NDArray[np.float64]]


def measure(tokens: Array) -> MelodyStatistics:
    """The statistics of `melodies, steps` tokens.

    Raises:
        OutOfRangeError: the melodies are not so many times two bars long.
    """
    if tokens.shape[1] % TWO_BARS_STEPS:
        raise OutOfRangeError(f"melodies of {tokens.shape[1]} steps; give a multiple of {TWO_BARS_STEPS}")
    is_onset = tokens >= FIRST_PITCH_CLASS
    pieces = tokens.reshape(-1, TWO_BARS_STEPS)
    counts = (pieces >= FIRST_PITCH_CLASS).sum(1)
    beats = is_onset[:, ::_STEPS_PER_BEAT].sum()
    return MelodyStatistics(
        in_key=mean_in_key(tokens),
        onsets=float(counts.mean()),
        pitches=float(np.mean([len(np.unique(row[row >= FIRST_PITCH_CLASS])) for row in pieces])),
        on_beat=float(beats / max(1, is_onset.sum())),
        degenerate=float(((counts < DEGENERATE_UNDER) | (counts > DEGENERATE_OVER)).mean()),
        histograms=_histograms(tokens),
    )


def mean_in_key(tokens: Array) -> float:
    """Share of a melody's notes in its best key, the mean over melodies that have any; 0 where none has."""
    sounding = tokens[(tokens >= FIRST_PITCH_CLASS).any(1)]
    return float(in_key(sounding).mean()) if len(sounding) else 0.0


def jensen_shannon(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """Jensen-Shannon distance of two histograms, 0 equal .. 1 disjoint (square root of the divergence, base 2)."""
    middle = (p + q) / 2
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    return float(np.sqrt(max(0.0, divergence)))


def _relative_entropy(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    some = p > 0
    return float((p[some] * np.log2(p[some] / q[some])).sum())


def _histograms(tokens: Array) -> dict[str, NDArray[np.float64]]:
    steps = tokens.shape[1]
    rows, columns = np.nonzero(tokens >= FIRST_PITCH_CLASS)
    pitches = tokens[rows, columns]
    same_row = rows[1:] == rows[:-1]
    intervals = np.clip(np.diff(pitches)[same_row], -24, 24) + 24
    event_rows, event_columns = np.nonzero(tokens != HOLD)
    ends = np.append(event_columns[1:], steps)
    ends[np.append(event_rows[1:] != event_rows[:-1], True)] = steps
    durations = (ends - event_columns)[tokens[event_rows, event_columns] >= FIRST_PITCH_CLASS]
    return {
        "onset": _normalised(columns % TWO_BARS_STEPS, TWO_BARS_STEPS),
        "pitch": _normalised(pitches - FIRST_PITCH_CLASS, NUM_CLASSES - FIRST_PITCH_CLASS),
        "interval": _normalised(intervals, 49),
        "duration": _normalised(durations.clip(max=TWO_BARS_STEPS) - 1, TWO_BARS_STEPS),
    }


def _normalised(values: Array, size: int) -> NDArray[np.float64]:
    counts = np.bincount(values, minlength=size).astype(float)
    share: NDArray[np.float64] = counts / max(1.0, counts.sum())
    return share
