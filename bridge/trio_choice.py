"""Trios from songs: which tracks of a file are its melody, its bass and its drums, as the models' data have them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bridge.track_choice import FULL_SHARE
from engine.errors import DataError
from engine.representations.grid import STEPS_PER_QUARTER
from engine.representations.melody import MAX_CHORD_SHARE, chord_share
from engine.representations.midi_file import read_clip
from engine.representations.midi_tracks import MidiSong, MidiTrack, load_song
from engine.representations.trio import BASS_PROGRAMS, MELODY_PROGRAMS, PARTS, TrioClips

_BASS_BELOW = 52
"""The lowest line of a file without basses is taken for one where half of its notes lie below this pitch, E3."""

Tracks = Sequence[MidiTrack]


def read_trio(path: Path) -> tuple[TrioClips, str]:
    """A trio from a file, and a line on which tracks it was made of; all parts are as long as the longest.

    Raises:
        DataError: the file cannot be read, or one of the parts is not in it.
        EngineError: as `read_clip` says.
    """
    song = load_song(path)
    parts = pick_parts(song)
    missing = [name for name, tracks in zip(PARTS, parts, strict=True) if not tracks]
    if missing:
        listed = ", ".join(map(str, song.tracks)) or "none with notes"
        raise DataError(
            f"{path} has no {' and no '.join(missing)} for a trio; its tracks are {listed}: "
            "give a song of a melody, a bass and drums"
        )
    clips = [read_clip(path, [track.number for track in tracks]) for tracks in parts]
    longest = max(clip.length_quarters for clip in clips)
    taken = "; ".join(f"{name} {', '.join(map(str, tracks))}" for name, tracks in zip(PARTS, parts, strict=True))
    return TrioClips(*(replace(clip, length_quarters=longest) for clip in clips)), f"{path}: took {taken}"


def pick_parts(song: MidiSong) -> tuple[Tracks, Tracks, Tracks]:
    """The tracks of melody, bass and drums; a part that is not in the song has none.

    A track of chords is no line. The bass is the fullest line with a bass's program, else the lowest line, where it is
    low. Of the other lines the melody is the highest, but none that hardly plays. All drum tracks are one kit.
    """
    drums = [track for track in song.tracks if track.is_drums]
    lines = [track for track in song.tracks if not track.is_drums and _is_line(track, song.ticks_per_quarter)]
    bass = list(_bass(lines))
    others = [track for track in lines if track not in bass and track.program in MELODY_PROGRAMS]
    fullest = max((len(track.notes) for track in others), default=0)
    full = [track for track in others if len(track.notes) >= FULL_SHARE * fullest]
    return sorted(full, key=_height, reverse=True)[:1], bass, drums


def _bass(lines: Tracks) -> Iterator[MidiTrack]:
    """One track, or none."""
    basses = [track for track in lines if track.program in BASS_PROGRAMS]
    if basses:
        yield max(basses, key=lambda track: len(track.notes))
    elif len(lines) > 1:
        lowest = min(lines, key=_height)
        if _height(lowest) < _BASS_BELOW:
            yield lowest


def _is_line(track: MidiTrack, ticks_per_quarter: int) -> bool:
    starts = np.array([note.start for note in track.notes]) * (STEPS_PER_QUARTER / ticks_per_quarter)
    return chord_share(starts) <= MAX_CHORD_SHARE


def _height(track: MidiTrack) -> float:
    return statistics.median(note.pitch for note in track.notes)
