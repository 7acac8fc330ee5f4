"""The whole system of chords: what goes on, what varies, and two maps of two dimensions, in one checkpoint.

Each part is trained for itself and knows nothing of the others; they share a vocabulary and a key.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.chord_lstm import ChordLstm
from engine.models.config import ChordsConfig, VaeConfig
from engine.models.vae import Vae

MAP_DIM = 2


class ChordsModel(nn.Module):
    """`config` says of which sizes.

    Attributes:
        lstm: goes on from any events.
        varied: the autoencoder in whose latent variations are made.
        plain_map: an autoencoder with a latent of 2, without any noise in it.
        map: the same as a variational one: its latent has no holes.
    """

    def __init__(self, config: ChordsConfig) -> None:
        super().__init__()
        self.config = config
        self.lstm = ChordLstm(config)
        self.varied = Vae(_window(config, config.window_events, config.latent_dim))
        self.plain_map = Vae(_window(config, config.map_events, MAP_DIM))
        self.map = Vae(_window(config, config.map_events, MAP_DIM))


def plain_loss(model: Vae, music: Tensor) -> Tensor:
    """What an autoencoder without noise is trained by: the cost of what it rebuilds, in nats, shape `batch`."""
    features = model.head.features(music)
    mu, _ = model.encoder(features)
    sampling = torch.zeros(features.shape[:2], dtype=torch.bool, device=features.device)
    return model.head.loss(model.decoder(mu, features, sampling), music)


def _window(config: ChordsConfig, events: int, latent_dim: int) -> VaeConfig:
    return VaeConfig(
        "chords", steps=events, latent_dim=latent_dim, embedding=32, encoder_width=config.encoder_width,
        encoder_depth=2, decoder_width=config.decoder_width, decoder_depth=2,
    )  # fmt: skip
