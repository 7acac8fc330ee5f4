"""Sound by FluidSynth: what is missing is told, and what it is asked for is what was wanted."""

from __future__ import annotations

import os
import shutil
import wave
from pathlib import Path

import pytest

from bridge import audio
from bridge.audio import SOUND_FONT_VARIABLE, Synth, find_synth, render
from bridge.errors import AudioError

EXAMPLE = Path(__file__).parents[2] / "examples" / "ode_to_joy.mid"
WRITES = 'while [ "$1" != -F ]; do shift; done; printf "%s " "$@" > "$2"'


def program(folder: Path, script: str) -> Path:
    """A stand-in for FluidSynth."""
    path = folder / "fluidsynth"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def font(tmp_path: Path) -> Path:
    path = tmp_path / "piano.sf2"
    path.touch()
    return path


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is installed but what a test puts there."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin{os.pathsep}/usr/bin")
    monkeypatch.delenv(SOUND_FONT_VARIABLE, raising=False)
    monkeypatch.setattr(audio, "_PLACES", (str(tmp_path / "fonts"),))


def test_without_fluidsynth_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AudioError, match="apt install fluidsynth"):
        find_synth()


def test_without_a_sound_font_the_error_says_how_to_name_one(tmp_path: Path) -> None:
    program(tmp_path, WRITES)
    with pytest.raises(AudioError, match="--sound-font"):
        find_synth()


def test_a_sound_font_that_is_not_there_is_named(tmp_path: Path) -> None:
    program(tmp_path, WRITES)
    with pytest.raises(AudioError, match=r"nowhere\.sf2"):
        find_synth(tmp_path / "nowhere.sf2")


def test_a_sound_font_is_taken_as_given_then_from_the_environment_then_from_the_system(
    tmp_path: Path, font: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, WRITES)
    (tmp_path / "fonts").mkdir()
    for name in ("Aaa.sf2", "default-GM.sf3"):
        (tmp_path / "fonts" / name).touch()
    assert find_synth().sound_font.name == "default-GM.sf3"
    monkeypatch.setenv(SOUND_FONT_VARIABLE, str(tmp_path / "fonts" / "Aaa.sf2"))
    assert find_synth().sound_font.name == "Aaa.sf2"
    assert find_synth(font).sound_font == font


def test_fluidsynth_is_asked_for_a_file_and_for_no_sound(tmp_path: Path, font: Path) -> None:
    synth = Synth(program(tmp_path, WRITES), font)
    render(synth, EXAMPLE, tmp_path / "a.wav")
    assert (tmp_path / "a.wav").read_text().split() == ["-F", str(tmp_path / "a.wav"), str(font), str(EXAMPLE)]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo no such preset >&2; exit 3", "no such preset"),
        ("exit 0", "could not render"),
        ("exec sleep 60", "over 0.2"),
    ],
)
def test_a_render_that_fails_is_told(tmp_path: Path, font: Path, script: str, said: str) -> None:
    with pytest.raises(AudioError, match=said):
        render(Synth(program(tmp_path, script), font), EXAMPLE, tmp_path / "a.wav", timeout_s=0.2)
    assert not (tmp_path / "a.wav").exists()


def test_fluidsynth_that_cannot_be_run_is_told(tmp_path: Path, font: Path) -> None:
    with pytest.raises(AudioError, match="cannot be run"):
        render(Synth(tmp_path / "nothing", font), EXAMPLE, tmp_path / "a.wav")


def test_two_bars_are_rendered_with_their_tail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    if shutil.which("fluidsynth") is None:
        pytest.skip("needs FluidSynth")
    try:
        synth = find_synth()
    except AudioError as error:
        pytest.skip(str(error))
    render(synth, EXAMPLE, tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as sound:
        frames = sound.readframes(sound.getnframes())
        assert 4.0 < sound.getnframes() / sound.getframerate() < 12.0
    assert max(frames) > 0
