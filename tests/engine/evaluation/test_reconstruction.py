"""What is rebuilt, counted."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from known_models import SURE, Parrot, logits_of, some_music
from made_up import tiny_vae
from torch import Tensor, nn

from engine.evaluation import reconstruction as measuring
from engine.evaluation.reconstruction import Encoded, encode, rebuilt, reconstruction
from engine.models.vae import Vae

STEPS, CLIPS = 32, 10
WAYS = ("posterior_mean", "sampled_latent", "shuffled_latent")
FORCED = ("teacher_forced", "teacher_forced_sampled_latent", "teacher_forced_shuffled_latent")


def measured(model: Vae, music: Tensor) -> dict[str, Any]:
    with torch.inference_mode():
        return reconstruction(model.eval(), encode(model, music, torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("music", ["melody", "drums"])
def test_what_comes_back_whole_is_all_right_and_from_another_latent_it_is_not(music: str) -> None:
    clips = some_music(music, CLIPS, STEPS)
    figures = measured(Parrot(music, clips), clips)
    for way in ("posterior_mean", "sampled_latent", "teacher_forced"):
        assert figures[way] == pytest.approx(
            {"steps_right": 1, "onsets_right": 1, "clips_right": 1, "nats_a_step": 0, "bits_a_step": 0}
        )
    assert figures["shuffled_latent"]["onsets_right"] < 0.1
    assert figures["shuffled_latent"]["clips_right"] == 0


@pytest.mark.parametrize("wrong", [1, 12])
def test_a_wrong_step_counts_where_it_is(wrong: int) -> None:
    music = torch.ones(2, STEPS, dtype=torch.long)
    music[1] = 3
    heard = music.clone()
    heard[:, :wrong] = 2
    parrot = Parrot("drums", music)
    parrot.decode = lambda z, *_: logits_of("drums", heard[z.round().long()[:, 0]])  # type: ignore[method-assign]
    back = measured(parrot, music)["posterior_mean"]
    assert back["steps_right"] == back["onsets_right"] == pytest.approx(1 - wrong / STEPS)
    assert back["clips_right"] == 0
    assert back["nats_a_step"] == pytest.approx(60 * wrong / STEPS)


def test_holds_are_no_onsets() -> None:
    music = torch.zeros(2, STEPS, dtype=torch.long)
    music[0, 4], music[1, 8] = 40, 41
    parrot = Parrot("melody", music)
    parrot.decode = lambda z, *_: logits_of("melody", torch.zeros(len(z), STEPS))  # type: ignore[method-assign]
    back = measured(parrot, music)["posterior_mean"]
    assert (back["steps_right"], back["onsets_right"]) == (31 / 32, 0)


@pytest.mark.parametrize("decoder", ["parallel", "bars"])
def test_teacher_forcing_changes_nothing_where_no_step_looks_back(decoder: str) -> None:
    torch.manual_seed(1)
    model = Vae(tiny_vae("melody", "bars", decoder, STEPS)).eval()
    music = some_music("melody", CLIPS, STEPS)
    figures = measured(model, music)
    assert [figures[way] for way in FORCED] == [figures[way] for way in WAYS]
    assert figures["looks_back"].startswith("no")
    with torch.inference_mode():
        given = encode(model, music, torch.Generator().manual_seed(0))
        assert rebuilt(model, given.mu, music, forced=True) == pytest.approx(figures["posterior_mean"])


class Echo(nn.Module):
    """A decoder that says the step before again, and knows nothing else."""

    looks_back = True

    def forward(self, z: Tensor, features: Tensor, *_: object) -> Tensor:
        return SURE * torch.cat([torch.zeros(len(z), 1, features.shape[-1]), features[:, :-1]], 1)

    def decode(self, z: Tensor, *_: object) -> Tensor:
        return logits_of("melody", torch.zeros(len(z), STEPS))


def test_a_decoder_that_looks_back_profits_from_its_teacher() -> None:
    model = Vae(tiny_vae("melody", "bars", "lstm", STEPS))
    model.decoder = Echo()  # type: ignore[assignment]
    figures = measured(model, torch.randint(2, 90, (CLIPS, 1)).expand(-1, STEPS).contiguous())
    for way, free in zip(FORCED, WAYS, strict=True):
        assert figures[way]["steps_right"] == pytest.approx(31 / 32)
        assert figures[way]["nats_a_step"] == pytest.approx(math.log(90) / 32)
        assert figures[way]["bits_a_step"] == pytest.approx(math.log2(90) / 32)
        assert figures[free]["steps_right"] == 0
        assert "nats_a_step" not in figures[free]
    assert figures["looks_back"] == "yes"


def test_the_size_of_batches_does_not_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Vae(tiny_vae("trio", "bars", "bars_lstm", STEPS)).eval()
    music = some_music("trio", CLIPS, STEPS)
    whole = measured(model, music)
    monkeypatch.setattr(measuring, "_MOST_WINDOWS", 3)
    parts = measured(model, music)
    for way in (*WAYS, *FORCED):
        for part in ("melody", "bass", "drums"):
            assert parts[way][part] == pytest.approx(whole[way][part], rel=1e-5)


def test_another_latent_is_that_of_a_window_far_away() -> None:
    mu = torch.arange(6.0)[:, None]
    assert Encoded(mu, mu, mu, mu).of_another[:, 0].tolist() == [3, 4, 5, 0, 1, 2]
