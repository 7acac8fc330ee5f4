"""Clips and trios to latents, each once: what the cache holds is not encoded again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.representations.clip import Clip
from engine.representations.kind import MELODY
from engine.runtime import feel, translators
from engine.runtime.cache import LatentCache, cache_key
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.groove_translator import GrooveTranslator
from engine.runtime.leaning import Leaning
from engine.runtime.reach import measure_reach
from engine.runtime.roster import feel_of, vae_of
from engine.runtime.translator_table import Translators
from engine.runtime.translators import Heard, Piece, PieceT
from engine.runtime.travel import WAY_STOPS, few_windows, measure_way


@dataclass(frozen=True)
class Encoded:
    """Latents of the clips, or the trios, of one request.

    Attributes:
        latents: `windows, latent` a piece.
        windows: what was heard, `windows, steps[, depth]` a piece.
        left_out: notes that the model cannot hear, a piece.
        cached: all of them were in the cache.
        encode_ms: what getting them took.
    """

    latents: tuple[Tensor, ...]
    windows: tuple[Tensor, ...]
    left_out: tuple[int, ...]
    cached: bool
    encode_ms: float


class ClipEncoder:
    """Encodes through the cache.

    Args:
        kinds: have a translator for each model; their drum map is part of a drum clip's meaning, and so of its key.
        cache: latents by content, kind and model.
    """

    def __init__(self, kinds: Translators, cache: LatentCache) -> None:
        self._kinds, self._cache = kinds, cache
        self._map_hash = hashlib.sha256(repr(kinds.drum_map.pitches).encode()).hexdigest()[:8]

    def latents(self, pieces: Sequence[Piece], loaded: Checkpoint) -> Encoded:
        """Posterior means of each clip, or each trio, under a model of its kind."""
        hear = self._kinds.of(loaded).hear
        return self._all(pieces, loaded, hear, lambda windows: translators.encode(vae_of(loaded), windows))

    def reach(self, piece: Piece, loaded: Checkpoint, latents: Tensor) -> Tensor:
        """How far amounts reach from this piece, shape `33` (`reach.measure_reach`)."""
        key = self._key(piece.fingerprint(), f"{loaded.kind}-reach", loaded.hash)
        return self._measured(key, lambda: measure_reach(loaded, self._kinds.of(loaded), latents, piece))

    def way(
        self, a: str, b: str, loaded: Checkpoint, ends: tuple[Tensor, Tensor], windows: tuple[Tensor, Tensor]
    ) -> Tensor:
        """How the way from one clip to another is measured out, shape `129` (`travel.measure_way`).

        Args:
            a: fingerprint of the first; who asks for both ways round asks for them in one order.
            b: of the second.
            loaded: the model.
            ends: latents of both, `windows, latent` each; a few windows speak for a long clip.
            windows: of both, as the model hears them.
        """
        model = vae_of(loaded)
        few, heard = ([few_windows(end, model.config.steps) for end in each] for each in (ends, windows))
        key = self._key(f"{a}-{b}", f"{loaded.kind}-way", loaded.hash)
        leaning = Leaning.on(model, heard)
        return self._measured(key, lambda: measure_way(model, self._kinds.of(loaded), few, WAY_STOPS, leaning))

    def feels(self, clips: Sequence[Clip], loaded: Checkpoint) -> Encoded:
        """The feel of each drum clip under a humanize model."""
        model = feel_of(loaded)
        hear = GrooveTranslator(self._kinds.drum_map, model.config.steps).hear
        return self._all(clips, loaded, hear, lambda windows: feel.encode_feel(model, windows))

    def _all(
        self,
        pieces: Sequence[PieceT],
        loaded: Checkpoint,
        hear: Callable[[PieceT], Heard],
        encode: Callable[[Tensor], Tensor],
    ) -> Encoded:
        started = time.perf_counter()
        latents, windows, left_out, cached = [], [], [], True
        for piece in pieces:
            heard = hear(piece)
            key = self._key(piece.fingerprint(), loaded.kind, loaded.hash)
            found: NDArray[np.float32] | None = self._cache.get(key)
            if found is None:
                cached = False
                found = encode(heard.windows).numpy()
                self._cache.put(key, found)
            latents.append(torch.from_numpy(np.array(found)))
            windows.append(heard.windows)
            left_out.append(heard.left_out)
        elapsed_ms = (time.perf_counter() - started) * 1e3
        return Encoded(tuple(latents), tuple(windows), tuple(left_out), cached, elapsed_ms)

    def _measured(self, key: str, measure: Callable[[], Tensor]) -> Tensor:
        found = self._cache.get(key)
        if found is None:
            found = measure()[None].numpy()
            self._cache.put(key, found)
        return torch.from_numpy(np.array(found[0]))

    def _key(self, fingerprint: str, kind: str, model_hash: str) -> str:
        spelling = kind if kind.startswith(MELODY) else f"{kind}-{self._map_hash}"
        return cache_key(fingerprint, spelling, model_hash)
