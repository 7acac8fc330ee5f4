"""`bridge directions`: from a checkpoint and a data set to knobs with figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from made_up import write_checkpoints, write_music

from bridge.cli import main
from engine.data.build import build
from engine.runtime import checkpoint
from engine.training import knob_travel, local_means


@pytest.fixture
def data_file(tmp_path: Path) -> Path:
    (tmp_path / "music").mkdir()
    write_music(tmp_path / "music", files=4)
    build([tmp_path / "music"], tmp_path / "music.lbdata", workers=1)
    return tmp_path / "music.lbdata"


def test_the_command_finds_measures_and_writes(
    tmp_path: Path, data_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_means, "STEPS", 20)
    monkeypatch.setattr(knob_travel, "_PROBES", 4)
    folder = write_checkpoints(tmp_path / "checkpoints") / "groove_2bar"
    done = CliRunner().invoke(main, ["directions", str(folder), "--data", str(data_file), "--seed", "2"])
    assert done.exit_code == 0, done.output
    assert "monotone" in done.output
    loaded = checkpoint.load(folder)
    assert loaded.directions is not None
    assert loaded.trained["directions"]["seed"] == 2


@pytest.mark.parametrize("name", ["drumify_2bar", "melody_2bar"])
def test_a_model_that_needs_none_is_told_in_one_line(tmp_path: Path, data_file: Path, name: str) -> None:
    folder = write_checkpoints(tmp_path / "checkpoints") / name
    done = CliRunner().invoke(main, ["directions", str(folder), "--data", str(data_file)])
    assert done.exit_code == 1
    assert done.output.startswith(f"bridge: {name}")
    assert len(done.output.strip().splitlines()) == 1
