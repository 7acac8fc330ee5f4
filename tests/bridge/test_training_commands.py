"""From a folder of MIDI files to a measured checkpoint with its card, by commands alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_up import write_checkpoints, write_music

from bridge.cli import main
from engine.runtime import checkpoint


def bridge(*words: object, status: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result


@pytest.fixture(scope="module")
def data_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    write_music(folder, files=4)
    (folder / "lines" / "broken.mid").write_bytes(b"noise")
    bridge("data", "build", folder, "--out", folder / "all.lbdata", "--workers", 1)
    return folder / "all.lbdata"


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoints(tmp_path_factory.mktemp("checkpoints"))


def test_a_build_tells_what_it_kept_and_skipped(data_file: Path, tmp_path: Path) -> None:
    told = bridge("data", "build", data_file.parent, "--out", tmp_path / "again.lbdata", "--workers", 1).output
    assert "9 files, 8 of them used" in told
    assert "melody train" in told
    assert "broken" in told
    assert (tmp_path / "again.lbdata.skipped.txt").read_text().startswith("lines/broken.mid\tbroken")
    assert (tmp_path / "again.lbdata").read_bytes() == data_file.read_bytes()


def test_a_folder_without_music_is_told_in_one_line(tmp_path: Path) -> None:
    told = bridge("data", "build", tmp_path, "--out", tmp_path / "x", status=1).output
    assert told.startswith("bridge: no .mid")
    assert len(told.strip().splitlines()) == 1


def test_training_goes_on_where_it_was_stopped_and_says_so(data_file: Path, tmp_path: Path) -> None:
    words = ["train", "drumify_2bar", "--data", data_file, "--out", tmp_path / "run", "--batch-size", 4]
    words += ["--threads", 1, "--device", "cpu", "--precision", "float32"]
    assert "2 steps" in bridge(*words, "--steps", 2).output
    assert "--resume" in bridge(*words, "--steps", 3, status=1).output
    assert "3 steps" in bridge(*words, "--steps", 3, "--resume").output
    assert checkpoint.load(tmp_path / "run").trained["steps"] == 3


def test_figures_are_printed_and_written_as_json(checkpoints: Path, data_file: Path, tmp_path: Path) -> None:
    name = checkpoints / "humanize_2bar"
    told = bridge("evaluate", name, "--data", data_file, "--limit", 6, "--json", tmp_path / "new" / "f.json").output
    figures = json.loads((tmp_path / "new" / "f.json").read_text())
    assert figures["windows"] == 6
    assert "timing_mae_ms" in told


def test_a_card_is_written_and_the_figures_kept(checkpoints: Path, data_file: Path) -> None:
    before = checkpoint.load(checkpoints / "drumify_2bar").hash
    told = bridge("card", checkpoints / "drumify_2bar", "--data", data_file).output
    assert "Groove MIDI Dataset" in Path(told.strip()).read_text()
    after = checkpoint.load(checkpoints / "drumify_2bar")
    assert after.hash == before
    assert after.trained["figures"]["most_likely"]["onset_f1"] == 1


def test_help_of_every_command_needs_no_torch_and_names_the_presets() -> None:
    lines = ["import sys", "from bridge.cli import COMMANDS, main"]
    lines += ["for name in COMMANDS: main([name, '--help'], standalone_mode=False)", "print('torch' in sys.modules)"]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
    assert "melody_2bar_lstm" in done.stdout


@pytest.mark.parametrize("words", [["--log", "none", "--log", "tensorboard"], ["--wandb-offline"]])
def test_logs_that_contradict_each_other_are_refused(data_file: Path, tmp_path: Path, words: list[str]) -> None:
    told = bridge("train", "drumify_2bar", "--data", data_file, "--out", tmp_path / "run", *words, status=2).output
    assert words[0] in told
    assert not (tmp_path / "run").exists()
