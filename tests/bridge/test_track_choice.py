"""Odd files: none of their notes, several tracks, and which of them is meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import mido
import pytest
from made_up import beat, line

from bridge.track_choice import read_source
from engine.errors import DataError, OutOfRangeError
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.midi_file import read_clip, write_clip

CHORDS = make_clip(Note(start, pitch, 1.0) for start in range(8) for pitch in (60, 64, 67))


def song(folder: Path, parts: Sequence[tuple[str, Clip, int]]) -> Path:
    """A file of several tracks, each with a name and a channel."""
    whole = mido.MidiFile(type=1, ticks_per_beat=960)
    for name, clip, channel in parts:
        write_clip(clip, folder / "part.mid", channel=channel)
        part = mido.MidiFile(folder / "part.mid")
        for message in part.tracks[0]:
            message.time = round(message.time * 960 / part.ticks_per_beat)
        whole.tracks.append(mido.MidiTrack([mido.MetaMessage("track_name", name=name), *part.tracks[0]]))
    path = folder / "song.mid"
    whole.save(path)
    return path


def higher(clip: Clip, semitones: int, notes: int | None = None) -> Clip:
    moved = (Note(n.start_quarters, n.pitch + semitones, n.duration_quarters, n.velocity) for n in clip.notes[:notes])
    return make_clip(moved, clip.length_quarters)


def test_a_file_without_notes_is_refused_with_what_to_do(tmp_path: Path) -> None:
    write_clip(Clip((), 8.0), tmp_path / "none.mid")
    with pytest.raises(DataError, match=r"none\.mid has no notes; give a file that has some"):
        read_source(tmp_path / "none.mid")


def test_a_file_of_one_track_is_read_without_a_word(tmp_path: Path) -> None:
    write_clip(line(), tmp_path / "line.mid")
    assert read_source(tmp_path / "line.mid") == (read_clip(tmp_path / "line.mid"), None)


def test_of_several_lines_the_highest_is_taken_and_the_others_are_listed(tmp_path: Path) -> None:
    parts = [("alto", line(1), 0), ("soprano", higher(line(2), 12), 1), ("bass", higher(line(3), -24), 2)]
    path = song(tmp_path, parts)
    clip, said = read_source(path)
    assert clip == read_clip(path, 2)
    assert said is not None
    assert "took track 2 (soprano" in said
    assert "--track takes another: 1 (alto" in said


def test_a_high_line_that_hardly_plays_is_not_the_melody(tmp_path: Path) -> None:
    parts = [("melody", line(1, bars=8), 0), ("bell", higher(line(2, bars=8), 24, notes=2), 1)]
    assert "took track 1 (melody" in str(read_source(song(tmp_path, parts))[1])


def test_what_is_to_be_humanized_is_looked_for_among_the_drums(tmp_path: Path) -> None:
    path = song(tmp_path, [("melody", line(1), 0), ("kit", beat(1), 9)])
    assert "took track 2 (kit" in str(read_source(path, kind="drums")[1])
    assert "took track 1 (melody" in str(read_source(path)[1])


def test_a_song_without_a_melody_gives_its_drums(tmp_path: Path) -> None:
    path = song(tmp_path, [("piano", CHORDS, 0), ("kit", beat(1), 9)])
    assert "took track 2 (kit" in str(read_source(path)[1])


def test_where_no_track_is_of_the_kind_it_must_be_said_which(tmp_path: Path) -> None:
    path = song(tmp_path, [("piano", CHORDS, 0), ("organ", CHORDS, 1)])
    with pytest.raises(DataError, match=r"2 tracks; say which: 1 \(piano"):
        read_source(path)


def test_a_track_that_is_named_is_taken(tmp_path: Path) -> None:
    path = song(tmp_path, [("piano", CHORDS, 0), ("organ", CHORDS, 1)])
    assert read_source(path, 2) == (read_clip(path, 2), None)
    with pytest.raises(OutOfRangeError, match="track is 3"):
        read_source(path, 3)
