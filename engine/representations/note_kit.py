"""Several tracks of drums as one kit, and what is new on the kit back to the tracks.

Sequencers often have a track for the kick and one for the snare. To a model they are one instrument.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.representations.note_sequence import Floats, Track

_SILENCE = np.zeros((0, 4))


def with_one_kit(tracks: Sequence[Track]) -> list[Track]:
    """As many tracks in the same places; the first one of drums has the notes of all of them, the others none."""
    drums = [place for place, track in enumerate(tracks) if track.is_drum]
    if len(drums) < 2:
        return list(tracks)
    joined = list(tracks)
    for place in drums:
        joined[place] = Track(_SILENCE, tracks[place].program, True)
    kit = np.concatenate([tracks[place].notes for place in drums])
    joined[drums[0]] = Track(kit[np.lexsort((kit[:, 2], kit[:, 0]))], tracks[drums[0]].program, True)
    return joined


def kit_apart(notes: Sequence[Floats], tracks: Sequence[Track]) -> list[Floats]:
    """Notes for each track where the first one of drums has those of the kit: each hit to the track that plays it.

    A hit goes to the track that plays its pitch most often; a pitch that none plays goes to the one with most notes.

    Args:
        notes: for each track, `notes, 4`; those of drums but the first have none.
        tracks: as `with_one_kit` was given them.
    """
    drums = [place for place, track in enumerate(tracks) if track.is_drum]
    if len(drums) < 2:
        return list(notes)
    hits, apart = notes[drums[0]], list(notes)
    players = np.array([_player(pitch, drums, tracks) for pitch in hits[:, 2]], int)
    for place in drums:
        apart[place] = hits[players == place]
    return apart


def _player(pitch: float, drums: Sequence[int], tracks: Sequence[Track]) -> int:
    def worth(place: int) -> tuple[int, int]:
        table = tracks[place].notes
        return int((table[:, 2] == pitch).sum()), len(table)

    return max(drums, key=worth)
