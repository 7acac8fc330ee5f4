"""Music of many instruments as a sequence of notes: a window is so many rows, each a note with six numbers.

A row has onset and duration in ticks of 1/480 quarter, pitch, velocity (a bin of four), instrument (its place in the
window) and program. Rows stand in order of onset, then instrument, then pitch; rows that no note takes stand behind
them with the class `none` in every category. Drums are instrument 0; the others are 1 to 7, from the highest to the
lowest by mean pitch, so that a number means a role: 1 is a lead more often than a bass.

Laws: pitch, program and the split into instruments come back exactly, onset and duration within half a tick (1/960
quarter), velocity within two of 127. A window with more notes or instruments than there is room for is refused, never
cut; `engine.data` leaves whole instruments out of its windows instead, and says so.

Source: the attributes (pitch, velocity, instrument, program; onset as a distance, duration) are those of Stanford's
note-attribute VAE. Differs: rows hold the onset itself, of which `deltas` makes distances; times are no classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutOfRangeError, TooLargeError
from engine.representations.clip import EARLY_QUARTERS, Clip, Note, make_clip

TICKS_PER_QUARTER = 480
ONSET, DURATION, PITCH, VELOCITY, INSTRUMENT, PROGRAM = range(6)
"""Columns of a row."""
NUM_COLUMNS = 6
MAX_DURATION_QUARTERS = 64
NUM_PITCHES, NUM_VELOCITIES, NUM_INSTRUMENTS, NUM_PROGRAMS = 128, 32, 8, 129
NO_PITCH, NO_VELOCITY, NO_INSTRUMENT, NO_PROGRAM = NUM_PITCHES, NUM_VELOCITIES, NUM_INSTRUMENTS, NUM_PROGRAMS
"""The class `none` of each category, behind all others."""
EMPTY = (0, 0, NO_PITCH, NO_VELOCITY, NO_INSTRUMENT, NO_PROGRAM)
DRUMS, DRUM_PROGRAM = 0, 128
"""The instrument and the program of drums."""
_VELOCITIES_A_BIN = 4
_MAX_SLOTS = 4096

Rows = NDArray[np.int16]
Floats = NDArray[np.float64]
IntT = TypeVar("IntT", np.int16, np.int64)


@dataclass(frozen=True)
class Track:
    """What one instrument plays.

    Attributes:
        notes: onset and duration in quarters, pitch, velocity over 0 and at most 127; shape `notes, 4`.
        program: General MIDI's number of its sound, 0..127.
        is_drum: its pitches are drums; the program then says nothing.
    """

    notes: Floats
    program: int = 0
    is_drum: bool = False

    @classmethod
    def of(cls, clip: Clip, program: int = 0, is_drum: bool = False) -> Track:
        """The notes of a clip that are not muted."""
        heard = [(n.start_quarters, n.duration_quarters, n.pitch, n.velocity) for n in clip.notes if not n.mute]
        return cls(np.array(heard, float).reshape(-1, 4), program, is_drum)

    def clip(self, length_quarters: float, bpm: float = 120.0) -> Clip:
        """A clip in 4/4 of these notes."""
        notes = (Note(float(on), int(pitch), float(lasts), float(loud)) for on, lasts, pitch, loud in self.notes)
        return make_clip(notes, length_quarters, bpm=bpm)


def to_tensor(tracks: Sequence[Track], length_quarters: float, slots: int) -> Rows:
    """All notes as rows, `slots, 6`.

    Args:
        tracks: at most one of drums and seven others that have notes; in any order.
        length_quarters: of the window; an onset up to 1/8 quarter before its start is an early first beat.
        slots: rows.

    Raises:
        TooLargeError: more notes than slots, or more instruments than eight.
        OutOfRangeError: an onset outside the window, or a duration of more than 64 quarters.
    """
    heard = [track for track in tracks if len(track.notes)]
    total = sum(len(track.notes) for track in heard)
    if total > slots or slots > _MAX_SLOTS:
        raise TooLargeError(f"{total} notes for {slots} rows; give fewer bars or fewer tracks (at most {_MAX_SLOTS})")
    rows = np.tile(np.array(EMPTY, np.int16), (slots, 1))
    if heard:
        notes = np.concatenate([_rows_of(track, i) for track, i in zip(heard, instruments_of(heard), strict=True)])
        _check(notes, length_quarters)
        rows[:total] = in_order(notes)
    return rows


def from_tensor(rows: Rows) -> dict[int, Track]:
    """The tracks by instrument, in order; the program of each is that of most of its notes.

    Raises:
        OutOfRangeError: a number that no note has.
    """
    notes = rows[is_note(rows)]
    highest = np.array(EMPTY)[PITCH:] - 1
    if len(notes) and (
        notes[:, PITCH:].min() < 0 or (notes[:, PITCH:] > highest).any() or notes[:, DURATION].min() < 1
    ):
        raise OutOfRangeError("a row is no note: give durations of a tick or more, and classes below each `none`")
    found = {}
    for instrument in np.unique(notes[:, INSTRUMENT]).tolist():
        its = notes[notes[:, INSTRUMENT] == instrument]
        program = int(np.bincount(its[:, PROGRAM]).argmax())
        times = its[:, :PITCH] / TICKS_PER_QUARTER
        table = np.column_stack([times, its[:, PITCH], velocity_of(its[:, VELOCITY])])
        is_drum = instrument == DRUMS
        found[instrument] = Track(table, 0 if is_drum else min(program, DRUM_PROGRAM - 1), is_drum)
    return found


def instruments_of(tracks: Sequence[Track]) -> list[int]:
    """The instrument of each track that has notes: 0 for drums, else 1 to 7 from the highest to the lowest.

    Raises:
        TooLargeError: two tracks of drums, or more than seven others.
    """
    pitched = [place for place, track in enumerate(tracks) if not track.is_drum]
    if len(tracks) - len(pitched) > 1 or len(pitched) >= NUM_INSTRUMENTS:
        raise TooLargeError(
            f"{len(pitched)} pitched tracks and {len(tracks) - len(pitched)} of drums; "
            f"at most {NUM_INSTRUMENTS - 1} and one have room: join or leave out some"
        )
    downwards = sorted(pitched, key=lambda place: -float(tracks[place].notes[:, 2].mean()))
    found = [DRUMS] * len(tracks)
    for number, place in enumerate(downwards, start=1):
        found[place] = number
    return found


def distinct(table: Floats) -> Floats:
    """One note where two of a track have the same onset and pitch: the longest, of equals the loudest; `notes, 4`."""
    ordered = table[np.lexsort((-table[:, 3], -table[:, 1], table[:, 2], table[:, 0]))]
    is_first = np.ones(len(ordered), bool)
    is_first[1:] = (np.diff(ordered[:, 0]) > 0) | (np.diff(ordered[:, 2]) != 0)
    return ordered[is_first]


def in_order(rows: NDArray[IntT]) -> NDArray[IntT]:
    """Rows by onset, then instrument, then pitch; empty ones last."""
    return rows[np.lexsort((rows[:, PITCH], rows[:, INSTRUMENT], rows[:, ONSET], ~is_note(rows)))]


def is_note(rows: NDArray[IntT]) -> NDArray[np.bool_]:
    """Which rows are notes, of `…, 6`."""
    found: NDArray[np.bool_] = rows[..., INSTRUMENT] != NO_INSTRUMENT
    return found


def bin_of(velocity: Floats) -> NDArray[np.int16]:
    """Velocities over 0 and at most 127 as bins of four: 1..4 is 0, 125..127 is 31."""
    return ((np.ceil(velocity) - 1) // _VELOCITIES_A_BIN).astype(np.int16)


def velocity_of(bins: NDArray[np.int16]) -> Floats:
    """The velocity that a bin is played with, two above its lowest but one."""
    return bins.astype(float) * _VELOCITIES_A_BIN + 2


def _rows_of(track: Track, instrument: int) -> Rows:
    times = np.rint(track.notes[:, :2] * TICKS_PER_QUARTER)
    if len(times) and (times[:, 1].max() > MAX_DURATION_QUARTERS * TICKS_PER_QUARTER or np.abs(times).max() > 32767):
        raise OutOfRangeError(f"a note lasts over {MAX_DURATION_QUARTERS} quarters or lies far outside; shorten it")
    rows = np.empty((len(times), NUM_COLUMNS), np.int16)
    rows[:, ONSET], rows[:, DURATION] = times[:, 0], np.maximum(1, times[:, 1])
    rows[:, PITCH], rows[:, VELOCITY] = track.notes[:, 2], bin_of(track.notes[:, 3])
    rows[:, INSTRUMENT], rows[:, PROGRAM] = instrument, DRUM_PROGRAM if track.is_drum else track.program
    return rows


def _check(rows: Rows, length_quarters: float) -> None:
    onsets = rows[:, ONSET] / TICKS_PER_QUARTER
    if onsets.min() < -EARLY_QUARTERS or onsets.max() >= length_quarters:
        raise OutOfRangeError(
            f"onsets lie in {onsets.min():g}..{onsets.max():g} quarters; the window has "
            f"{-EARLY_QUARTERS:g}..{length_quarters:g}, its end left out"
        )
