"""Models that lean on clips: clips come back at their places to the note, and knobs and chance are free to move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from made_up import beat, line, tiny_vae, write_checkpoints
from morphing import MAKERS, Make, anchors_of, field_of, hits, wander

from engine.models.folding import for_inference
from engine.models.vae import Vae
from engine.runtime.engine import Engine
from engine.runtime.leaning import STRENGTH, Leaning, loosening, steadiness
from engine.runtime.position import Anchor, Position


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("checkpoints")
    loaded = Engine.load(write_checkpoints(folder, decoder="guided", keys="apart", scale=0.9), "cpu")
    yield loaded
    loaded.close()


def leaning(pieces: int = 2) -> Leaning:
    torch.manual_seed(0)
    model = for_inference(Vae(tiny_vae("melody", decoder="guided", keys="apart")))
    found = Leaning.on(model, [torch.randint(0, 90, (3, 32)) for _ in range(pieces)])
    assert found is not None
    return found


def test_a_model_that_cannot_lean_has_nothing_to_lean_on() -> None:
    assert Leaning.on(Vae(tiny_vae("melody")), [torch.zeros(1, 32, dtype=torch.long)]) is None


def test_at_a_piece_it_alone_is_leant_on_and_half_way_both_are() -> None:
    on = leaning()
    first, half, second = on.at(torch.tensor([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]))
    assert torch.equal(first, STRENGTH * on.played[0])
    assert torch.equal(second, STRENGTH * on.played[1])
    assert torch.equal(half[..., ~on.is_foreign], torch.maximum(first, second)[..., ~on.is_foreign])


def test_notes_outside_the_key_are_leant_on_near_their_clip_alone() -> None:
    on = leaning()
    whole, some, none = on.at(torch.tensor([[1.0, 0.0], [0.75, 0.25], [0.5, 0.5]]))[..., on.is_foreign]
    assert whole.max() == STRENGTH
    assert some.max() == STRENGTH / 2
    assert not none.any()


def test_what_is_leant_on_changes_without_a_jump() -> None:
    shares = torch.linspace(0, 1, 201)
    lean = leaning().at(torch.stack([1 - shares, shares], 1))
    assert float((lean[1:] - lean[:-1]).abs().max()) < 0.021 * STRENGTH


def test_strength_0_leans_on_nothing() -> None:
    assert not leaning().at(torch.tensor([[0.3, 0.7]]), torch.zeros(1)).any()


def test_chance_and_variation_loosen() -> None:
    assert [steadiness(t) for t in (0.0, 0.5, 1.0, 2.0)] == [1.0, 0.5, 0.0, 0.0]
    assert loosening(torch.tensor([0.0, 0.125, 0.25, 1.0])).tolist() == [1.0, 0.5, 0.0, 0.0]


@pytest.mark.parametrize("spacing", ["change", "angle"])
@pytest.mark.parametrize("make", MAKERS)
def test_the_ends_of_a_path_are_the_clips_themselves(engine: Engine, make: Make, spacing: str) -> None:
    a, b = make(1, bars=2), make(2, bars=2)
    path = engine.interpolate(a, b, 5, spacing=spacing).clips
    assert hits(path[0]) == hits(a)
    assert hits(path[-1]) == hits(b)
    assert len({frozenset(hits(clip)) for clip in path}) > 2


@pytest.mark.parametrize("make", MAKERS)
def test_at_an_anchor_its_clip_is_heard_and_without_variation_too(engine: Engine, make: Make) -> None:
    anchors = anchors_of(make, 4)
    found = engine.morph(engine.field(anchors), [Position(anchor.x, anchor.y) for anchor in anchors]).clips
    for anchor, clip in zip(anchors, found, strict=True):
        assert hits(clip) == hits(anchor.clip) == hits(engine.vary(anchor.clip, 1, 0.0).clips[0])


@pytest.mark.parametrize("make", MAKERS)
def test_between_two_anchors_lie_the_stops_of_their_path(engine: Engine, make: Make) -> None:
    a, b = make(1, bars=2), make(2, bars=2)
    field = engine.field([Anchor(a, 0.0, 0.5), Anchor(b, 1.0, 0.5)])
    found = engine.morph(field, [Position(k / 8, 0.5) for k in range(9)]).clips
    stops = engine.interpolate(a, b, 9).clips
    assert sum(hits(clip) == hits(stop) for clip, stop in zip(found, stops, strict=True)) >= 8


@pytest.mark.parametrize("temperature", [0.0, 0.8])
@pytest.mark.parametrize("make", MAKERS)
def test_a_position_decides_its_pattern_alone(engine: Engine, make: Make, temperature: float) -> None:
    field, positions = field_of(engine, make), wander(9, temperature=temperature)
    together = engine.morph(field, positions).clips
    alone = [engine.morph(field, [position]).clips[0] for position in positions]
    assert [hits(clip) for clip in together] == [hits(clip) for clip in alone]


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_density_only_adds(engine: Engine, temperature: float) -> None:
    field = field_of(engine, beat, 2, bars=2)
    at = [Position(0.3, 0.6, temperature=temperature, seed=2, density=d) for d in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    counts = [len(clip.notes) for clip in engine.morph(field, at).clips]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize("model", ["melody_2bar", "groove_2bar"])
def test_the_first_samples_do_not_depend_on_how_many_follow(engine: Engine, model: str) -> None:
    few, many = (engine.sample(model, count, temperature=0.8, seed=3).clips for count in (2, 6))
    assert [hits(clip) for clip in few] == [hits(clip) for clip in many[:2]]


def test_the_whole_of_an_amount_is_another_clip(engine: Engine) -> None:
    assert hits(engine.vary(line(1, bars=2), 1, 1.0).clips[0]) != hits(line(1, bars=2))
