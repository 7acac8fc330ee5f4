"""Ways through latent space: where variations head and how far they go, and where to stop between two clips."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.models.config import VaeConfig
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.encoding import ClipEncoder, Encoded
from engine.runtime.leaning import Leaning
from engine.runtime.noise import generator_of
from engine.runtime.reach import share_of_way
from engine.runtime.recent import Recent
from engine.runtime.roster import vae_of
from engine.runtime.translator_table import Translators
from engine.runtime.translators import Piece
from engine.runtime.travel import few_windows, measure_way


class Ways:
    """Finds ways, and remembers the last ones: a turning knob asks for the same again and again.

    Args:
        kinds: have a translator for each model.
        encoder: measures how far amounts reach, once a piece.
    """

    def __init__(self, kinds: Translators, encoder: ClipEncoder) -> None:
        self._kinds, self._encoder = kinds, encoder
        self._recent: Recent[Tensor] = Recent(Tensor.numel)

    def directions(self, loaded: Checkpoint, piece: Piece, count: int, seed: int) -> Tensor:
        """Latents of the prior, suited to the piece, `count, windows, latent`: where its variations head."""

        def make() -> Tensor:
            return self._kinds.of(loaded).attuned(vae_of(loaded), from_prior(loaded, count, seed), piece)

        return self._recent.get((loaded.hash, piece.fingerprint(), count, seed), make)

    def share(self, loaded: Checkpoint, piece: Piece, latents: Tensor, amount: float) -> float:
        """How much of the way to its ends an amount 0..1 goes, from a piece with these latents, `windows, latent`."""
        if amount in (0.0, 1.0):
            return amount
        return share_of_way(amount, self._encoder.reach(piece, loaded, latents))

    def stops(
        self, loaded: Checkpoint, pieces: Sequence[Piece], encoded: Encoded, steps: int, keep_key: bool = False
    ) -> Tensor:
        """Positions 0..1, shape `steps`, between two pieces with these latents, for even changes of the music.

        Where the model leans, each place costs more: there a few windows speak for a long piece. With `keep_key` the
        latents are both in the first piece's key.
        """

        def make() -> Tensor:
            model, ends, windows = vae_of(loaded), encoded.latents, encoded.windows
            if model.can_lean:
                ends, windows = (
                    tuple(few_windows(one, model.config.steps) for one in all_) for all_ in (ends, windows)
                )
            return measure_way(model, self._kinds.of(loaded), ends, steps, Leaning.on(model, windows))

        prints = [piece.fingerprint() for piece in pieces]
        return self._recent.get((loaded.hash, *prints, steps, keep_key), make)


def from_prior(loaded: Checkpoint, count: int, seed: int) -> Tensor:
    """Latents `count, latent`, one after the other, so that the first do not depend on how many follow.

    They are drawn from the learnt prior where there is one, else from a Gaussian (`VaeConfig.prior_spread`).
    """
    generator = generator_of(seed)
    if loaded.prior is not None:
        return loaded.prior.draw(count, generator)
    config = loaded.model.config
    drawn = torch.stack([torch.randn(config.latent_dim, generator=generator) for _ in range(count)])
    return config.prior_spread * drawn if isinstance(config, VaeConfig) else drawn
