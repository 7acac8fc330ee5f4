"""Spans of a clip filled anew, and what follows a clip: by a model of notes that sees the music around them.

What lies outside the span stays as it is, to the last bit of each of its notes' eight fields. The model fills whole
half bars, up to two bars at a time; of a span that begins or ends elsewhere only what lies inside is taken, and a
longer one is filled from left to right, each part in the light of the last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from engine.errors import OutOfRangeError, TooLargeError, UnsupportedMeterError
from engine.models.note_vae import NoteVae
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.note_fitting import led
from engine.representations.note_sequence import Floats, Track
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import check_count, check_temperature
from engine.runtime.note_filling import BAR_QUARTERS, HALF_BAR_QUARTERS, Span, fill

TEMPERATURE = 0.8
"""Of spans, where nobody asks for another: colder, a line that goes on from its own notes clings to one pitch."""
MAX_PARTS = 256
"""Parts that one request may have the model fill, of all its answers together."""
_NEXT_SEED = 7_919
_SHORTEST_QUARTERS = 1 / 16


def infill(
    loaded: Checkpoint,
    clip: Clip,
    span: Span,
    count: int,
    *,
    is_drum: bool,
    is_line: bool,
    temperature: float,
    seed: int,
) -> tuple[Clip, ...]:
    """The clip `count` times, with other notes in the span.

    Args:
        loaded: a checkpoint whose role is `infill`.
        clip: in 4/4; muted notes stay, and are not heard.
        span: from 0 to the clip's end; its start is part of it, its end is not.
        count: 1..128; the first ones are the same however many follow.
        is_drum: whether the pitches are drums.
        is_line: whether one note sounds at a time, and so shall what is new.
        temperature: 0 the most likely, then all are the same; up to 2.
        seed: of the noise.

    Raises:
        OutOfRangeError: a span that is empty or not in the clip; no note outside it to go by.
        UnsupportedMeterError: the clip is not in 4/4.
        TooLargeError: too much to fill at once.
    """
    check_count(count)
    check_temperature(temperature)
    _check_meter(clip)
    start, end = span.start_quarters, span.end_quarters
    if not 0 <= start < end <= clip.length_quarters:
        raise OutOfRangeError(
            f"the span is {start:g}..{end:g} quarters; it must lie in the clip's 0..{clip.length_quarters:g} quarters, "
            "and not be empty"
        )
    model = _model(loaded)
    parts = parts_of(start, end, model)
    check_parts(count * len(parts))
    kept = [note for note in clip.notes if not start <= note.start_quarters < end]
    given = Track.of(replace(clip, notes=tuple(kept)), is_drum=is_drum)
    play = _Player(model, given, parts, clip.length_quarters, is_line, temperature, seed)

    def filled(number: int) -> Clip:
        new = [note for note in play(number) if start <= note.start_quarters < end]
        ceiling = min(
            [note.start_quarters for note in kept if note.start_quarters >= end], default=clip.length_quarters
        )
        added = _in_line(new, ceiling) if is_line else _cut(new, clip.length_quarters)
        return make_clip([*kept, *added], clip.length_quarters, clip.numerator, clip.denominator, clip.bpm)

    return _each(filled, count, temperature)


def continue_clip(
    loaded: Checkpoint,
    clip: Clip,
    bars: int,
    count: int,
    *,
    is_drum: bool,
    is_line: bool,
    temperature: float,
    seed: int,
) -> tuple[Clip, ...]:
    """What follows the clip, `count` clips of so many bars; the clip itself is no part of them.

    The arguments and errors are those of `infill`.
    """
    check_count(count)
    check_temperature(temperature)
    _check_meter(clip)
    if bars < 1:
        raise OutOfRangeError(f"{bars} bars were asked for; ask for 1 or more")
    check_parts(count * math.ceil(bars / 2))
    model = _model(loaded)
    length = math.ceil(clip.length_quarters / BAR_QUARTERS - 1e-6) * BAR_QUARTERS
    ahead = length - clip.length_quarters  # so that what follows begins on a bar line
    track = Track.of(clip, is_drum=is_drum)
    given = Track(track.notes + np.array([ahead, 0, 0, 0]), 0, is_drum)
    end = bars * BAR_QUARTERS
    play = _Player(model, given, parts_of(length, length + end, model), length, is_line, temperature, seed)

    def followed(number: int) -> Clip:
        new = [replace(note, start_quarters=max(0.0, note.start_quarters - length)) for note in play(number)]
        return make_clip(_in_line(new, end) if is_line else _cut(new, end), end, bpm=clip.bpm)

    return _each(followed, count, temperature)


@dataclass(frozen=True)
class _Player:
    """What the model plays in the parts of one span, one after the other.

    Attributes:
        model: a conditional one.
        given: the notes that stay.
        parts: of the span.
        length_quarters: of the clip.
        is_line: whether one note shall sound at a time; the model hears so of what it played before.
        temperature: 0..2.
        seed: of the noise.
    """

    model: NoteVae
    given: Track
    parts: Sequence[Span]
    length_quarters: float
    is_line: bool
    temperature: float
    seed: int

    def __call__(self, number: int) -> list[Note]:
        """The new notes of an answer, counted from 0."""
        track, played = self.given, []
        for turn, part in enumerate(self.parts):
            length, its = max(self.length_quarters, part.start_quarters), seed_of(self.seed, number, turn)
            (both,) = fill(self.model, [track], part, length, count=1, temperature=self.temperature, seed=its)[0]
            old, new = _apart(both, track)
            new = led(new, old) if self.is_line else new
            track = replace(track, notes=np.concatenate([old, new]))
            played += [_note(row) for row in new]
        return played


def _apart(both: Track, before: Track) -> tuple[Floats, Floats]:
    """Notes that were there before, and new ones."""
    known = {row.tobytes() for row in before.notes}
    is_old = np.array([row.tobytes() in known for row in both.notes], bool)
    return both.notes[is_old], both.notes[~is_old]


def _model(loaded: Checkpoint) -> NoteVae:
    return cast(NoteVae, loaded.model)


def _check_meter(clip: Clip) -> None:
    if (clip.numerator, clip.denominator) != (4, 4):
        raise UnsupportedMeterError(f"the clip is in {clip.meter}; only clips in 4/4 are filled and continued so far")


def check_parts(parts: int) -> None:
    """What one request may have the model fill: at most `MAX_PARTS` parts of two bars, of all its answers."""
    if parts > MAX_PARTS:
        raise TooLargeError(
            f"{parts} parts of two bars are more than {MAX_PARTS} at once; ask for fewer or shorter ones"
        )


def parts_of(start: float, end: float, model: NoteVae) -> list[Span]:
    """The half bars that hold the span, as many at a time as the model fills."""
    most = model.config.steps / 2 / 4
    low = math.floor(start / HALF_BAR_QUARTERS) * HALF_BAR_QUARTERS
    high = math.ceil(end / HALF_BAR_QUARTERS) * HALF_BAR_QUARTERS
    starts = [low + most * k for k in range(math.ceil((high - low) / most))]
    return [Span(each, min(high, each + most)) for each in starts]


def seed_of(seed: int, number: int, turn: int) -> int:
    """The seed of a turn of an answer, both counted from 0."""
    return (seed + _NEXT_SEED * number + turn) % 2**63


def _each(make: Callable[[int], Clip], count: int, temperature: float) -> tuple[Clip, ...]:
    """`count` answers; at temperature 0 all are the first."""
    return (make(0),) * count if temperature == 0 else tuple(make(number) for number in range(count))


def _note(row: Floats) -> Note:
    onset, lasts, pitch, loud = row.tolist()
    return Note(onset, int(pitch), lasts, loud)


def _cut(notes: Sequence[Note], end: float) -> list[Note]:
    """Notes that end with the clip at the latest."""
    return [
        replace(note, duration_quarters=max(_SHORTEST_QUARTERS, min(note.duration_quarters, end - note.start_quarters)))
        for note in notes
    ]


def _in_line(notes: Sequence[Note], end: float) -> list[Note]:
    """Each note cut off by the next."""
    ordered = sorted(notes)
    ends = [*(note.start_quarters for note in ordered), end][1:]
    return [_cut([note], until)[0] for note, until in zip(ordered, ends, strict=True)]
