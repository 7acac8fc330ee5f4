"""Training a judge end to end on made-up music: it learns, it is kept, and what is wrong is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import write_checkpoints

from engine.data.dataset import load_set
from engine.errors import CheckpointError, DataError, OutOfRangeError, WrongKindError
from engine.evaluation import groove, paths, samples
from engine.evaluation.evaluate import evaluate, table
from engine.evaluation.judge import Judge
from engine.evaluation.judging import judged_classes
from engine.models.step_judge import JudgeConfig
from engine.training import judge as judging
from engine.training.judge import JudgeOptions, train_judge


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 20)
    monkeypatch.setattr(groove, "SAMPLES", 20)
    monkeypatch.setattr(paths, "PAIRS", 4)
    for kind, music in (("melody", "melody"), ("groove", "drums")):
        plan = replace(judging.JUDGES[kind], config=JudgeConfig(music, width=32, depth=1, heads=2), dropout=0.0)
        monkeypatch.setitem(
            judging.JUDGES, kind, replace(plan, schedule=replace(plan.schedule, lr=1e-2, warmup=5, transpose=(0, 0)))
        )


def trained(kind: str, data: Path, out: Path, **options: Any) -> Judge:
    usual = JudgeOptions(
        kind, data, out, steps=80, batch_size=16, validate_every=20, precision="float32", threads=1, progress=False
    )
    found = train_judge(replace(usual, **options))
    assert found is not None
    return found


@pytest.mark.parametrize("kind", ["melody", "groove"])
def test_shuffled_clips_surprise_a_judge_more_than_clips(data_file: Path, tmp_path: Path, kind: str) -> None:
    judge = trained(kind, data_file, tmp_path / "j.safetensors")
    clips = judged_classes(load_set(data_file, kind, "valid").music).numpy()
    shuffled = np.random.default_rng(0).permuted(clips, axis=1)
    assert judge.nats(clips).mean() < 0.95 * judge.nats(shuffled).mean()
    assert judge.nats(clips).mean() == pytest.approx(judge.facts["valid_nats_a_step"], rel=0.01)


def test_the_same_seed_gives_the_same_judge_and_another_another(data_file: Path, tmp_path: Path) -> None:
    hashes = [
        trained("melody", data_file, tmp_path / f"{place}.safetensors", steps=4, validate_every=2, seed=seed).hash
        for place, seed in enumerate((1, 1, 2))
    ]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize(("name", "kind"), [("melody_2bar", "melody"), ("groove_2bar", "groove")])
def test_figures_with_a_judge_are_the_same_by_seed_and_fill_their_rows(
    data_file: Path, tmp_path: Path, name: str, kind: str
) -> None:
    folder, path = write_checkpoints(tmp_path) / name, tmp_path / "j.safetensors"
    judge = trained(kind, data_file, path, steps=4, validate_every=2)
    figures = evaluate(folder, data_file, seed=3, judge=path)
    assert figures == evaluate(folder, data_file, seed=3, judge=path)
    assert figures["judge"]["hash"] == judge.hash
    told = figures["playable"]["reached"]
    measured = [row for row in told if row.startswith(("judge", "distinct", "evenness", "rebuilt", "in key"))]
    assert len(measured) >= 11
    assert {told[row] for row in measured} <= {"yes", "no"}
    assert all(row in table(figures) for row in told)
    plain = evaluate(folder, data_file, seed=3)
    assert "judge" not in plain
    assert plain["paths"]["distance_to_first"] == figures["paths"]["distance_to_first"]
    assert plain["playable"]["reached"]["judge: samples, of validation"] == "not measured"


def test_a_judge_of_other_music_or_of_no_file_is_refused_before_anything_is_measured(
    data_file: Path, tmp_path: Path
) -> None:
    checkpoints, path = write_checkpoints(tmp_path), tmp_path / "j.safetensors"
    trained("groove", data_file, path, steps=2, validate_every=2)
    with pytest.raises(WrongKindError, match="groove windows"):
        evaluate(checkpoints / "melody_2bar", data_file, judge=path)
    with pytest.raises(WrongKindError, match="leave the judge out"):
        evaluate(checkpoints / "humanize_2bar", data_file, judge=path)
    with pytest.raises(CheckpointError, match="bridge judge"):
        evaluate(checkpoints / "groove_2bar", data_file, judge=tmp_path / "nothing")


def test_what_cannot_be_learnt_from_is_refused(data_file: Path, tmp_path: Path) -> None:
    with pytest.raises(OutOfRangeError, match="melody, groove"):
        trained("trio_16bar", data_file, tmp_path / "j")
    with pytest.raises(DataError):
        trained("melody", tmp_path / "nothing", tmp_path / "j")
    assert not (tmp_path / "j").exists()
