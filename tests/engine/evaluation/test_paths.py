"""Ways between two clips."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from known_models import Parrot, some_music

from engine.evaluation.ngram import fit
from engine.evaluation.parts import PARTS, of_each_part
from engine.evaluation.paths import STOPS, mixed, paths

STEPS, CLIPS = 32, 12
SHARES = torch.linspace(0, 1, STOPS)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("music", ["melody", "trio"])
def test_a_mix_begins_with_the_first_and_ends_with_the_second(music: str) -> None:
    first, second = some_music(music, 2 * CLIPS, STEPS).chunk(2)
    mixes = mixed(first, second, SHARES, generator())
    assert torch.equal(mixes[:, 0], first)
    assert torch.equal(mixes[:, -1], second)
    assert bool(((mixes == first[:, None]) | (mixes == second[:, None])).all())


def test_a_mix_goes_over_evenly_and_never_back() -> None:
    first, second = torch.zeros(500, STEPS, dtype=torch.long), torch.ones(500, STEPS, dtype=torch.long)
    mixes = mixed(first, second, SHARES, generator())
    assert bool((mixes.diff(dim=1) >= 0).all())
    assert mixes.float().mean((0, 2)).tolist() == pytest.approx(SHARES.tolist(), abs=0.02)


def test_all_parts_of_a_step_come_from_the_same_clip() -> None:
    first, second = torch.zeros(5, STEPS, 3, dtype=torch.long), torch.ones(5, STEPS, 3, dtype=torch.long)
    mixes = mixed(first, second, SHARES, generator())
    assert bool((mixes == mixes[..., :1]).all())


@pytest.mark.parametrize("music", ["melody", "drums", "trio"])
def test_both_ways_end_at_the_clips_and_are_judged_alike(music: str) -> None:
    clips = some_music(music, CLIPS, STEPS)
    parrot = Parrot(music, clips)
    language = [
        fit(part.numpy(), one.classes) for part, one in zip(of_each_part(music, clips), PARTS[music], strict=True)
    ]
    along, across = paths(parrot, parrot.encode(clips)[0], clips, language, generator())
    assert along["pairs"] == across["pairs"] == CLIPS // 2
    assert list(along) == list(across)
    for way in (along, across):
        for part in [way] if music != "trio" else [way[name] for name in ("melody", "bass", "drums")]:
            assert part["distance_to_first"][0] == part["distance_to_second"][-1] == 0
            assert part["relative_ngram_cost"][0] == pytest.approx(1)
            assert part["relative_ngram_cost"][-1] == pytest.approx(1)


def test_mixing_unlike_clips_costs_more_than_either() -> None:
    up, down = torch.arange(STEPS) % 8 + 40, 60 - torch.arange(STEPS) % 8
    clips = torch.stack([up, down]).repeat(10, 1)
    parrot = Parrot("melody", torch.stack([up, down]))
    language = [fit(clips.numpy(), 90)]
    _, across = paths(parrot, parrot.encode(clips)[0], clips, language, generator())
    assert across["relative_ngram_cost"][STOPS // 2] > 1.5
    assert np.isfinite(across["ngram_nats_a_step"]).all()
