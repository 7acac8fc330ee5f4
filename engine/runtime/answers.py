"""What the engine says back: plain values, for Python callers and for the bridge alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.representations.clip import Clip

Choice = Mapping[str, str]
"""By role, the name of the model that is to play it."""
NO_CHOICE: Choice = MappingProxyType({})
"""Every role is played by its default."""


@dataclass(frozen=True)
class ModelInfo:
    """A model that requests can be made of.

    Attributes:
        name: of its checkpoint.
        kind: of the clips that it is for.
        bars: of its window, in 4/4.
        latent_dim: size of its latent.
        role: the part that it can play: its kind, or `humanize` or `drumify`.
        is_default: whether it plays that part where no other was chosen.
        edition: counts from 1 how often it was replaced while the engine ran.
    """

    name: str
    kind: str
    bars: int
    latent_dim: int
    role: str
    is_default: bool = True
    edition: int = 1


@dataclass(frozen=True)
class Prepared:
    """A clip looked at and encoded ahead.

    Attributes:
        kind: `melody`, `drums` or `other`.
        reason: why, in a sentence.
        bars: of the clip.
        cached: whether its latents were there already.
        left_out: notes that the model of that kind cannot hear, such as the lower notes of chords.
    """

    kind: str
    reason: str
    bars: int
    cached: bool
    left_out: int


@dataclass(frozen=True)
class Answer:
    """The clips asked for.

    Attributes:
        clips: in the order asked for; of each trio its melody, bass and drums.
        encode_ms: time to latents, 0 where all were cached.
        decode_ms: time from latents to notes.
        cached: whether the latents of all source clips were there already.
        left_out: for each source, clip or trio, the notes that the model cannot hear.
    """

    clips: tuple[Clip, ...]
    encode_ms: float = 0.0
    decode_ms: float = 0.0
    cached: bool = False
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True)
class CacheStats:
    """The latent cache: clips held in memory, and look-ups that found or missed since the start."""

    clips: int
    hits: int
    misses: int
