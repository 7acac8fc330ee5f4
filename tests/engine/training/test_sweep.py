"""Sweeps and trainings of models of notes, tiny: measured on the way, gone on with, and described."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.errors import DataError, OutOfRangeError, WrongKindError
from engine.evaluation.evaluate import as_json, evaluate
from engine.models.config import NoteConfig
from engine.models.note_vae import NoteVae
from engine.representations import note_sequence as notes
from engine.runtime import checkpoint
from engine.training.card import write_card
from engine.training.note_shifts import transpose_notes
from engine.training.presets import PRESETS, Preset, Schedule
from engine.training.sweep import POINTS_NAME, SweepOptions, sweep
from engine.training.train import STATE_NAME, TrainOptions, train

TINY = NoteConfig(slots=96, latent_dim=8, embedding=8, width=16, heads=2, forgetting=0.3)
SCHEDULE = Schedule(steps=4, batch_size=8, warmup=2, transpose=(-5, 6), free_bits=0.0)
TINY_PRESETS = {
    "notes": Preset(TINY, SCHEDULE, "notes"),
    "spans": Preset(replace(TINY, is_conditional=True, steps=64, slots=160), replace(SCHEDULE, spans=64), "notes"),
}


@pytest.fixture(autouse=True)
def tiny_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, preset in TINY_PRESETS.items():
        monkeypatch.setitem(PRESETS, name, preset)


def options(data: Path, out: Path, preset: str = "notes") -> TrainOptions:
    return TrainOptions(
        preset, data, out, device="cpu", precision="float32", threads=1, validate_every=2, progress=False, logs=()
    )


@pytest.mark.parametrize("preset", TINY_PRESETS)
def test_a_resumed_run_ends_with_the_same_bits_and_is_measured_and_described(
    data_file: Path, tmp_path: Path, preset: str
) -> None:
    train(options(data_file, tmp_path / "straight", preset))
    train(replace(options(data_file, tmp_path / "resumed", preset), stop_at=2))
    train(replace(options(data_file, tmp_path / "resumed", preset), resume=True))
    states = [torch.load(tmp_path / name / STATE_NAME, weights_only=True) for name in ("straight", "resumed")]
    for name, weight in states[0]["state_dict"].items():
        assert torch.equal(weight, states[1]["state_dict"][name]), name
    loaded = checkpoint.load(tmp_path / "straight")
    assert isinstance(loaded.model, NoteVae)
    assert loaded.kind == "notes"
    figures = evaluate(tmp_path / "straight", data_file, limit=4)
    assert as_json(figures) == as_json(evaluate(tmp_path / "straight", data_file, limit=4))
    assert figures.get("outside_unchanged", True)
    card = write_card(tmp_path / "straight", data_file, figures).read_text()
    assert "Open Hymnal" in card
    assert "instruments" in card


def test_a_sweep_measures_each_beta_on_the_way_and_does_nothing_twice(data_file: Path, tmp_path: Path) -> None:
    asked = SweepOptions(options(data_file, tmp_path), (1.0, 20.0), points=2, limit=4)
    said: list[str] = []
    points = sweep(asked, said.append)
    assert [(point["beta"], point["step"]) for point in points] == [(1.0, 2), (1.0, 4), (20.0, 2), (20.0, 4)]
    assert all(point["fd_features"] >= 0 for point in points)
    assert len(said) == 4
    table = json.loads((tmp_path / POINTS_NAME).read_text())
    table["points"].pop()
    (tmp_path / POINTS_NAME).write_text(json.dumps(table))
    assert sweep(asked, said.append) == points
    assert len(said) == 5
    trained = checkpoint.load(tmp_path / "beta_20").trained
    assert trained["schedule"]["beta"] == 20 / TINY.latent_dim


def test_a_sweep_of_fillings_has_embeddings_by_a_frozen_encoder(data_file: Path, tmp_path: Path) -> None:
    train(options(data_file, tmp_path / "frozen"))
    asked = SweepOptions(
        options(data_file, tmp_path / "sweep", "spans"), (1.0,), points=1, frozen=tmp_path / "frozen", limit=4
    )
    (point,) = sweep(asked)
    assert point["fd_embeddings"] >= 0
    with pytest.raises(DataError, match="another sweep"):
        sweep(replace(asked, limit=3))


def test_a_sweep_goes_on_from_a_checkpoint_and_is_another_one_than_without(data_file: Path, tmp_path: Path) -> None:
    train(options(data_file, tmp_path / "begun"))
    begun = replace(options(data_file, tmp_path / "sweep"), start=tmp_path / "begun")
    asked = SweepOptions(begun, (1.0,), points=2, limit=4)
    assert len(sweep(asked)) == 2
    assert checkpoint.load(tmp_path / "sweep" / "beta_1").trained["start"]["hash"] == begun_hash(tmp_path)
    with pytest.raises(DataError, match="another sweep"):
        sweep(replace(asked, train=replace(begun, start=None)))


def begun_hash(tmp_path: Path) -> str:
    return checkpoint.load(tmp_path / "begun").hash


def test_odd_sweeps_are_refused(data_file: Path, tmp_path: Path) -> None:
    asked = SweepOptions(options(data_file, tmp_path))
    with pytest.raises(OutOfRangeError, match="no preset"):
        sweep(replace(asked, train=options(data_file, tmp_path, "nothing")))
    with pytest.raises(WrongKindError, match="not of notes"):
        sweep(replace(asked, train=options(data_file, tmp_path, "melody_2bar")))
    for odd in (replace(asked, betas=(0.0,)), replace(asked, betas=()), replace(asked, points=0)):
        with pytest.raises(OutOfRangeError):
            sweep(odd)


def test_pitched_instruments_move_together_within_the_range_and_drums_stay() -> None:
    rows = torch.tensor([[[0, 9, 120, 1, 1, 5], [0, 9, 38, 1, 0, 128], [0, 9, 60, 1, 2, 5], list(notes.EMPTY)]] * 50)
    moved = transpose_notes(rows, (-5, 12), torch.Generator().manual_seed(0))
    shift = moved[..., notes.PITCH] - rows[..., notes.PITCH]
    assert torch.equal(shift[:, 0], shift[:, 2])
    assert (int(shift[:, 0].min()), int(shift[:, 0].max())) == (-5, 7)
    assert not shift[:, (1, 3)].any()
