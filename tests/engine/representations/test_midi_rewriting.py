"""MIDI files with other notes: what is not exchanged stays message by message."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import mido
import pytest
from made_up_songs import write_song

from engine.errors import DataError, OutOfRangeError
from engine.representations.midi_rewriting import rewrite
from engine.representations.midi_tracks import TickNote, load_song

NOTE_ON, NOTE_OFF = "note_on", "note_off"


def others(path: Path) -> list[list[tuple[int, Any]]]:
    """All messages that are no notes, with their ticks."""
    found = []
    for track in mido.MidiFile(path).tracks:
        tick, rows = 0, []
        for message in track:
            tick += message.time
            if message.type not in (NOTE_ON, NOTE_OFF, "end_of_track"):
                rows.append((tick, message.copy(time=0)))
        found.append(rows)
    return found


def entangled(path: Path, seed: int, form: int) -> Path:
    """A file of odd notes: overlaps of one pitch, several channels, notes never ended, or ended twice."""
    chance = random.Random(seed)
    file = mido.MidiFile(type=form, ticks_per_beat=chance.choice([3, 96, 220, 480]))
    for _ in range(1 if form == 0 else 3):
        track = mido.MidiTrack([mido.MetaMessage("track_name", name="odd")])
        for _ in range(120):
            what = chance.choice([NOTE_ON, NOTE_ON, NOTE_OFF])
            track.append(
                mido.Message(
                    what,
                    note=chance.choice([36, 60, 61]),
                    velocity=chance.choice([0, 1, 64, 127]),
                    channel=chance.choice([0, 3, 9]),
                    time=chance.choice([0, 0, 1, 7]),
                )
            )
        track.append(mido.Message("control_change", control=7, value=100, time=5))
        file.tracks.append(track)
    file.save(path)
    return path


@pytest.mark.parametrize("form", [0, 1])
@pytest.mark.parametrize("seed", range(12))
def test_a_file_whose_notes_are_not_exchanged_reads_the_same(tmp_path: Path, seed: int, form: int) -> None:
    source = entangled(tmp_path / "odd.mid", seed, form)
    song = load_song(source)
    rewrite(source, song, {}, tmp_path / "again.mid")
    assert load_song(tmp_path / "again.mid") == song
    assert others(tmp_path / "again.mid") == others(source)


def test_one_track_gets_other_notes_and_all_else_stays(tmp_path: Path) -> None:
    source = write_song(tmp_path / "song.mid")
    song = load_song(source)
    new = [TickNote(0, 50, 70, 99, 64, 2), TickNote(50, 96, 70, 98, 1, 2)]
    rewrite(source, song, {3: new}, tmp_path / "new.mid")
    again = load_song(tmp_path / "new.mid")
    assert again.tracks[2].notes == tuple(new)
    assert [t for t in again.tracks if t.number != 3] == [t for t in song.tracks if t.number != 3]
    assert others(tmp_path / "new.mid") == others(source)
    assert (again.tempi, again.end) == (song.tempi, song.end)


def test_a_channel_of_a_file_of_one_track_is_exchanged_alone(tmp_path: Path) -> None:
    source = entangled(tmp_path / "odd.mid", 3, 0)
    song = load_song(source)
    rewrite(source, song, {2: [TickNote(1, 9, 50, 60, 64, 3)]}, tmp_path / "new.mid")
    tracks = load_song(tmp_path / "new.mid").tracks
    assert tracks[1].notes == (TickNote(1, 9, 50, 60, 64, 3),)
    assert (tracks[0].notes, tracks[2].notes) == (song.tracks[0].notes, song.tracks[2].notes)


def test_the_end_and_its_marker_move_and_never_before_the_last_note(tmp_path: Path) -> None:
    source = write_song(tmp_path / "song.mid")
    file = mido.MidiFile(source)
    file.tracks[0].append(mido.MetaMessage("marker", text="loopEnd", time=0))
    file.save(source)
    song = load_song(source)
    rewrite(source, song, {}, tmp_path / "longer.mid", end=song.end + 960)
    longer = load_song(tmp_path / "longer.mid")
    assert (longer.end, longer.loop_end) == (song.end + 960, song.end + 960)
    rewrite(source, song, {1: [TickNote(0, song.end + 5, 60, 60, 64, 0)]}, tmp_path / "held.mid")
    assert load_song(tmp_path / "held.mid").end == song.end + 5


def test_a_track_that_is_not_there_and_a_folder_that_is_not_there_are_refused(tmp_path: Path) -> None:
    source = write_song(tmp_path / "song.mid")
    song = load_song(source)
    with pytest.raises(OutOfRangeError, match="counted from 1"):
        rewrite(source, song, {6: []}, tmp_path / "new.mid")
    with pytest.raises(DataError, match="cannot be written"):
        rewrite(source, song, {}, tmp_path / "nowhere" / "new.mid")
