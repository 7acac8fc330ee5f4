"""Figures of models of classes."""

from __future__ import annotations

import pytest
import torch
from made_up import tiny_vae
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.evaluation.classes import evaluate_classes
from engine.models.config import VaeConfig
from engine.models.vae import Vae

STEPS, CLIPS = 48, 6


def valid(music: Tensor) -> MusicSet:
    ones = torch.zeros(len(music))
    return MusicSet(music, ones.long(), ones.long(), ones, ("a",))


class Parrot(Vae):
    """Decodes what it encoded: the music's number is its latent."""

    def __init__(self, config: VaeConfig, music: Tensor) -> None:
        super().__init__(config)
        self.music = music
        self.head.draw = lambda outputs, *_: outputs  # type: ignore[method-assign]

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        numbers = torch.tensor([[float((self.music == one).flatten(1).all(1).int().argmax())] for one in music])
        return numbers, torch.full_like(numbers, -30.0)

    def decode(self, z: Tensor, *_: object) -> Tensor:
        return self.music[z.round().long()[:, 0]]


def test_what_comes_back_whole_is_all_right_and_a_shuffled_latent_is_not() -> None:
    torch.manual_seed(0)
    music = torch.randint(0, 512, (CLIPS, STEPS))
    figures = evaluate_classes(Parrot(tiny_vae("drums", "bars", "bars", STEPS), music), valid(music))
    assert figures["windows"] == CLIPS
    assert set(figures["posterior_mean"].values()) == set(figures["sampled_latent"].values()) == {1.0}
    assert figures["shuffled_latent"]["onsets_right"] < 0.1


def test_a_trio_is_told_part_by_part() -> None:
    torch.manual_seed(0)
    music = torch.stack([torch.randint(0, depth, (CLIPS, STEPS)) for depth in (90, 90, 512)], -1)
    model = Vae(tiny_vae("trio", "bars", "bars", STEPS)).eval()
    figures = evaluate_classes(model, valid(music))
    assert list(figures["posterior_mean"]) == ["melody", "bass", "drums"]
    assert all(0 <= share <= 1 for part in figures["posterior_mean"].values() for share in part.values())


@pytest.mark.parametrize("wrong", [1, 12])
def test_a_wrong_step_counts_where_it_is(wrong: int) -> None:
    music = torch.ones(2, STEPS, dtype=torch.long)
    parrot = Parrot(tiny_vae("drums", "bars", "bars", STEPS), music)
    heard = music.clone()
    heard[:, :wrong] = 2
    parrot.decode = lambda z, *_: heard[z.round().long()[:, 0]]  # type: ignore[method-assign]
    rebuilt = evaluate_classes(parrot, valid(music))["posterior_mean"]
    assert rebuilt["steps_right"] == rebuilt["onsets_right"] == pytest.approx(1 - wrong / STEPS)
    assert rebuilt["clips_right"] == 0.0
