"""`bridge report`: a file in the end, and what it says where it cannot render."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from made_up import DRUM_FOLDER, LINE_FOLDER, beat, line, write_checkpoints, write_music

from bridge import players
from bridge.audio import Synth
from bridge.cli import main
from bridge.commands.report import _folders
from engine.data.build import build
from engine.evaluation import groove, paths, samples
from engine.representations.clip import Note, make_clip
from engine.representations.midi_parts import Part

SYNTH = Synth(Path("fluidsynth"), Path("font.sf2"))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set and checkpoints."""
    folder = tmp_path_factory.mktemp("house")
    write_music(folder, files=4)
    build([folder / LINE_FOLDER, folder / DRUM_FOLDER], folder / "all.lbdata", workers=1)
    write_checkpoints(folder / "checkpoints")
    return folder


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 20)
    monkeypatch.setattr(paths, "PAIRS", 4)
    monkeypatch.setattr(groove, "SAMPLES", 20)


def report(house: Path, out: Path, *words: object) -> Result:
    given = [
        "report",
        house / "checkpoints" / "drumify_2bar",
        "--data",
        house / "all.lbdata",
        "--limit",
        4,
        "--out",
        out,
    ]
    return CliRunner().invoke(main, [str(word) for word in (*given, *words)])


def tone(_synth: Synth, midi_file: Path, wav_file: Path) -> None:
    """A stand-in for FluidSynth: a second of noise, as loud as a file can hold."""
    assert midi_file.is_file()
    with wave.open(str(wav_file), "wb") as stream:
        stream.setparams((2, 2, 44_100, 0, "NONE", ""))
        stream.writeframes(np.random.default_rng(0).integers(-(2**15), 2**15, 2 * 44_100, np.int16).tobytes())


def test_a_page_is_written_into_a_folder_that_is_made(house: Path, tmp_path: Path) -> None:
    done = report(house, tmp_path / "new" / "page.html", "--no-audio")
    assert done.exit_code == 0, done.output
    assert "1 checkpoints, 0 players" in done.output
    assert "drumify_2bar" in (tmp_path / "new" / "page.html").read_text(encoding="utf-8")


def test_without_fluidsynth_the_page_is_whole_and_says_how_to_install_it(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    done = report(house, tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    assert "apt install fluidsynth" in (tmp_path / "page.html").read_text(encoding="utf-8")
    asked_for = report(house, tmp_path / "other.html", "--audio")
    assert asked_for.exit_code == 1
    assert "apt install fluidsynth" in asked_for.output
    assert not (tmp_path / "other.html").exists()


def test_players_are_rendered_and_counted(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.audio.find_synth", lambda _font: SYNTH)
    monkeypatch.setattr(players, "render", tone)
    done = report(house, tmp_path / "page.html", "--audio")
    assert done.exit_code == 0, done.output
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"{html.count('<audio')} players" in done.output
    assert html.count("data:audio/mpeg;base64,") == html.count("<audio") > 0


def write_sweep(folder: Path) -> Path:
    folder.mkdir()
    points = [{"beta": beta, "step": 9, "epochs": 1.5, "fd_features": 40.0 / beta} for beta in (1, 20)]
    (folder / "sweep.json").write_text(json.dumps({"run": {"preset": "multi_note"}, "points": points}))
    return folder


def alone(*words: object) -> Result:
    return CliRunner().invoke(main, ["report", *map(str, words)])


def test_sweeps_alone_need_no_data_and_are_a_chapter_each(tmp_path: Path) -> None:
    one, other = write_sweep(tmp_path / "one"), write_sweep(tmp_path / "other")
    done = alone("--sweep", one, "--sweep", other, "--out", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    assert "2 sweeps" in done.output
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert html.count("is least at beta 20 (2, the most being 40)") >= 2
    assert "in other" in html


def test_a_sweep_stands_behind_the_checkpoints(house: Path, tmp_path: Path) -> None:
    done = report(house, tmp_path / "page.html", "--no-audio", "--sweep", write_sweep(tmp_path / "swept"))
    assert done.exit_code == 0, done.output
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert 0 < html.index(">drumify_2bar</h2>") < html.index("Sweep of multi_note in swept</h2>")


def test_nothing_to_show_no_data_and_no_sweep_are_each_told(house: Path, tmp_path: Path) -> None:
    out, checkpoint = tmp_path / "page.html", house / "checkpoints" / "drumify_2bar"
    nothing, without_data = alone("--out", out), alone(checkpoint, "--out", out)
    assert (nothing.exit_code, without_data.exit_code) == (2, 2)
    assert "--sweep" in nothing.output
    assert "--data" in without_data.output
    no_sweep = report(house, out, "--sweep", tmp_path)
    assert no_sweep.exit_code == 1
    assert "bridge sweep" in no_sweep.output
    assert not out.exists()


def test_a_folder_of_checkpoints_is_all_of_them_once(house: Path) -> None:
    folders = _folders([house / "checkpoints" / "melody_2bar", house / "checkpoints"])
    names = [folder.name for folder in folders]
    assert names == ["melody_2bar", "drumify_2bar", "groove_2bar", "humanize_2bar"]


def test_a_folder_without_checkpoints_is_refused(house: Path, tmp_path: Path) -> None:
    done = report(house, tmp_path / "page.html", tmp_path)
    assert done.exit_code == 2
    assert "no checkpoint lies in" in done.output


def test_parts_that_sound_together_are_one_sound_that_is_not_too_loud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(players, "render", tone)
    sound = tmp_path / "sound.mp3"
    sound.write_bytes(players.mp3(SYNTH, {"melody": line(1, 1), "bass": line(2, 1), "drums": beat(1, 1)}))
    samples, rate_hz = soundfile.read(sound)
    assert soundfile.info(sound).format == "MP3"
    assert (rate_hz, samples.ndim) == (44_100, 1)
    assert len(samples) == pytest.approx(44_100, abs=3_000)
    assert 0.3 < np.abs(samples).max() < 1.2


def test_a_band_is_one_file_of_all_its_parts_and_ends_with_its_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = []

    def listen(synth: Synth, midi_file: Path, wav_file: Path) -> None:
        song = mido.MidiFile(midi_file)
        heard.append(([(m.channel, m.program) for m in song if m.type == "program_change"], song.length))
        tone(synth, midi_file, wav_file)

    monkeypatch.setattr(players, "render", listen)
    held = make_clip([Note(0.0, 60, 60.0)], 4.0)
    players.mp3(SYNTH, (Part(held, "", 40, 0), Part(held, "", 73, 1), Part(beat(1, 1), "", 0, 9)))
    ((programs, seconds),) = heard
    assert {(0, 40), (1, 73)} <= set(programs)
    assert seconds == pytest.approx(2.0, abs=0.05)


def test_each_part_has_its_channel_and_its_program(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = {}

    def listen(synth: Synth, midi_file: Path, wav_file: Path) -> None:
        for message in mido.MidiFile(midi_file):
            if message.type == "program_change":
                heard[midi_file.stem] = (message.channel, message.program)
            elif message.type == "note_on":
                heard.setdefault(midi_file.stem, (message.channel, 0))
        tone(synth, midi_file, wav_file)

    monkeypatch.setattr(players, "render", listen)
    players.mp3(SYNTH, {"melody": line(1, 1), "bass": line(2, 1), "drums": beat(1, 1)})
    assert heard == {"melody": (0, 0), "bass": (0, 33), "drums": (9, 0)}
