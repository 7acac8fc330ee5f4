"""Clips to latents, each clip once: what the cache holds is not encoded again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.representations.clip import Clip
from engine.representations.drums import DrumMap
from engine.representations.kind import DRUMS, MELODY
from engine.runtime import feel, translators
from engine.runtime.cache import LatentCache, cache_key
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.reach import measure_reach
from engine.runtime.roster import feel_of, vae_of
from engine.runtime.translators import Translator
from engine.runtime.travel import WAY_STOPS, few_windows, measure_way


@dataclass(frozen=True)
class Encoded:
    """Latents of the clips of one request.

    Attributes:
        latents: `windows, latent` a clip.
        left_out: notes that the model cannot hear, a clip.
        cached: all of them were in the cache.
        encode_ms: what getting them took.
    """

    latents: tuple[Tensor, ...]
    left_out: tuple[int, ...]
    cached: bool
    encode_ms: float


class ClipEncoder:
    """Encodes clips through the cache.

    Args:
        kinds: a translator for each kind.
        cache: latents by content, kind and model.
        drum_map: part of a drum clip's meaning, and so of its key.
    """

    def __init__(self, kinds: Mapping[str, Translator], cache: LatentCache, drum_map: DrumMap) -> None:
        self._kinds, self._cache = kinds, cache
        self._map_hash = hashlib.sha256(repr(drum_map.pitches).encode()).hexdigest()[:8]

    def latents(self, clips: Sequence[Clip], kind: str, loaded: Checkpoint) -> Encoded:
        """Posterior means of each clip under a model of its kind."""
        return self._all(clips, kind, loaded, lambda windows: translators.encode(vae_of(loaded), windows))

    def reach(self, clip: Clip, kind: str, loaded: Checkpoint, latents: Tensor) -> Tensor:
        """How far amounts reach from this clip, shape `33` (`reach.measure_reach`)."""
        key = self._key(clip.fingerprint(), f"{kind}-reach", loaded.hash)
        return self._measured(key, lambda: measure_reach(loaded, self._kinds[kind], latents, clip))

    def way(self, a: str, b: str, kind: str, loaded: Checkpoint, ends: tuple[Tensor, Tensor]) -> Tensor:
        """How the way from one clip to another is measured out, shape `129` (`travel.measure_way`).

        Args:
            a: fingerprint of the first; who asks for both ways round asks for them in one order.
            b: of the second.
            kind: of both.
            loaded: the model.
            ends: latents of both, `windows, latent` each; a few windows speak for a long clip.
        """
        few = [few_windows(end) for end in ends]
        key = self._key(f"{a}-{b}", f"{kind}-way", loaded.hash)
        return self._measured(key, lambda: measure_way(loaded, self._kinds[kind], few, WAY_STOPS))

    def feels(self, clips: Sequence[Clip], loaded: Checkpoint) -> Encoded:
        """The feel of each drum clip under a humanize model."""
        return self._all(clips, DRUMS, loaded, lambda windows: feel.encode_feel(feel_of(loaded), windows))

    def _all(self, clips: Sequence[Clip], kind: str, loaded: Checkpoint, encode: Callable[[Tensor], Tensor]) -> Encoded:
        started = time.perf_counter()
        latents, left_out, cached = [], [], True
        for clip in clips:
            heard = self._kinds[kind].hear(clip)
            key = self._key(clip.fingerprint(), kind, loaded.hash)
            found: NDArray[np.float32] | None = self._cache.get(key)
            if found is None:
                cached = False
                found = encode(heard.windows).numpy()
                self._cache.put(key, found)
            latents.append(torch.from_numpy(np.array(found)))
            left_out.append(heard.left_out)
        elapsed_ms = (time.perf_counter() - started) * 1e3
        return Encoded(tuple(latents), tuple(left_out), cached, elapsed_ms)

    def _measured(self, key: str, measure: Callable[[], Tensor]) -> Tensor:
        found = self._cache.get(key)
        if found is None:
            found = measure()[None].numpy()
            self._cache.put(key, found)
        return torch.from_numpy(np.array(found[0]))

    def _key(self, fingerprint: str, kind: str, model_hash: str) -> str:
        spelling = kind if kind.startswith(MELODY) else f"{kind}-{self._map_hash}"
        return cache_key(fingerprint, spelling, model_hash)
