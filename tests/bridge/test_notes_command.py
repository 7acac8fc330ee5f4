"""`bridge notes`, on songs of many tracks with tiny models: what is outside stays tick by tick."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest
from click.testing import CliRunner, Result
from made_up_songs import FILLER, INVENTOR, song_parts, write_model, write_song

from bridge.cli import main
from bridge.note_files import bars_after, read_song, write_new_bars
from engine.errors import DataError
from engine.representations.midi_parts import write_parts
from engine.representations.midi_tracks import MidiSong, TickNote, load_song
from engine.runtime.note_songs import Written

SEEDED = ("--seed", 4, "--temperature", 1.0, "--count", 2)


def bridge(*words: object, status: int = 0) -> Result:
    result = CliRunner().invoke(main, ["notes", *(str(word) for word in words)])
    assert result.exit_code == status, result.output
    assert status == 0 or "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def filler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(FILLER, tmp_path_factory.mktemp("models") / "infill_2bar")


@pytest.fixture(scope="module")
def inventor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(INVENTOR, tmp_path_factory.mktemp("models") / "multi_note")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write_song(tmp_path / "song.mid")


def answers(folder: Path, name: str) -> list[MidiSong]:
    return [load_song(path) for path in sorted(folder.glob(f"{name}_*.mid"))]


def within(song: MidiSong, first: float, last: float) -> list[list[TickNote]]:
    """Notes of each track that begin in bars counted from 0, the last one left out."""
    bar = song.ticks_per_quarter * 4
    return [[note for note in track.notes if first * bar <= note.start < last * bar] for track in song.tracks]


def test_a_song_is_gone_on_with_on_all_tracks_and_stays_itself(song: Path, filler: Path, tmp_path: Path) -> None:
    told = bridge("continue", song, "--bars", 3, *SEEDED, "--checkpoint", filler, "--out", tmp_path / "out").output
    assert "goes on from bar 5" in told
    before = load_song(song)
    found = answers(tmp_path / "out", "song_continued")
    assert len(found) == 2
    assert found[0].tracks != found[1].tracks
    for after in found:
        names = [(t.name, t.program, t.is_drums) for t in after.tracks]
        assert names == [(t.name, t.program, t.is_drums) for t in before.tracks]
        assert within(after, 0, 4) == within(before, 0, 4)
        assert any(within(after, 4, 7))
        assert after.end == 7 * 4 * after.ticks_per_quarter
        assert (after.tempi, after.meters) == (before.tempi, before.meters)


def test_bars_are_filled_and_all_others_and_all_that_is_no_note_stay(song: Path, filler: Path, tmp_path: Path) -> None:
    words = ["infill", song, "--from-bar", 2, "--to-bar", 3, *SEEDED, "--checkpoint", filler, "--out", tmp_path]
    told = bridge(*words).output
    assert "new notes in" in told
    before = load_song(song)
    for after in answers(tmp_path, "song_infilled"):
        for bars in ((0, 1), (3, 4)):
            assert within(after, *bars) == within(before, *bars)
        assert within(after, 1, 3) != within(before, 1, 3)
        assert any(within(after, 1, 3))
    kinds = {message.type for message in mido.MidiFile(tmp_path / "song_infilled_01.mid").tracks[0]}
    assert {"control_change", "pitchwheel", "lyrics", "set_tempo"} <= kinds
    bridge(*words[:-1], tmp_path / "again")
    assert (tmp_path / "again" / "song_infilled_02.mid").read_bytes() == (
        tmp_path / "song_infilled_02.mid"
    ).read_bytes()


def test_the_new_bars_can_be_written_alone(song: Path, filler: Path, tmp_path: Path) -> None:
    shared = [*SEEDED, "--checkpoint", filler]
    bridge("continue", song, "--bars", 2, *shared, "--out", tmp_path / "whole")
    bridge("continue", song, "--bars", 2, *shared, "--out", tmp_path / "new", "--only-new")
    whole, new = (answers(tmp_path / kind, "song_continued")[0] for kind in ("whole", "new"))
    assert new.end == 2 * 4 * new.ticks_per_quarter
    assert new.tempi == ((0, 400_000),)
    behind = {track.name: notes for track, notes in zip(whole.tracks, within(whole, 4, 6), strict=True) if notes}
    assert {t.name: [(n.pitch, n.velocity) for n in t.notes] for t in new.tracks} == {
        name: [(n.pitch, n.velocity) for n in notes] for name, notes in behind.items()
    }


def test_new_bars_without_a_note_are_no_file(song: Path, tmp_path: Path) -> None:
    source = read_song(song)
    nothing = tuple(track.notes[:0] for track in source.tracks)
    written = Written((nothing,), tuple(np.ones(len(track.notes), bool) for track in source.tracks), ())
    with pytest.raises(DataError, match="another seed"):
        list(write_new_bars(source, written, bars_after(source, 1), tmp_path, "new"))


def test_a_song_is_varied_on_its_own_tracks(song: Path, inventor: Path, tmp_path: Path) -> None:
    bridge("vary", song, "--amount", 0.7, *SEEDED, "--checkpoint", inventor, "--out", tmp_path, "--plot")
    before = load_song(song)
    for after in answers(tmp_path, "song_varied"):
        assert {track.name for track in after.tracks} <= {track.name for track in before.tracks}
        assert after.end == before.end
        assert within(after, 0, 4) != within(before, 0, 4)
    assert (tmp_path / "song_varied.png").stat().st_size > 1000


def test_new_music_is_sampled_and_two_songs_are_mixed(song: Path, inventor: Path, tmp_path: Path) -> None:
    bridge("sample", *SEEDED, "--checkpoint", inventor, "--out", tmp_path / "new", "--plot")
    assert [read_song(path).num_bars for path in sorted((tmp_path / "new").glob("notes_*.mid"))] == [2, 2]
    other = write_song(tmp_path / "other.mid", 2)
    shared = ["--checkpoint", inventor, "--out", tmp_path / "way", "--plot"]
    bridge("interpolate", song, other, "--steps", 3, *shared)
    way = answers(tmp_path / "way", "song_to_other")
    assert [one.end / one.ticks_per_quarter for one in way] == [16, 16, 16]
    channels = [{note.channel for track in one.tracks for note in track.notes} for one in way]
    assert all(len(one.tracks) == len(its) for one, its in zip(way, channels, strict=True))


def test_tracks_without_room_and_tracks_that_rest_are_named(filler: Path, tmp_path: Path) -> None:
    parts = [part for _ in range(3) for part in song_parts()[:3]]
    write_parts([*parts, song_parts()[4]], tmp_path / "crowd.mid")
    told = bridge("infill", tmp_path / "crowd.mid", "--from-bar", 3, "--checkpoint", filler, "--out", tmp_path).output
    line = next(line for line in told.splitlines() if "no room" in line)
    assert "rest in what is new" in line
    assert line.count("notes") >= 2


def test_a_song_ends_with_its_last_bar_of_music_where_the_file_rests_for_long(tmp_path: Path) -> None:
    song = write_song(tmp_path / "song.mid")
    file = mido.MidiFile(song)
    for bars, wanted in ((1, 5), (4, 4)):
        file.tracks[1].append(mido.Message("control_change", control=7, value=1, time=bars * 4 * file.ticks_per_beat))
        file.save(song)
        assert read_song(song).num_bars == wanted


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--from-bar", 5), "1 to 4"),
        (("--from-bar", 3, "--to-bar", 2), "in order"),
        (("--from-bar", 1, "--to-bar", 4), "nothing to go on with"),
    ],
)
def test_bars_that_cannot_be_filled_are_refused(
    song: Path, filler: Path, tmp_path: Path, words: tuple[object, ...], text: str
) -> None:
    assert text in bridge("infill", song, *words, "--checkpoint", filler, "--out", tmp_path, status=1).output


def test_odd_files_and_wrong_models_are_refused_in_words(
    song: Path, filler: Path, inventor: Path, tmp_path: Path
) -> None:
    waltz = write_song(tmp_path / "waltz.mid", 4, 3)
    out = ["--out", tmp_path / "out"]
    assert "3/4" in bridge("continue", waltz, "--checkpoint", filler, *out, status=1).output
    mido.MidiFile(tracks=[mido.MidiTrack()]).save(tmp_path / "empty.mid")
    assert "no notes" in bridge("vary", tmp_path / "empty.mid", "--checkpoint", inventor, *out, status=1).output
    (tmp_path / "broken.mid").write_bytes(b"MThd no")
    assert "not a whole MIDI" in bridge("continue", tmp_path / "broken.mid", *out, status=1).output
    assert "infill_2bar" in bridge("continue", song, "--checkpoint", inventor, *out, status=1).output
    assert "multi_note" in bridge("vary", song, "--checkpoint", filler, *out, status=1).output
    assert "no checkpoint" in bridge("sample", "--checkpoint", tmp_path, *out, status=1).output
