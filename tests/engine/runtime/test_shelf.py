"""Checkpoints that are loaded when they are asked for, within a budget of memory."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch
from made_up import tiny_vae

from engine.errors import CheckpointError, OutOfRangeError
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.runtime.shelf import Shelf

NAMES = ("a", "b", "c")


def write(folder: Path, seed: int = 0) -> Path:
    torch.manual_seed(seed)
    checkpoint.save(folder, Vae(tiny_vae()), "melody", {})
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed, name in enumerate(NAMES):
        write(tmp_path / name, seed)
    return tmp_path


def shelf_of(folder: Path, models: float | None = None) -> Shelf:
    """A shelf with room for so many of the models, which are all of one size."""
    size = checkpoint.summarize(folder / "a").num_bytes
    return Shelf.from_folders([folder], budget_bytes=None if models is None else models * size)


def test_a_summary_is_what_the_loaded_checkpoint_says_of_itself(folder: Path) -> None:
    summary, loaded = checkpoint.summarize(folder / "a"), checkpoint.load(folder / "a")
    assert summary.num_bytes == 4 * sum(weight.numel() for weight in loaded.model.state_dict().values())
    assert summary.folder == folder / "a"
    assert (summary.name, summary.kind, summary.bars, summary.config) == ("a", "melody", 2, loaded.model.config)
    assert loaded.summary.num_bytes == summary.num_bytes


def test_weights_are_loaded_when_they_are_asked_for_and_once(folder: Path) -> None:
    shelf = shelf_of(folder)
    assert [summary.name for summary in shelf.summaries] == list(NAMES)
    assert shelf.loaded == ()
    assert shelf.get("b").name == "b"
    assert shelf.loaded == ("b",)
    assert shelf.get("b") is shelf.get("b")


def test_the_longest_unused_is_let_go_and_it_is_said(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    shelf = shelf_of(folder, 2)
    shelf.get("a"), shelf.get("b"), shelf.get("a")
    with caplog.at_level(logging.INFO, "engine"):
        shelf.get("c")
    assert shelf.loaded == ("a", "c")
    assert "b is let go, to make room for c" in caplog.text


def test_one_let_go_comes_back_with_the_same_weights(folder: Path) -> None:
    shelf = shelf_of(folder, 1)
    before = shelf.get("a").hash
    shelf.get("b")
    assert shelf.get("a").hash == before


def test_what_plays_stays_and_favourites_go_last(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    shelf = shelf_of(folder, 2)
    shelf.favoured, shelf.playing = {"a"}, {"b"}
    shelf.get("a"), shelf.get("b"), shelf.get("c")
    assert shelf.loaded == ("b", "c")
    shelf.get("a")
    assert shelf.loaded == ("b", "a")
    shelf.playing = {"a", "b"}
    with caplog.at_level(logging.WARNING, "engine"):
        shelf.get("c")
    assert shelf.loaded == ("b", "a", "c")
    assert "more than was given" in caplog.text


def test_a_budget_below_one_model_holds_that_one(folder: Path) -> None:
    shelf = shelf_of(folder, 0.5)
    for name in NAMES:
        assert shelf.get(name).name == name
        assert shelf.loaded == (name,)
    for nothing in (0, -1, float("nan")):
        with pytest.raises(OutOfRangeError, match="more than 0"):
            Shelf("cpu", nothing)


def test_a_changed_checkpoint_takes_the_place_of_the_old_one(folder: Path) -> None:
    shelf = shelf_of(folder)
    old = shelf.get("a")
    write(folder / "a", seed=9)
    loaded = checkpoint.load(folder / "a")
    assert shelf.put(checkpoint.summarize(folder / "a"), loaded)
    assert shelf.get("a") is loaded
    assert loaded.hash != old.hash


def test_of_two_with_one_name_the_first_folder_s_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for seed, name in enumerate(("first", "second")):
        write(tmp_path / name / "mine", seed)
    with caplog.at_level(logging.WARNING, "engine"):
        shelf = Shelf.from_folders([tmp_path / "first", tmp_path / "second"])
    assert [summary.folder for summary in shelf.summaries] == [tmp_path / "first" / "mine"]
    assert "has that name already" in caplog.text


def test_a_broken_one_is_refused_but_in_the_user_s_own_folder_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "b" / "weights.safetensors").write_bytes(b"no weights")
    with pytest.raises(CheckpointError, match="b cannot be loaded"):
        Shelf.from_folders([folder])
    monkeypatch.setattr(checkpoint, "user_checkpoints", lambda: folder)
    with caplog.at_level(logging.WARNING, "engine"):
        assert [summary.name for summary in Shelf.from_folders([folder]).summaries] == ["a", "c"]
    assert "b is left out" in caplog.text


def test_folders_that_begin_with_a_dot_are_passed_over(folder: Path) -> None:
    write(folder / ".half")
    assert [path.name for path in checkpoint.find(folder)] == list(NAMES)
