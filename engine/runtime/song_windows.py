"""A song of many tracks cut into windows as long as a model of notes hears at once, end to end, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import WrongKindError
from engine.models.config import NoteConfig
from engine.representations.note_grid import snapped
from engine.representations.note_room import with_room
from engine.representations.note_sequence import Floats, Track, from_tensor, instruments_of, to_tensor
from engine.runtime.note_filling import BAR_QUARTERS, Span, in_window, is_in

_SILENCE = np.zeros((0, 4))


@dataclass(frozen=True)
class SongWindow:
    """A window in which something begins.

    Attributes:
        span: where it lies in the song.
        tracks: all tracks of the song, their notes counted from the window's start.
        places: of the tracks that play there and have room; none where the drums alone are too many.
        rows: the notes of these, `1, slots, 6`.
    """

    span: Span
    tracks: tuple[Track, ...]
    places: tuple[int, ...]
    rows: Tensor

    @property
    def left_out(self) -> set[int]:
        """Places of the tracks that play there and have no room."""
        return {place for place, track in enumerate(self.tracks) if len(track.notes)} - set(self.places)


def song_windows(config: NoteConfig, tracks: Sequence[Track], length_quarters: float) -> list[SongWindow]:
    """The windows of a song, those without a note left out.

    Args:
        config: of the model that is to hear them.
        tracks: of the song, at most one of drums.
        length_quarters: of the song.

    Raises:
        WrongKindError: no note sounds, or no track has room in any window.
    """
    size = config.steps / 4
    spans = (Span(size * k, size * (k + 1)) for k in range(math.ceil(length_quarters / size)))
    windows = [_window(config, tracks, span) for span in spans]
    if not any(window.places for window in windows):
        raise WrongKindError(
            f"no note sounds in the song that a window of {config.slots} notes has room for; give one that has some"
        )
    return [window for window in windows if any(len(track.notes) for track in window.tracks)]


def notes_in_song(rows: Tensor, window: SongWindow) -> list[Floats]:
    """The notes of each of the song's tracks in a window that a model gave, in quarters from the song's start.

    They lie on the grid of the window's own notes, where those lie on one; a track that was not heard has none.

    Args:
        rows: `slots, 6`, of instruments that the window has.
        window: one that has places.
    """
    playing = [window.tracks[place] for place in window.places]
    numbers = dict(zip(window.places, instruments_of(playing), strict=True))
    found = from_tensor(rows.numpy().astype(np.int16))
    around = np.concatenate([track.notes for track in playing])
    ahead = np.array([window.span.start_quarters, 0, 0, 0])
    theirs = [found.get(numbers.get(place, -1)) for place in range(len(window.tracks))]
    return [_SILENCE if track is None else snapped(track.notes, around) + ahead for track in theirs]


def unheard(windows: Sequence[SongWindow], tracks: Sequence[Track]) -> tuple[NDArray[np.bool_], ...]:
    """For each track of the song which notes lie in no window in which it has room; all drums have it together."""
    kit = next((place for place, track in enumerate(tracks) if track.is_drum), -1)
    found = []
    for place, track in enumerate(tracks):
        stays = np.ones(len(track.notes), bool)
        for window in windows:
            if (kit if track.is_drum else place) in window.places:
                stays &= ~is_in(track.notes, window.span.start_quarters, window.span.end_quarters)
        found.append(stays)
    return tuple(found)


def _window(config: NoteConfig, tracks: Sequence[Track], span: Span) -> SongWindow:
    length = span.end_quarters - span.start_quarters
    inside = [in_window(track, span.start_quarters, int(length / BAR_QUARTERS)) for track in tracks]
    places = with_room(inside, config.slots)
    table = to_tensor([inside[place] for place in places], length, config.slots)
    return SongWindow(span, tuple(inside), tuple(places), torch.from_numpy(table.astype(np.int64))[None])
