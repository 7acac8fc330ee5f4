"""An outside judge: what it sees, what lies in its file, and what it says of ways and samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from engine.errors import CheckpointError, WrongKindError
from engine.evaluation.judge import Judge, load_judge, save_judge
from engine.evaluation.judging import judge_figures, judged_classes, judged_cost
from engine.models.step_judge import JudgeConfig, StepJudge
from engine.representations import drum_classes
from engine.representations.drums import NUM_VOICES

NINE = [5.0, *[float(k) for k in range(7)], 9.0]


def untrained(music: str = "melody", steps: int = 32) -> StepJudge:
    torch.manual_seed(0)
    return StepJudge(JudgeConfig(music, steps, width=16, depth=2, heads=2))


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return save_judge(tmp_path / "judge.safetensors", untrained(), "melody", {"seed": 7})


def test_no_step_is_judged_by_what_follows_it() -> None:
    clip = torch.randint(0, 90, (1, 32), generator=torch.Generator().manual_seed(0))
    changed = clip.clone()
    changed[0, 20] = (clip[0, 20] + 1) % 90
    with torch.no_grad():
        before, after = untrained().nats(clip), untrained().nats(changed)
    assert torch.equal(before[0, :20], after[0, :20])
    assert (before[0, 20:] != after[0, 20:]).all()


@pytest.mark.parametrize("music", ["melody", "drums"])
def test_the_chances_of_all_classes_together_are_one(music: str) -> None:
    model = untrained(music)
    clips = torch.zeros(model.head.depth, 32, dtype=torch.long)
    clips[:, 9] = torch.arange(model.head.depth)
    with torch.no_grad():
        assert float((-model.nats(clips)[:, 9]).exp().sum()) == pytest.approx(1, abs=1e-4)


def test_a_judge_is_read_as_it_was_written(judge: Judge, tmp_path: Path) -> None:
    again = load_judge(tmp_path / "judge.safetensors", "melody")
    clips = np.random.default_rng(0).integers(0, 90, (1200, 32))
    assert np.array_equal(again.nats(clips), judge.nats(clips))
    assert (again.hash, again.kind, again.facts) == (judge.hash, "melody", {"seed": 7})
    assert judge.nats(clips).shape == clips.shape


def test_grooves_are_judged_by_their_hits_alone() -> None:
    hits = (torch.rand(3, 32, NUM_VOICES) < 0.3).float()
    groove = torch.cat([hits, torch.rand(3, 32, 2 * NUM_VOICES)], -1)
    classes = judged_classes(groove)
    assert torch.equal(torch.from_numpy(drum_classes.hits_of(classes.numpy())), hits)
    assert torch.equal(judged_classes(classes.to(torch.int16)), classes)


def test_ways_are_judged_by_their_inner_stops_beside_the_validation_clips(judge: Judge) -> None:
    way = {"judge_nats_a_step": NINE}
    figures = {"data": {"judge_nats_a_step": 2.0}, "samples": {"judge_nats_a_step": 2.2}}
    told = judge_figures(judge, {**figures, "paths": way, "paths_measured_out": way, "paths_by_mixing_steps": way})
    assert told["hash"] == judge.hash
    assert told["of_validation"]["validation"] == 1
    assert told["of_validation"]["samples"] == pytest.approx(1.1)
    assert told["nats_a_step"]["paths"] == 3
    assert told["of_validation"]["paths_by_mixing_steps"] == 1.5


def test_a_cost_is_of_clips_evenly_spread(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = torch.randint(0, 90, (10, 32))
    monkeypatch.setattr("engine.evaluation.judging.CLIPS", 5)
    assert judged_cost(judge, clips) == pytest.approx(judge.nats(clips[::2].numpy()).mean())


@pytest.mark.usefixtures("judge")
def test_a_judge_of_other_windows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongKindError, match="judges melody windows, and groove"):
        load_judge(tmp_path / "judge.safetensors", "groove")


def test_what_is_no_judge_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "judge.safetensors"
    with pytest.raises(CheckpointError, match="bridge judge"):
        load_judge(path, "melody")
    path.write_bytes(b"noise")
    with pytest.raises(CheckpointError, match="bridge judge"):
        load_judge(path, "melody")
    save_file({"a": torch.zeros(3)}, path)
    with pytest.raises(CheckpointError, match="no judge of format"):
        load_judge(path, "melody")
    with pytest.raises(CheckpointError, match="bridge judge"):
        load_judge(tmp_path, "melody")


@pytest.mark.usefixtures("judge")
def test_a_judge_cut_short_or_of_no_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "judge.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_judge(path, "melody")
    broken = untrained()
    broken.position.data[3, 3] = torch.nan
    with pytest.raises(CheckpointError, match="no numbers"):
        save_judge(path, broken, "melody", {})
    with pytest.raises(CheckpointError, match="16 steps"):
        save_judge(path, untrained(steps=16), "melody", {})
