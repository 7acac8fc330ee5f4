"""A MIDI file's tracks in ticks: what the file says, before it is a clip.

Source: Standard MIDI Files 1.0 (RP-001); mido reads the bytes.
"""

from __future__ import annotations

import io
import math
import struct
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido

from engine.errors import DataError, TooLargeError

DRUM_CHANNEL = 9
DEFAULT_RELEASE_VELOCITY = 64
DEFAULT_TEMPO_US = 500_000
LOOP_END_MARKER = "loopEnd"
MAX_FILE_BYTES = 16 * 2**20
# A note held this little into a bar (a drum's tail, a late release) does not make the clip a bar longer.
TAIL_QUARTERS = 0.25

# What mido is known to raise on bytes that are no MIDI file.
_BROKEN_FILE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    struct.error,
    mido.KeySignatureError,
)


@dataclass(frozen=True, slots=True)
class TickNote:
    """A note in ticks; `end` > `start`, `channel` 0..15, `velocity` 1..127, `release_velocity` 0..127."""

    start: int
    end: int
    pitch: int
    velocity: int
    release_velocity: int
    channel: int


@dataclass(frozen=True)
class MidiTrack:
    """The notes that a sequencer shows as one track.

    Attributes:
        number: counts the tracks that have notes, from 1.
        name: as the file has it, may be empty.
        notes: in order of onset; at least one.
        program: General MIDI's number of its sound, 0..127; 0 where the file has none.
        place: of the file's own tracks, counted from 0, the one that holds it.
    """

    number: int
    name: str
    notes: tuple[TickNote, ...]
    program: int = 0
    place: int = 0

    @property
    def is_drums(self) -> bool:
        """True where every note is on the drum channel (10 for a musician, 9 on the wire)."""
        return all(note.channel == DRUM_CHANNEL for note in self.notes)

    def __str__(self) -> str:
        kind = ", drum channel" if self.is_drums else ""
        name = self.name or "without a name"
        return f"{self.number} ({name}, {len(self.notes)} notes{kind})"


@dataclass(frozen=True)
class MidiSong:
    """A whole file.

    Attributes:
        ticks_per_quarter: 1..32,767.
        tracks: those with notes, in the file's order.
        tempi: `(tick, microseconds a quarter)`, by tick.
        meters: `(tick, numerator, denominator)`, by tick.
        loop_end: tick of the first marker `loopEnd`, None without one.
        end: the latest tick at which a track ends.
    """

    ticks_per_quarter: int
    tracks: tuple[MidiTrack, ...]
    tempi: tuple[tuple[int, int], ...]
    meters: tuple[tuple[int, int, int], ...]
    loop_end: int | None
    end: int


def load_song(path: str | Path) -> MidiSong:
    """Read a file of format 0 or 1, or one of format 2 with a single track.

    The channels of a format 0 file are tracks of their own, as sequencers show them. A note that is struck again
    before it ended is ended in the order of striking; one that is never ended lasts until its track ends; a note
    without length lasts one tick.

    Raises:
        DataError: the file is missing, no MIDI file, broken, timed in SMPTE frames, or of format 2 with several tracks.
        TooLargeError: it is larger than `MAX_FILE_BYTES`.
    """
    file = parse_file(Path(path))
    if file.ticks_per_beat <= 0:
        raise DataError(
            f"{path} is timed in SMPTE frames, not in quarters, so it has no beats; export it again with a tempo"
        )
    if file.type == 2 and len(file.tracks) > 1:
        raise DataError(f"{path} holds {len(file.tracks)} independent patterns (format 2); save each as a file")
    events = [list(timed(track)) for track in file.tracks]
    metas = sorted(((tick, m) for track in events for tick, m in track if m.is_meta), key=lambda item: item[0])
    markers = [t for t, m in metas if m.type == "marker" and m.text.strip().lower() == LOOP_END_MARKER.lower()]
    return MidiSong(
        file.ticks_per_beat,
        tuple(_tracks(file, events)),
        tuple((tick, m.tempo) for tick, m in metas if m.type == "set_tempo" and m.tempo > 0),
        tuple((tick, m.numerator, m.denominator) for tick, m in metas if m.type == "time_signature" and m.numerator),
        markers[0] if markers else None,
        max((track[-1][0] for track in events if track), default=0),
    )


def parse_file(path: Path) -> Any:
    """The file as mido has it.

    Raises:
        DataError: it is missing, or no whole MIDI file.
        TooLargeError: it is larger than `MAX_FILE_BYTES`.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise TooLargeError(f"{path} is larger than {MAX_FILE_BYTES // 2**20} MiB; give a file of one clip")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        return mido.MidiFile(file=io.BytesIO(content))
    except _BROKEN_FILE as error:
        raise DataError(
            f"{path} is not a whole MIDI file ({str(error) or 'it ends too early'}); export it again"
        ) from error


def timed(track: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """The messages of a track, each with its tick."""
    tick = 0
    for message in track:
        tick += message.time
        yield tick, message


def loop_quarters(notes: Sequence[TickNote], song: MidiSong, numerator: int, denominator: int) -> float:
    """The length of a clip of these notes of a song, in a meter: what the file says of it, else whole bars."""
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


def _tracks(file: Any, events: list[list[tuple[int, Any]]]) -> Iterator[MidiTrack]:
    number = 0
    programs = _programs(message for track in events for _, message in track)
    for place, (messages, track) in enumerate(zip(events, file.tracks, strict=True)):
        notes = _notes(messages)
        channels = sorted({note.channel for note in notes})
        parts = [[n for n in notes if n.channel == c] for c in channels] if file.type == 0 else [notes]
        for part in filter(None, parts):
            number += 1
            own = {**programs, **_programs(message for _, message in messages)}
            yield MidiTrack(number, track.name.strip(), tuple(part), own.get(part[0].channel, 0), place)


def _programs(messages: Iterable[Any]) -> dict[int, int]:
    """The first program of each channel that has one."""
    found: dict[int, int] = {}
    for message in messages:
        if message.type == "program_change":
            found.setdefault(message.channel, message.program)
    return found


def _notes(messages: list[tuple[int, Any]]) -> list[TickNote]:
    held: dict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
    notes: list[TickNote] = []

    def end(channel: int, pitch: int, tick: int, release_velocity: int) -> None:
        start, velocity = held[channel, pitch].popleft()
        notes.append(TickNote(start, max(tick, start + 1), pitch, velocity, release_velocity, channel))

    for tick, message in messages:
        if message.type == "note_on" and message.velocity > 0:
            held[message.channel, message.note].append((tick, message.velocity))
        elif message.type in ("note_on", "note_off") and held[message.channel, message.note]:
            release = message.velocity if message.type == "note_off" else DEFAULT_RELEASE_VELOCITY
            end(message.channel, message.note, tick, release)
    for (channel, pitch), struck in held.items():
        while struck:
            end(channel, pitch, messages[-1][0], DEFAULT_RELEASE_VELOCITY)
    return sorted(notes, key=lambda n: (n.start, n.pitch, n.end))
