"""MIDI files as sequences of chords and durations: every meter, whole pieces, one sequence a file.

Which tracks: those that play several notes at a time, as a guitar does; where there is none (a hymn with a track for
each voice), all tracks together. Drums never.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from symusic import Score

from engine.data.extract import MAX_FILE_BYTES, MAX_NOTES
from engine.data.sources import TRAIN, VALID, SourceFile, find_files, split_by_hash
from engine.errors import DataError
from engine.representations.chords import ChordEvent, chordify, pitch_class_weights
from engine.representations.grid import STEPS_PER_QUARTER
from engine.representations.key import best_key, home_shift
from engine.representations.melody import MAX_CHORD_SHARE, GridNote, chord_share

LEAST_EVENTS = 16
_PLAIN_BAR_STEPS = 16
_LONGEST_BAR_STEPS = 64


@dataclass(frozen=True)
class ChordSong:
    """One file.

    Attributes:
        name: of the file, below the folder that was named.
        source: its collection.
        split: `TRAIN` or `VALID`.
        events: from its first step to its last.
        bar_steps: of its first meter, 1..64.
        shift: semitones, -5..6, that bring it to C major or A minor.
        signature_shift: the same by the file's own key signature; None where it has none.
    """

    name: str
    source: str
    split: int
    events: tuple[ChordEvent, ...]
    bar_steps: int
    shift: int
    signature_shift: int | None = None


@dataclass(frozen=True)
class ChordSongs:
    """All files of some folders, and what was left out: name and reason."""

    songs: tuple[ChordSong, ...]
    skipped: tuple[tuple[str, str], ...]

    def of(self, split: int) -> tuple[ChordSong, ...]:
        """Those of `TRAIN` or `VALID`."""
        return tuple(song for song in self.songs if song.split == split)

    def hash(self) -> str:
        """sha256 of all events with their splits, first 16 digits: what a card names the data by."""
        digest = hashlib.sha256()
        for song in self.songs:
            digest.update(repr((song.name, song.split, song.bar_steps, song.shift)).encode())
            for event in song.events:
                digest.update(repr((event.duration_steps, event.pitches, sorted(event.held))).encode())
        return digest.hexdigest()[:16]


def read_songs(folders: Sequence[Path]) -> ChordSongs:
    """Every MIDI file below the folders; a manifest says splits, where there is one.

    Of files with the same events in every key the first is kept, those for training first.

    Raises:
        DataError: there is nothing to train on, or nothing to validate with.
    """
    songs: list[ChordSong] = []
    skipped: list[tuple[str, str]] = []
    for file in (file for folder in folders for file in find_files(folder)):
        song = _read(file)
        if isinstance(song, str):
            skipped.append((file.name, song))
        else:
            songs.append(song)
    kept = tuple(_once(sorted(songs, key=lambda song: song.split), skipped))
    if not {TRAIN, VALID} <= {song.split for song in kept}:
        raise DataError(
            f"{len(kept)} files below {', '.join(map(str, folders))} have chords; give more, so that some are left to "
            "validate with"
        )
    return ChordSongs(kept, tuple(skipped))


def _read(file: SourceFile) -> ChordSong | str:
    """The song of a file, or why there is none."""
    try:
        content = file.path.read_bytes()
    except OSError as error:
        return f"unreadable: {error.strerror}"
    if len(content) > MAX_FILE_BYTES:
        return f"oversized: more than {MAX_FILE_BYTES} bytes"
    try:
        score: Any = Score.from_midi(content)
    except Exception as error:  # symusic raises RuntimeError, ValueError and others of its C++ core
        return f"broken: {str(error).splitlines()[0][:80] if str(error) else type(error).__name__}"
    if score.ticks_per_quarter <= 0 or score.note_num() > MAX_NOTES:
        return "broken: no ticks to a quarter" if score.ticks_per_quarter <= 0 else f"oversized: over {MAX_NOTES} notes"
    notes = _notes(score)
    events = chordify(notes, max(note.step + note.duration_steps for note in notes)) if notes else ()
    if sum(len(event.pitches) > 1 for event in events) < LEAST_EVENTS:
        return f"no chords: fewer than {LEAST_EVENTS} events of several notes"
    split = split_by_hash(content) if file.split is None else file.split
    shift = home_shift(best_key(pitch_class_weights(events)))
    return ChordSong(file.name, file.source, split, events, _bar_steps(score), shift, _signature_shift(score))


def _notes(score: Any) -> list[GridNote]:
    tracks = [track for track in score.tracks if not track.is_drum and len(track.notes)]
    chordal = [track for track in tracks if _chord_share(track, score) > MAX_CHORD_SHARE]
    scale = STEPS_PER_QUARTER / score.ticks_per_quarter
    notes = []
    for track in chordal or tracks:
        table = track.notes.numpy()
        for start, duration, pitch in zip(table["time"], table["duration"], table["pitch"], strict=True):
            notes.append(GridNote(int(start * scale + 0.5), int(pitch), max(1, int(duration * scale + 0.5))))
    return notes


def _chord_share(track: Any, score: Any) -> float:
    starts = track.notes.numpy()["time"].astype(np.float64)
    return chord_share(starts * STEPS_PER_QUARTER / score.ticks_per_quarter)


def _bar_steps(score: Any) -> int:
    """Of the first meter; 16 where there is none, or one whose bar is no whole number of 16ths."""
    if not len(score.time_signatures) or not score.time_signatures[0].denominator:
        return _PLAIN_BAR_STEPS
    meter = score.time_signatures[0]
    steps, rest = divmod(meter.numerator * 4 * STEPS_PER_QUARTER, meter.denominator)
    return int(steps) if rest == 0 and 1 <= steps <= _LONGEST_BAR_STEPS else _PLAIN_BAR_STEPS


def _signature_shift(score: Any) -> int | None:
    """A sharp more is a fifth up; a major key and its relative minor have one signature."""
    if not len(score.key_signatures):
        return None
    return (-7 * int(score.key_signatures[0].key) + 5) % 12 - 5


def _once(songs: Sequence[ChordSong], skipped: list[tuple[str, str]]) -> Iterator[ChordSong]:
    seen: set[int] = set()
    for song in songs:
        shape = hash(tuple((e.duration_steps, tuple(pitch + song.shift for pitch in e.pitches)) for e in song.events))
        if shape in seen:
            skipped.append((song.name, "twice: another file has the same chords"))
        else:
            seen.add(shape)
            yield song
