"""`bridge sweep` from a folder of MIDI files to JSON and curves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from made_up import write_music

from bridge.cli import main
from engine.models.config import NoteConfig
from engine.training.presets import PRESETS, Preset, Schedule

TINY = NoteConfig(latent_dim=8, embedding=8, width=16, heads=2)


def test_a_sweep_writes_its_points_and_their_curves_and_refuses_odd_betas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRESETS, "multi_note", Preset(TINY, Schedule(steps=2, batch_size=4), "notes"))
    write_music(tmp_path, files=4)
    words = ["data", "build", str(tmp_path), "--out", str(tmp_path / "x.lbdata"), "--workers", "1"]
    assert CliRunner().invoke(main, [*words, "--kinds", "notes_2bar"]).exit_code == 0
    words = ["sweep", "multi_note", "--data", str(tmp_path / "x.lbdata"), "--out", str(tmp_path / "out")]
    words += ["--device", "cpu", "--threads", "1", "--points", "2"]
    done = CliRunner().invoke(main, [*words, "--betas", "1,20"])
    assert done.exit_code == 0, done.output
    assert "beta 20, step 2" in done.output
    points = json.loads((tmp_path / "out" / "sweep.json").read_text())["points"]
    assert [point["beta"] for point in points] == [1, 1, 20, 20]
    assert b"beta 20" in (tmp_path / "out" / "sweep.svg").read_bytes()
    assert CliRunner().invoke(main, [*words, "--betas", "many"]).exit_code == 2
