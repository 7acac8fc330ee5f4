"""A MIDI file with other notes in some of its tracks, and all else as it was: tempi, controllers, names, words.

What a file says besides its notes is more than a clip can hold, so a song in which a few bars are new is not written
anew: its own messages are kept, and the notes of its tracks are exchanged.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import mido

from engine.errors import DataError, OutOfRangeError
from engine.representations.midi_tracks import LOOP_END_MARKER, MidiSong, TickNote, parse_file, timed

_ENDS, _OTHERS, _BEGINNINGS, _LAST = range(4)
"""The order of what stands at one tick."""


def rewrite(
    source: Path, song: MidiSong, notes: Mapping[int, Sequence[TickNote]], path: Path, end: int | None = None
) -> None:
    """Write a file with other notes.

    Where a track strikes a pitch that sounds in it already, the two notes may change ends: a file cannot tell them
    apart. What else stands in the file keeps its tick, and is written before notes that begin at that tick.

    Args:
        source: the file.
        song: what `load_song` reads of it.
        notes: all notes of each track that is to have others, by the track's number; of tracks that are not named the
            file's own.
        path: overwritten where it exists; its folder must exist.
        end: where the music ends now, in ticks; a marker `loopEnd` is moved there. None leaves it where it was.

    Raises:
        OutOfRangeError: the song has no track of such a number.
        DataError: the source cannot be read any more, or the file cannot be written.
        TooLargeError: the source has become too large.
    """
    strangers = sorted(set(notes) - {track.number for track in song.tracks})
    if strangers:
        raise OutOfRangeError(f"track is {strangers[0]}; {source} has {len(song.tracks)} with notes, counted from 1")
    file = parse_file(source)
    for place, messages in enumerate(file.tracks):
        own = [note for t in song.tracks if t.place == place for note in notes.get(t.number, t.notes)]
        file.tracks[place] = mido.MidiTrack(_untimed(_in_order(timed(messages), own, end)))
    buffer = io.BytesIO()
    file.save(file=buffer)
    try:
        path.write_bytes(buffer.getvalue())
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}") from error


def _in_order(
    messages: Iterable[tuple[int, Any]], notes: Sequence[TickNote], end: int | None
) -> list[tuple[int, int, int, Any]]:
    """All that a track says with its ticks, its end last."""
    events: list[tuple[int, int, int, Any]] = []
    last = end or 0
    for tick, message in messages:
        last = max(last, tick)
        is_loop_end = message.type == "marker" and message.text.strip().lower() == LOOP_END_MARKER.lower()
        if is_loop_end and end is not None:
            events.append((end, _OTHERS, 0, message))
        elif message.type not in ("note_on", "note_off", "end_of_track"):
            events.append((tick, _OTHERS, 0, message))
    for note in notes:
        on = mido.Message("note_on", note=note.pitch, velocity=note.velocity, channel=note.channel)
        off = mido.Message("note_off", note=note.pitch, velocity=note.release_velocity, channel=note.channel)
        events += [(note.start, _BEGINNINGS, note.end, on), (note.end, _ENDS, note.start, off)]
        last = max(last, note.end)
    events.append((last, _LAST, 0, mido.MetaMessage("end_of_track")))
    return sorted(events, key=lambda event: event[:3])


def _untimed(events: Iterable[tuple[int, int, int, Any]]) -> Iterator[Any]:
    """The messages, each with its distance from the one before."""
    now = 0
    for tick, _, _, message in events:
        yield message.copy(time=tick - now)
        now = tick
