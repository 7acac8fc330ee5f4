"""Learning a prior end to end on made-up music: written, resumed to the same bits, measured, refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import Trainer
from made_up import write_bars, write_checkpoints
from safetensors.torch import load_file

from engine.errors import DataError, WrongKindError
from engine.evaluation import prior as tuning
from engine.evaluation import samples as sampling
from engine.evaluation.evaluate import evaluate
from engine.runtime import checkpoint
from engine.runtime.prior import PRIOR_NAME
from engine.training import prior as learning
from engine.training.card import write_card
from engine.training.prior import CURVES_NAME, PriorOptions, write_prior
from engine.training.prior_section import FACTS_NAME


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "TRIED_ON", 10)
    monkeypatch.setattr(sampling, "SAMPLES", 20)
    monkeypatch.setattr(learning, "COMPARED", 10)


def learnt(folder: Path, data: Path, work: str = "work", **options: Any) -> dict[str, Any] | None:
    usual = PriorOptions(
        folder, data, folder.parent / work, steps=6, batch_size=8, validate_every=2, precision="float32", threads=1,
        progress=False,
    )  # fmt: skip
    return write_prior(replace(usual, **options))


def test_a_prior_is_written_kept_in_the_config_and_told_in_the_card(data_file: Path, tmp_path: Path) -> None:
    folder = write_bars(tmp_path)
    before = checkpoint.load(folder).hash
    facts = learnt(folder, data_file)
    assert facts is not None
    loaded = checkpoint.load(folder)
    assert loaded.hash == before
    assert loaded.prior is not None
    assert (loaded.prior.spread, loaded.prior.temperature) in {
        pair[:2] for pair in zip(*facts["figures"]["tried"].values(), strict=True)
    }
    assert json.loads(json.dumps(loaded.trained[FACTS_NAME])) == json.loads(json.dumps(facts))
    assert (folder / CURVES_NAME).read_text().count("\n") == 4
    figures = evaluate(folder, data_file)
    assert figures["samples"] != figures["samples_of_plain_prior"]
    text = write_card(folder, data_file, figures).read_text()
    assert "## Prior" in text
    assert "bridge prior checkpoints/drums_of_bars" in text


def test_a_resumed_run_ends_with_the_same_bits(
    data_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight, resumed = write_bars(tmp_path / "a"), write_bars(tmp_path / "b")
    learnt(straight, data_file)
    with monkeypatch.context() as patched:  # the state that an interrupt leaves after step 4
        patched.setattr(learning, "Trainer", lambda **given: Trainer(**{**given, "max_steps": 4}))
        learnt(resumed, data_file)
    learnt(resumed, data_file, resume=True)
    one, other = (load_file(folder / PRIOR_NAME) for folder in (straight, resumed))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_no_run_is_lost_and_none_is_mixed_with_another(data_file: Path, tmp_path: Path) -> None:
    folder = write_bars(tmp_path)
    with pytest.raises(DataError, match="nothing to resume"):
        learnt(folder, data_file, resume=True)
    learnt(folder, data_file)
    with pytest.raises(DataError, match="earlier run"):
        learnt(folder, data_file)
    with pytest.raises(DataError, match="lr"):
        learnt(folder, data_file, resume=True, lr=0.5)


def test_models_without_shares_for_bars_are_refused(data_file: Path, tmp_path: Path) -> None:
    folders = write_checkpoints(tmp_path)
    for name in ("melody_2bar", "humanize_2bar"):
        with pytest.raises(WrongKindError, match="shares"):
            learnt(folders / name, data_file)
