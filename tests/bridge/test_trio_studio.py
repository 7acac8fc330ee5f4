"""Trios in the studio: songs in, files of three tracks out, and models chosen by name."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import mido
import pytest
from click.testing import CliRunner, Result
from made_up import beat, line, write_checkpoints, write_forms

from bridge.answer_files import write_trios
from bridge.cli import main
from bridge.client import Client
from bridge.protocol.request_messages import Sample
from bridge.protocol.settings import Settings
from bridge.server import Server, ServerConfig
from bridge.trio_choice import read_trio
from engine.errors import DataError
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.midi_file import list_tracks, read_clip
from engine.representations.midi_parts import Part, write_parts
from engine.representations.trio import TrioClips
from engine.runtime.engine import Engine

BASS = make_clip([replace(note, pitch=note.pitch - 30) for note in line(5).notes], 16.0)
CHORDS = make_clip([Note(start, pitch, 1.0) for start in range(16) for pitch in (60, 64, 67)], 16.0)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_forms(write_checkpoints(tmp_path_factory.mktemp("models")))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write(tmp_path / "song.mid", [TUNE, LOW, KIT])


TUNE, LOW, KIT = Part(line(1), "tune", 80), Part(BASS, "low", 33, 1), Part(beat(1), "kit", 0, 9)


def write(path: Path, parts: Sequence[Part]) -> Path:
    write_parts(parts, path)
    return path


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def run(*words: object) -> str:
    result = ask(*words)
    assert result.exit_code == 0, result.output
    return result.output


def starts(clip: Clip) -> list[tuple[float, int]]:
    return [(note.start_quarters, note.pitch) for note in clip.notes]


def test_a_trio_is_written_as_one_file_of_three_tracks_and_read_again(tmp_path: Path) -> None:
    trio = TrioClips(TUNE.clip, LOW.clip, KIT.clip)
    ((path, said),) = write_trios(tmp_path, "trio", [trio])
    assert said == f"{path}: {len(trio.melody.notes)} + {len(trio.bass.notes)} + {len(trio.drums.notes)} notes"
    tracks = list_tracks(path)
    assert [(track.name, track.program, track.is_drums) for track in tracks] == [
        ("melody", 0, False), ("bass", 33, False), ("drums", 0, True),
    ]  # fmt: skip
    assert [{note.channel for note in track.notes} for track in tracks] == [{0}, {1}, {9}]
    assert mido.MidiFile(path).type == 1
    again = read_trio(path)[0]
    assert (again.melody, again.bass) == (trio.melody, trio.bass)
    assert [n.pitch for n in again.drums.notes] == [n.pitch for n in trio.drums.notes]


def test_a_part_that_sounds_beyond_the_end_keeps_the_length_of_all(tmp_path: Path) -> None:
    ringing = make_clip([*line(1).notes[:-1], Note(15.0, 60, 3.0)], 16.0)
    path = write(tmp_path / "ringing.mid", [Part(ringing), LOW, KIT])
    assert {read_clip(path, number).length_quarters for number in (1, 2, 3)} == {16.0}


def test_the_tracks_of_a_song_are_taken_as_the_models_learnt_them(tmp_path: Path) -> None:
    pad = Part(replace(line(7), notes=tuple(replace(n, pitch=n.pitch + 20) for n in line(7).notes)), "pad", 90, 2)
    harmony, inner, brushes = Part(CHORDS, "harmony", 0, 3), Part(line(3), "inner", 40, 4), Part(beat(3), "more", 0, 9)
    path = write(tmp_path / "song.mid", [pad, harmony, LOW, TUNE, inner, KIT, brushes])
    trio, said = read_trio(path)
    assert starts(trio.bass) == starts(LOW.clip)
    assert starts(trio.melody) in (starts(TUNE.clip), starts(inner.clip))
    assert len(trio.drums.notes) == len(KIT.clip.notes) + len(brushes.clip.notes)
    assert "bass 3 (low" in said
    assert "drums 6 (kit" in said
    assert "7 (more" in said


def test_without_a_basss_program_the_lowest_line_is_the_bass(tmp_path: Path) -> None:
    path = write(tmp_path / "plain.mid", [replace(LOW, program=0), replace(TUNE, program=0), KIT])
    trio, _ = read_trio(path)
    assert (starts(trio.melody), starts(trio.bass)) == (starts(TUNE.clip), starts(LOW.clip))


@pytest.mark.parametrize(
    ("parts", "missing"),
    [([TUNE, KIT], "no bass"), ([TUNE, LOW], "no drums"), ([LOW, KIT], "no melody"), ([KIT], "no melody and no bass")],
)
def test_a_song_without_one_of_the_parts_is_refused_with_its_tracks(
    tmp_path: Path, parts: list[Part], missing: str
) -> None:
    with pytest.raises(DataError, match=f"has {missing} for a trio; its tracks are 1 "):
        read_trio(write(tmp_path / "song.mid", parts))


def test_parts_that_end_earlier_rest_and_are_not_looped(tmp_path: Path) -> None:
    short = replace(LOW, clip=make_clip(BASS.notes[:4], 16.0))
    longer = replace(TUNE, clip=line(1, bars=6))
    write_parts([longer, short, KIT], tmp_path / "song.mid")
    trio, _ = read_trio(tmp_path / "song.mid")
    assert {clip.length_quarters for clip in trio.clips} == {24.0}
    assert len(trio.bass.notes) == 4


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("sample trio_16bar --count 2 --temperature 1", ["trio_16bar_sample_01", "trio_16bar_sample_02"]),
        ("vary SONG --model trio_16bar --count 2", ["song_vary_01", "song_vary_02"]),
        ("reconstruct SONG --model trio_16bar", ["song_reconstruct_01"]),
        ("interpolate SONG SONG --model trio_16bar --steps 3", [f"song_to_song_0{k}" for k in (1, 2, 3)]),
    ],
)
def test_trios_come_as_files_of_their_own(
    models: Path, song: Path, tmp_path: Path, words: str, written: list[str]
) -> None:
    out = tmp_path / "out"
    given = [song if word == "SONG" else word for word in words.split()]
    output = run(*given, "--checkpoint", models, "--plot", "--out", out)
    assert sorted(path.stem for path in out.glob("*.mid")) == written
    assert all(mido.MidiFile(out / f"{name}.mid").type == 1 for name in written)
    assert len(list(out.glob("*.png"))) == 1
    assert ("took melody 1 (tune" in output) == ("SONG" in words)
    assert ("of the melody" in output) == ("reconstruct" in words)


def test_a_trio_comes_over_the_wire_as_three_clips(models: Path, tmp_path: Path) -> None:
    server = Server(ServerConfig(port=0), lambda: Engine.load(models, "cpu"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with Client(port=server.port) as client:
            client.wait_ready()
            received = client.ask(Sample(client.next_request(), "trio_16bar", 2, Settings(seed=3)))
        words = ("sample", "trio_16bar", "--count", 2, "--seed", 3)
        run("send", *words, "--port", server.port, "--out", tmp_path / "sent")
    finally:
        server.stop()
        thread.join()
    assert [clip.length_quarters for clip in received.clips] == [64.0] * 6
    run(*words, "--checkpoint", models, "--out", tmp_path / "made")
    names = [f"trio_16bar_sample_0{number}.mid" for number in (1, 2)]
    assert [(tmp_path / "sent" / name).read_bytes() for name in names] == [
        (tmp_path / "made" / name).read_bytes() for name in names
    ]


def test_a_model_chosen_by_name_answers(models: Path, tmp_path: Path) -> None:
    tune = write(tmp_path / "tune.mid", [TUNE])

    def varied(*choice: str) -> Clip:
        out = tmp_path / "_".join(("out", *choice))
        run("vary", tune, "--count", 1, "--seed", 3, *choice, "--checkpoint", models, "--out", out)
        return read_clip(out / "tune_vary_01.mid")

    assert varied() == varied("--model", "melody_2bar") != varied("--model", "melody_16bar")


def test_the_kind_goes_by_the_model_that_is_chosen(models: Path, tmp_path: Path) -> None:
    chords = write(tmp_path / "chords.mid", [Part(CHORDS)])
    words = ("reconstruct", chords, "--checkpoint", models, "--out", tmp_path / "out")
    assert "32 notes were left out" in run(*words, "--model", "melody_16bar")
    assert ask(*words).exit_code == 1


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("--model nobody", "choose one of"),
        ("--model humanize_2bar", "choose one of"),
        ("--model trio_16bar --track 1", "leave out --track and --kind"),
        ("--model melody_16bar --kind drums", "melody_16bar plays melody, not drums"),
    ],
)
def test_a_choice_that_cannot_be_is_told(models: Path, song: Path, tmp_path: Path, words: str, advice: str) -> None:
    result = ask("vary", song, *words.split(), "--checkpoint", models, "--out", tmp_path / "out")
    assert (result.exit_code, advice in result.output) == (2, True)


def test_a_blend_of_songs_is_refused(models: Path, song: Path, tmp_path: Path) -> None:
    result = ask("blend", song, song, "--model", "trio_16bar", "--checkpoint", models, "--out", tmp_path / "out")
    assert (result.exit_code, "choose a model of clips" in result.output) == (1, True)
