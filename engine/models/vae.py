"""The variational autoencoder: an encoder, a decoder, a head, and the loss that ties them.

Source: Roberts et al., A Hierarchical Latent Vector Model (MusicVAE), 2018; magenta's base_model: loss =
reconstruction + beta * max(KL - free bits, 0), KL summed over the latent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from engine.models import signature
from engine.models.bar_decoders import DECODERS
from engine.models.config import VaeConfig
from engine.models.encoders import ENCODERS
from engine.models.guided_decoder import GuidedDecoder
from engine.models.heads import HEADS


@dataclass(frozen=True)
class VaeLoss:
    """Each of shape `batch`, in nats: the whole, its reconstruction part, and the KL before free bits.

    The whole has a language's own loss in it too, where one goes along with the decoder.
    """

    total: Tensor
    reconstruction: Tensor
    kl: Tensor


class Vae(nn.Module):
    """Windows of music to latents and back; `config` says of which parts."""

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        self.config = config
        self.head = HEADS[config.music]()
        self.is_respelt = config.keys == "apart"
        inner = replace(config, latent_dim=config.latent_dim - signature.DIMENSIONS) if self.is_respelt else config
        self.encoder = ENCODERS[config.encoder](inner, self.head)
        self.decoder = DECODERS[config.decoder](inner, self.head)

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        """`mu` and `log_var`, each `batch, latent`, of music as the head takes it, `batch, steps[, depth]`."""
        if not self.is_respelt:
            mu, log_var = self.encoder.encode(music)
            return mu, log_var
        own = signature.signatures(music)
        mu, log_var = self.encoder.encode(signature.respelt(music, own))
        place = signature.place_of(own).to(mu)
        return torch.cat([mu, place], -1), torch.cat([log_var, torch.full_like(place, signature.LOG_VAR)], -1)

    @property
    def can_lean(self) -> bool:
        """Whether `decode` takes notice of `lean`."""
        return isinstance(self.decoder, GuidedDecoder)

    def decode(
        self,
        z: Tensor,
        temperature: float = 0.0,
        generator: torch.Generator | None = None,
        lean: Tensor | float | None = None,
        tilt: Tensor | None = None,
    ) -> Tensor:
        """Outputs `batch, steps, depth`: logits of classes, or raw groove numbers (`heads.interpret`).

        Args:
            z: `batch, latent`.
            temperature: of decoders that draw their steps themselves.
            generator: of those draws.
            lean: what the outputs are drawn towards, a multiple of `playing`, or 0; None where z is a clip's own.
            tilt: what is added to the outputs, in their own terms; a decoder that leans hears of it at each step.
        """
        if not self.is_respelt:
            return self._decoded(z, temperature, generator, lean, tilt)
        letters, place = z.split([z.shape[1] - signature.DIMENSIONS, signature.DIMENSIONS], 1)
        own = signature.at_place(place)
        heard = None if tilt is None else signature.as_heard(tilt, own)
        return signature.spelt_back(self._decoded(letters, temperature, generator, lean, heard), own)

    def in_key_of(self, z: Tensor, home: Tensor) -> Tensor:
        """Latents `…, latent` with the key of others; the same latents where keys are not apart."""
        if not self.is_respelt:
            return z
        letters, key = z[..., : -signature.DIMENSIONS], home[..., -signature.DIMENSIONS :]
        return torch.cat([letters, key.expand(*letters.shape[:-1], -1)], -1)

    @property
    def is_foreign(self) -> Tensor:
        """Which outputs are notes outside the key, bools `depth`; none where keys are not apart."""
        return signature.IS_RAISED if self.is_respelt else torch.zeros(self.head.depth, dtype=torch.bool)

    def playing(self, music: Tensor) -> Tensor:
        """What music plays, in the decoder's own words, `batch, steps, depth`: for `decode` to lean on."""
        if self.is_respelt:
            music = signature.respelt(music, signature.signatures(music))
        played: Tensor = self.head.played(music)
        return played

    def told(self, z: Tensor, music: Tensor) -> Tensor:
        """Outputs `batch, steps, depth` where each step is told the true ones before it."""
        never = torch.zeros(music.shape[:2], dtype=torch.bool, device=music.device)
        if not self.is_respelt:
            outputs: Tensor = self.decoder(z, self.head.features(music), never)
            return outputs
        letters, place = z.split([z.shape[1] - signature.DIMENSIONS, signature.DIMENSIONS], 1)
        own = signature.at_place(place)
        heard = self.head.features(signature.respelt(music, own))
        return signature.spelt_back(self.decoder(letters, heard, never), own)

    def _decoded(
        self,
        z: Tensor,
        temperature: float,
        generator: torch.Generator | None,
        lean: Tensor | float | None,
        tilt: Tensor | None,
    ) -> Tensor:
        if isinstance(self.decoder, GuidedDecoder):
            towards = lean if tilt is None else tilt + (0.0 if lean is None else lean)
            return self.decoder.decode(z, temperature, generator, lean=towards)
        outputs: Tensor = self.decoder.decode(z, temperature, generator)
        return outputs if tilt is None else outputs + tilt

    def loss(
        self,
        music: Tensor,
        *,
        beta: float,
        free_bits: float,
        sampling_rate: float = 0.0,
        shown: Tensor | None = None,
    ) -> VaeLoss:
        """The training loss, with a latent drawn from the posterior.

        Args:
            music: `batch, steps[, depth]`.
            beta: weight of the KL above the free bits.
            free_bits: bits of the whole KL that cost nothing.
            sampling_rate: chance of each step to follow the decoder's own last step (scheduled sampling), 0..1.
            shown: what the encoder sees of the music, where hits are hidden from it; None shows all.
        """
        if self.is_respelt:
            own = signature.signatures(music)
            music = signature.respelt(music, own)
            shown = None if shown is None else signature.respelt(shown, own)
        features = self.head.features(music)
        mu, log_var = self.encoder(features if shown is None else self.head.features(shown))
        mu, log_var = mu.float(), log_var.float()
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        sampling = torch.rand(features.shape[:2], device=features.device) < sampling_rate
        reconstruction = self.head.loss(self.decoder(z, features, sampling), music)
        kl = kl_divergence(mu, log_var)
        total = reconstruction + beta * (kl - free_bits * math.log(2)).clamp_min(0)
        if isinstance(self.decoder, GuidedDecoder):
            total = total + self.head.loss(self.decoder.language(features), music)
        return VaeLoss(total, reconstruction, kl)


def kl_divergence(mu: Tensor, log_var: Tensor) -> Tensor:
    """KL of N(mu, exp(log_var)) from N(0, 1) in nats, summed over the latent; shape `batch`."""
    return 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum(-1)


def kl_between(mu: Tensor, log_var: Tensor, prior_mu: Tensor, prior_log_var: Tensor) -> Tensor:
    """KL of one diagonal Gaussian from another in nats, summed over the latent; shape `batch`."""
    apart = ((mu - prior_mu) ** 2 + log_var.exp()) / prior_log_var.exp()
    return 0.5 * (prior_log_var - log_var + apart - 1).sum(-1)
