"""Keys of melodies: which of the 24 fits best, how to move a melody along its own or into the key of another."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.representations.melody import FIRST_PITCH_CLASS, MAX_PITCH, MIN_PITCH, NUM_CLASSES

MAJOR = (0, 2, 4, 5, 7, 9, 11)
HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)
_OWN_NOTES_WEIGHT = 0.5
_TRIAD_WEIGHT = 0.25

# Pitch class `i` of a melody moved by `shift` semitones was this one before, `[shift % 12, i]`.
_BEFORE = (np.arange(12) - np.arange(12)[:, None]) % 12

Tokens = NDArray[np.int64]
Floats = NDArray[np.float64]


@cache
def key_masks() -> Floats:
    """1 for each pitch class of each key, `keys, 12`: twelve major keys from C, then twelve harmonic minor ones."""
    masks = np.zeros((24, 12))
    for tonic in range(12):
        masks[tonic, [(tonic + degree) % 12 for degree in MAJOR]] = 1
        masks[12 + tonic, [(tonic + degree) % 12 for degree in HARMONIC_MINOR]] = 1
    masks.setflags(write=False)
    return masks


@cache
def _triads() -> Floats:
    """1 for each pitch class of each key's tonic triad, `keys, 12`."""
    triads = np.zeros((24, 12))
    for tonic in range(12):
        triads[tonic, [(tonic + degree) % 12 for degree in (0, 4, 7)]] = 1
        triads[12 + tonic, [(tonic + degree) % 12 for degree in (0, 3, 7)]] = 1
    triads.setflags(write=False)
    return triads


def pitch_classes(tokens: Tokens) -> Floats:
    """How many onsets each pitch class has, `melodies, 12`, of tokens `melodies, steps`."""
    counts = np.zeros((len(tokens), 12))
    rows, steps = np.nonzero(tokens >= FIRST_PITCH_CLASS)
    np.add.at(counts, (rows, (tokens[rows, steps] - FIRST_PITCH_CLASS + MIN_PITCH) % 12), 1)
    return counts


def in_key(tokens: Tokens) -> Floats:
    """Share of each melody's notes that lie in its best key, `melodies`; NaN for a melody without notes."""
    counts = pitch_classes(tokens)
    with np.errstate(invalid="ignore"):
        shares: Floats = (counts @ key_masks().T).max(1) / counts.sum(1)
    return shares


def at_home(tokens: Tokens) -> NDArray[np.bool_]:
    """Pitch classes at home in each melody, `melodies, 12`: those of its best key, and its own."""
    counts = pitch_classes(tokens)
    best = key_masks()[(counts @ key_masks().T).argmax(1)]
    home: NDArray[np.bool_] = (best > 0) | (counts > 0)
    return home


@cache
def key_weights() -> Floats:
    """What each pitch class says for each key, `keys, 12`: that it belongs to it, and more if to its tonic triad."""
    weights: Floats = key_masks() + _TRIAD_WEIGHT * _triads()
    weights.setflags(write=False)
    return weights


def best_key(weights: Floats) -> int:
    """The key that fits best, a row of `key_masks`; of keys that fit alike that whose tonic triad sounds longer.

    Args:
        weights: how much each pitch class sounds, shape `12`.
    """
    return int((key_weights() @ weights).argmax())


def signature_of(key: int) -> int:
    """Sharps, or flats below 0, of a key's signature, -5..6."""
    major = key if key < 12 else key + 3
    return (7 * major + 5) % 12 - 5


def home_shift(key: int) -> int:
    """Semitones, -5..6, that bring a major key to C and a minor one to A minor."""
    tonic, home = key % 12, 0 if key < 12 else 9
    return (home - tonic + 5) % 12 - 5


def climbed(tokens: Tokens, octaves: float) -> Tokens:
    """A copy of a melody, `steps`, moved along the scale of its own key, every note by as many degrees.

    Args:
        tokens: of one melody.
        octaves: up, or down below 0; the degrees are a whole number, fewer where a note would leave 21..108.
    """
    onsets = tokens >= FIRST_PITCH_CLASS
    moved = tokens.copy()
    if onsets.any():
        home = at_home(tokens[None])[0]
        ladder = np.flatnonzero(home[np.arange(MIN_PITCH, MAX_PITCH + 1) % 12]) + FIRST_PITCH_CLASS
        rungs = np.searchsorted(ladder, tokens[onsets])
        degrees = np.clip(round(octaves * home.sum()), -rungs.min(), len(ladder) - 1 - rungs.max())
        moved[onsets] = ladder[rungs + degrees]
    return moved


def moved_into(tokens: Tokens, model: Tokens) -> Tokens:
    """Melodies moved, each by one interval, to where they sit best in the key and register of another.

    Args:
        tokens: `melodies, steps`.
        model: tokens of the melody whose key and register they shall have, any shape.

    Returns:
        The same shape; a melody is left where it is if either has no notes.
    """
    model_onsets = model[model >= FIRST_PITCH_CLASS]
    if not len(model_onsets):
        return tokens
    model_counts = pitch_classes(model.reshape(1, -1))[0]
    best_key = key_masks()[(key_masks() @ model_counts).argmax()]
    welcome = best_key + _OWN_NOTES_WEIGHT * model_counts / model_counts.max()
    moved = tokens.copy()
    for row, counts in zip(moved, pitch_classes(tokens), strict=True):
        onsets = row >= FIRST_PITCH_CLASS
        if onsets.any():
            # Of shifts that fit equally well, the least away from the model's register.
            centre = round(float(np.median(model_onsets)) - float(np.median(row[onsets])))
            near = sorted(range(centre - 6, centre + 6), key=lambda shift: abs(shift - centre))
            allowed = [s for s in near if row[onsets].min() + s >= FIRST_PITCH_CLASS and row.max() + s < NUM_CLASSES]
            if allowed:
                row[onsets] += max(allowed, key=lambda shift: float(counts[_BEFORE[shift % 12]] @ welcome))
    return moved
