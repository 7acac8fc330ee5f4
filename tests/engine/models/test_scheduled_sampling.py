"""The LSTM decoder's own draws among the teacher's: one run over all steps says what going step by step says."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.config import VaeConfig
from engine.models.decoders import LstmDecoder
from engine.models.vae import Vae


def make_decoder() -> LstmDecoder:
    torch.manual_seed(0)
    vae = Vae(VaeConfig("melody", encoder="bilstm", decoder="lstm", latent_dim=8, encoder_width=16, decoder_width=16))
    assert isinstance(vae.decoder, LstmDecoder)
    return vae.decoder


def step_by_step(decoder: LstmDecoder, z: Tensor, features: Tensor, sampling: Tensor) -> Tensor:
    """As scheduled sampling is written down: each step is drawn when it is reached."""
    hidden, cell = decoder._first_state(z)
    steps, own = [], torch.zeros_like(features[:, 0])
    for step in range(features.shape[1]):
        teacher = features[:, step - 1] if step else own
        seen = torch.where(sampling[:, step, None], own, teacher)
        out, (hidden, cell) = torch.nn.LSTM.forward(decoder.lstm, torch.cat([seen, z], -1)[:, None], (hidden, cell))
        steps.append(decoder.out(out[:, 0]))
        own = decoder.head.features(decoder.head.draw(steps[-1].detach(), 1.0, None))
    return torch.stack(steps, 1)


def test_one_run_says_what_going_step_by_step_says() -> None:
    decoder, z = make_decoder(), torch.randn(4, 8, requires_grad=True)
    features = decoder.head.features(torch.randint(0, 90, (4, 32)))
    sampling = torch.rand(4, 32) < 0.5
    found = []
    for run in (decoder, lambda *given: step_by_step(decoder, *given)):
        torch.manual_seed(7)
        outputs = run(z, features, sampling)
        found.append([outputs, *torch.autograd.grad(outputs.square().sum(), [z, *decoder.parameters()])])
    for ours, expected in zip(*found, strict=True):
        torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-5)
