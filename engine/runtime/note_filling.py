"""Filling or continuing a clip of several tracks: what is outside the span stays as it is, bit by bit.

The model sees four bars. Of all windows of four bars that hold the span, that with the most notes outside it is taken,
so that silence is gone on from only where there is nothing else: a window all silent outside the span is refused.
A loop that is shorter than the window is heard again behind its end, without what is to be filled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.errors import OutOfRangeError
from engine.models.note_filling import fill_spans
from engine.models.note_vae import NoteVae
from engine.models.spans import HALF_BAR_TICKS, STEP_TICKS
from engine.representations.clip import EARLY_QUARTERS
from engine.representations.note_grid import snapped
from engine.representations.note_room import with_room
from engine.representations.note_sequence import (
    MAX_DURATION_QUARTERS,
    TICKS_PER_QUARTER,
    Floats,
    Track,
    distinct,
    from_tensor,
    instruments_of,
    to_tensor,
)

HALF_BAR_QUARTERS = HALF_BAR_TICKS / TICKS_PER_QUARTER
BAR_QUARTERS = 2 * HALF_BAR_QUARTERS


@dataclass(frozen=True)
class Span:
    """What is to be filled, in quarters from the clip's start; on half bars, at most half of the model's window."""

    start_quarters: float
    end_quarters: float


@dataclass(frozen=True)
class Near:
    """What a model can hear round a span.

    Attributes:
        window_quarters: where its window starts.
        tracks: the notes of each track in the window and outside the span, counted from the window's start.
        places: of the tracks that play there and have room.
    """

    window_quarters: float
    tracks: tuple[Track, ...]
    places: tuple[int, ...]


def hear(model: NoteVae, tracks: Sequence[Track], span: Span, length_quarters: float) -> Near:
    """What `fill` shows the model; the arguments and errors are its own."""
    _check(span, length_quarters, model)
    bars = model.config.steps // 16
    looped = [_looped(_outside(track, span), length_quarters, span, bars) for track in tracks]
    window = _window(looped, span, bars)
    shown = [in_window(track, window, bars) for track in looped]
    return Near(window, tuple(shown), tuple(with_room(shown, model.config.slots)))


def fill(
    model: NoteVae,
    tracks: Sequence[Track],
    span: Span,
    length_quarters: float,
    *,
    count: int = 4,
    temperature: float = 0.8,
    seed: int = 0,
    snap: bool = True,
) -> list[tuple[Track, ...]]:
    """Proposals for a span of a clip in 4/4, each all tracks of the clip.

    Notes outside the span are those that were given, to the last bit; what was inside is replaced. A note that began
    before the span and sounds into it is left as it is. Tracks that are silent in the window, and those that it has no
    room for, are silent in the span.

    Args:
        model: a conditional one.
        tracks: of one clip.
        span: a continuation where it begins at the clip's end, else an infill.
        length_quarters: of the clip.
        count: proposals.
        temperature: 0 (the likeliest, all the same) to 2.
        seed: the same seed gives the same notes.
        snap: put the notes on the grid of the music around, where that lies on one.

    Raises:
        OutOfRangeError: a span off the half bars, too long or empty; no note outside it to go on with.
        TooLargeError: more than one track of drums.
    """
    heard = [_outside(track, span) for track in tracks]
    near = hear(model, tracks, span, length_quarters)
    window, bars = near.window_quarters, model.config.steps // 16
    playing = [near.tracks[place] for place in near.places]
    rows = torch.from_numpy(to_tensor(playing, bars * BAR_QUARTERS, model.config.slots).astype(np.int64))[None]
    bounds = torch.tensor([[round((t - window) * TICKS_PER_QUARTER) for t in (span.start_quarters, span.end_quarters)]])
    generator = torch.Generator().manual_seed(seed)
    device = next(model.parameters()).device
    found = fill_spans(model, rows.to(device), bounds.to(device), count, temperature, generator)[0].cpu().numpy()
    numbers = dict(zip(near.places, instruments_of(playing), strict=True))
    around = np.concatenate([track.notes for track in playing])
    return [
        tuple(
            _joined(track, outside, proposal.get(numbers.get(place, -1)), window, span, around if snap else None)
            for place, (track, outside) in enumerate(zip(tracks, heard, strict=True))
        )
        for proposal in (from_tensor(one.astype(np.int16)) for one in found)
    ]


def _check(span: Span, length_quarters: float, model: NoteVae) -> None:
    times = (span.start_quarters, span.end_quarters)
    if any(not math.isfinite(time) or time % HALF_BAR_QUARTERS for time in times) or min(times) < 0:
        raise OutOfRangeError(f"the span is {times[0]}..{times[1]} quarters; begin and end it on half bars of 4/4")
    if not length_quarters > 0 or span.start_quarters > length_quarters:
        raise OutOfRangeError(f"the span begins behind the clip's end at {length_quarters:g} quarters; begin it there")
    longest = model.config.steps * STEP_TICKS / TICKS_PER_QUARTER / 2
    if not 0 < times[1] - times[0] <= longest:
        raise OutOfRangeError(f"the span is {times[1] - times[0]:g} quarters long; it may have up to {longest:g}")


def _outside(track: Track, span: Span) -> Track:
    return Track(track.notes[~is_in(track.notes, span.start_quarters, span.end_quarters)], track.program, track.is_drum)


def is_in(notes: Floats, start: float, end: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which notes, `notes, 4`, begin between two times, in quarters; one that is a little early is its beat's."""
    onsets = notes[:, 0] + EARLY_QUARTERS
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]] = (onsets >= start) & (onsets < end)
    return inside


def _looped(track: Track, length_quarters: float, span: Span, bars: int) -> Track:
    """The track once more and again behind the clip's end, where the clip is an infilled loop shorter than a window."""
    window = bars * BAR_QUARTERS
    if span.end_quarters > length_quarters or length_quarters >= window:
        return track
    later = np.array([length_quarters, 0, 0, 0])
    turns = [track.notes + turn * later for turn in range(math.ceil(window / length_quarters))]
    return Track(np.concatenate(turns), track.program, track.is_drum)


def _window(tracks: Sequence[Track], span: Span, bars: int) -> float:
    """Where the window starts: on a bar line, with the most notes in it; of equals that with the span in its middle."""
    first = max(0, math.ceil(span.end_quarters / BAR_QUARTERS) - bars)
    last = int(span.start_quarters // BAR_QUARTERS)
    middle = (span.start_quarters + span.end_quarters) / 2 - bars * BAR_QUARTERS / 2

    def worth(bar: int) -> tuple[int, float]:
        start = bar * BAR_QUARTERS
        heard = sum(int(is_in(track.notes, start, start + bars * BAR_QUARTERS).sum()) for track in tracks)
        return heard, -abs(start - middle)

    return max(range(first, last + 1), key=worth) * BAR_QUARTERS


def in_window(track: Track, window: float, bars: int) -> Track:
    """What begins of a track in a window of so many bars, counted from the window's start, in quarters."""
    notes = track.notes[is_in(track.notes, window, window + bars * BAR_QUARTERS)].copy()
    notes[:, 0] -= window
    notes[:, 1] = np.minimum(notes[:, 1], MAX_DURATION_QUARTERS)
    return Track(notes, track.program, track.is_drum)


def _joined(
    track: Track, outside: Track, filled: Track | None, window: float, span: Span, around: Floats | None
) -> Track:
    """The track with its new notes, in order of onset and pitch."""
    if filled is None:
        return outside
    notes = filled.notes.copy()
    if around is not None:
        notes = snapped(notes, around)
    notes[:, 0] += window
    notes = distinct(notes[is_in(notes, span.start_quarters, span.end_quarters)])
    together = np.concatenate([outside.notes, notes])
    return Track(together[np.lexsort((together[:, 2], together[:, 0]))], track.program, track.is_drum)
