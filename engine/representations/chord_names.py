"""Names of chords as a musician writes them: Am, E7, Cmaj7/G; for reading, not for models."""

from __future__ import annotations

from collections.abc import Sequence

from engine.representations.chords import fold

NOTE_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
REST_NAME = "-"

# From the plainest on: where a chord may be read in two ways, the first is taken. A third or a seventh without its
# fifth says as much as with it; two notes a fifth apart are a power chord.
_SHAPES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("", (0, 4, 7)), ("m", (0, 3, 7)), ("7", (0, 4, 7, 10)), ("m7", (0, 3, 7, 10)), ("maj7", (0, 4, 7, 11)),
    ("dim", (0, 3, 6)), ("dim7", (0, 3, 6, 9)), ("m7b5", (0, 3, 6, 10)), ("aug", (0, 4, 8)), ("sus4", (0, 5, 7)),
    ("7", (0, 4, 10)), ("m7", (0, 3, 10)), ("maj7", (0, 4, 11)), ("7sus4", (0, 5, 7, 10)), ("add9", (0, 2, 4, 7)),
    ("madd9", (0, 2, 3, 7)), ("9", (0, 2, 4, 7, 10)), ("5", (0, 7)), ("", (0, 4)), ("m", (0, 3)),
)  # fmt: skip


def root_of(pitches: Sequence[int]) -> int:
    """The pitch class that a chord stands on, 0..11; of one that has no name the lowest note's, as given.

    Args:
        pitches: at least one; pitches from the lowest on, or pitch classes.
    """
    named = _read(pitches)
    return pitches[0] % 12 if named is None else named[0]


def name_of(pitches: Sequence[int]) -> str:
    """The name of pitches that sound together, from the lowest on, with the bass after a stroke where it is no root.

    A chord without a usual name is spelled, `D+E+G`; one note is its own name, in lower case; a rest is `-`.
    """
    if not pitches:
        return REST_NAME
    folded = fold(pitches)
    if len(folded) == 1:
        return NOTE_NAMES[folded[0]].lower()
    named = _read(pitches)
    if named is None:
        return "+".join(NOTE_NAMES[p] for p in dict.fromkeys(pitch % 12 for pitch in pitches))
    root, suffix = named
    bass = pitches[0] % 12
    return NOTE_NAMES[root] + suffix + ("" if bass == root else f"/{NOTE_NAMES[bass]}")


def _read(pitches: Sequence[int]) -> tuple[int, str] | None:
    """Root and what follows its name; on the bass where that can be."""
    folded = set(fold(pitches))
    bass = pitches[0] % 12
    for suffix, intervals in _SHAPES:
        for root in (bass, *sorted(folded - {bass})):
            if folded == {(root + interval) % 12 for interval in intervals}:
                return root, suffix
    return None
