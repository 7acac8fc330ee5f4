"""Windows of notes as numbers that anyone can recompute, and the key, density and rhythm of parts of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.representations import note_sequence as notes
from engine.representations.key import key_masks
from engine.representations.note_sequence import TICKS_PER_QUARTER, Floats

Rows = NDArray[np.int64]
_BAR_TICKS = 4 * TICKS_PER_QUARTER
_DURATIONS_QUARTERS = (0.2, 0.3, 0.6, 1.1, 2.1)
_DELTA_QUARTERS = (0.03, 0.2, 0.3, 0.6, 1.1)
FEATURES = (
    *(f"onsets_at_sixteenth_{step}" for step in range(16)),
    *(f"pitch_class_{degree}_of_key" for degree in range(12)),
    *(f"durations_in_bin_{place}" for place in range(len(_DURATIONS_QUARTERS) + 1)),
    *(f"distances_in_bin_{place}" for place in range(len(_DELTA_QUARTERS) + 1)),
    "log_notes", "instruments", "drum_share", "pitch_mean", "pitch_deviation", "velocity_mean", "velocity_deviation",
    "in_key",
)  # fmt: skip


def features(rows: Rows) -> Floats:
    """A row of numbers a window, `windows, len(FEATURES)`; zeros for a window without notes."""
    return np.stack([_features(window[notes.is_note(window)]) for window in rows])


def pitch_classes(rows: Rows) -> Floats:
    """How many pitched notes each pitch class has, `12`."""
    return np.bincount(rows[_is_pitched(rows), notes.PITCH] % 12, minlength=12).astype(float)


def best_key(counts: Floats) -> Floats:
    """1 for each pitch class of the key that holds most of these notes, `12`."""
    best: Floats = key_masks()[(key_masks() @ counts).argmax()]
    return best


def in_key_share(counts: Floats, key: Floats) -> float:
    """Share of notes in a key; nan without notes."""
    return float(counts @ key / counts.sum()) if counts.sum() else float("nan")


def _is_pitched(rows: Rows) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = notes.is_note(rows) & (rows[..., notes.INSTRUMENT] != notes.DRUMS)
    return found


def _features(rows: Rows) -> Floats:
    if not len(rows):
        return np.zeros(len(FEATURES))
    onsets = rows[:, notes.ONSET]
    steps = np.rint(onsets % _BAR_TICKS / (_BAR_TICKS / 16)).astype(int) % 16
    counts = pitch_classes(rows)
    key = best_key(counts)
    pitched = rows[_is_pitched(rows), notes.PITCH] if counts.any() else np.zeros(1)
    loud = rows[:, notes.VELOCITY] / notes.NUM_VELOCITIES
    return np.concatenate(
        [
            np.bincount(steps, minlength=16) / len(rows),
            _degrees(counts, key) / max(1.0, counts.sum()),
            _histogram(rows[:, notes.DURATION], _DURATIONS_QUARTERS),
            _histogram(np.diff(onsets, prepend=onsets[0]), _DELTA_QUARTERS),
            [
                np.log(len(rows)), len(np.unique(rows[:, notes.INSTRUMENT])) / notes.NUM_INSTRUMENTS,
                1 - counts.sum() / len(rows), pitched.mean() / 127, pitched.std() / 32, loud.mean(), loud.std(),
                counts @ key / max(1.0, counts.sum()),
            ],
        ]
    )  # fmt: skip


def _degrees(counts: Floats, key: Floats) -> Floats:
    """The counts from the key's tonic on, so that a transposition changes nothing."""
    tonic = int((key_masks() == key).all(1).argmax()) % 12
    return np.roll(counts, -tonic)


def _histogram(ticks: NDArray[np.int64], bounds: tuple[float, ...]) -> Floats:
    places = np.searchsorted(bounds, ticks / TICKS_PER_QUARTER)
    return np.bincount(places, minlength=len(bounds) + 1) / len(ticks)
