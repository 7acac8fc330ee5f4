"""A melody that knobs turn stays in the key that it has at rest, and its register climbs along that key's scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_up import beat, line, write_checkpoints
from morphing import anchors_of, field_of, pattern

from engine.representations.key import at_home
from engine.representations.melody import FIRST_PITCH_CLASS, MIN_PITCH, NUM_CLASSES, pitch_token
from engine.runtime import checkpoint
from engine.runtime.cache import LatentCache
from engine.runtime.directions import Directions
from engine.runtime.engine import Engine
from engine.runtime.key_keeping import kept_at_home, strength_of
from engine.runtime.position import Position

C_MAJOR = torch.tensor([pitch_token(pitch) for pitch in (60, 62, 64, 65, 67, 69, 71, 72)])[None]


def test_at_rest_nothing_is_kept_and_soon_everything() -> None:
    assert strength_of(0.0) == 0
    assert 0 < strength_of(0.01) < 0.1
    assert strength_of(-0.3) == strength_of(1.0) == 1


def test_pitches_of_other_keys_become_unlikely_and_all_else_stays() -> None:
    said = torch.randn(1, 8, NUM_CLASSES, generator=torch.Generator().manual_seed(0))
    before = said.clone()
    assert torch.equal(kept_at_home(said, C_MAJOR, torch.zeros(1)), said)
    kept = kept_at_home(said, C_MAJOR, torch.ones(1))
    assert torch.equal(said, before)
    assert torch.equal(kept[..., :FIRST_PITCH_CLASS], said[..., :FIRST_PITCH_CLASS])
    changed = (kept != said).any(1)[0, FIRST_PITCH_CLASS:].nonzero().flatten() + MIN_PITCH
    assert set((changed % 12).tolist()) == {1, 3, 6, 8, 10}


def test_each_melody_is_kept_in_its_own_key_by_its_own_strength() -> None:
    rest = torch.cat([C_MAJOR, C_MAJOR + 1, C_MAJOR])
    said = torch.zeros(3, 8, NUM_CLASSES)
    in_c, in_c_sharp, free = kept_at_home(said, rest, torch.tensor([1.0, 1.0, 0.0]))[:, 0, pitch_token(60)]
    assert (float(in_c), float(free)) == (0, 0)
    assert in_c_sharp == 0  # its leading note, B sharp
    assert kept_at_home(said, rest, torch.ones(3))[1, 0, pitch_token(62)] < -1


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Tiny models with a direction that leads far away."""
    folder: Path = write_checkpoints(tmp_path_factory.mktemp("checkpoints"))
    far = Directions(
        ("density",), torch.zeros(1, 8), torch.zeros(1), torch.ones(1, 8), torch.zeros(1, 1, 8),
        torch.tensor([[-20.0, 0.0, 20.0]]),
    )  # fmt: skip
    found = [checkpoint.load(path) for path in checkpoint.find(folder)]
    loaded = Engine([replace(one, directions=far) for one in found], torch.device("cpu"), LatentCache(None))
    yield loaded
    loaded.close()


def turned(number: int, value: float) -> tuple[float, ...]:
    return tuple(value if k == number else 0.0 for k in range(1, 9))


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("bars", [2, 5])
def test_a_knob_of_the_latent_leaves_the_key_of_no_melody(engine: Engine, temperature: float, bars: int) -> None:
    field = field_of(engine, line, 2, bars=bars)
    rest = {note.pitch % 12 for note in pattern(engine, field).notes}
    tokens = np.array([[pitch_token(60 + pitch) for pitch in rest]])
    home = set(np.flatnonzero(at_home(tokens)[0]))
    for value in (-1.0, 0.5, 1.0):
        moved = pattern(engine, field, knobs=turned(1, value), temperature=temperature)
        assert {note.pitch % 12 for note in moved.notes} <= home
        assert moved != pattern(engine, field, temperature=temperature)


def test_what_else_is_asked_changes_nothing(engine: Engine) -> None:
    for make in (line, beat):
        field = engine.field(anchors_of(make, 3))
        positions = [Position(knobs=turned(1, 0.5)), Position(), Position(0.1, 0.9, knobs=turned(1, -1.0))]
        together = engine.morph(field, positions).clips
        assert together == tuple(engine.morph(field, [one]).clips[0] for one in positions)


def test_the_register_climbs_along_the_scale(engine: Engine) -> None:
    field = field_of(engine, line, 2, bars=2)
    rest, up, half = (
        [note.pitch for note in pattern(engine, field, knobs=turned(3, value)).notes] for value in (0.0, 1.0, 0.5)
    )
    assert up == [pitch + 12 for pitch in rest]
    assert all(0 < h - r < 12 for h, r in zip(half, rest, strict=True))
    assert [n.start_quarters for n in pattern(engine, field, knobs=turned(3, 0.5)).notes] == [
        n.start_quarters for n in pattern(engine, field).notes
    ]
