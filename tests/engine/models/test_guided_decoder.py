"""A decoder with a language: each step hears those before it, and what is looked up is what was learnt."""

from __future__ import annotations

import pytest
import torch
from made_up import beat, line, tiny_vae
from torch import Tensor

from engine.models.folding import for_inference
from engine.models.guided_decoder import LAGS, GuidedDecoder
from engine.models.heads import CERTAIN, interpret
from engine.models.vae import Vae
from engine.representations import groove, melody
from engine.representations.drums import GENERAL_MIDI, NUM_VOICES

MUSIC = ("melody", "groove")


def model(music: str) -> tuple[Vae, GuidedDecoder]:
    torch.manual_seed(0)
    vae = for_inference(Vae(tiny_vae(music, decoder="guided")))
    assert isinstance(vae.decoder, GuidedDecoder)
    return vae, vae.decoder


def windows(music: str, count: int = 6) -> Tensor:
    if music == "melody":
        return torch.stack([torch.from_numpy(melody.to_tensor(line(k, bars=2)).tokens) for k in range(count)])
    stacked = [groove.stack(groove.to_tensor(beat(k, bars=2), GENERAL_MIDI)) for k in range(count)]
    return torch.stack([torch.from_numpy(one) for one in stacked])


@pytest.mark.parametrize("music", MUSIC)
def test_free_running_is_what_it_would_say_if_told_its_own_steps(music: str) -> None:
    vae, decoder = model(music)
    z = torch.randn(5, vae.config.latent_dim)
    free = vae.decode(z)
    own = vae.head.features(vae.head.draw(free, 0.0, None))
    told = decoder(z, own, torch.zeros(5, 32, dtype=torch.bool))
    torch.testing.assert_close(free, told, atol=0.02, rtol=0.02)  # the folded form has half precision


@pytest.mark.parametrize("music", MUSIC)
def test_a_step_is_told_of_the_last_bar_alone(music: str) -> None:
    vae, decoder = model(music)
    features = vae.head.features(windows(music)).requires_grad_()
    step = 20
    decoder.language.requires_grad_(True)
    decoder.language(features)[:, step].sum().backward()
    assert features.grad is not None
    touched = features.grad.abs().sum((0, 2)) > 0
    assert touched.nonzero().flatten().tolist() == list(range(step - LAGS, step))


@pytest.mark.parametrize("music", MUSIC)
def test_the_decoders_loss_does_not_reach_the_language(music: str) -> None:
    torch.manual_seed(0)
    vae = Vae(tiny_vae(music, decoder="guided"))
    assert isinstance(vae.decoder, GuidedDecoder)
    loss = vae.loss(windows(music), beta=0.2, free_bits=0.0)
    loss.reconstruction.sum().backward(retain_graph=True)
    assert all(weight.grad is None for weight in vae.decoder.language.parameters())
    loss.total.sum().backward()
    assert all(weight.grad is not None for weight in vae.decoder.language.parameters())


@pytest.mark.parametrize("music", MUSIC)
def test_what_was_drawn_by_chance_is_beyond_doubt_and_comes_back_by_its_seed(music: str) -> None:
    vae, _ = model(music)
    z = torch.randn(4, vae.config.latent_dim)
    one, again, other = (vae.decode(z, 1.0, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    likeliest, anew = vae.head.draw(one, 0.0, None), vae.head.draw(one, 0.5, torch.Generator().manual_seed(3))
    chosen = slice(None) if music == "melody" else (..., slice(NUM_VOICES))  # a hit's touch is drawn anew
    assert torch.equal(likeliest[chosen], anew[chosen])
    assert one[chosen].abs().max() == CERTAIN


def test_the_touch_of_a_hit_is_drawn_too_and_kept() -> None:
    vae, _ = model("groove")
    outputs = torch.randn(200, 27)
    drawn = vae.head.draw(outputs, 1.0, torch.Generator().manual_seed(0))
    hits = drawn[:, :NUM_VOICES] > 0
    _, velocities, offsets = interpret(vae.head.certain(outputs, drawn))
    torch.testing.assert_close(velocities[hits], drawn[:, NUM_VOICES : 2 * NUM_VOICES][hits], atol=1e-3, rtol=0)
    torch.testing.assert_close(offsets[hits], drawn[:, 2 * NUM_VOICES :][hits], atol=1e-3, rtol=0)
    _, likeliest, _ = interpret(outputs)
    assert (drawn[:, NUM_VOICES : 2 * NUM_VOICES] - likeliest)[hits].std() > 0.1


def test_clips_of_one_batch_do_not_hear_each_other() -> None:
    vae, _ = model("melody")
    z = torch.randn(5, vae.config.latent_dim)
    together = vae.decode(z)
    torch.testing.assert_close(together[2:3], vae.decode(z[2:3]), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("music", MUSIC)
def test_hardly_any_chance_is_hardly_other_than_none(music: str) -> None:
    vae, _ = model(music)
    z = torch.randn(40, vae.config.latent_dim)
    likeliest, nearly = (
        vae.head.draw(vae.decode(z, t, torch.Generator().manual_seed(1), 0.0), 0.0, None) for t in (0.0, 1e-4)
    )
    chosen = slice(None) if music == "melody" else (..., slice(NUM_VOICES))
    assert (likeliest[chosen] != nearly[chosen]).float().mean() < 0.02
