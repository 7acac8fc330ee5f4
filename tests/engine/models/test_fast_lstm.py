"""The fast LSTMs say what torch's own say, and forget their copies when the weights change."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.models.config import VaeConfig
from engine.models.folding import Foldable, for_inference
from engine.models.vae import Vae

BATCHES = (1, 3, 8)
# The yardstick is in single precision from half precision weights; sums are added in another order.
CLOSE = {"rtol": 1e-4, "atol": 1e-4}


def make_vae(music: str, seed: int = 0) -> Vae:
    """A small model of the faithful kind with weights as a checkpoint holds them, lively enough to say something."""
    torch.manual_seed(seed)
    config = VaeConfig(music, encoder="bilstm", decoder="lstm", latent_dim=16, encoder_width=48, decoder_width=32)
    vae = Vae(config)
    with torch.no_grad():
        for weight in vae.parameters():
            weight.copy_((4 * weight).half())
        vae.decoder.state.weight.copy_((1000 * vae.decoder.state.weight).half())
    return vae.eval()


def make_music(music: str, batch: int) -> Tensor:
    generator = torch.Generator().manual_seed(batch)
    if music == "melody":
        return torch.randint(0, 90, (batch, 32), generator=generator)
    return torch.rand(batch, 32, 27, generator=generator)


def is_folded(vae: Vae) -> bool:
    with torch.inference_mode():
        return all(module.folded is not None for module in vae.modules() if isinstance(module, Foldable))


@pytest.mark.parametrize("music", ["melody", "groove"])
@pytest.mark.parametrize("batch", BATCHES)
@torch.inference_mode()
def test_folded_encoder_gives_the_same_posterior(music: str, batch: int) -> None:
    vae, heard = make_vae(music), make_music(music, batch)
    expected = vae.encode(heard)
    for_inference(vae)
    for found, wanted in zip(vae.encode(heard), expected, strict=True):
        torch.testing.assert_close(found, wanted, **CLOSE)


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("temperature", [0.0, 0.5])
@torch.inference_mode()
def test_folded_decoder_draws_the_same_tokens(batch: int, temperature: float) -> None:
    vae, z = make_vae("melody"), torch.randn(batch, 16, generator=torch.Generator().manual_seed(batch))
    expected = vae.decode(z, temperature, torch.Generator().manual_seed(5))
    found = for_inference(vae).decode(z, temperature, torch.Generator().manual_seed(5))
    assert expected.argmax(-1).unique().numel() > 3, "the model says too little to be compared"
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("temperature", [0.0, 0.5])
@torch.inference_mode()
def test_folded_decoder_plays_the_same_grooves(batch: int, temperature: float) -> None:
    vae, z = make_vae("groove"), torch.randn(batch, 16, generator=torch.Generator().manual_seed(batch))
    expected = vae.decode(z, temperature, torch.Generator().manual_seed(5))
    found = for_inference(vae).decode(z, temperature, torch.Generator().manual_seed(5))
    assert 0 < (expected[..., :9] > 0).float().mean() < 1, "the model says too little to be compared"
    torch.testing.assert_close(found, expected, **CLOSE)


@torch.inference_mode()
def test_a_preset_of_full_size_speaks_the_same_clips_from_half_precision() -> None:
    torch.manual_seed(3)
    vae = Vae(VaeConfig("melody", encoder="bilstm", decoder="lstm", encoder_width=512)).eval()
    for weight in vae.parameters():
        weight.copy_((2.5 * weight).half())
    heard = make_music("melody", 64)
    expected = vae.decode(vae.encode(heard)[0]).argmax(-1)
    for_inference(vae)
    found = vae.decode(vae.encode(heard)[0]).argmax(-1)
    assert (found == expected).all(-1).float().mean() > 0.95


def test_gradients_come_from_the_unfolded_model() -> None:
    vae = for_inference(make_vae("melody"))
    z = torch.randn(2, 16, requires_grad=True)
    assert is_folded(vae)
    vae.decode(z)
    z_of_music = vae.encoder(vae.head.features(make_music("melody", 2)).requires_grad_())[0]
    z_of_music.sum().backward()


def test_training_drops_the_copies() -> None:
    assert not is_folded(for_inference(make_vae("melody")).train())


def test_loading_weights_drops_the_copies() -> None:
    vae, other, z = for_inference(make_vae("melody", 1)), make_vae("melody", 2), torch.randn(2, 16)
    vae.load_state_dict(other.state_dict())
    assert not is_folded(vae)
    with torch.inference_mode():
        torch.testing.assert_close(vae.decode(z), other.decode(z))


def test_loading_weights_into_a_part_drops_its_copy() -> None:
    vae, other = for_inference(make_vae("melody", 1)), make_vae("melody", 2)
    vae.decoder.load_state_dict(other.decoder.state_dict())
    with torch.inference_mode():
        assert vae.decoder.folded is None
        assert vae.encoder.folded is not None


def test_another_type_drops_the_copies() -> None:
    assert not is_folded(for_inference(make_vae("melody")).double())


def test_folding_leaves_the_weights_and_their_names_alone() -> None:
    vae = make_vae("groove")
    before = {name: weight.clone() for name, weight in vae.state_dict().items()}
    after = for_inference(vae).state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], before[name]) for name in before)
