"""A learnt prior on disk and at work: kept with its weights, refused when foreign, the same latents for a seed."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_up import write_forms
from safetensors import safe_open
from safetensors.torch import save as to_bytes

from engine.errors import CheckpointError
from engine.models.latent_prior import LatentPrior, PriorConfig
from engine.runtime import checkpoint
from engine.runtime.engine import Engine
from engine.runtime.noise import generator_of
from engine.runtime.prior import PRIOR_NAME, LearntPrior, load_prior, save_prior
from engine.runtime.watch import Watch
from engine.runtime.ways import from_prior

LATENT = 32
CONFIG = PriorConfig(bars=16, share=2, width=12, depth=1, heads=2, components=3)


def made_up(config: PriorConfig = CONFIG, spread: float = 0.8, temperature: float = 0.7) -> LearntPrior:
    torch.manual_seed(0)
    return LearntPrior(LatentPrior(config).eval().requires_grad_(False), spread, temperature)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_forms(tmp_path) / "melody_16bar"


def test_what_is_written_is_read_to_the_bit(tmp_path: Path) -> None:
    stored = save_prior(tmp_path, made_up(), "abc")
    read = load_prior(tmp_path, "abc", LATENT)
    assert read is not None
    assert (read.spread, read.temperature, read.model.config) == (0.8, 0.7, CONFIG)
    assert torch.equal(read.draw(3, generator_of(5)), stored.draw(3, generator_of(5)))
    first = (tmp_path / PRIOR_NAME).read_bytes()
    save_prior(tmp_path, read, "abc")
    assert (tmp_path / PRIOR_NAME).read_bytes() == first


def test_the_same_seed_gives_the_same_latents_and_the_first_ones_whatever_their_number(folder: Path) -> None:
    save_prior(folder, made_up(), checkpoint.load(folder).hash)
    loaded = checkpoint.load(folder)
    assert torch.equal(from_prior(loaded, 4, 7), from_prior(loaded, 4, 7))
    assert not torch.isclose(from_prior(loaded, 1, 8), from_prior(loaded, 1, 7)).any()
    torch.testing.assert_close(from_prior(loaded, 1, 7), from_prior(loaded, 9, 7)[:1])


def test_a_checkpoint_has_the_prior_of_its_folder_and_the_same_hash(folder: Path) -> None:
    bare = checkpoint.load(folder)
    assert bare.prior is None
    save_prior(folder, made_up(), bare.hash)
    loaded = checkpoint.load(folder)
    assert loaded.prior is not None
    assert loaded.hash == bare.hash
    assert checkpoint.load(folder, bare=True).prior is None
    assert not torch.isclose(from_prior(loaded, 2, 3), from_prior(bare, 2, 3)).all()


def test_the_engine_samples_and_varies_by_it(folder: Path) -> None:
    plain = Engine.load(folder.parent)
    told = plain.sample("melody_16bar", 2, seed=3).clips
    save_prior(folder, made_up(), checkpoint.load(folder).hash)
    learnt = Engine.load(folder.parent)
    assert learnt.sample("melody_16bar", 2, seed=3).clips != told
    assert learnt.sample("melody_16bar", 2, seed=3).clips == learnt.sample("melody_16bar", 2, seed=3).clips


def test_new_weights_drop_the_prior_of_the_old_ones(folder: Path) -> None:
    old = checkpoint.load(folder)
    save_prior(folder, made_up(), old.hash)
    checkpoint.save(folder, old.model, "melody", {})
    assert checkpoint.load(folder).prior is None


def test_a_prior_that_came_is_a_change_of_the_checkpoint(folder: Path) -> None:
    watch = Watch([folder.parent])
    save_prior(folder, made_up(), checkpoint.load(folder).hash)
    assert watch.changed() == []
    assert watch.changed() == [folder]


@pytest.mark.parametrize(
    "prior",
    [
        made_up(replace(CONFIG, share=3)),
        made_up(spread=0.0),
        made_up(temperature=-1.0),
        made_up(spread=float("nan")),
        made_up(temperature=float("inf")),
    ],
)
def test_a_prior_that_does_not_fit_the_model_is_refused(folder: Path, prior: LearntPrior) -> None:
    save_prior(folder, prior, checkpoint.load(folder).hash)
    with pytest.raises(CheckpointError, match="bridge prior"):
        checkpoint.load(folder)


def test_numbers_that_are_none_are_refused(folder: Path) -> None:
    prior = made_up()
    prior.model.out.bias[0] = torch.nan
    save_prior(folder, prior, checkpoint.load(folder).hash)
    with pytest.raises(CheckpointError, match="does not fit"):
        checkpoint.load(folder)


def test_a_prior_of_other_weights_is_refused(folder: Path) -> None:
    save_prior(folder, made_up(), "of others")
    with pytest.raises(CheckpointError, match="other weights"):
        checkpoint.load(folder)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps({"prior": 1}))


def rewritten(change: Callable[[dict[str, object]], None]) -> Callable[[Path], None]:
    def rewrite(path: Path) -> None:
        with safe_open(path, "pt") as stream:
            header = json.loads(stream.metadata()["header"])
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118, no mapping
        change(header)
        path.write_bytes(to_bytes(tensors, {"header": json.dumps(header)}))

    return rewrite


HOSTILE = {
    "cut": cut,
    "empty": empty,
    "pickled": pickled,
    "without manner": rewritten(lambda header: header.pop("spread")),
    "words for numbers": rewritten(lambda header: header.update(temperature="warm")),
    "no config": rewritten(lambda header: header.update(config=None)),
    "a strange setting": rewritten(lambda header: header["config"].update(colour=1)),  # type: ignore[attr-defined]
    "another shape": rewritten(lambda header: header["config"].update(width=14)),  # type: ignore[attr-defined]
    "a list": rewritten(lambda header: header.update(config=[1, 2])),
}


@pytest.mark.parametrize("harm", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_broken_is_refused_and_says_what_to_do(folder: Path, harm: Callable[[Path], None]) -> None:
    save_prior(folder, made_up(), checkpoint.load(folder).hash)
    harm(folder / PRIOR_NAME)
    with pytest.raises(CheckpointError, match="bridge prior"):
        checkpoint.load(folder)
