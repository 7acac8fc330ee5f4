"""Songs of many tracks from and to MIDI files, for `bridge notes`: read in words, written with all else untouched."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bridge.answer_files import make_folder
from engine.errors import DataError, OutOfRangeError, TooLargeError, UnsupportedMeterError
from engine.representations.midi_parts import Part, write_parts
from engine.representations.midi_rewriting import rewrite
from engine.representations.midi_tracks import (
    DEFAULT_RELEASE_VELOCITY,
    DEFAULT_TEMPO_US,
    DRUM_CHANNEL,
    MidiSong,
    MidiTrack,
    TickNote,
    load_song,
    loop_quarters,
)
from engine.representations.note_sequence import Floats, Track
from engine.runtime.bands import Band
from engine.runtime.note_filling import BAR_QUARTERS, Span
from engine.runtime.note_songs import Mask, Notes, Written

DEFAULT_BPM = 60e6 / DEFAULT_TEMPO_US
MAX_SONG_NOTES = 200_000
_HEARD_BARS = 2
"""What follows is made of so many bars before it."""
_PITCHED_CHANNELS = [channel for channel in range(16) if channel != DRUM_CHANNEL]


@dataclass(frozen=True)
class SongFile:
    """A MIDI file in 4/4.

    Attributes:
        path: of the file.
        song: what it says.
        tracks: the same tracks as models of notes take them, times in quarters.
        num_bars: of the music, from the file's beginning.
    """

    path: Path
    song: MidiSong
    tracks: tuple[Track, ...]
    num_bars: int

    @property
    def length_quarters(self) -> float:
        """Of its bars."""
        return self.num_bars * BAR_QUARTERS

    def bpm_at(self, quarters: float) -> float:
        """The tempo in force at a time, in quarters a minute."""
        tick = quarters * self.song.ticks_per_quarter
        tempi = [tempo_us for at, tempo_us in self.song.tempi if at <= tick]
        return 60e6 / (tempi or [DEFAULT_TEMPO_US])[-1]


def read_song(path: Path) -> SongFile:
    """A song with all its tracks.

    It ends where the file says or its last note does, in whole bars; where nothing begins in the last two of these,
    with the last bar in which something does.

    Raises:
        DataError: the file cannot be read, or has no notes.
        UnsupportedMeterError: a bar of it has another length than one of 4/4.
        TooLargeError: over 16 MiB or 200,000 notes.
    """
    song = load_song(path)
    notes = sorted((n for track in song.tracks for n in track.notes), key=lambda n: n.start)
    if not notes:
        raise DataError(f"{path} has no notes; give a file that has some, or have new ones made: bridge notes sample")
    if len(notes) > MAX_SONG_NOTES:
        raise TooLargeError(f"{path} has {len(notes):,} notes; a song may have up to {MAX_SONG_NOTES:,}")
    for tick, numerator, denominator in song.meters:
        if numerator * 4 != denominator * BAR_QUARTERS and tick <= notes[-1].start:
            bar = math.floor(tick / song.ticks_per_quarter / BAR_QUARTERS) + 1
            raise UnsupportedMeterError(
                f"{path} is in {numerator}/{denominator} from about bar {bar} on; give a song all in 4/4"
            )
    tracks = tuple(Track(_table(track.notes, song), track.program, track.is_drums) for track in song.tracks)
    struck = math.floor(notes[-1].start / song.ticks_per_quarter / BAR_QUARTERS) + 1
    said = math.ceil(loop_quarters(notes, song, 4, 4) / BAR_QUARTERS - 1e-6)
    return SongFile(path, song, tracks, said if struck <= said < struck + _HEARD_BARS else struck)


def bars_span(source: SongFile, first: int, last: int) -> Span:
    """The span from one bar of a song to another, both counted from 1 and part of it.

    Raises:
        OutOfRangeError: the song has no such bars.
    """
    if not 1 <= first <= last <= source.num_bars:
        raise OutOfRangeError(
            f"the bars are {first} to {last}; {source.path} has 1 to {source.num_bars}; choose of these, in order"
        )
    return Span((first - 1) * BAR_QUARTERS, last * BAR_QUARTERS)


def bars_after(source: SongFile, bars: int) -> Span:
    """The span of so many bars behind a song."""
    return Span(source.length_quarters, source.length_quarters + bars * BAR_QUARTERS)


def write_songs(
    source: SongFile, written: Written, folder: Path, name: str, end_quarters: float | None = None
) -> Iterator[tuple[Path, str]]:
    """Writes each proposal as the whole song, FOLDER/NAME_01.mid and so on; yields each file, and a line on it.

    Args:
        source: the song; all that is not replaced stays, and so does what is not a note.
        written: what is new.
        folder: made where it is missing.
        name: of the files.
        end_quarters: where the song ends now; None where it did.
    """
    make_folder(folder)
    per_quarter = source.song.ticks_per_quarter
    end = None if end_quarters is None else round(end_quarters * per_quarter)
    for number, proposal in enumerate(written.proposals, start=1):
        path = folder / f"{name}_{number:02d}.mid"
        changes = zip(source.song.tracks, written.stays, proposal, strict=True)
        notes = {track.number: _exchanged(track, stays, new, per_quarter) for track, stays, new in changes}
        rewrite(source.path, source.song, notes, path, end)
        yield path, _line(path, proposal)


def write_new_bars(
    source: SongFile, written: Written, span: Span, folder: Path, name: str
) -> Iterator[tuple[Path, str]]:
    """As `write_songs`, but of each proposal the span's new notes alone, from the file's beginning.

    Raises:
        DataError: a proposal has no notes, or a file cannot be written.
    """
    make_folder(folder)
    bpm = source.bpm_at(span.start_quarters)
    length = span.end_quarters - span.start_quarters
    for number, proposal in enumerate(written.proposals, start=1):
        path = folder / f"{name}_{number:02d}.mid"
        pairs = zip(source.song.tracks, proposal, strict=True)
        parts = [_part(track, notes, span, length, bpm) for track, notes in pairs if len(notes)]
        if not parts:
            raise DataError(f"no new note fits in for {path.name} beside those that sound on there; take another seed")
        write_parts(parts, path, cut_at_loop_end=True)
        yield path, _line(path, proposal)


def write_bands(
    bands: Sequence[Band], length_quarters: float, bpm: float, folder: Path, name: str
) -> Iterator[tuple[Path, str]]:
    """Writes bands, a file each as `write_songs` names them, with a track for each sound.

    Raises:
        TooLargeError: a band has more sounds than a MIDI file has channels.
        DataError: a file cannot be written.
    """
    make_folder(folder)
    for number, band in enumerate(bands, start=1):
        path = folder / f"{name}_{number:02d}.mid"
        pitched = [track for track in band if not track.is_drum]
        if len(pitched) > len(_PITCHED_CHANNELS):
            raise TooLargeError(
                f"{path.name} has {len(pitched)} sounds beside the drums, a MIDI file channels for "
                f"{len(_PITCHED_CHANNELS)}; give shorter songs, or such of fewer instruments"
            )
        channels = iter(_PITCHED_CHANNELS)
        parts = [
            Part(
                track.clip(length_quarters, bpm),
                "drums" if track.is_drum else f"program {track.program + 1}",
                track.program,
                DRUM_CHANNEL if track.is_drum else next(channels),
            )
            for track in band
        ]
        write_parts(parts, path, cut_at_loop_end=True)
        yield path, f"{path}: {_count(sum(len(track.notes) for track in band), 'note')} in {_count(len(band), 'track')}"


def left_out_lines(source: SongFile, written: Written, fate: str) -> Iterator[str]:
    """A line on the tracks that the model had no room for, and what became of them."""
    if written.left_out:
        tracks = ", ".join(str(source.song.tracks[place]) for place in written.left_out)
        yield f"{source.path}: the model had no room for {tracks}, which {fate}"


def resting_lines(source: SongFile, written: Written) -> Iterator[str]:
    """A line on the tracks that have nothing new, though there was room."""
    playing = {place for proposal in written.proposals for place, notes in enumerate(proposal) if len(notes)}
    resting = set(range(len(source.tracks))) - playing - set(written.left_out)
    if resting:
        tracks = ", ".join(str(source.song.tracks[place]) for place in sorted(resting))
        yield f"{source.path}: silent in what is new: {tracks}"


def _table(notes: Sequence[TickNote], song: MidiSong) -> Floats:
    per_quarter = song.ticks_per_quarter
    rows = [(n.start / per_quarter, (n.end - n.start) / per_quarter, n.pitch, n.velocity) for n in notes]
    return np.array(rows, float).reshape(-1, 4)


def _exchanged(track: MidiTrack, stays: Mask, new: Floats, per_quarter: int) -> list[TickNote]:
    """All notes of a track: the old ones that stay, as they were, and the new ones, on the file's ticks."""
    old = [note for note, is_old in zip(track.notes, stays, strict=True) if is_old]
    channel = _channel(track)
    return [*old, *(_tick_note(row, channel, per_quarter) for row in new)]


def _tick_note(row: Floats, channel: int, per_quarter: int) -> TickNote:
    onset, lasts, pitch, loud = row.tolist()
    start = max(0, round(onset * per_quarter))  # before a file's first tick there is nothing
    end = max(start + 1, round((onset + lasts) * per_quarter))
    return TickNote(start, end, int(pitch), round(loud), DEFAULT_RELEASE_VELOCITY, channel)


def _channel(track: MidiTrack) -> int:
    return Counter(note.channel for note in track.notes).most_common(1)[0][0]


def _part(track: MidiTrack, notes: Floats, span: Span, length: float, bpm: float) -> Part:
    moved = notes.copy()
    moved[:, 0] = np.maximum(moved[:, 0] - span.start_quarters, 0)
    return Part(Track(moved).clip(length, bpm), track.name, track.program, _channel(track))


def _line(path: Path, proposal: Notes) -> str:
    players = sum(len(notes) > 0 for notes in proposal)
    return f"{path}: {_count(sum(map(len, proposal)), 'new note')} in {_count(players, 'track')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
