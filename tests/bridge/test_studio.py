"""The studio: commands on MIDI files without a server, on tiny models and, where music counts, on the shipped ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_up import beat, line, write_checkpoints

from bridge.audio import Synth
from bridge.cli import COMMANDS, main
from bridge.commands.requests import VERBS
from bridge.errors import AudioError
from engine.representations.clip import Clip
from engine.representations.midi_file import is_drum_file, read_clip, write_clip

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoints(tmp_path_factory.mktemp("models"))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    clips = {"A": line(1, bars=2), "B": line(2, bars=2), "K": beat(1, bars=2), "L": beat(2, bars=2)}
    for name, clip in clips.items():
        write_clip(clip, tmp_path / f"{name.lower()}.mid", channel=9 if name in "KL" else 0)
    return {name: tmp_path / f"{name.lower()}.mid" for name in clips}


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def run(*words: object) -> str:
    result = ask(*words)
    assert result.exit_code == 0, result.output
    return result.output


def stems(folder: Path, ending: str = "mid") -> list[str]:
    return sorted(path.stem for path in folder.glob(f"*.{ending}"))


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("vary A B --count 2 --amount 0.25", ["a_vary_01", "a_vary_02", "b_vary_01", "b_vary_02"]),
        ("reconstruct A K", ["a_reconstruct_01", "k_reconstruct_01"]),
        ("interpolate A B --steps 3", ["a_to_b_01", "a_to_b_02", "a_to_b_03"]),
        ("interpolate A B --count 2 --spacing angle", ["a_to_b_01", "a_to_b_02"]),
        ("interpolate A B --count 2 --keep-key", ["a_to_b_01", "a_to_b_02"]),
        ("blend A B --weight 0.5 --weight 1.5", ["a_blend_01"]),
        ("sample groove_2bar --count 2 --temperature 1", ["groove_2bar_sample_01", "groove_2bar_sample_02"]),
        ("humanize K --timing 0.5", ["k_humanize_01"]),
        ("drumify A --seed 3", ["a_drumify_01"]),
        ("groove K L --velocity 0", ["l_groove_01"]),
    ],
)
def test_each_command_writes_midi_files(
    models: Path, files: dict[str, Path], tmp_path: Path, words: str, written: list[str]
) -> None:
    out = tmp_path / "out"
    output = run(*(files.get(word, word) for word in words.split()), "--checkpoint", models, "--out", out)
    assert stems(out) == written
    assert all(f"{name}.mid" in output for name in written)


def test_every_request_is_a_command_with_a_server_and_without() -> None:
    assert set(VERBS) <= set(COMMANDS)
    assert all(name in run("send", "--help") for name in VERBS)


def test_drums_are_written_for_the_drum_channel(models: Path, files: dict[str, Path], tmp_path: Path) -> None:
    for words in (("drumify", files["A"]), ("vary", files["K"], "--count", 1), ("sample", "groove_2bar", "--count", 1)):
        run(*words, "--checkpoint", models, "--out", tmp_path / "out")
    run("vary", files["A"], "--count", 1, "--temperature", 1, "--checkpoint", models, "--out", tmp_path / "line")
    assert all(is_drum_file(path) for path in (tmp_path / "out").glob("*drumify*"))
    assert not any(is_drum_file(path) for path in (tmp_path / "line").iterdir())


def test_the_same_seed_gives_the_same_notes(models: Path, files: dict[str, Path], tmp_path: Path) -> None:
    def varied(seed: int, name: str) -> list[bytes]:
        words = ("vary", files["A"], "--seed", seed, "--temperature", 1, "--checkpoint", models)
        run(*words, "--out", tmp_path / name)
        return [path.read_bytes() for path in sorted((tmp_path / name).iterdir())]

    assert varied(3, "one") == varied(3, "two") != varied(4, "three")


def test_a_tune_comes_back_from_its_latent_note_for_note(tmp_path: Path) -> None:
    output = run("reconstruct", EXAMPLES / "ode_to_joy.mid", EXAMPLES / "funk_drummer.mid", "--out", tmp_path)
    assert re.findall(r"(\d+) of (\d+) notes came back", output) == [("8", "8"), ("40", "40")]
    assert notes(tmp_path / "ode_to_joy_reconstruct_01.mid") == notes(EXAMPLES / "ode_to_joy.mid")


def test_a_way_begins_with_the_one_tune_and_ends_with_the_other(tmp_path: Path) -> None:
    ends = [EXAMPLES / "ode_to_joy.mid", EXAMPLES / "twinkle.mid"]
    run("interpolate", *ends, "--steps", 9, "--out", tmp_path)
    written = sorted(tmp_path.iterdir())
    assert [notes(written[0]), notes(written[-1])] == [notes(end) for end in ends]
    assert len({notes(path) for path in written}) >= 5


def test_each_of_several_checkpoints_answers_under_its_name(
    models: Path, files: dict[str, Path], tmp_path: Path
) -> None:
    other = write_checkpoints(tmp_path / "other", seed=1)
    two = ("--checkpoint", models / "melody_2bar", "--checkpoint", other / "melody_2bar", "--out", tmp_path / "out")
    run("vary", files["A"], "--count", 1, *two)
    names = [f"a_vary_{folder.name}_melody_2bar_01" for folder in (models, other)]
    assert stems(tmp_path / "out") == sorted(names)


def test_a_checkpoint_alone_is_sampled_without_its_name(models: Path, tmp_path: Path) -> None:
    checkpoints = [word for name in ("melody_2bar", "groove_2bar") for word in ("--checkpoint", models / name)]
    run("sample", "--count", 1, *checkpoints, "--out", tmp_path / "out")
    assert stems(tmp_path / "out") == ["groove_2bar_sample_01", "melody_2bar_sample_01"]
    result = ask("sample", "--checkpoint", models, "--out", tmp_path / "out")
    assert (result.exit_code, "say which MODEL" in result.output) == (2, True)


def test_a_page_is_drawn_for_each_request(models: Path, files: dict[str, Path], tmp_path: Path) -> None:
    words = ("vary", files["A"], files["K"], "--count", 2, "--plot", "--checkpoint", models, "--out", tmp_path / "out")
    assert "a_vary.png: drawn" in run(*words)
    assert stems(tmp_path / "out", "png") == ["a_vary", "k_vary"]


def test_each_file_is_rendered(
    models: Path, files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.audio.find_synth", lambda font: Synth(Path("synth"), font))
    monkeypatch.setattr("bridge.products.render", lambda _synth, _midi, wav: wav.touch())
    words = ("vary", files["A"], "--count", 2, "--sound-font", "font.sf2", "--checkpoint", models)
    assert "a_vary_02.wav: rendered" in run(*words, "--out", tmp_path / "out")
    assert stems(tmp_path / "out", "wav") == ["a_vary_01", "a_vary_02"]


def test_missing_sound_is_told_before_any_work(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_font: Path | None) -> Synth:
        raise AudioError("no sound here")

    monkeypatch.setattr("bridge.audio.find_synth", nothing)
    result = ask("vary", files["A"], "--audio", "--out", tmp_path / "out")
    assert (result.exit_code, result.output) == (1, "bridge: no sound here\n")
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_refused_does_not_stop_the_others(models: Path, files: dict[str, Path], tmp_path: Path) -> None:
    write_clip(Clip((), 8.0), tmp_path / "none.mid")
    words = ("vary", tmp_path / "none.mid", files["A"], "--count", 1, "--checkpoint", models, "--out", tmp_path / "out")
    result = ask(*words)
    assert result.exit_code == 1
    assert "none.mid has no notes" in result.output
    assert stems(tmp_path / "out") == ["a_vary_01"]


def test_a_refusal_names_the_files(models: Path, files: dict[str, Path], tmp_path: Path) -> None:
    result = ask("blend", files["A"], files["K"], "--checkpoint", models, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert f"bridge: {files['A']} and {files['K']}: the clips are of several kinds, drums and melody" in result.output


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    clip = line(1, bars=2)
    doubled = Clip(tuple(sorted((*clip.notes, *line(2, bars=2).notes))), 8.0)
    write_clip(doubled, tmp_path / "two.mid")
    words = ("vary", tmp_path / "two.mid", "--kind", "melody", "--count", 1, "--out", tmp_path / "out")
    assert re.search(r"two\.mid: \d+ notes were left out", run(*words))


def notes(path: Path) -> tuple[tuple[float, int], ...]:
    return tuple((note.start_quarters, note.pitch) for note in read_clip(path).notes)
