"""Windows of all the notes of a song, with music in every bar.

A window begins on each bar of 2-bar windows and on every second one of 4-bar windows. Where more notes or instruments
play than a window has room for, whole instruments are left out (`representations.note_room`): what is left is music
that could have been played, where a window cut at its last row would break off. A window with a bar in which nothing
begins is left out: whoever learnt to go on from silence would know nothing of what to go on with.

Notes that began before the window are not in it. Notes that last beyond its end are kept whole, up to 64 quarters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from engine.data.song import Part, Song
from engine.representations.clip import EARLY_QUARTERS
from engine.representations.note_room import with_room
from engine.representations.note_sequence import MAX_DURATION_QUARTERS, Rows, Track, distinct, to_tensor

_BAR_QUARTERS = 4.0


def note_windows(song: Song, bars: int, slots: int) -> Iterator[Rows]:
    """Rows `slots, 6` of every window of so many bars, overlapping by half."""
    for section in sorted({part.section for part in song.parts}):
        parts = [part for part in song.parts if part.section == section]
        tracks = _one_kit(parts)
        for bar in range(0, max(part.bars for part in parts) - bars + 1, bars // 2):
            inside = [_within(track, bar * _BAR_QUARTERS, bars * _BAR_QUARTERS) for track in tracks]
            kept = [inside[place] for place in with_room(inside, slots)]
            if _has_music_in_each_bar(kept, bars):
                yield to_tensor(kept, bars * _BAR_QUARTERS, slots)


def _one_kit(parts: Iterable[Part]) -> list[Track]:
    """The tracks, those of drums as one."""
    tracks = [part.track for part in parts]
    drums = [track.notes for track in tracks if track.is_drum]
    pitched = [track for track in tracks if not track.is_drum]
    return [*pitched, Track(np.concatenate(drums), is_drum=True)] if drums else pitched


def _within(track: Track, start: float, length: float) -> Track:
    """The track's notes that begin in a window, counted from its start; early ones are the next window's."""
    onsets = track.notes[:, 0] + EARLY_QUARTERS - start
    notes = track.notes[(onsets >= 0) & (onsets < length)].copy()
    notes[:, 0] = np.maximum(notes[:, 0] - start, -EARLY_QUARTERS)
    notes[:, 1] = np.minimum(notes[:, 1], MAX_DURATION_QUARTERS)
    return Track(distinct(notes), track.program, track.is_drum)


def _has_music_in_each_bar(tracks: list[Track], bars: int) -> bool:
    if not tracks:
        return False
    onsets = np.concatenate([track.notes[:, 0] for track in tracks]) + EARLY_QUARTERS
    return len(np.unique(onsets // _BAR_QUARTERS)) == bars
