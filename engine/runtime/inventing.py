"""New music out of an autoencoder's latent space: samples, variations, ways between, blends.

Clips and trios go the same way; who asks has chosen a model of their kind.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.errors import OutOfRangeError
from engine.latent.path import PROBES
from engine.latent.slerp import blend, slerp
from engine.models.vae import Vae
from engine.representations.clip import Clip
from engine.runtime import translators
from engine.runtime.answers import Answer
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import check_count, check_share, check_size, check_temperature
from engine.runtime.encoding import ClipEncoder, Encoded
from engine.runtime.leaning import Leaning, loosening, steadiness
from engine.runtime.noise import generator_of
from engine.runtime.roster import vae_of
from engine.runtime.translator_table import Translators
from engine.runtime.translators import Piece, Recipe
from engine.runtime.ways import Ways, from_prior

SPACINGS = ("change", "angle")
_DRAWN_AGAIN = 3
_ANOTHER_SEED = 15_485_863


class Inventing:
    """What an autoencoder is asked for. Everywhere, `frame` gives the answers their length, meter and tempo.

    Args:
        kinds: have a translator for each model.
        encoder: gets latents.
    """

    def __init__(self, kinds: Translators, encoder: ClipEncoder) -> None:
        self._kinds, self._encoder = kinds, encoder
        self._ways = Ways(kinds, encoder)

    def sample(self, loaded: Checkpoint, count: int, *, temperature: float, seed: int) -> Answer:
        """Pieces of the prior, as long as the model's window; in place of one that is silent another is drawn."""
        check_count(count)
        check_temperature(temperature)
        frame = Clip((), loaded.bars * 4.0)
        check_size(count, frame, vae_of(loaded))
        answer = self._sampled(loaded, frame, count, temperature, seed)
        for turn in range(1, _DRAWN_AGAIN + 1):
            if all(_sounds(answer, count)):
                break
            other = self._sampled(loaded, frame, count, temperature, seed + turn * _ANOTHER_SEED)
            answer = _with_others(answer, other, count)
        return answer

    def _sampled(self, loaded: Checkpoint, frame: Clip, count: int, temperature: float, seed: int) -> Answer:
        z = from_prior(loaded, count, seed)[:, None]
        recipe = Recipe[Piece](frame, (), ((),) * count, temperature, generator_of(seed))
        return self._decoded(loaded, z, recipe, Encoded((), (), (), False, 0.0), is_new=True)

    def vary(
        self,
        loaded: Checkpoint,
        piece: Piece,
        frame: Clip,
        *,
        count: int,
        amount: float,
        temperature: float,
        seed: int,
    ) -> Answer:
        """Pieces near this one."""
        check_count(count)
        check_share("amount", amount)
        check_temperature(temperature)
        check_size(count, frame, vae_of(loaded))
        encoded = self._encoder.latents([piece], loaded)
        started = time.perf_counter()
        here = encoded.latents[0].expand(count, -1, -1)
        away = self._ways.directions(loaded, piece, count, seed)
        recipe = Recipe(frame, (piece,), ((1.0,),) * count, temperature, generator_of(seed))
        shares = self._ways.shares(loaded, piece, encoded, away, amount, seed)
        lean = None
        if (leaning := Leaning.on(vae_of(loaded), encoded.windows)) is not None:
            lean = leaning.at(torch.ones(count, 1), loosening(shares) * steadiness(temperature))
        return self._decoded(loaded, slerp(here, away, shares[:, None]), recipe, encoded, started, lean)

    def interpolate(
        self,
        loaded: Checkpoint,
        ends: Sequence[Piece],
        frame: Clip,
        *,
        steps: int,
        temperature: float,
        seed: int,
        spacing: str,
        keep_key: bool = False,
    ) -> Answer:
        """Pieces from one to the other of two that are as long as the frame."""
        check_count(steps)
        check_temperature(temperature)
        if spacing not in SPACINGS:
            raise OutOfRangeError(f"spacing is {spacing!r}; choose {' or '.join(SPACINGS)}")
        check_size(max(steps, PROBES), frame, vae_of(loaded))
        encoded = self._encoder.latents(ends, loaded)
        started = time.perf_counter()
        if keep_key:
            home = encoded.latents[0]
            encoded = replace(encoded, latents=tuple(vae_of(loaded).in_key_of(z, home) for z in encoded.latents))
        shares = torch.linspace(0, 1, steps)
        if spacing == "change" and steps > 2:
            shares = self._ways.stops(loaded, ends, encoded, steps, keep_key)
        weights = tuple((1 - float(t), float(t)) for t in shares)
        z = blend(torch.stack(encoded.latents), torch.tensor(weights, dtype=torch.float64))
        recipe = Recipe(frame, tuple(ends), weights, temperature, generator_of(seed))
        lean = _lean(vae_of(loaded), encoded, recipe)
        return self._decoded(loaded, z, recipe, encoded, started, lean)

    def blend(
        self,
        loaded: Checkpoint,
        pieces: Sequence[Piece],
        frame: Clip,
        weights: Sequence[float],
        *,
        temperature: float,
        seed: int,
    ) -> Answer:
        """One piece at the weighted mean of several that are as long as the frame."""
        check_temperature(temperature)
        check_size(len(pieces), frame, vae_of(loaded))
        encoded = self._encoder.latents(pieces, loaded)
        shares = tuple(weight / max(weights) for weight in weights)  # only ratios count, and these cannot overflow
        z = blend(torch.stack(encoded.latents), torch.tensor(shares, dtype=torch.float64))
        recipe = Recipe(frame, tuple(pieces), (shares,), temperature, generator_of(seed))
        return self._decoded(loaded, z[None], recipe, encoded, lean=_lean(vae_of(loaded), encoded, recipe))

    def _decoded(
        self,
        loaded: Checkpoint,
        z: Tensor,
        recipe: Recipe[Piece],
        encoded: Encoded,
        started: float | None = None,
        lean: Tensor | None = None,
        is_new: bool = False,
    ) -> Answer:
        """The latents `count, windows, latent` as an answer.

        A decoder with a language draws what is wholly new itself, so that each step knows what was drawn before it, and
        one piece after the other, so that the first do not depend on how many follow. What is near clips is drawn from
        what it says of the likeliest, as a morph draws it.
        """
        started = time.perf_counter() if started is None else started
        model = vae_of(loaded)
        temperature = recipe.temperature if is_new or model.decoder.is_certain else 0.0
        parts = z.split(1) if temperature and model.can_lean else [z]
        outputs = torch.cat([translators.decode(model, part, temperature, recipe.generator, lean) for part in parts])
        clips = self._kinds.of(loaded).speak(outputs, recipe)
        decode_ms = (time.perf_counter() - started) * 1e3
        return Answer(tuple(clips), encoded.encode_ms, decode_ms, encoded.cached, encoded.left_out)


def _lean(model: Vae, encoded: Encoded, recipe: Recipe[Piece]) -> Tensor | None:
    """What results lean on that lie between pieces, by the recipe's weights."""
    leaning = Leaning.on(model, encoded.windows)
    if leaning is None:
        return None
    weights = torch.tensor(recipe.weights, dtype=torch.float64)
    return leaning.at(weights / weights.sum(1, keepdim=True), steadiness(recipe.temperature))


def _sounds(answer: Answer, count: int) -> list[bool]:
    """Of each of `count` pieces, whether it has a note."""
    parts = len(answer.clips) // count
    return [any(clip.notes for clip in answer.clips[k * parts : (k + 1) * parts]) for k in range(count)]


def _with_others(answer: Answer, other: Answer, count: int) -> Answer:
    """Those pieces of another answer in place of the silent ones."""
    parts, sounds = len(answer.clips) // count, _sounds(answer, count)
    chosen = [(answer if sounds[place // parts] else other).clips[place] for place in range(len(answer.clips))]
    return replace(answer, clips=tuple(chosen), decode_ms=answer.decode_ms + other.decode_ms)
