"""MIDI file to clip and back, with every time exact.

A file has no mute, probability or velocity deviation: reading gives Live's defaults, writing leaves out the muted
notes, which would otherwise sound, and drops the other two. Velocities are whole numbers in a file.
"""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import mido
import numpy as np

from engine.errors import DataError, OutOfRangeError, TooLargeError
from engine.representations.clip import MAX_NOTES, Clip, Note
from engine.representations.midi_resolution import choose_resolution, to_ticks
from engine.representations.midi_tracks import (
    DEFAULT_TEMPO_US,
    LOOP_END_MARKER,
    MidiSong,
    MidiTrack,
    TickNote,
    load_song,
)

logger = logging.getLogger(__name__)

# A note held this little into a bar (a drum's tail, a late release) does not make the clip a bar longer.
TAIL_QUARTERS = 0.25
_MIN_BPM = 60e6 / (2**24 - 1)
_MAX_BPM = 60e6

_Event = TypeVar("_Event", bound=tuple[int, ...])


def read_clip(path: str | Path, track: int | None = None) -> Clip:
    """One track of a MIDI file as a clip; each time is exactly tick / ticks a quarter.

    Which track: the only one that has notes; where all are on the drum channel, all of them, as one kit. A file with
    several other tracks is refused with their list, since no rule would always take the one that was meant.

    The length: up to a marker `loopEnd`; else up to the end of the file where that is a whole bar, or a whole beat
    after the last note; else the bars that notes start in or are held into for more than `TAIL_QUARTERS`.

    Tempo and meter are those in force at the first note. Later ones do not move a note, since notes are counted in
    quarters; they are logged.

    Args:
        path: a Standard MIDI File.
        track: counted from 1 among the tracks that have notes; None takes the rule above.

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
    length = _length_quarters(notes, song, numerator, denominator)
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
    channel = 0 if channel is None else channel
    if not (0 <= program <= 127 and 0 <= channel <= 15):
        raise OutOfRangeError(f"program is {program} and channel {channel}; give 0..127 and 0..15")
    if not _MIN_BPM <= clip.bpm <= _MAX_BPM:
        raise OutOfRangeError(f"the tempo is {clip.bpm}; a MIDI file holds 3.58 to 60,000,000 quarters a minute")
    buffer = io.BytesIO()
    _to_file(clip, program, channel, cut_at_loop_end).save(file=buffer)
    try:
        Path(path).write_bytes(buffer.getvalue())
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}") from error


def _choose(song: MidiSong, path: str | Path, number: int | None) -> Sequence[TickNote]:
    tracks = song.tracks
    if number is not None:
        if not 1 <= number <= len(tracks):
            raise OutOfRangeError(f"track is {number}; {path} has {len(tracks)} with notes, counted from 1")
        return tracks[number - 1].notes
    if len(tracks) > 1 and not all(track.is_drums for track in tracks):
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


def _length_quarters(notes: Sequence[TickNote], song: MidiSong, numerator: int, denominator: int) -> float:
    per_quarter = song.ticks_per_quarter
    if song.loop_end:
        return song.loop_end / per_quarter
    last_end = max((n.end for n in notes), default=0)
    beats, rest = divmod(song.end * denominator, 4 * per_quarter)
    if rest == 0 and beats > 0 and (beats % numerator == 0 or song.end > last_end):
        return song.end / per_quarter
    bar = numerator * 4.0 / denominator
    held_bars = max(math.ceil((n.end / per_quarter - TAIL_QUARTERS) / bar) for n in notes) if notes else 0
    struck_bars = math.floor(max(n.start for n in notes) / per_quarter / bar) + 1 if notes else 0
    return max(1, held_bars, struck_bars) * bar


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


def _to_file(clip: Clip, program: int, channel: int, cut_at_loop_end: bool) -> mido.MidiFile:
    sounding = [note for note in clip.notes if not note.mute]
    times = [t for n in sounding for t in (n.start_quarters, n.end_quarters)]
    resolution = choose_resolution(np.array([clip.length_quarters, *times]))
    length = max(1, to_ticks(clip.length_quarters, resolution))
    notes = [_to_tick_note(n, resolution, length, channel) for n in sounding]
    if cut_at_loop_end:
        notes = [replace(n, end=min(n.end, length)) for n in notes if n.start < length]
    end = max([length, *(n.end for n in notes)])
    unmarked = MidiSong(resolution, (), (), (), None, end)
    is_clear = _length_quarters(notes, unmarked, clip.numerator, clip.denominator) == length / resolution
    head = [
        mido.MetaMessage("set_tempo", tempo=round(60e6 / clip.bpm)),
        mido.MetaMessage("time_signature", numerator=clip.numerator, denominator=clip.denominator),
        mido.Message("program_change", program=program, channel=channel),
    ]
    track = mido.MidiTrack([*head, *_events(notes, None if is_clear else length, end)])
    return mido.MidiFile(type=0, ticks_per_beat=resolution, tracks=[track])


def _to_tick_note(note: Note, resolution: int, length: int, channel: int) -> TickNote:
    start = to_ticks(note.start_quarters, resolution)
    end = max(start + 1, to_ticks(note.end_quarters, resolution))
    shift = start % length - start if start < 0 else 0
    velocity = max(1, round(note.velocity))
    return TickNote(start + shift, end + shift, note.pitch, velocity, note.release_velocity, channel)


def _events(notes: Sequence[TickNote], loop_end: int | None, end: int) -> Iterator[Any]:
    """The notes as messages, at each tick the ends first, then an optional marker, then the end of the track."""
    events: list[tuple[int, int, int, Any]] = []
    for n in notes:
        on = mido.Message("note_on", note=n.pitch, velocity=n.velocity, channel=n.channel)
        off = mido.Message("note_off", note=n.pitch, velocity=n.release_velocity, channel=n.channel)
        events += [(n.start, 1, n.end, on), (n.end, 0, n.start, off)]
    if loop_end is not None:
        events.append((loop_end, 2, 0, mido.MetaMessage("marker", text=LOOP_END_MARKER)))
    now = 0
    for tick, _, _, message in sorted(events, key=lambda event: event[:3]):
        yield message.copy(time=tick - now)
        now = tick
    yield mido.MetaMessage("end_of_track", time=end - now)
