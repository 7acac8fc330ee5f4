"""Laws of the models of bars, and of music in classes: who hears what, and that they learn, are kept and fold alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_up import beat, line, tiny_vae
from torch import Tensor

from engine.models.config import VaeConfig
from engine.models.folding import for_inference
from engine.models.heads import HEADS
from engine.models.vae import Vae
from engine.representations import drum_classes, groove, melody, trio
from engine.representations.drums import GENERAL_MIDI, NUM_VOICES
from engine.runtime import checkpoint

BARS, STEPS = 3, 48
MUSIC = ("melody", "drums", "trio", "groove")
PARTS = [("bars", "bars"), ("bars", "bars_lstm"), ("bilstm", "bars_lstm"), ("bars", "parallel"), ("bars", "lstm")]


def config(music: str, encoder: str = "bars", decoder: str = "bars") -> VaeConfig:
    tiny = tiny_vae(music, encoder, decoder, STEPS)
    return replace(tiny, conductor_width=32, conductor_depth=1, decoder_depth=1)


def vae(music: str, encoder: str = "bars", decoder: str = "bars") -> Vae:
    torch.manual_seed(0)
    return Vae(config(music, encoder, decoder))


def clip(music: str, seed: int) -> Tensor:
    """Three bars of made-up music."""
    tune, bass, drums = line(seed, BARS), line(seed + 50, BARS), beat(seed, BARS)
    if music == "melody":
        return torch.from_numpy(melody.to_tensor(tune).tokens)
    if music == "drums":
        return torch.from_numpy(drum_classes.to_tensor(drums, GENERAL_MIDI))
    if music == "trio":
        return torch.from_numpy(trio.stack(trio.to_tensor(tune, bass, drums, GENERAL_MIDI)))
    return torch.from_numpy(groove.stack(groove.to_tensor(drums, GENERAL_MIDI)))


def windows(music: str, count: int = 8) -> Tensor:
    return torch.stack([clip(music, seed) for seed in range(count)])


def influence(decoder: str, music: str, step: int) -> Tensor:
    """How the outputs of one step depend on the true music, `steps, feature_depth`."""
    model = vae(music, decoder=decoder)
    features = model.head.features(windows(music, 1)).requires_grad_()
    outputs = model.decoder(torch.randn(1, 8), features, torch.zeros(1, STEPS, dtype=torch.bool))
    (gradient,) = torch.autograd.grad(outputs[0, step].sum(), features, allow_unused=True)
    return torch.zeros_like(features[0]) if gradient is None else gradient[0].abs()


@pytest.mark.parametrize("step", [0, 1, 15, 16, 20, 47])
def test_a_bars_lstm_hears_its_own_bar_so_far_and_the_last_step_of_the_bar_before(step: int) -> None:
    heard = influence("bars_lstm", "groove", step).sum(-1) > 0
    expected = torch.zeros(STEPS, dtype=torch.bool)
    expected[max(0, step // 16 * 16 - 1) : step] = True
    assert torch.equal(heard, expected)


@pytest.mark.parametrize("music", MUSIC)
def test_the_parallel_bars_hear_the_latent_alone(music: str) -> None:
    assert not influence("bars", music, 20).any()


def test_a_part_of_a_trio_hears_no_other() -> None:
    model = vae("trio", decoder="bars_lstm")
    features = model.head.features(windows("trio", 1)).requires_grad_()
    outputs = model.decoder(torch.randn(1, 8), features, torch.zeros(1, STEPS, dtype=torch.bool))
    own_depths = [part.feature_depth for part in model.head.parts]
    for place, part in enumerate(outputs.split([part.depth for part in model.head.parts], -1)):
        (gradient,) = torch.autograd.grad(part[0, 10].sum(), features, retain_graph=True)
        heard = [own[0].abs().sum() > 0 for own in gradient.split(own_depths, -1)]
        assert heard == [other == place for other in range(trio.NUM_PARTS)]


@pytest.mark.parametrize("decoder", ["bars", "bars_lstm"])
def test_every_bar_hears_the_whole_latent(decoder: str) -> None:
    model, z = vae("melody", decoder=decoder), torch.randn(1, 8).requires_grad_()
    features = model.head.features(windows("melody", 1))
    outputs = model.decoder(z, features, torch.zeros(1, STEPS, dtype=torch.bool))
    for step in (0, 16, 32):
        (gradient,) = torch.autograd.grad(outputs[0, step].sum(), z, retain_graph=True)
        assert (gradient != 0).all()


@pytest.mark.parametrize("music", MUSIC)
@pytest.mark.parametrize("parts", PARTS, ids="-".join)
def test_losses_have_one_number_a_clip_and_a_kl_above_nought(music: str, parts: tuple[str, str]) -> None:
    loss = vae(music, *parts).loss(windows(music), beta=0.2, free_bits=0.0, sampling_rate=0.5)
    assert loss.total.shape == loss.reconstruction.shape == loss.kl.shape == (8,)
    assert (loss.kl >= 0).all()
    assert (loss.reconstruction > 0).all()


@pytest.mark.parametrize("music", ["melody", "drums", "trio"])
def test_what_a_bars_lstm_plays_is_what_it_would_say_next_of_it(music: str) -> None:
    """Free-running at temperature 0 and teacher forcing with its own answer are the same walk."""
    model, z = vae(music, decoder="bars_lstm").eval(), 4 * torch.randn(3, 8)
    with torch.inference_mode():
        played = model.head.draw(model.decode(z), 0.0, None)
        taught = model.decoder(z, model.head.features(played), torch.zeros(3, STEPS, dtype=torch.bool))
    assert torch.equal(model.head.draw(taught, 0.0, None), played)


@pytest.mark.parametrize("music", MUSIC)
@pytest.mark.parametrize("parts", PARTS, ids="-".join)
@torch.inference_mode()
def test_folded_it_says_the_same(music: str, parts: tuple[str, str]) -> None:
    model = vae(music, *parts).half().float().eval()
    heard, z = windows(music), torch.randn(4, 8)
    latents, decoded = model.encode(heard), model.decode(z, 0.0)
    for_inference(model)
    torch.testing.assert_close(model.encode(heard), latents, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(model.decode(z, 0.0), decoded, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("parts", PARTS, ids="-".join)
def test_decoding_is_decided_by_the_generator(parts: tuple[str, str]) -> None:
    model, z = vae("trio", *parts).eval(), torch.randn(3, 8)
    with torch.inference_mode():
        once, again = (model.decode(z, 1.0, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(once, again)
    assert once.shape == (3, STEPS, model.head.depth)


@pytest.mark.parametrize("music", MUSIC)
def test_parallel_bars_overfit_eight_clips(music: str) -> None:
    assert share_rebuilt_after_overfitting(music, "bars", 200, 0.005) > 0.97


@pytest.mark.slow
@pytest.mark.parametrize("music", ["melody", "trio"])
def test_bars_of_lstms_overfit_eight_clips(music: str) -> None:
    assert share_rebuilt_after_overfitting(music, "bars_lstm", 800, 0.01) > 0.97


def share_rebuilt_after_overfitting(music: str, decoder: str, steps: int, lr: float) -> float:
    """Steps (or cells of hits) that come back, free-running, after so many steps on the same clips."""
    music_windows = windows(music)
    torch.manual_seed(0)
    model = Vae(replace(config(music, "bars", decoder), latent_dim=16, decoder_width=64, conductor_width=64))
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        model.loss(music_windows, beta=0.0, free_bits=0.0).total.mean().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    with torch.inference_mode():
        guess = model.head.draw(model.eval().decode(model.encode(music_windows)[0], 0.0), 0.0, None)
    if music == "groove":
        guess, music_windows = guess[..., :NUM_VOICES], music_windows[..., :NUM_VOICES]
    return float((guess == music_windows).float().mean())


@pytest.mark.parametrize("music", MUSIC)
@pytest.mark.parametrize("decoder", ["bars", "bars_lstm"])
def test_what_was_kept_comes_back_to_the_bit(tmp_path: Path, music: str, decoder: str) -> None:
    model = vae(music, decoder=decoder).half().float()
    checkpoint.save(tmp_path / "kept", model, "melody", {})
    again = checkpoint.load(tmp_path / "kept").model
    assert again.config == model.config
    for name, weight in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], weight), name


def test_drum_classes_enter_as_their_voices_and_as_none() -> None:
    head, classes = HEADS["drums"](), torch.arange(drum_classes.NUM_CLASSES)
    features = head.features(classes)
    assert torch.equal(features[:, :NUM_VOICES], torch.from_numpy(drum_classes.hits_of(classes.numpy())))
    assert torch.equal(features[:, NUM_VOICES], (classes == drum_classes.SILENCE).float())


@pytest.mark.parametrize("music", ["melody", "drums", "trio"])
def test_heads_of_classes_project_draw_and_are_certain_of_what_was_drawn(music: str) -> None:
    head, played = HEADS[music](), windows(music)
    weight = torch.randn(head.feature_depth, 5)
    torch.testing.assert_close(head.project(played, weight), head.features(played) @ weight)
    certain = head.certain(torch.zeros(*played.shape[:2], head.depth), played)
    assert torch.equal(head.draw(certain, 1.0, torch.Generator().manual_seed(0)), played)
    assert head.loss(certain, played).max() < 1e-3
