"""Songs of many tracks as pictures, for `bridge notes`: pitched tracks on one roll, drums below, what is new marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bridge.note_files import SongFile
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.note_sequence import Floats, Track
from engine.representations.piano_roll import Roll
from engine.runtime.bands import Band
from engine.runtime.note_filling import BAR_QUARTERS, Span
from engine.runtime.note_songs import Written

MOST_BARS = 16
_BARS_BEFORE = 4


def song_rolls(source: SongFile, written: Written, span: Span) -> Iterator[Roll]:
    """The proposals, new notes marked, from four bars before the span on; 16 bars at most."""
    first = max(0, int(span.start_quarters // BAR_QUARTERS) - _BARS_BEFORE)
    ends = max(source.length_quarters, span.end_quarters)
    last = int(min(first + MOST_BARS, span.end_quarters // BAR_QUARTERS + _BARS_BEFORE, ends // BAR_QUARTERS))
    shown = Span(first * BAR_QUARTERS, last * BAR_QUARTERS)
    old = [replace(track, notes=track.notes[stays]) for track, stays in zip(source.tracks, written.stays, strict=True)]
    for number, proposal in enumerate(written.proposals, start=1):
        yield from _rolls(old, proposal, shown, f"{number} of {len(written.proposals)}, bars {first + 1} to {last}")


def band_rolls(bands: Sequence[Band], length_quarters: float) -> Iterator[Roll]:
    """Each band, its first 16 bars at most."""
    shown = Span(0, min(length_quarters, MOST_BARS * BAR_QUARTERS))
    for number, band in enumerate(bands, start=1):
        nothing = [track.notes[:0] for track in band]
        yield from _rolls(band, nothing, shown, f"{number} of {len(bands)}")


def _rolls(old: Sequence[Track], new: Sequence[Floats], shown: Span, title: str) -> Iterator[Roll]:
    for is_drum in (False, True):
        pairs = [(track.notes, notes) for track, notes in zip(old, new, strict=True) if track.is_drum == is_drum]
        if not pairs:
            continue
        stays, fresh = (_clip(np.concatenate(tables), shown) for tables in zip(*pairs, strict=True))
        both = make_clip((*stays.notes, *fresh.notes), stays.length_quarters)
        if both.notes or not is_drum:
            yield Roll(both, f"{title}{': drums' * is_drum}", is_drum, marked=frozenset(fresh.notes))


def _clip(table: Floats, shown: Span) -> Clip:
    inside = table[(table[:, 0] >= shown.start_quarters) & (table[:, 0] < shown.end_quarters)]
    notes = (Note(on - shown.start_quarters, int(pitch), lasts, loud) for on, lasts, pitch, loud in inside.tolist())
    return make_clip(notes, shown.end_quarters - shown.start_quarters)
