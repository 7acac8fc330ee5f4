"""Ways between two clips of classes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from known_models import Parrot, some_music

from engine.evaluation.class_paths import class_paths
from engine.evaluation.ngram import fit
from engine.evaluation.parts import PARTS, of_each_part
from engine.evaluation.paths import STOPS, WAYS

STEPS, CLIPS = 32, 12


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("music", ["melody", "drums", "trio"])
def test_all_ways_end_at_the_clips_and_are_judged_alike(music: str) -> None:
    clips = some_music(music, CLIPS, STEPS)
    parrot = Parrot(music, clips)
    language = [
        fit(part.numpy(), one.classes) for part, one in zip(of_each_part(music, clips), PARTS[music], strict=True)
    ]
    ways = class_paths(parrot, parrot.encode(clips)[0], clips, language, generator())
    assert list(ways) == list(WAYS)
    assert [way["pairs"] for way in ways.values()] == [CLIPS // 2] * 3
    assert len({tuple(way) for way in ways.values()}) == 1
    for way in ways.values():
        for part in [way] if music != "trio" else [way[name] for name in ("melody", "bass", "drums")]:
            assert part["distance_to_first"][0] == part["distance_to_second"][-1] == 0
            assert part["share_of_distance"][0] == 0
            assert part["share_of_distance"][-1] == 1
            assert ("least_in_key" in part) == ("in_key" in part)
            assert part["relative_ngram_cost"][0] == pytest.approx(1)
            assert part["relative_ngram_cost"][-1] == pytest.approx(1)


def test_mixing_unlike_clips_costs_more_than_either() -> None:
    up, down = torch.arange(STEPS) % 8 + 40, 60 - torch.arange(STEPS) % 8
    clips = torch.stack([up, down]).repeat(10, 1)
    parrot = Parrot("melody", torch.stack([up, down]))
    language = [fit(clips.numpy(), 90)]
    across = class_paths(parrot, parrot.encode(clips)[0], clips, language, generator())["paths_by_mixing_steps"]
    assert across["relative_ngram_cost"][STOPS // 2] > 1.5
    assert np.isfinite(across["ngram_nats_a_step"]).all()


def test_the_least_in_key_is_of_the_inner_stops_alone() -> None:
    clips = some_music("melody", CLIPS, STEPS)
    parrot = Parrot("melody", clips)
    ways = class_paths(parrot, parrot.encode(clips)[0], clips, [fit(clips.numpy(), 90)], generator())
    for way in ways.values():
        assert way["least_in_key"] == min(way["in_key"][1:-1])
