"""Training end to end on made-up music: stopped and resumed, refused, stopped early, interrupted."""

from __future__ import annotations

import csv
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_up import tiny_feel, tiny_vae
from safetensors.torch import load_file

from engine.data.dataset import data_hash, load_set
from engine.errors import DataError, OutOfRangeError
from engine.models.config import VaeConfig
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.training.batches import Batch
from engine.training.module import TrainingModule
from engine.training.presets import PRESETS, Preset, Schedule
from engine.training.train import STATE_NAME, Training, TrainOptions, train

SCHEDULE = Schedule(steps=6, batch_size=8, warmup=2, transpose=(-5, 6))
PRESET = {
    "melody": Preset(tiny_vae("melody"), SCHEDULE, "melody"),
    "lstm": Preset(
        replace(tiny_vae("melody", "bilstm", "lstm"), dropout=0.3), replace(SCHEDULE, sampling_k=2.0), "melody"
    ),
    "drums": Preset(tiny_vae("drums", "bars", "bars"), replace(SCHEDULE, transpose=(0, 0)), "drums"),
    "feel": Preset(
        replace(tiny_feel(), dropout=0.3), replace(SCHEDULE, transpose=(0, 0), drop=0.3, free_bits=0.0), "drums"
    ),
}


@pytest.fixture(autouse=True)
def tiny_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, preset in PRESET.items():
        monkeypatch.setitem(PRESETS, name, preset)


def run(data_file: Path, out: Path, preset: str = "melody", **options: object) -> Training:
    usual = TrainOptions(
        preset, data_file, out, device="cpu", precision="float32", threads=1, validate_every=2, progress=False
    )
    return train(replace(usual, **options))


def steps_of(out: Path) -> list[int]:
    with (out / "curves.csv").open() as stream:
        return [int(row["step"]) for row in csv.DictReader(stream)]


@pytest.mark.parametrize("preset", PRESET)
@pytest.mark.parametrize("stop_at", [3, 4])
def test_a_resumed_run_ends_with_the_same_bits(data_file: Path, tmp_path: Path, preset: str, stop_at: int) -> None:
    run(data_file, tmp_path / "straight", preset)
    run(data_file, tmp_path / "resumed", preset, stop_at=stop_at)
    run(data_file, tmp_path / "resumed", preset, resume=True)
    states = [torch.load(tmp_path / name / STATE_NAME, weights_only=True) for name in ("straight", "resumed")]
    assert states[0]["global_step"] == states[1]["global_step"] == 6
    for name, weight in states[0]["state_dict"].items():
        assert torch.equal(weight, states[1]["state_dict"][name]), name
    assert (tmp_path / "straight" / "curves.csv").read_text() == (tmp_path / "resumed" / "curves.csv").read_text()
    assert steps_of(tmp_path / "resumed") == [2, 4, 6]


def test_every_window_comes_once_an_epoch_over_a_stop(
    data_file: Path, tmp_path: Path, seen: list[torch.Tensor]
) -> None:
    run(data_file, tmp_path, "feel", stop_at=2)
    run(data_file, tmp_path, "feel", resume=True)
    windows = load_set(data_file, "groove", "train").music
    epoch = torch.cat(seen[: -(-len(windows) // SCHEDULE.batch_size)])
    assert sorted(row.tobytes() for row in epoch.numpy()) == sorted(row.tobytes() for row in windows.numpy())


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """The music of each batch that is trained on."""
    found: list[torch.Tensor] = []
    before = TrainingModule.training_step

    def training_step(self: TrainingModule, batch: Batch, batch_index: int) -> torch.Tensor:
        found.append(batch.music.clone())
        return before(self, batch, batch_index)

    monkeypatch.setattr(TrainingModule, "training_step", training_step)
    return found


def test_the_checkpoint_is_loaded_again_and_says_how_it_was_made(data_file: Path, tmp_path: Path) -> None:
    assert run(data_file, tmp_path / "melody") == Training(tmp_path / "melody", 6, True)
    loaded = checkpoint.load(tmp_path / "melody")
    assert loaded.kind == "melody"
    assert loaded.trained["preset"] == "melody"
    assert loaded.trained["schedule"]["steps"] == 6
    assert loaded.trained["data_sha256"] == data_hash(data_file, "melody")


def test_a_run_may_begin_with_the_weights_of_another(data_file: Path, tmp_path: Path) -> None:
    run(data_file, tmp_path / "first")
    run(data_file, tmp_path / "second", start=tmp_path / "first", steps=1)
    first, second = (checkpoint.load(tmp_path / name) for name in ("first", "second"))
    assert second.trained["start"] == {"hash": first.hash, **first.trained}
    before, after = first.model.state_dict(), second.model.state_dict()
    moved = max(float((after[name] - before[name]).abs().max()) for name in before)
    assert 0 < moved < 0.1, "one step away from where it began, not from fresh weights"


def test_a_run_with_another_decoder_begins_with_the_encoder(
    data_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(data_file, tmp_path / "first")
    preset = PRESETS["melody"]
    assert isinstance(preset.model, VaeConfig)
    other = replace(preset, model=replace(preset.model, decoder="lstm"))
    monkeypatch.setitem(PRESETS, "melody_lstm", other)
    run(data_file, tmp_path / "second", "melody_lstm", start=tmp_path / "first", steps=1)
    first, second = (checkpoint.load(tmp_path / name).model for name in ("first", "second"))
    assert isinstance(first, Vae)
    assert isinstance(second, Vae)
    before, after = first.encoder.state_dict(), second.encoder.state_dict()
    assert 0 < max(float((after[name] - before[name]).abs().max()) for name in before) < 0.1


def test_a_run_does_not_begin_with_weights_of_another_shape(data_file: Path, tmp_path: Path) -> None:
    run(data_file, tmp_path / "melody")
    with pytest.raises(OutOfRangeError, match="another shape"):
        run(data_file, tmp_path / "feel", "feel", start=tmp_path / "melody")


def test_an_interrupted_run_keeps_its_state_and_goes_on_to_the_same_end(
    data_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(data_file, tmp_path / "straight")
    before = TrainingModule.training_step

    def interrupted_in_step_3(self: TrainingModule, batch: Batch, batch_index: int) -> torch.Tensor:
        if self.global_step == 2:
            signal.raise_signal(signal.SIGINT)
        return before(self, batch, batch_index)

    monkeypatch.setattr(TrainingModule, "training_step", interrupted_in_step_3)
    assert run(data_file, tmp_path / "cut") == Training(tmp_path / "cut", 3, False)
    assert not (tmp_path / "cut" / "weights.safetensors").exists()
    monkeypatch.undo()
    for name, preset in PRESET.items():
        monkeypatch.setitem(PRESETS, name, preset)
    run(data_file, tmp_path / "cut", resume=True)
    straight, cut = (load_file(tmp_path / name / "weights.safetensors") for name in ("straight", "cut"))
    assert all(torch.equal(straight[name], cut[name]) for name in straight)
    assert steps_of(tmp_path / "cut") == [2, 4, 6]


def test_a_killed_run_does_not_write_a_validation_twice(data_file: Path, tmp_path: Path) -> None:
    run(data_file, tmp_path, stop_at=2)
    with (tmp_path / "curves.csv").open("a") as stream:
        stream.write("4,1,1,1,1,1,1\n")  # written, and killed before the state was
    run(data_file, tmp_path, resume=True)
    assert steps_of(tmp_path) == [2, 4, 6]


def test_early_stopping_ends_the_run_and_keeps_the_best_weights(
    data_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harmful = replace(PRESET["melody"], schedule=replace(SCHEDULE, steps=40, lr=30.0, warmup=3, weight_decay=0.0))
    monkeypatch.setitem(PRESETS, "harmful", harmful)
    done = run(data_file, tmp_path, "harmful", patience=2, validate_every=1)
    assert done.is_finished
    with (tmp_path / "curves.csv").open() as stream:
        losses = {int(row["step"]): float(row["valid/loss"]) for row in csv.DictReader(stream)}
    assert len(losses) < 40
    assert done.steps == min(losses, key=lambda step: losses[step])
    assert max(losses) == done.steps + 2
    assert checkpoint.load(tmp_path).trained["steps"] == done.steps


def test_an_earlier_run_is_not_lost_by_forgetting_to_resume(data_file: Path, tmp_path: Path) -> None:
    run(data_file, tmp_path, stop_at=2)
    with pytest.raises(DataError, match="--resume"):
        run(data_file, tmp_path)


@pytest.mark.parametrize("change", [{"seed": 2}, {"batch_size": 4}, {"preset": "lstm"}])
def test_a_run_is_not_resumed_with_other_settings(data_file: Path, tmp_path: Path, change: dict[str, object]) -> None:
    run(data_file, tmp_path, stop_at=2)
    with pytest.raises(DataError, match=f"{next(iter(change))} "):
        run(data_file, tmp_path, resume=True, **change)


def test_what_cannot_be_trained_is_refused(data_file: Path, tmp_path: Path) -> None:
    with pytest.raises(OutOfRangeError, match="melody_2bar"):
        run(data_file, tmp_path, "no_such_preset")
    with pytest.raises(OutOfRangeError, match="device"):
        run(data_file, tmp_path, device="abacus")
    with pytest.raises(DataError, match="nothing to resume"):
        run(data_file, tmp_path, resume=True)
    (tmp_path / STATE_NAME).write_bytes(b"no state")
    with pytest.raises(DataError, match="nothing to resume"):
        run(data_file, tmp_path, resume=True)


def test_a_state_that_would_run_code_is_refused(data_file: Path, tmp_path: Path) -> None:
    torch.save({"run": {}, "trap": _Trap(tmp_path / "sprung")}, tmp_path / STATE_NAME)
    with pytest.raises(DataError, match="nothing to resume"):
        run(data_file, tmp_path, resume=True)
    assert not (tmp_path / "sprung").exists()


class _Trap:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (Path.touch, (self.path,))
