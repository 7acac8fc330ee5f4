"""`bridge judge`, and `bridge evaluate --judge`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_up import write_checkpoints, write_music

from bridge.cli import main
from engine.data.build import build
from engine.evaluation import paths, samples


def bridge(*words: object, status: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result


@pytest.fixture
def data_file(tmp_path: Path) -> Path:
    (tmp_path / "music").mkdir()
    write_music(tmp_path / "music", files=4)
    build([tmp_path / "music" / "lines", tmp_path / "music" / "drums"], tmp_path / "all.lbdata", workers=1)
    return tmp_path / "all.lbdata"


def test_a_judge_is_trained_once_and_then_judges(
    data_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 20)
    monkeypatch.setattr(paths, "PAIRS", 4)
    out, folder = tmp_path / "new" / "judge.safetensors", write_checkpoints(tmp_path / "checkpoints")
    told = bridge("judge", "melody", "--data", data_file, "--out", out, "--steps", 3, "--batch-size", 4, "--threads", 1)
    assert "nats a step of validation clips" in told.output
    printed = bridge("evaluate", folder / "melody_2bar", "--data", data_file, "--judge", out).output
    assert "of_validation" in printed
    assert "judge: samples, of validation" in printed
    refused = bridge("evaluate", folder / "groove_2bar", "--data", data_file, "--judge", out, status=1).output
    assert refused.startswith("bridge: ")
    assert len(refused.strip().splitlines()) == 1


def test_what_has_no_judge_is_told_before_the_data_are_read(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"noise")
    words = ["--data", tmp_path / "data", "--out", tmp_path / "out"]
    assert "'trio' is not one of" in bridge("judge", "trio", *words, status=2).output
    assert "bridge data build" in bridge("judge", "melody", *words, status=1).output
    assert not (tmp_path / "out").exists()
