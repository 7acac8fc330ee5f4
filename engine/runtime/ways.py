"""Ways through latent space: where variations head and how far they go, and where to stop between two clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from engine.representations.clip import Clip
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.encoding import ClipEncoder
from engine.runtime.reach import share_of_way
from engine.runtime.recent import Recent
from engine.runtime.roster import vae_of
from engine.runtime.translators import Translator
from engine.runtime.travel import measure_way


class Ways:
    """Finds ways, and remembers the last ones: a turning knob asks for the same again and again.

    Args:
        kinds: a translator for each kind.
        encoder: measures how far amounts reach, once a clip.
    """

    def __init__(self, kinds: Mapping[str, Translator], encoder: ClipEncoder) -> None:
        self._kinds, self._encoder = kinds, encoder
        self._recent: Recent[Tensor] = Recent(Tensor.numel)

    def directions(self, loaded: Checkpoint, clip: Clip, count: int, seed: int) -> Tensor:
        """Latents of the prior, suited to the clip, `count, windows, latent`: where its variations head."""

        def make() -> Tensor:
            return self._kinds[loaded.kind].attuned(vae_of(loaded), from_prior(loaded, count, seed), clip)

        return self._recent.get((loaded.hash, clip.fingerprint(), count, seed), make)

    def share(self, loaded: Checkpoint, clip: Clip, latents: Tensor, amount: float) -> float:
        """How much of the way to its ends an amount 0..1 goes, from a clip with these latents, `windows, latent`."""
        if amount in (0.0, 1.0):
            return amount
        return share_of_way(amount, self._encoder.reach(clip, loaded.kind, loaded, latents))

    def stops(self, loaded: Checkpoint, clips: Sequence[Clip], ends: Sequence[Tensor], steps: int) -> Tensor:
        """Positions 0..1, shape `steps`, between two clips with these latents; the music changes alike between them."""

        def make() -> Tensor:
            return measure_way(loaded, self._kinds[loaded.kind], ends, steps)

        return self._recent.get((loaded.hash, *(clip.fingerprint() for clip in clips), steps), make)


def from_prior(loaded: Checkpoint, count: int, seed: int) -> Tensor:
    """Latents `count, latent`, one after the other, so that the first do not depend on how many follow."""
    generator = torch.Generator().manual_seed(seed % 2**63)
    return torch.stack([torch.randn(loaded.model.config.latent_dim, generator=generator) for _ in range(count)])
