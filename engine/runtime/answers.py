"""What the engine says back: plain values, for Python callers and for the bridge alike."""

from __future__ import annotations

from dataclasses import dataclass

from engine.representations.clip import Clip


@dataclass(frozen=True)
class ModelInfo:
    """A loaded model: its checkpoint's name, the kind of clips it is for, its window in bars of 4/4, its latent."""

    name: str
    kind: str
    bars: int
    latent_dim: int


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
        clips: in the order asked for.
        encode_ms: time to latents, 0 where all were cached.
        decode_ms: time from latents to notes.
        cached: whether the latents of all source clips were there already.
        left_out: for each source clip, the notes that the model cannot hear.
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
