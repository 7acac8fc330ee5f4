"""`bridge chords`, from a folder of songs to a map, by commands alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_up_chords import progression, write_songs, write_system

from bridge.chord_files import chord_line
from bridge.cli import main
from engine.representations.midi_file import read_clip, write_clip


def bridge(*words: object, status: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    write_songs(folder)
    out = folder / "mine"
    told = bridge("chords", "train", folder, "--out", out, "--speed", 0.002, "--threads", 1).output
    assert "card.md" in told
    return out


def test_a_file_is_continued_and_its_chords_are_said(system: Path, tmp_path: Path) -> None:
    write_clip(progression("C F G C", numerator=4), tmp_path / "song.mid")
    words = ["chords", "continue", tmp_path / "song.mid", "--bars", 3, "--count", 2, "--seed", 4]
    told = bridge(*words, "--checkpoint", system, "--out", tmp_path / "out").output
    clips = [read_clip(path) for path in sorted((tmp_path / "out").glob("song_continued_*.mid"))]
    assert [clip.length_quarters for clip in clips] == [12.0, 12.0]
    assert [line.count("|") for line in told.splitlines() if line.startswith("  |")] == [4, 4]


def test_new_pieces_are_sampled(system: Path, tmp_path: Path) -> None:
    bridge("chords", "sample", "--count", 2, "--checkpoint", system, "--out", tmp_path)
    assert len(list(tmp_path.glob("chords_*.mid"))) == 2


def test_the_map_is_written_with_its_picture(system: Path, tmp_path: Path) -> None:
    for name, chords in (("a", "C F G C"), ("b", "Am Dm E Am")):
        write_clip(progression(chords), tmp_path / f"{name}.mid")
    files = ["--between", tmp_path / "a.mid", tmp_path / "b.mid", "--picture", tmp_path / "map.svg"]
    bridge("chords", "map", "--checkpoint", system, "--out", tmp_path / "deep" / "map.html", *files)
    assert "click" in (tmp_path / "deep" / "map.html").read_text(encoding="utf-8")
    assert (tmp_path / "map.svg").is_file()


def test_a_folder_tells_its_vocabulary(system: Path) -> None:
    told = bridge("chords", "vocabulary", system.parent, "--octaves", "kept", "--count", 3).output
    assert "words cover" in told


def test_a_model_of_something_else_is_refused(tmp_path: Path) -> None:
    from made_up import write_checkpoints

    told = bridge("chords", "sample", "--checkpoint", write_checkpoints(tmp_path), "--out", tmp_path, status=1).output
    assert "no system of chords" in told


def test_the_studio_varies_chords_by_their_kind(tmp_path: Path) -> None:
    write_system(tmp_path)
    write_clip(progression("C Am F G"), tmp_path / "song.mid")
    bridge(
        "vary", tmp_path / "song.mid", "--count", 2, "--amount", 0.5, "--checkpoint", tmp_path / "chords", "--kind",
        "chords", "--model", "chords", "--out", tmp_path / "out",
    )  # fmt: skip
    assert len(list((tmp_path / "out").glob("*.mid"))) == 2


def test_bars_are_told_apart_and_a_chord_that_goes_on_is_said_once() -> None:
    assert chord_line(progression("C C F G Am Am Am Am")) == "| C F G | Am |"
