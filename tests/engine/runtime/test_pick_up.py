"""Models that come or change while the engine runs, and models that are loaded when memory is short."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from made_up import beat, line, tiny_vae, write_checkpoints

from engine.errors import CheckpointError
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.runtime.answers import Answer
from engine.runtime.engine import Engine
from engine.runtime.position import Anchor, Position
from engine.runtime.watch import Watch


def write(folder: Path, seed: int = 0, music: str = "melody") -> Path:
    torch.manual_seed(seed)
    model = Vae(tiny_vae(music))
    for weight in model.parameters():
        weight.data *= 1.5
    checkpoint.save(folder, model, "melody" if music == "melody" else "drums", {})
    later = 1_000_000_000 * (2_000_000_000 + seed)  # as if written at another time, whatever the clock's steps
    os.utime(folder / "config.json", ns=(later, later))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_checkpoints(tmp_path / "models")


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    loaded = Engine.load(folder, "cpu")
    yield loaded
    loaded.close()


# What is seen


def test_what_was_there_is_no_news(folder: Path) -> None:
    watch = Watch([folder])
    assert watch.changed() == watch.changed() == []


def test_what_comes_is_told_once_it_has_settled_and_once(folder: Path) -> None:
    watch = Watch([folder])
    write(folder / "mine")
    assert watch.changed() == []
    assert watch.changed() == [folder / "mine"]
    assert watch.changed() == []


def test_what_is_still_being_written_is_let_be(folder: Path) -> None:
    watch = Watch([folder])
    weights = write(folder / "mine") / "weights.safetensors"
    for _ in range(3):
        weights.write_bytes(weights.read_bytes() + b"more")
        assert watch.changed() == []
    assert watch.changed() == [folder / "mine"]


def test_a_change_is_told_again_and_what_has_gone_is_not(folder: Path) -> None:
    watch = Watch([folder])
    write(folder / "melody_2bar", seed=5)
    shutil.rmtree(folder / "groove_2bar")
    assert watch.changed() + watch.changed() == [folder / "melody_2bar"]


def test_a_folder_that_comes_later_is_looked_into_and_one_without_weights_is_not(tmp_path: Path) -> None:
    watch = Watch([tmp_path / "later"])
    assert watch.changed() == []
    write(tmp_path / "later" / "mine")
    (write(tmp_path / "later" / "half", seed=1) / "weights.safetensors").unlink()
    assert watch.changed() + watch.changed() == [tmp_path / "later" / "mine"]


# What is taken in


def pick_up(engine: Engine, folder: Path, seed: int) -> None:
    finder = engine.pick_up()
    write(folder, seed)
    assert finder.look() == []
    engine.adopt(finder.look())


def test_a_model_that_comes_can_be_used_and_changes_nothing_else(engine: Engine, folder: Path) -> None:
    before = engine.vary(line(), 2, 0.5)
    pick_up(engine, folder / "mine", 7)
    mine = engine.vary(line(), 2, 0.5, models={"melody": "mine"})
    assert engine.vary(line(), 2, 0.5).clips == before.clips
    assert mine.clips != before.clips
    assert mine.clips == Engine.load(folder, "cpu").vary(line(), 2, 0.5, models={"melody": "mine"}).clips


def test_a_replaced_model_never_gets_latents_of_the_old_one(folder: Path, tmp_path: Path) -> None:
    """Neither those in memory nor those in the file."""
    store = tmp_path / "latents.sqlite"
    engine = Engine.load(folder, "cpu", store)
    old = engine.vary(line(), 2, 0.5)
    assert engine.vary(line(), 2, 0.5).cached
    pick_up(engine, folder / "melody_2bar", 7)
    new = engine.vary(line(), 2, 0.5)
    assert not new.cached
    assert new.clips != old.clips
    assert new.clips == Engine.load(folder, "cpu").vary(line(), 2, 0.5).clips
    engine.close()
    again = Engine.load(folder, "cpu", store)
    assert again.vary(line(), 2, 0.5).clips == new.clips
    again.close()


def test_a_field_made_before_goes_on_with_its_own_weights(engine: Engine, folder: Path) -> None:
    anchors = [Anchor(line(number), x, 0.5) for number, x in ((0, 0.0), (1, 1.0))]
    field, at = engine.field(anchors), [Position(0.25, 0.5)]
    before = engine.morph(field, at).clips
    pick_up(engine, folder / "melody_2bar", 7)
    assert engine.morph(field, at).clips == before
    assert engine.morph(engine.field(anchors), at).clips != before


def test_a_broken_one_is_refused_once_and_tried_again_when_it_changes(
    engine: Engine, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    finder = engine.pick_up()
    write(folder / "mine")
    (folder / "mine" / "weights.safetensors").write_bytes(b"nothing")
    with caplog.at_level(logging.WARNING, "engine"):
        assert [finder.look() for _ in range(4)] == [[], [], [], []]
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["mine is not picked up"]
    write(folder / "mine", seed=3)
    assert finder.look() == []
    assert [arrived.summary.name for arrived in finder.look()] == ["mine"]


def test_a_removed_model_stays_until_the_engine_is_started_again(engine: Engine, folder: Path) -> None:
    finder = engine.pick_up()
    before = engine.vary(line(), 1, 0.5).clips
    shutil.rmtree(folder / "melody_2bar")
    assert finder.look() + finder.look() == []
    assert engine.vary(line(), 1, 0.5).clips == before


# Little memory


def everything(engine: Engine) -> list[Answer]:
    return [
        engine.vary(line(), 2, 0.5), engine.vary(beat(), 2, 0.5, kind="drums"), engine.humanize(beat(), 1.0, 1.0),
        engine.drumify(line()), engine.sample("melody_2bar", 2), engine.sample("groove_2bar", 2),
    ]  # fmt: skip


def test_with_little_memory_the_same_notes_come(engine: Engine, folder: Path) -> None:
    tight = Engine.load(folder, "cpu", memory_mib=0.1)
    tight.warm_up()
    assert [model.name for model in tight.models] == [model.name for model in engine.models]
    for _ in range(2):
        assert [answer.clips for answer in everything(tight)] == [answer.clips for answer in everything(engine)]


def test_a_model_that_is_gone_when_it_is_asked_for_is_refused(folder: Path) -> None:
    tight = Engine.load(folder, "cpu", memory_mib=0.001)
    tight.humanize(beat(), 1.0, 1.0)
    shutil.rmtree(folder / "melody_2bar")
    with pytest.raises(CheckpointError, match=r"no checkpoint at .*melody_2bar"):
        tight.vary(line(), 1, 0.5)
    assert tight.humanize(beat(), 1.0, 1.0).clips


def test_the_user_s_own_models_stand_beside_the_shipped_ones(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own = tmp_path / "own"
    write(own / "mine")
    (write(own / "broken") / "weights.safetensors").write_bytes(b"nothing")
    monkeypatch.setattr(checkpoint, "default_checkpoints", lambda: folder)
    monkeypatch.setattr(checkpoint, "user_checkpoints", lambda: own)
    with caplog.at_level(logging.WARNING, "engine"):
        engine = Engine.load(device="cpu")
    assert {model.name: model.is_default for model in engine.models if model.role == "melody"} == {
        "melody_2bar": True, "mine": False,
    }  # fmt: skip
    assert "broken is left out" in caplog.text
