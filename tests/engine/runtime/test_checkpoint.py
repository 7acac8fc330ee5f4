"""Checkpoints: what is saved comes back to the bit, and nothing broken or foreign is taken for one."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from made_up import tiny_feel, tiny_vae

from engine.errors import CheckpointError
from engine.models.feel import FeelModel
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.runtime.checkpoint import CONFIG_NAME, WEIGHTS_NAME

MODELS: dict[str, Callable[[], Vae | FeelModel]] = {
    "melody": lambda: Vae(tiny_vae("melody")),
    "groove": lambda: Vae(tiny_vae("groove")),
    "lstm": lambda: Vae(tiny_vae("melody", "bilstm", "lstm")),
    "hits": lambda: FeelModel(tiny_feel("hits")),
    "tap": lambda: FeelModel(tiny_feel("tap")),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checkpoint.save(tmp_path / "line", MODELS["melody"](), "melody", {"seed": 1})
    return tmp_path / "line"


def config_with(folder: Path, **changes: object) -> None:
    table = json.loads((folder / CONFIG_NAME).read_text())
    (folder / CONFIG_NAME).write_text(json.dumps({**table, **changes}))


@pytest.mark.parametrize("name", MODELS)
def test_weights_come_back_to_the_bit_once_rounded_to_half_precision(tmp_path: Path, name: str) -> None:
    model = MODELS[name]()
    checkpoint.save(tmp_path / "one", model, "melody", {})
    one = checkpoint.load(tmp_path / "one")
    for key, weight in model.state_dict().items():
        assert torch.equal(one.model.state_dict()[key], weight.half().float())
    checkpoint.save(tmp_path / "two", one.model, "melody", {})
    assert (tmp_path / "one" / WEIGHTS_NAME).read_bytes() == (tmp_path / "two" / WEIGHTS_NAME).read_bytes()
    assert checkpoint.load(tmp_path / "two").hash == one.hash


@pytest.mark.parametrize("name", MODELS)
def test_a_loaded_model_has_its_config_and_wants_no_gradients(tmp_path: Path, name: str) -> None:
    model = MODELS[name]()
    checkpoint.save(tmp_path / "x", model, "drums", {"seed": 3})
    loaded = checkpoint.load(tmp_path / "x")
    assert loaded.model.config == model.config
    assert (loaded.name, loaded.kind, loaded.bars, loaded.trained) == ("x", "drums", 2, {"seed": 3})
    assert not loaded.model.training
    assert not any(weight.requires_grad for weight in loaded.model.parameters())


def test_the_hash_is_of_weights_and_model_and_of_nothing_else(folder: Path) -> None:
    before = checkpoint.load(folder).hash
    checkpoint.annotate(folder, {"figures": {"steps_right": 0.99}})
    assert checkpoint.load(folder).hash == before
    assert checkpoint.load(folder).trained == {"seed": 1, "figures": {"steps_right": 0.99}}
    checkpoint.save(folder, MODELS["melody"](), "melody", {})
    assert checkpoint.load(folder).hash != before


def test_checkpoints_of_a_folder_are_found_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        checkpoint.save(tmp_path / name, MODELS["hits"](), "drums", {})
    (tmp_path / "empty").mkdir()
    assert [path.name for path in checkpoint.find(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize("name", [WEIGHTS_NAME, CONFIG_NAME])
@pytest.mark.parametrize("content", [None, b"", b"\x80\x05noise", b"{}", b"[1]", b"\xff\xfe"])
def test_a_missing_or_corrupt_file_is_told_in_one_line(folder: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(CheckpointError) as refused:
        checkpoint.load(folder)
    assert folder.name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_cut_short_is_refused(folder: Path) -> None:
    content = (folder / WEIGHTS_NAME).read_bytes()
    for length in (7, 100, len(content) - 1):
        (folder / WEIGHTS_NAME).write_bytes(content[:length])
        with pytest.raises(CheckpointError):
            checkpoint.load(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "another-checkpoint-9"},
        {"format": None},
        {"family": "transformer"},
        {"family": ["vae"]},
        {"family": "feel"},
        {"model": {"music": "melody", "colour": "blue"}},
        {"model": {"music": "painting"}},
        {"model": {"music": "melody", "encoder": "oracle"}},
        {"model": {}},
        {"model": []},
        {"model": {"music": "melody"}},
        {"model": {"music": "melody", "latent_dim": "many"}},
        {"bars": "two"},
        {"trained": None},
        {"extra": 1},
    ],
)
def test_a_config_that_is_foreign_or_does_not_fit_is_refused(folder: Path, changes: dict[str, object]) -> None:
    config_with(folder, **changes)
    with pytest.raises(CheckpointError):
        checkpoint.load(folder)


class _Trap:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (Path.touch, (self.path,))


def test_nothing_is_unpickled(folder: Path, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    traps = [pickle.dumps(_Trap(sprung))]
    torch.save({"weights": _Trap(sprung)}, tmp_path / "trap.pt")
    for content in [*traps, (tmp_path / "trap.pt").read_bytes()]:
        (folder / WEIGHTS_NAME).write_bytes(content)
        with pytest.raises(CheckpointError):
            checkpoint.load(folder)
    assert not sprung.exists()
