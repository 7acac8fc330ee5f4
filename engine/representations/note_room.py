"""Which tracks a window of notes has room for."""

from __future__ import annotations

from collections.abc import Sequence

from engine.representations.note_sequence import NUM_INSTRUMENTS, Track


def with_room(tracks: Sequence[Track], slots: int) -> list[int]:
    """Places of the tracks with notes that fit into so many rows, in order.

    Whole instruments are left out, never the drums: first those with the fewest notes, where there are more than seven
    others; then those with the most, where there are more notes than rows. Drums alone that do not fit: no track.
    """
    kept = [place for place, track in enumerate(tracks) if len(track.notes)]
    while True:
        pitched = [place for place in kept if not tracks[place].is_drum]
        if len(pitched) >= NUM_INSTRUMENTS:
            kept.remove(min(pitched, key=lambda place: len(tracks[place].notes)))
        elif sum(len(tracks[place].notes) for place in kept) > slots:
            if not pitched:
                return []
            kept.remove(max(pitched, key=lambda place: len(tracks[place].notes)))
        else:
            return kept
