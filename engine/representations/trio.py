"""A trio: melody, bass and drums on one grid, three classes a step.

Source: magenta's TrioConverter: melody and bass of 90 classes each, drums of 512; a bass has General MIDI's programs
32..39.
Differs: the melody may have any other program but pads and effects (the reference takes 0..31), since in game music
it is a lead, a brass or a string sound as often.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.representations import drum_classes
from engine.representations import melody as melody_codec
from engine.representations.clip import Clip
from engine.representations.drum_classes import Classes
from engine.representations.drums import DrumMap
from engine.representations.grid import clip_steps
from engine.representations.groove import Groove
from engine.representations.melody import GridNote, Tokens

PARTS = ("melody", "bass", "drums")
NUM_PARTS = len(PARTS)
MELODY, BASS, DRUMS = range(NUM_PARTS)
BASS_PROGRAMS = range(32, 40)
MELODY_PROGRAMS = tuple(program for program in range(112) if program not in BASS_PROGRAMS and not 88 <= program < 104)
"""All but basses, pads and effects."""


@dataclass(frozen=True)
class Trio:
    """Three parts of the same length, each of shape `steps`.

    Attributes:
        melody: classes 0..89.
        bass: classes 0..89.
        drums: classes 0..511.
    """

    melody: Tokens
    bass: Tokens
    drums: Classes


@dataclass(frozen=True)
class TrioClips:
    """Three clips that play together; of different lengths, the shorter ones are played in loop."""

    melody: Clip
    bass: Clip
    drums: Clip

    @property
    def clips(self) -> tuple[Clip, Clip, Clip]:
        """In the order in which a model of trios gives them."""
        return self.melody, self.bass, self.drums

    def fingerprint(self) -> str:
        """A hash of all three."""
        return hashlib.blake2b("".join(clip.fingerprint() for clip in self.clips).encode(), digest_size=16).hexdigest()


def trios_of(clips: Sequence[Clip]) -> tuple[TrioClips, ...]:
    """The trios of an answer, three clips each."""
    each = iter(clips)
    return tuple(TrioClips(*parts) for parts in zip(each, each, each, strict=True))


def to_tensor(melody: Clip, bass: Clip, drums: Clip, drum_map: DrumMap) -> Trio:
    """The three clips on one grid, as long as the longest; a shorter one rests where it has ended."""
    steps = max(clip_steps(clip) for clip in (melody, bass, drums))
    return Trio(
        _line(melody, steps),
        _line(bass, steps),
        _padded(drum_classes.to_tensor(drums, drum_map), steps),
    )


def from_tensor(trio: Trio) -> tuple[tuple[GridNote, ...], tuple[GridNote, ...], Groove]:
    """The notes of melody and bass, and the hits of the drums."""
    return (
        melody_codec.from_tensor(trio.melody),
        melody_codec.from_tensor(trio.bass),
        drum_classes.from_tensor(trio.drums),
    )


def stack(trio: Trio) -> NDArray[np.int64]:
    """One array `steps, 3`, in the order of `PARTS`."""
    return np.stack([trio.melody, trio.bass, trio.drums], axis=-1)


def unstack(array: NDArray[np.int64]) -> Trio:
    """The inverse of `stack`."""
    return Trio(array[..., MELODY], array[..., BASS], array[..., DRUMS])


def without_leading_off(array: NDArray[np.int64]) -> NDArray[np.int64]:
    """A copy of `steps, 3` in which neither melody nor bass begins by ending a note."""
    parts = unstack(array)
    melody, bass = (melody_codec.without_leading_off(line) for line in (parts.melody, parts.bass))
    return stack(Trio(melody, bass, parts.drums))


def _line(clip: Clip, steps: int) -> Tokens:
    tokens = melody_codec.to_tensor(clip).tokens
    padded = _padded(tokens, steps)
    sounding = tokens[tokens != melody_codec.HOLD]
    if len(tokens) < steps and len(sounding) and sounding[-1] != melody_codec.OFF:
        padded[len(tokens)] = melody_codec.OFF
    return padded


def _padded(classes: NDArray[np.int64], steps: int) -> NDArray[np.int64]:
    return np.concatenate([classes, np.zeros(steps - len(classes), classes.dtype)])
