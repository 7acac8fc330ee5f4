"""Songs of many tracks filled and gone on with: spans of any number of bars, several tracks of drums as one kit.

What is new comes track by track, without the old notes, fitted in beside them; whoever writes it into a song leaves the
others untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutOfRangeError, WrongKindError
from engine.models.note_vae import NoteVae
from engine.representations.note_fitting import Company, fitted, is_line, led
from engine.representations.note_grid import grid_of
from engine.representations.note_kit import kit_apart, with_one_kit
from engine.representations.note_sequence import Floats, Track
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import check_count, check_temperature
from engine.runtime.filling import check_parts, parts_of, seed_of
from engine.runtime.note_filling import Near, Span, fill, hear, is_in

Mask = NDArray[np.bool_]
Notes = tuple[Floats, ...]
"""New notes of each track, `notes, 4`, in quarters from the song's start."""


@dataclass(frozen=True)
class Written:
    """Proposals for a song.

    Attributes:
        proposals: of each its new notes.
        stays: for each track, which of its old notes stay beside them, `notes`.
        left_out: places of tracks that play there, and that the model had no room for.
    """

    proposals: tuple[Notes, ...]
    stays: tuple[Mask, ...]
    left_out: tuple[int, ...]


def filler_of(loaded: Checkpoint) -> NoteVae:
    """The model of a checkpoint that fills spans.

    Raises:
        WrongKindError: it does something else.
    """
    if not isinstance(loaded.model, NoteVae) or not loaded.model.config.is_conditional:
        raise WrongKindError(f"{loaded.name} fills no spans of notes; give a model such as infill_2bar")
    return loaded.model


def fill_song(
    loaded: Checkpoint,
    tracks: Sequence[Track],
    span: Span,
    length_quarters: float,
    *,
    count: int,
    temperature: float,
    seed: int,
) -> Written:
    """Other music for a span of a song in 4/4, or what follows the song.

    A long span is filled from left to right, each two bars in the light of those before; at a song's beginning first
    that part which has music beside it. Every track is silent in the span but for what is new; behind the song nothing
    is taken away. A track that is a line stays one; no pitch is struck while it sounds.

    Args:
        loaded: a checkpoint whose role is `infill`.
        tracks: of the song, any number.
        span: on half bars; it begins in the song or at its end.
        length_quarters: of the song; what is new ends where its track goes on, at the latest where the song ends, or
            the span if that is later.
        count: 1..128; the first ones are the same however many follow.
        temperature: 0 the most likely, then all are the same; up to 2.
        seed: of the noise.

    Raises:
        OutOfRangeError: an empty span, or one that begins behind the song; no note outside it to go by.
        TooLargeError: too much to fill at once.
        WrongKindError: the checkpoint fills nothing.
    """
    check_count(count)
    check_temperature(temperature)
    model = filler_of(loaded)
    if not 0 <= span.start_quarters < span.end_quarters or span.start_quarters > length_quarters:
        raise OutOfRangeError(
            f"the span is {span.start_quarters:g}..{span.end_quarters:g} quarters; begin it in the song's "
            f"0..{length_quarters:g}, and end it later"
        )
    parts = parts_of(span.start_quarters, span.end_quarters, model)
    check_parts(count * len(parts))
    early = [_is_played(track) and span.start_quarters < length_quarters for track in tracks]
    stays = tuple(_stays(track, span, length_quarters) for track in tracks)
    old = [replace(track, notes=track.notes[its]) for track, its in zip(tracks, stays, strict=True)]
    last = max(length_quarters, span.end_quarters)
    companies = [Company(track.notes, is_line(track), _ceiling(track, span, last)) for track in old]
    given = with_one_kit(old)
    is_one_line = [is_line(track) for track in given]

    def filled(number: int) -> Notes:
        band: Sequence[Track] = given
        waiting = list(parts)
        for turn in range(len(parts)):
            part = waiting.pop(_with_neighbours(model, band, waiting, length_quarters))
            length = max(length_quarters, part.start_quarters)
            its = seed_of(seed, number, turn)
            fresh = fill(model, band, part, length, count=1, temperature=temperature, seed=its)[0]
            heard = zip(band, fresh, is_one_line, strict=True)
            band = [_with_new(*each, part) for each in heard]
        new = [both.notes[len(before.notes) :] for before, both in zip(given, band, strict=True)]
        return tuple(
            fitted(notes if is_early else _from(notes, span), company)
            for notes, is_early, company in zip(kit_apart(new, old), early, companies, strict=True)
        )

    drawn = tuple(filled(number) for number in range(count if temperature else 1))
    near = _near(model, given, parts[_with_neighbours(model, given, parts, length_quarters)], length_quarters)
    deaf = tuple(place for place, track in enumerate(near.tracks) if len(track.notes) and place not in near.places)
    return Written(drawn if temperature else drawn * count, stays, deaf)


def _stays(track: Track, span: Span, length_quarters: float) -> Mask:
    """Which notes begin outside the span: all of them where it begins behind the song.

    What is played freely begins a little before its beat, and belongs to it; what lies on a grid begins where it does.
    """
    if span.start_quarters >= length_quarters:
        return np.ones(len(track.notes), bool)
    if _is_played(track):
        return ~is_in(track.notes, span.start_quarters, span.end_quarters)
    onsets = track.notes[:, 0]
    outside: Mask = (onsets < span.start_quarters) | (onsets >= span.end_quarters)
    return outside


def _is_played(track: Track) -> bool:
    return grid_of(track.notes[:, 0]) is None


def _with_neighbours(model: NoteVae, band: Sequence[Track], parts: Sequence[Span], length_quarters: float) -> int:
    """The place of the first part round which something is heard; 0 where there is none."""
    heard = (bool(_near(model, band, part, length_quarters).places) for part in parts)
    return next((place for place, is_heard in enumerate(heard) if is_heard), 0)


def _near(model: NoteVae, band: Sequence[Track], part: Span, length_quarters: float) -> Near:
    """What the model hears round a part; behind the song the band has played up to it."""
    return hear(model, band, part, max(length_quarters, part.start_quarters))


def _with_new(before: Track, fresh: Track, stays_line: bool, part: Span) -> Track:
    """The track with the new notes of a part behind all others; of a line that goes on as one, so that it is heard."""
    new = fresh.notes[is_in(fresh.notes, part.start_quarters, part.end_quarters)]
    new = led(new, before.notes) if stays_line else new
    return replace(before, notes=np.concatenate([before.notes, new]))


def _ceiling(track: Track, span: Span, last: float) -> float:
    """Where what is new in a track ends at the latest: where it goes on with its own music behind the span."""
    later = track.notes[track.notes[:, 0] >= span.end_quarters, 0]
    return float(later.min(initial=last))


def _from(notes: Floats, span: Span) -> Floats:
    """The notes, none of them before the span: on a grid, and behind a song, the first beat is no early one."""
    return np.column_stack([np.maximum(notes[:, 0], span.start_quarters), notes[:, 1:]])
