"""Drums as one of 512 classes a step: which of the nine voices are hit, with neither velocity nor offset.

Source: magenta's DrumsConverter: a class is the sum of 2^voice over the voices that are hit.
Differs: silent bars and gaps are kept; a clip keeps its own length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.representations import groove as groove_codec
from engine.representations.clip import Clip
from engine.representations.drums import NUM_VOICES, DrumMap
from engine.representations.groove import Groove

NUM_CLASSES = 2**NUM_VOICES
SILENCE = 0
HIT_VELOCITY = 80 / 127
"""Of every hit, since a class has none of its own."""

Classes = NDArray[np.int64]
_BITS = 2 ** np.arange(NUM_VOICES)


def to_tensor(clip: Clip, drum_map: DrumMap) -> Classes:
    """The clip's classes, shape `steps`, 0..511; muted notes and unknown pitches are not part of them."""
    return classes_of(groove_codec.to_tensor(clip, drum_map).hits)


def from_tensor(classes: Classes) -> Groove:
    """The hits that the classes spell, all equally loud and on the grid."""
    hits = hits_of(classes)
    return Groove(hits, hits * np.float32(HIT_VELOCITY), np.zeros_like(hits))


def classes_of(hits: NDArray[np.float32]) -> Classes:
    """Hits 0 or 1, `…, 9`, as classes."""
    classes: Classes = (hits > 0) @ _BITS
    return classes


def hits_of(classes: Classes) -> NDArray[np.float32]:
    """The inverse of `classes_of`."""
    return ((classes[..., None] & _BITS) > 0).astype(np.float32)
