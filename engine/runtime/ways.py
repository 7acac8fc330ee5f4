"""Ways through latent space: where variations head and how far they go, and where to stop between two clips."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.latent.slerp import slerp
from engine.models.config import VaeConfig
from engine.models.vae import Vae
from engine.representations.drums import NUM_VOICES
from engine.runtime import translators
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.encoding import ClipEncoder, Encoded
from engine.runtime.leaning import Leaning, loosening
from engine.runtime.noise import generator_of
from engine.runtime.reach import share_of_way
from engine.runtime.recent import Recent
from engine.runtime.roster import vae_of
from engine.runtime.translator_table import Translators
from engine.runtime.translators import Piece
from engine.runtime.travel import few_windows, measure_way

_TRIED = 9
_TINY, _LEAP = 1e-6, 0.25


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

    def shares(
        self, loaded: Checkpoint, piece: Piece, encoded: Encoded, away: Tensor, amount: float, seed: int
    ) -> Tensor:
        """How much of its way to each of `away`, `count, windows, latent`, an amount 0..1 goes from a piece, `count`.

        The ways of a piece differ: on some all changes at once, on others nothing for long. So each is measured, where
        the piece's ways change by equal shares in the mean; `seed` is that of the ways.
        """
        if amount in (0.0, 1.0):
            return torch.full((len(away),), amount)
        reach = self._encoder.reach(piece, loaded, encoded.latents[0])
        tried = torch.tensor([share_of_way(float(stop), reach) for stop in torch.linspace(0, 1, _TRIED)])

        def make() -> Tensor:
            return _changed(vae_of(loaded), encoded, away, tried).cummax(1).values

        changed = self._recent.get((loaded.hash, piece.fingerprint(), len(away), seed, _TRIED), make)
        upper = torch.searchsorted(changed, torch.full((len(away), 1), amount)).clamp(1, _TRIED - 1)
        low, high = changed.gather(1, upper - 1), changed.gather(1, upper)
        part = ((amount - low) / (high - low).clamp_min(_TINY)).clamp(0, 1)
        part = torch.where(high - low > _LEAP, part.round(), part)  # nobody knows where in between it leaps
        start, end = tried[upper - 1], tried[upper]
        return (start + part * (end - start))[:, 0]

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


def _changed(model: Vae, encoded: Encoded, away: Tensor, shares: Tensor) -> Tensor:
    """How much of what is played at the first of the shares, or at another, is at only one of them, `count, shares`."""
    by_window = (encoded.latents[0], away.transpose(0, 1), encoded.windows[0])
    here, there, heard = (few_windows(each, model.config.steps) for each in by_window)
    z = slerp(
        here.expand(len(shares), len(away), -1, -1),
        there.transpose(0, 1).expand(len(shares), -1, -1, -1),
        shares[:, None, None],
    )
    lean = None
    if (leaning := Leaning.on(model, [heard])) is not None:
        strengths = loosening(shares).repeat_interleave(len(away))
        lean = leaning.at(torch.ones(len(strengths), 1), strengths)
    outputs = translators.decode(model, z.flatten(0, 1), 0.0, torch.Generator(), lean)
    music = model.head.draw(outputs, 0.0, None).cpu().unflatten(0, z.shape[:2])
    played = music[..., :NUM_VOICES] if music.is_floating_point() else music
    at_first = played[:1].expand_as(played)
    either, differ = (played > 0) | (at_first > 0), played != at_first
    changed, all_there = (each.flatten(2).sum(2).T for each in (either & differ, either))
    shares_changed: Tensor = changed / all_there.clamp_min(1)
    return shares_changed


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
