"""Clips from odd files: without notes they are refused, and of several tracks one is taken, and said which."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from engine.errors import DataError
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.kind import DRUMS, MELODY, judge_kind
from engine.representations.midi_file import read_clip
from engine.representations.midi_tracks import MidiTrack, load_song

FULL_SHARE = 0.25
"""A line with fewer notes than this share of the fullest one's is a fill, not the melody."""


def read_source(path: Path, track: int | None = None, kind: str | None = None) -> tuple[Clip, str | None]:
    """A clip from a file, and a line on what was chosen where there was a choice.

    Args:
        path: a Standard MIDI File.
        track: counted from 1 among those that have notes; None takes the only one, one kit of nothing but drum
            tracks, or the track that `pick_track` finds.
        kind: `melody` or `drums`, what is looked for; None takes a melody, or drums where there is none.

    Raises:
        DataError: the file has no notes or cannot be read, or it must be said which track.
        EngineError: as `read_clip` says.
    """
    song = load_song(path)
    tracks = song.tracks
    if not tracks:
        raise DataError(f"{path} has no notes; give a file that has some, or have new clips made: bridge sample")
    if track is not None or len(tracks) == 1 or all(one.is_drums for one in tracks):
        return read_clip(path, track), None
    clips = [_heard(one, song.ticks_per_quarter) for one in tracks]
    picked = pick_track(tracks, clips, kind)
    if picked is None:
        return read_clip(path), None  # which refuses it with the list of its tracks
    others = ", ".join(str(one) for one in tracks if one is not picked)
    return read_clip(path, picked.number), f"{path}: took track {picked}; --track takes another: {others}"


def pick_track(tracks: Sequence[MidiTrack], clips: Sequence[Clip], kind: str | None = None) -> MidiTrack | None:
    """The track that was most likely meant; None where no track is of the kind.

    Of drums the one with the most notes, those on the drum channel first; of melodies the highest, since that is the
    line one sings, but none that hardly plays.

    Args:
        tracks: of one file.
        clips: the same tracks as clips.
        kind: `melody`, `drums`, or None for a melody, or drums where there is none.
    """
    if kind is None:
        return pick_track(tracks, clips, MELODY) or pick_track(tracks, clips, DRUMS)
    if kind == DRUMS:
        kits = [one for one in tracks if one.is_drums] or _judged(tracks, clips, DRUMS)
        return max(kits, key=lambda one: len(one.notes), default=None)
    lines = [one for one in _judged(tracks, clips, MELODY) if not one.is_drums]
    fullest = max((len(one.notes) for one in lines), default=0)
    full = [one for one in lines if len(one.notes) >= FULL_SHARE * fullest]
    return max(full, key=lambda one: statistics.median(note.pitch for note in one.notes), default=None)


def _judged(tracks: Sequence[MidiTrack], clips: Sequence[Clip], kind: str) -> list[MidiTrack]:
    return [one for one, clip in zip(tracks, clips, strict=True) if judge_kind(clip).kind == kind]


def _heard(track: MidiTrack, ticks_per_quarter: int) -> Clip:
    notes = (
        Note(n.start / ticks_per_quarter, n.pitch, (n.end - n.start) / ticks_per_quarter, float(n.velocity))
        for n in track.notes
    )
    return make_clip(notes)
