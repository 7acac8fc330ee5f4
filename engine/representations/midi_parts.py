"""Clips to a MIDI file, a track each, with every time exact: one clip, or the parts that play together."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mido
import numpy as np

from engine.errors import DataError, OutOfRangeError
from engine.representations.clip import Clip, Note
from engine.representations.midi_resolution import choose_resolution, to_ticks
from engine.representations.midi_tracks import LOOP_END_MARKER, MidiSong, TickNote, loop_quarters

_MIN_BPM = 60e6 / (2**24 - 1)
_MAX_BPM = 60e6


@dataclass(frozen=True)
class Part:
    """A clip and how its track is played.

    Attributes:
        clip: its notes.
        name: of the track; empty for none.
        program: General MIDI program, 0..127.
        channel: 0..15, 9 the drums.

    Raises:
        OutOfRangeError: a program or channel outside its range, or a tempo that a file cannot hold (below 3.58 or above
            60 million).
    """

    clip: Clip
    name: str = ""
    program: int = 0
    channel: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.program <= 127 and 0 <= self.channel <= 15):
            raise OutOfRangeError(f"program is {self.program} and channel {self.channel}; give 0..127 and 0..15")
        if not _MIN_BPM <= self.clip.bpm <= _MAX_BPM:
            raise OutOfRangeError(
                f"the tempo is {self.clip.bpm}; a MIDI file holds 3.58 to 60,000,000 quarters a minute"
            )


def write_parts(parts: Sequence[Part], path: str | Path, *, cut_at_loop_end: bool = False) -> None:
    """Write parts as a MIDI file, a track each, that ends where their loop ends; see `midi_file.write_clip`.

    Args:
        parts: at least one; length, meter and tempo are those of the first.
        path: overwritten where it exists; its folder must exist.
        cut_at_loop_end: True ends each note at the loop's end, and leaves out what starts after it.

    Raises:
        OutOfRangeError: there is no part, or a time too late for a file.
        DataError: the file cannot be written.
    """
    if not parts:
        raise OutOfRangeError("a MIDI file needs a part; give at least one")
    buffer = io.BytesIO()
    _to_file(parts, cut_at_loop_end).save(file=buffer)
    try:
        Path(path).write_bytes(buffer.getvalue())
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}") from error


def _to_file(parts: Sequence[Part], cut_at_loop_end: bool) -> mido.MidiFile:
    frame = parts[0].clip
    sounding = [[note for note in part.clip.notes if not note.mute] for part in parts]
    times = [t for notes in sounding for n in notes for t in (n.start_quarters, n.end_quarters)]
    resolution = choose_resolution(np.array([frame.length_quarters, *times]))
    length = max(1, to_ticks(frame.length_quarters, resolution))
    pairs = zip(parts, sounding, strict=True)
    ticked = [[_to_tick_note(note, resolution, length, part.channel) for note in notes] for part, notes in pairs]
    if cut_at_loop_end:
        ticked = [[replace(n, end=min(n.end, length)) for n in notes if n.start < length] for notes in ticked]
    end = max([length, *(n.end for notes in ticked for n in notes)])
    unmarked = MidiSong(resolution, (), (), (), None, end)
    lengths = {loop_quarters(notes, unmarked, frame.numerator, frame.denominator) for notes in ticked}
    marker = None if lengths == {length / resolution} else length
    tracks = [
        mido.MidiTrack([*_head(part, place == 0), *_events(notes, None if place else marker, end)])
        for place, (part, notes) in enumerate(zip(parts, ticked, strict=True))
    ]
    return mido.MidiFile(type=min(1, len(tracks) - 1), ticks_per_beat=resolution, tracks=tracks)


def _head(part: Part, is_first: bool) -> Iterator[Any]:
    """What a track begins with; the first one tells tempo and meter."""
    if part.name:
        yield mido.MetaMessage("track_name", name=part.name)
    if is_first:
        clip = part.clip
        yield mido.MetaMessage("set_tempo", tempo=round(60e6 / clip.bpm))
        yield mido.MetaMessage("time_signature", numerator=clip.numerator, denominator=clip.denominator)
    yield mido.Message("program_change", program=part.program, channel=part.channel)


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
