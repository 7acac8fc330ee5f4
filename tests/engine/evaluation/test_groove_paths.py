"""Ways between two grooves: the beat that both share is to be kept."""

from __future__ import annotations

import math

import pytest
import torch
from made_up import tiny_vae
from torch import Tensor

from engine.evaluation import paths
from engine.evaluation.groove_paths import beat_kept, groove_paths
from engine.models.vae import Vae
from engine.representations.drums import KICK, NUM_VOICES, SNARE

STEPS = 32


def hits(*cells: tuple[int, int], grooves: int = 1) -> Tensor:
    """The same hits, each a step and a voice, in so many grooves."""
    music = torch.zeros(grooves, STEPS, NUM_VOICES)
    for step, voice in cells:
        music[:, step, voice] = 1
    return music


BACKBEAT = hits(*((step, SNARE) for step in (4, 12, 20, 28)))
DOWNBEAT = hits((0, KICK), (16, KICK))
NOTHING = hits()


def test_a_backbeat_that_both_ends_have_is_to_be_there_between_them() -> None:
    assert beat_kept("backbeat", BACKBEAT, BACKBEAT, BACKBEAT) == 1
    assert beat_kept("backbeat", NOTHING, BACKBEAT, BACKBEAT) == 0
    three_of_four = BACKBEAT * (torch.arange(STEPS) != 12)[:, None]
    assert beat_kept("backbeat", three_of_four, BACKBEAT, BACKBEAT) == pytest.approx(6 / 7)


def test_a_beat_that_neither_end_has_is_not_to_come() -> None:
    assert beat_kept("backbeat", BACKBEAT, NOTHING, NOTHING) == 0
    half = hits((4, SNARE), (20, SNARE))
    assert beat_kept("backbeat", BACKBEAT, half, half) == pytest.approx(2 * 2 / (4 + 2))


def test_where_the_ends_differ_either_is_right() -> None:
    assert math.isnan(beat_kept("backbeat", BACKBEAT, BACKBEAT, NOTHING))
    assert math.isnan(beat_kept("backbeat", NOTHING, NOTHING, BACKBEAT))


def test_a_downbeat_is_the_kick_of_each_first_beat_and_nothing_else() -> None:
    assert beat_kept("downbeat_kick", DOWNBEAT, DOWNBEAT, DOWNBEAT) == 1
    assert beat_kept("downbeat_kick", DOWNBEAT + hits((8, KICK), (0, SNARE)), DOWNBEAT, DOWNBEAT) == 1
    assert beat_kept("downbeat_kick", hits((0, KICK)), DOWNBEAT, DOWNBEAT) == pytest.approx(2 / 3)
    assert math.isnan(beat_kept("downbeat_kick", hits((4, KICK)), NOTHING, NOTHING))


@pytest.fixture(scope="module")
def grooves() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    struck = (torch.rand(12, STEPS, NUM_VOICES, generator=generator) < 0.2).float()
    struck[:, 4, SNARE] = struck[:, 0, KICK] = 1
    return torch.cat([struck, 0.7 * struck, 0.1 * struck], -1)


def test_mixing_steps_keeps_every_beat_and_the_same_seed_gives_the_same_figures(grooves: Tensor) -> None:
    torch.manual_seed(0)
    model = Vae(tiny_vae("groove")).eval()
    with torch.inference_mode():
        mu = model.encode(grooves)[0]
        ways, again = (groove_paths(model, mu, grooves, torch.Generator().manual_seed(1)) for _ in range(2))
    assert ways == again
    assert list(ways) == list(paths.WAYS)
    mix = ways["paths_by_mixing_steps"]
    assert mix["backbeat_f1"] == mix["downbeat_kick_f1"] == [1.0] * paths.STOPS
    assert mix["backbeat_beside_ends"] == 0
    assert mix["distance_to_first"][0] == mix["distance_to_second"][-1] == 0
    for way in ways.values():
        assert way["backbeat_beside_ends"] == pytest.approx(
            min(way["backbeat_f1"][1:-1]) - min(way["backbeat_f1"][0], way["backbeat_f1"][-1])
        )


def test_one_groove_alone_has_no_way(grooves: Tensor) -> None:
    ways = groove_paths(Vae(tiny_vae("groove")).eval(), torch.zeros(1, 8), grooves[:1], torch.Generator())
    assert ways == {name: {"pairs": 0} for name in paths.WAYS}
