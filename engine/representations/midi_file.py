"""MIDI file to clip and back, with every time exact.

A file has no mute, probability or velocity deviation: reading gives Live's defaults, writing leaves out the muted
notes, which would otherwise sound, and drops the other two. Velocities are whole numbers in a file.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypeVar

from engine.errors import DataError, OutOfRangeError, TooLargeError
from engine.representations.clip import MAX_NOTES, Clip, Note
from engine.representations.midi_parts import Part, write_parts
from engine.representations.midi_tracks import (
    DEFAULT_TEMPO_US,
    MidiSong,
    MidiTrack,
    TickNote,
    load_song,
    loop_quarters,
)

logger = logging.getLogger(__name__)

_Event = TypeVar("_Event", bound=tuple[int, ...])


def read_clip(path: str | Path, track: int | Collection[int] | None = None) -> Clip:
    """One track of a MIDI file as a clip, or several as one; each time is exactly tick / ticks a quarter.

    Which track: the only one that has notes; where all are on the drum channel, all of them, as one kit. A file with
    several other tracks is refused with their list, since no rule would always take the one that was meant.

    The length: up to a marker `loopEnd`; else up to the end of the file where that is a whole bar, or a whole beat
    after the last note; else the bars that notes start in or are held into for more than `TAIL_QUARTERS`.

    Tempo and meter are those in force at the first note. Later ones do not move a note, since notes are counted in
    quarters; they are logged.

    Args:
        path: a Standard MIDI File.
        track: counted from 1 among the tracks that have notes, or several of them; None takes the rule above.

    Raises:
        DataError: the file cannot be read, or it must be said which track.
        OutOfRangeError: there is no such track.
        TooLargeError: over 20,000 notes or 16 MiB.
        UnsupportedMeterError: the meter's unit is shorter than a 32nd.
    """
    song = load_song(path)
    notes = _choose(song, path, track)
    if len(notes) > MAX_NOTES:
        raise TooLargeError(f"{path} has {len(notes)} notes; a clip holds at most {MAX_NOTES}")
    first = notes[0].start if notes else 0
    tempo_us = _in_force(song.tempi, first, path, "tempo") or (0, DEFAULT_TEMPO_US)
    _, numerator, denominator = _in_force(song.meters, first, path, "meter") or (0, 4, 4)
    length = loop_quarters(notes, song, numerator, denominator)
    per_quarter = song.ticks_per_quarter
    return Clip(
        tuple(sorted(_to_note(n, per_quarter) for n in notes)), length, numerator, denominator, _to_bpm(tempo_us[1])
    )


def list_tracks(path: str | Path) -> tuple[MidiTrack, ...]:
    """The tracks of a file that have notes, in the file's order, for a person to choose from.

    Raises:
        DataError: the file cannot be read.
    """
    return load_song(path).tracks


def is_drum_file(path: str | Path) -> bool:
    """True where the file has notes and all are on the drum channel (10 for a musician, 9 on the wire).

    Raises:
        DataError: the file cannot be read.
    """
    tracks = list_tracks(path)
    return bool(tracks) and all(track.is_drums for track in tracks)


def write_clip(
    clip: Clip, path: str | Path, *, program: int = 0, channel: int | None = None, cut_at_loop_end: bool = False
) -> None:
    """Write a clip as a MIDI file of one track that ends where the loop ends.

    The ticks a quarter are the fewest on which all times lie (see `choose_resolution`), so `read_clip` gives the clip
    back. A note that starts before the loop goes to the loop's end; one that sounds beyond the loop's end is kept
    whole and the end marked with `loopEnd`. Where a note lies within another one of its own pitch, the two change ends:
    a file cannot tell them apart.

    Args:
        clip: not changed.
        path: overwritten where it exists; its folder must exist.
        program: General MIDI program, 0..127.
        channel: 0..15, 9 the drums; None takes 0.
        cut_at_loop_end: True ends each note at the loop's end, as Live plays it, and leaves out what starts after it,
            so that a sequencer which knows no markers takes the loop's length from the file.

    Raises:
        OutOfRangeError: a program or channel outside its range, a tempo that a file cannot hold (below 3.58 or above
            60 million), or a time too late for a file.
        DataError: the file cannot be written.
    """
    write_parts([Part(clip, "", program, 0 if channel is None else channel)], path, cut_at_loop_end=cut_at_loop_end)


def _choose(song: MidiSong, path: str | Path, wanted: int | Collection[int] | None) -> Sequence[TickNote]:
    tracks = song.tracks
    if wanted is not None:
        numbers = [wanted] if isinstance(wanted, int) else sorted(wanted)
        for number in numbers:
            if not 1 <= number <= len(tracks):
                raise OutOfRangeError(f"track is {number}; {path} has {len(tracks)} with notes, counted from 1")
        tracks = tuple(tracks[number - 1] for number in numbers)
    elif len(tracks) > 1 and not all(track.is_drums for track in tracks):
        raise DataError(f"{path} has {len(tracks)} tracks; say which: {', '.join(map(str, tracks))}")
    return sorted((n for track in tracks for n in track.notes), key=lambda n: (n.start, n.pitch, n.end))


def _in_force(events: Sequence[_Event], tick: int, path: str | Path, what: str) -> _Event | None:
    """The last event up to this tick, else the first ones that come, None where there are none."""
    if not events:
        return None
    until = max(tick, events[0][0])
    chosen = [event for event in events if event[0] <= until][-1]
    if any(event[0] > until and event[1:] != chosen[1:] for event in events):
        logger.info("%s: changes of %s after the first note are left out", path, what)
    return chosen


def _to_note(note: TickNote, per_quarter: int) -> Note:
    return Note(
        start_quarters=note.start / per_quarter,
        pitch=note.pitch,
        duration_quarters=(note.end - note.start) / per_quarter,
        velocity=float(note.velocity),
        release_velocity=note.release_velocity,
    )


def _to_bpm(tempo_us: int) -> float:
    """The roundest tempo that a file would write as these microseconds: 97, not 97.00000485."""
    bpm = 60e6 / tempo_us
    rounded = (round(bpm, digits) for digits in range(7))
    return next((b for b in rounded if b > 0 and round(60e6 / b) == tempo_us), bpm)
