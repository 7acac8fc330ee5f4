"""From pitch classes back to pitches: a chord is laid out as near as it can be to the one before it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from engine.representations.chord_names import root_of

PLAIN = (48, 55, 60, 64)
"""Where a chord lies that has none before it: a C major chord in the middle of a guitar or a piano."""
_MOST_VOICES = 6
_LOW, _HIGH = 36, 88


def voiced(pitch_classes: Sequence[int], before: Sequence[int] = PLAIN, voices: int | None = None) -> tuple[int, ...]:
    """Pitches of a chord, rising: its root in the bass, all others by the shortest way from the chord before.

    Args:
        pitch_classes: 0..11, each once; none is a rest.
        before: pitches of the last chord that sounded, rising; none takes `PLAIN`.
        voices: how many notes are wanted; None: as many as the chord has. It has all its pitch classes in any case,
            and doublings where more are wanted, six notes at most.

    Returns:
        Pitches 0..127, none twice.
    """
    if not pitch_classes:
        return ()
    around = tuple(before) or PLAIN
    if len(pitch_classes) == 1:
        return (nearest(pitch_classes[0], around[-1], 0, 127),)
    bass = nearest(root_of(pitch_classes), around[0], max(0, min(_LOW, around[0])), 127 - 24)
    centre = statistics.mean(around[1:]) if len(around) > 1 else bass + 12.0
    placed = {bass}
    for pitch_class in [p for p in pitch_classes if p != bass % 12]:
        placed.add(_above(pitch_class, bass, centre, placed))
    wanted = min(_MOST_VOICES, voices or 0)
    for pitch_class in (bass % 12, *pitch_classes):
        if len(placed) >= wanted:
            break
        placed.add(_above(pitch_class, bass, centre, placed))
    return tuple(sorted(placed))


def nearest(pitch_class: int, around: float, low: int, high: int) -> int:
    """The pitch of a pitch class that lies nearest to another pitch, the lower of two as near, within the bounds."""
    pitches = [pitch for pitch in range(low, high + 1) if pitch % 12 == pitch_class]
    return min(pitches, key=lambda pitch: (abs(pitch - around), pitch))


def _above(pitch_class: int, bass: int, centre: float, taken: set[int]) -> int:
    """The nearest free place to the centre, over the bass and no lower than the chord may sound."""
    places = [
        p for p in range(bass + 3, min(127, max(_HIGH, bass + 24)) + 1) if p % 12 == pitch_class and p not in taken
    ]
    return min(places, key=lambda pitch: (abs(pitch - centre), pitch))
