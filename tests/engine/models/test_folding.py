"""Packed products are the products, and whole models say the same with them."""

from __future__ import annotations

import copy
import platform

import pytest
import torch

from engine.models.config import FeelConfig, VaeConfig
from engine.models.feel import FeelModel
from engine.models.folding import Linear, can_pack, for_inference, product
from engine.models.vae import Vae


@pytest.mark.parametrize("shape", [(1, 24), (7, 24), (2, 5, 24)])
def test_a_product_is_the_weights_times_the_rows_plus_the_bias(shape: tuple[int, ...]) -> None:
    weight, bias, rows = torch.randn(40, 24).half().float(), torch.randn(40), torch.randn(shape)
    with torch.inference_mode():
        torch.testing.assert_close(product(weight, bias)(rows), rows @ weight.T + bias, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(product(weight)(rows), rows @ weight.T, rtol=1e-4, atol=1e-4)


def test_a_product_reads_strided_rows() -> None:
    weight, rows = torch.randn(40, 24).half().float(), torch.randn(24, 5).T
    torch.testing.assert_close(product(weight)(rows), rows @ weight.T, rtol=1e-4, atol=1e-4)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="fbgemm is for x86")
def test_products_are_packed_on_x86() -> None:
    assert can_pack(), "this torch has lost its packed products: everything is right, and twice as slow"


def test_a_product_does_not_see_later_changes_of_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    for packs in (True, False):
        if not packs:
            monkeypatch.setattr("engine.models.folding.can_pack", lambda: False)
        weight, bias, rows = torch.ones(8, 8), torch.ones(8), torch.ones(1, 8)
        multiply = product(weight, bias)
        weight.zero_()
        bias.zero_()
        torch.testing.assert_close(multiply(rows), torch.full((1, 8), 9.0))


def test_a_linear_layer_answers_by_its_own_weights_where_gradients_are_wanted() -> None:
    layer, rows = for_inference(Linear(8, 4)), torch.randn(2, 8, requires_grad=True)
    layer(rows).sum().backward()
    torch.testing.assert_close(rows.grad, layer.weight.sum(0).expand(2, 8))


@pytest.mark.parametrize("music", ["melody", "groove"])
@torch.inference_mode()
def test_a_folded_parallel_model_gives_the_same_outputs(music: str) -> None:
    torch.manual_seed(0)
    vae = Vae(VaeConfig(music, latent_dim=16, embedding=8, encoder_width=48, decoder_width=32)).half().float().eval()
    heard = torch.randint(0, 90, (3, 32)) if music == "melody" else torch.rand(3, 32, 27)
    expected = vae.decode(vae.encode(heard)[0])
    for_inference(vae)
    torch.testing.assert_close(vae.decode(vae.encode(heard)[0]), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("music", ["melody", "groove"])
def test_encoding_music_is_encoding_its_features(music: str) -> None:
    vae = Vae(VaeConfig(music, latent_dim=16, embedding=8, encoder_width=48)).eval()
    heard = torch.randint(0, 90, (3, 32)) if music == "melody" else torch.rand(3, 32, 27)
    for found, expected in zip(vae.encode(heard), vae.encoder(vae.head.features(heard)), strict=True):
        torch.testing.assert_close(found, expected)


@torch.inference_mode()
def test_a_folded_feel_model_gives_the_same_feel() -> None:
    torch.manual_seed(0)
    model = FeelModel(FeelConfig("hits", width=32, depth=1, members=2)).half().float().eval()
    music = torch.rand(2, 32, 27)
    expected = model.encode(music)
    folded = for_inference(copy.deepcopy(model))
    for found, wanted in zip(folded.encode(music), expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
