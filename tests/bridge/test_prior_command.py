"""`bridge prior`: from a checkpoint and a data set to samples of a learnt prior."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from made_up import write_bars, write_checkpoints, write_music

from bridge.cli import main
from engine.data.build import build
from engine.evaluation import prior as tuning
from engine.runtime import checkpoint


@pytest.fixture
def data_file(tmp_path: Path) -> Path:
    (tmp_path / "music").mkdir()
    write_music(tmp_path / "music", files=4)
    build([tmp_path / "music" / "drums"], tmp_path / "drums.lbdata", workers=1)
    return tmp_path / "drums.lbdata"


def test_the_command_learns_tunes_and_writes(tmp_path: Path, data_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "TRIED_ON", 10)
    folder = write_bars(tmp_path / "checkpoints")
    words = ["prior", str(folder), "--data", str(data_file), "--work", str(tmp_path / "work"), "--steps", "3"]
    done = CliRunner().invoke(main, [*words, "--batch-size", "4", "--seed", "2", "--threads", "1"])
    assert done.exit_code == 0, done.output
    assert "nats" in done.output
    loaded = checkpoint.load(folder)
    assert loaded.prior is not None
    assert loaded.trained["prior"]["seed"] == 2
    again = CliRunner().invoke(main, [*words, "--batch-size", "4", "--seed", "2"])
    assert again.exit_code == 1
    assert "--resume" in again.output


def test_a_model_whose_bars_have_no_shares_is_told_in_one_line(tmp_path: Path, data_file: Path) -> None:
    folder = write_checkpoints(tmp_path / "checkpoints") / "groove_2bar"
    done = CliRunner().invoke(main, ["prior", str(folder), "--data", str(data_file), "--work", str(tmp_path / "work")])
    assert done.exit_code == 1
    assert done.output.startswith("bridge: groove_2bar")
    assert len(done.output.strip().splitlines()) == 1
