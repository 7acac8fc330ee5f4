"""Directions on disk and at work: to the bit at rest, refused when foreign, the same for any shape of latents."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_up import write_checkpoints
from safetensors import safe_open
from safetensors.torch import save as to_bytes

from engine.errors import CheckpointError, OutOfRangeError
from engine.runtime import checkpoint
from engine.runtime.directions import DIRECTIONS_NAME, Directions, load_directions, save_directions

LATENT = 8
NAMES = ("density", "kick", "velocity")


def made_up(names: tuple[str, ...] = NAMES, features: int = 5, stops: int = 9, latent: int = LATENT) -> Directions:
    generator = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator).half().float()

    count = len(names)
    travel = torch.linspace(-3, 3, stops).expand(count, -1).clone()
    return Directions(
        names, draw(features, latent), draw(features), draw(count, latent), draw(count, features, latent), travel
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_checkpoints(tmp_path) / "groove_2bar"


def test_knobs_at_rest_change_no_bit() -> None:
    z = torch.randn(3, 2, LATENT)
    assert made_up().moved(z, {}) is z
    assert made_up().moved(z, dict.fromkeys(NAMES, 0.0)) is z
    assert torch.equal(made_up().moved(z, {"kick": 0.5, "density": 0.0}), made_up().moved(z, {"kick": 0.5}))


def test_latents_are_moved_each_for_itself_and_not_changed() -> None:
    z = torch.randn(3, 2, LATENT)
    before = z.clone()
    moved = made_up().moved(z, {"density": 0.7, "velocity": -0.2})
    assert torch.equal(z, before)
    assert moved.shape == z.shape
    assert not torch.isclose(moved, z).all()
    torch.testing.assert_close(moved[1, 1], made_up().moved(z[1, 1], {"density": 0.7, "velocity": -0.2}))


def test_where_the_latent_is_decides_where_a_direction_heads() -> None:
    here, there = torch.zeros(LATENT), torch.ones(LATENT)
    ways = [made_up().moved(z, {"kick": 0.5}) - z for z in (here, there)]
    assert not torch.allclose(*ways)
    straight = replace(made_up(), turn=torch.zeros(3, 5, LATENT))
    torch.testing.assert_close(straight.moved(here, {"kick": 0.5}), 1.5 * straight.straight[1])


def test_the_travel_is_a_line_from_stop_to_stop() -> None:
    linear = replace(made_up(features=0), travel=torch.tensor([[-4.0, -1.0, 0.0, 2.0, 3.0]]).expand(3, -1))
    for value, length in ((1.0, 3.0), (-1.0, -4.0), (0.25, 1.0), (0.75, 2.5), (-0.75, -2.5)):
        moved = linear.moved(torch.zeros(LATENT), {"density": value})
        torch.testing.assert_close(moved, length * linear.straight[0])


@pytest.mark.parametrize(
    ("values", "words"),
    [({"colour": 0.1}, "colour"), ({"kick": 1.01}, "-1..1"), ({"kick": -2.0}, "-2"), ({"kick": float("nan")}, "nan")],
)
def test_what_is_no_knob_or_no_turn_of_it_is_refused(values: dict[str, float], words: str) -> None:
    with pytest.raises(OutOfRangeError, match=words):
        made_up().moved(torch.zeros(LATENT), values)


def test_what_is_written_is_read_to_the_bit_and_always_the_same_bytes(tmp_path: Path) -> None:
    stored = save_directions(tmp_path, made_up(), "abc")
    first = (tmp_path / DIRECTIONS_NAME).read_bytes()
    read = load_directions(tmp_path, "abc", LATENT, NAMES)
    assert read is not None
    z = torch.randn(4, LATENT)
    assert torch.equal(read.moved(z, {"kick": 0.3}), stored.moved(z, {"kick": 0.3}))
    for _ in range(5):
        save_directions(tmp_path, read, "abc")
        assert (tmp_path / DIRECTIONS_NAME).read_bytes() == first


def test_a_checkpoint_has_the_directions_of_its_folder_and_the_same_hash(folder: Path) -> None:
    bare = checkpoint.load(folder)
    assert bare.directions is None
    save_directions(folder, made_up(), bare.hash)
    loaded = checkpoint.load(folder)
    assert loaded.directions is not None
    assert loaded.directions.names == NAMES
    assert loaded.hash == bare.hash
    assert checkpoint.load(folder, bare=True).directions is None


def test_new_weights_drop_the_directions_of_the_old_ones(folder: Path) -> None:
    old = checkpoint.load(folder)
    save_directions(folder, made_up(), old.hash)
    checkpoint.save(folder, old.model, "drums", {})
    assert checkpoint.load(folder).directions is None


@pytest.mark.parametrize(
    "found",
    [
        made_up(("density", "colour")),
        made_up(("kick", "density")),
        made_up(("kick", "kick")),
        made_up(latent=LATENT + 1),
        made_up(stops=8),
        made_up(stops=1),
        replace(made_up(), travel=made_up().travel.flip(1)),
        replace(made_up(), travel=made_up().travel + 1),
        replace(made_up(), travel=made_up().travel[:2]),
        replace(made_up(), bias=torch.full((5,), torch.nan)),
        replace(made_up(), bias=torch.zeros(4)),
        replace(made_up(), turn=torch.zeros(3, LATENT)),
    ],
)
def test_directions_that_do_not_fit_the_model_are_refused(folder: Path, found: Directions) -> None:
    save_directions(folder, found, checkpoint.load(folder).hash)
    with pytest.raises(CheckpointError, match="bridge directions"):
        checkpoint.load(folder)


def test_directions_of_other_weights_are_refused(folder: Path) -> None:
    save_directions(folder, made_up(), "of others")
    with pytest.raises(CheckpointError, match="other weights"):
        checkpoint.load(folder)


def _with(folder: Path, change: Callable[[dict[str, object]], object]) -> bytes:
    save_directions(folder, made_up(), "abc")
    with safe_open(folder / DIRECTIONS_NAME, "pt") as stream:
        header = json.loads(stream.metadata()["header"])
        tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
    return to_bytes(tensors, {"header": json.dumps(change(header))})


@pytest.mark.parametrize(
    "content",
    [
        b"", b"noise", b"\x80\x05noise", pickle.dumps({}), to_bytes({}), to_bytes({"read": torch.zeros(2)}),
        lambda folder: _with(folder, lambda _: [1]),
        lambda folder: _with(folder, lambda header: {**header, "names": 3}),
        lambda folder: _with(folder, lambda header: {**header, "names": []}),
        lambda folder: _with(folder, lambda header: {**header, "names": [["density"], {}, None]}),
        lambda folder: _with(folder, lambda header: {**header, "format": "another"}),
        lambda folder: _with(folder, lambda header: header)[:-10],
    ],
)  # fmt: skip
def test_corrupt_files_are_told_in_one_line(tmp_path: Path, content: bytes | Callable[[Path], bytes]) -> None:
    broken = content if isinstance(content, bytes) else content(tmp_path)
    (tmp_path / DIRECTIONS_NAME).write_bytes(broken)
    with pytest.raises(CheckpointError) as refused:
        load_directions(tmp_path, "abc", LATENT, NAMES)
    assert DIRECTIONS_NAME in str(refused.value)
    assert "\n" not in str(refused.value)
