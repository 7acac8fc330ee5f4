"""Songs of many tracks filled and gone on with: spans of any number of bars, several tracks of drums as one kit.

What is new comes track by track, without the old notes, fitted in beside them; whoever writes it into a song leaves the
others untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutOfRangeError, WrongKindError
from engine.models.note_vae import NoteVae
from engine.representations.note_fitting import Company, fitted, is_line
from engine.representations.note_kit import kit_apart, with_one_kit
from engine.representations.note_sequence import Floats, Track
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import check_count, check_temperature
from engine.runtime.filling import check_parts, parts_of, seed_of
from engine.runtime.note_filling import Span, fill, hear, is_in

Notes = tuple[Floats, ...]
"""New notes of each track, `notes, 4`, in quarters from the song's start."""


@dataclass(frozen=True)
class Written:
    """Proposals for a song.

    Attributes:
        proposals: of each its new notes.
        spans: for each track, where they take the place of what was there.
        left_out: places of tracks that play there, and that the model had no room for.
    """

    proposals: tuple[Notes, ...]
    spans: tuple[tuple[Span, ...], ...]
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

    A long span is filled from left to right, each two bars in the light of those before. Every track is silent in the
    span but for what is new. A track that is a line stays one; no pitch is struck while it sounds.

    Args:
        loaded: a checkpoint whose role is `infill`.
        tracks: of the song, any number.
        span: on half bars; it begins in the song or at its end.
        length_quarters: of the song; what is new ends where it does, or where the span does if that is later.
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
    if not 0 <= span.start_quarters < span.end_quarters:
        raise OutOfRangeError(
            f"the span is {span.start_quarters:g}..{span.end_quarters:g} quarters; let it begin first"
        )
    parts = parts_of(span.start_quarters, span.end_quarters, model)
    check_parts(count * len(parts))
    given = with_one_kit([_without(track, span) for track in tracks])
    last = max(length_quarters, span.end_quarters)

    def filled(number: int) -> Notes:
        band: Sequence[Track] = given
        for turn, part in enumerate(parts):
            length = max(length_quarters, part.start_quarters)
            its = seed_of(seed, number, turn)
            band = fill(model, band, part, length, count=1, temperature=temperature, seed=its)[0]
        new = kit_apart([track.notes[_inside(track, span)] for track in band], tracks)
        return tuple(fitted(notes, _company(track, span, last)) for notes, track in zip(new, tracks, strict=True))

    drawn = tuple(filled(number) for number in range(count if temperature else 1))
    near = hear(model, given, parts[0], length_quarters)
    deaf = tuple(place for place, track in enumerate(near.tracks) if len(track.notes) and place not in near.places)
    return Written(drawn if temperature else drawn * count, ((span,),) * len(tracks), deaf)


def _without(track: Track, span: Span) -> Track:
    return Track(track.notes[~_inside(track, span)], track.program, track.is_drum)


def _inside(track: Track, span: Span) -> NDArray[np.bool_]:
    return is_in(track.notes, span.start_quarters, span.end_quarters)


def _company(track: Track, span: Span, end_quarters: float) -> Company:
    old = _without(track, span)
    return Company(old.notes, is_line(old), end_quarters)
