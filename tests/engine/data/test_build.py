"""Data sets from folders of made-up MIDI files, broken ones among them."""

from __future__ import annotations

import csv
from pathlib import Path

import mido
import numpy as np
import pytest
from made_up import DRUM_FOLDER, LINE_FOLDER, beat, line, write_music

from engine.data import extract as extraction
from engine.data.build import BuildReport, build
from engine.data.dataset import MusicSet, data_hash, load_set
from engine.data.extract import extract
from engine.data.kinds import KINDS, named_kinds
from engine.data.sources import VALID, SourceFile, find_files, split_by_hash
from engine.errors import DataError
from engine.representations import groove, melody
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.drums import GENERAL_MIDI, ROLAND
from engine.representations.midi_file import write_clip


def skipped(path: Path) -> str | None:
    return extract(SourceFile(path, path.name)).skipped


def written(clip: Clip, path: Path, channel: int = 0) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    write_clip(clip, path, channel=channel)
    return path


def moved(clip: Clip, semitones: int) -> Clip:
    notes = (Note(n.start_quarters, n.pitch + semitones, n.duration_quarters, n.velocity) for n in clip.notes)
    return make_clip(notes, clip.length_quarters)


def hostile_folder(folder: Path) -> dict[str, str]:
    """A folder with one good file and one of each bad kind; what each is skipped for."""
    written(line(1), folder / "good.mid")
    written(line(2, numerator=3), folder / "waltz.mid")
    written(line(3, bars=1), folder / "short.mid")
    written(make_clip([Note(k, 60 + v, 1.0) for k in range(16) for v in (0, 4, 7)]), folder / "chords.mid")
    (folder / "empty.mid").write_bytes(b"")
    (folder / "broken.mid").write_bytes((folder / "good.mid").read_bytes()[:20])
    (folder / "text.MIDI").write_bytes(b"not music")
    (folder / "huge.mid").write_bytes(b"MThd" + bytes(extraction.MAX_FILE_BYTES))
    (folder / "ignored.txt").write_bytes(b"not even by name")
    mido.MidiFile(tracks=[mido.MidiTrack()]).save(folder / "silent.mid")
    return {
        "waltz.mid": "not in 4/4", "short.mid": "too short", "chords.mid": "no line", "empty.mid": "broken",
        "broken.mid": "broken", "text.MIDI": "broken", "huge.mid": "oversized", "silent.mid": "empty",
    }  # fmt: skip


def test_chords_are_no_line_and_have_windows_of_notes(tmp_path: Path) -> None:
    expected = hostile_folder(tmp_path / "in")
    report = build([tmp_path / "in"], tmp_path / "out.lbdata", workers=1)
    assert expected["chords.mid"] == "no line"
    assert "chords.mid" not in dict(report.skipped)


def test_bad_files_are_skipped_each_with_its_reason(tmp_path: Path) -> None:
    expected = hostile_folder(tmp_path / "in")
    steps = [kind for kind in KINDS.values() if not kind.slots]
    report = build([tmp_path / "in"], tmp_path / "out.lbdata", kinds=steps, workers=1)
    assert {name: reason.split(":")[0] for name, reason in report.skipped} == expected
    assert report.files == 1 + len(expected)
    assert report.skipped_by_reason()["broken"] == 3
    assert sum(report.kept.values()) > 0


@pytest.mark.parametrize("limit", ["MAX_NOTES", "MAX_BARS"])
def test_a_file_of_too_many_notes_or_bars_is_oversized(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(extraction, limit, 3)
    assert str(skipped(written(line(), tmp_path / "long.mid"))).startswith("oversized")


def test_a_meter_with_an_impossible_denominator_is_not_fatal(tmp_path: Path) -> None:
    content = bytearray(written(line(), tmp_path / "odd.mid").read_bytes())
    where = content.index(b"\xff\x58\x04") + 4
    content[where] = 200
    (tmp_path / "odd.mid").write_bytes(content)
    assert skipped(tmp_path / "odd.mid") == "not in 4/4"


def test_a_file_that_cannot_be_read_is_skipped(tmp_path: Path) -> None:
    assert str(skipped(tmp_path / "gone.mid")).startswith("unreadable")


def test_the_same_files_give_the_same_bytes_with_any_number_of_workers(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_music(tmp_path / "a", files=4)
    one = build([tmp_path / "a"], tmp_path / "one.lbdata", workers=1)
    two = build([tmp_path / "a"], tmp_path / "two.lbdata", workers=2)
    assert (tmp_path / "one.lbdata").read_bytes() == (tmp_path / "two.lbdata").read_bytes()
    assert one.sha256 == two.sha256
    assert data_hash(tmp_path / "one.lbdata", "melody") == data_hash(tmp_path / "two.lbdata", "melody")
    assert data_hash(tmp_path / "one.lbdata", "melody") != data_hash(tmp_path / "one.lbdata", "groove")


def test_a_build_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.mid"):
        build([tmp_path], tmp_path / "out.lbdata")
    written(line(numerator=3), tmp_path / "waltz.mid")
    with pytest.raises(DataError, match="not in 4/4"):
        build([tmp_path], tmp_path / "out.lbdata", workers=1)
    assert not list(tmp_path.glob("out*"))


def test_the_manifest_says_source_and_split(data_file: Path) -> None:
    for music, source in (("melody", "Open Hymnal"), ("groove", "groove-midi-1.0.0")):
        for split in ("train", "valid"):
            found = load_set(data_file, music, split)
            assert {found.sources[number] for number in found.source.tolist()} == {source}
            assert len(set(found.file.tolist())) == (8 if split == "train" else 2)


def test_a_manifest_of_another_program_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.csv").write_text("name,size\na.mid,3\n")
    written(line(), tmp_path / "a.mid")
    assert [file.split for file in find_files(tmp_path)] == [None]


def test_without_a_manifest_a_tenth_is_for_validation_by_content() -> None:
    splits = [split_by_hash(bytes([k % 256, k // 256])) for k in range(4000)]
    assert 0.07 < splits.count(VALID) / len(splits) < 0.13
    assert splits == [split_by_hash(bytes([k % 256, k // 256])) for k in range(4000)]


def split_folder(folder: Path, *files: tuple[str, Clip, str]) -> BuildReport:
    for name, clip, _ in files:
        written(clip, folder / name)
    with (folder / "MANIFEST.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("path", "source", "split"), *((name, "s", split) for name, _, split in files)])
    return build([folder], folder / "out.lbdata", workers=1)


def test_a_window_of_training_is_never_in_validation_not_even_transposed(tmp_path: Path) -> None:
    split_folder(
        tmp_path, ("a.mid", moved(line(1), 5), "valid"), ("b.mid", line(1), "train"), ("c.mid", line(2), "valid")
    )
    shapes = [shape_set(load_set(tmp_path / "out.lbdata", "melody", split)) for split in ("train", "valid")]
    assert not shapes[0] & shapes[1]
    assert set(load_set(tmp_path / "out.lbdata", "melody", "valid").file.tolist()) == {2}


def shape_set(music: MusicSet) -> set[tuple[int, ...]]:
    """Each window from its first pitch on, so that transpositions look alike."""
    rows = music.music.numpy().astype(int)
    return {tuple(np.where(row > 1, row - row[row > 1][0] + 100, row)) for row in rows}


def test_transpositions_are_duplicates_and_counted(tmp_path: Path) -> None:
    report = split_folder(tmp_path, ("a.mid", line(1), "train"), ("b.mid", moved(line(1), -3), "train"))
    assert report.duplicates["melody"] == report.kept["melody train"] == 3


def test_windows_of_a_melody_are_its_bars_two_by_two(tmp_path: Path) -> None:
    clip = line(5, bars=3)
    windows = extract(SourceFile(written(clip, tmp_path / "a.mid"), "a")).by_kind["melody"]
    tokens = melody.to_tensor(clip).tokens
    assert [row.tolist() for row in windows] == [tokens[:32].tolist(), melody.without_leading_off(tokens[16:]).tolist()]


@pytest.mark.parametrize(("source", "drum_map"), [("groove-midi-1.0.0", ROLAND), ("unlisted", GENERAL_MIDI)])
def test_windows_of_drums_keep_the_feel_on_the_map_of_their_source(
    tmp_path: Path, source: str, drum_map: object
) -> None:
    notes = [Note(n.start_quarters, n.pitch, 0.1, n.velocity) for n in beat(4, bars=2).notes if n.start_quarters < 7.8]
    clip = make_clip([*notes, Note(1.25, 48, 0.1, 90.0)], 8.0)  # high tom on the one, mid tom on the other
    path = written(clip, tmp_path / "a.mid", channel=9)
    (window,) = extract(SourceFile(path, "a", source)).by_kind["groove"]
    expected = groove.stack(groove.to_tensor(clip, drum_map))
    np.testing.assert_array_equal(window[:, :9], expected[:, :9])
    np.testing.assert_allclose(window, expected, atol=0.005)


def test_only_the_stretches_in_four_four_are_read(tmp_path: Path) -> None:
    track = mido.MidiTrack()
    for meter, bars in ((4, 2), (3, 2), (4, 2)):
        track.append(mido.MetaMessage("time_signature", numerator=meter, denominator=4))
        for number in range(meter * bars):
            track += [mido.Message("note_on", note=60 + number), mido.Message("note_off", note=60 + number, time=480)]
    mido.MidiFile(tracks=[track]).save(tmp_path / "changes.mid")
    windows = extract(SourceFile(tmp_path / "changes.mid", "changes")).by_kind["melody"]
    assert len(windows) == 2
    np.testing.assert_array_equal(windows[0], windows[1])


def test_a_data_set_that_is_none_is_refused(tmp_path: Path, data_file: Path) -> None:
    (tmp_path / "noise").write_bytes(b"noise")
    for path in (tmp_path / "noise", tmp_path / "gone"):
        with pytest.raises(DataError, match="cannot read"):
            load_set(path, "melody", "train")
    (tmp_path / "cut").write_bytes(data_file.read_bytes()[:-1000])
    with pytest.raises(DataError, match="cannot read"):
        load_set(tmp_path / "cut", "melody", "train")
    (tmp_path / "lines").mkdir()
    split_folder(tmp_path / "lines", ("a.mid", line(), "train"))
    with pytest.raises(DataError, match="no groove windows"):
        load_set(tmp_path / "lines" / "out.lbdata", "groove", "train")


def test_a_data_set_of_some_kinds_has_no_others(tmp_path: Path, data_file: Path, music_folder: Path) -> None:
    folders = [music_folder / LINE_FOLDER, music_folder / DRUM_FOLDER]
    build(folders, tmp_path / "some.lbdata", kinds=named_kinds(["groove"]), workers=1)
    assert data_hash(tmp_path / "some.lbdata", "groove") == data_hash(data_file, "groove")
    with pytest.raises(DataError, match="without melody"):
        load_set(tmp_path / "some.lbdata", "melody", "train")


def test_a_source_can_be_chosen_and_weighed(tmp_path: Path) -> None:
    for number, name in enumerate(("a.mid", "b.mid")):
        written(line(number), tmp_path / name)
    rows = [("path", "source", "split"), ("a.mid", "one", "train"), ("b.mid", "other", "train")]
    with (tmp_path / "MANIFEST.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    build([tmp_path], tmp_path / "out.lbdata", workers=1)
    found = load_set(tmp_path / "out.lbdata", "melody", "train")
    weights = found.weights({"other": 3.0})
    assert weights.mean().item() == pytest.approx(1)
    assert weights.max().item() == pytest.approx(3 * weights.min().item())
    assert len(found.only(("other",))) == 3
    assert len(found.only(())) == len(found.only(("nobody",))) == len(found) == 6
