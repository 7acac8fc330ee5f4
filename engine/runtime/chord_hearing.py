"""A clip as the models of chords hear it: its events, its key, and windows of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from engine.errors import TooLargeError
from engine.models.config import ChordsConfig
from engine.representations.chord_tensors import ChordTokens, to_tensor
from engine.representations.chords import ChordEvent, chords_of, pitch_class_weights
from engine.representations.clip import Clip
from engine.representations.grid import bar_steps
from engine.representations.key import best_key, home_shift

MAX_EVENTS = 4096


@dataclass(frozen=True)
class HeardChords:
    """A clip's chords.

    Attributes:
        clip: the clip.
        events: from its first step to its last, at least one.
        shift: semitones that move it where the models are at home.
        tokens: the events, moved.
    """

    clip: Clip
    events: tuple[ChordEvent, ...]
    shift: int
    tokens: ChordTokens

    def windows(self, size: int) -> Tensor:
        """As many windows as cover all events, the last one filled up in loop, `windows, size, 13`."""
        count = -(-len(self.events) // size)
        places = np.arange(count * size) % len(self.events)
        whole = np.concatenate([self.tokens.notes, self.tokens.durations[:, None]], 1)[places]
        return torch.from_numpy(whole.reshape(count, size, -1))

    @cached_property
    def extra_voices(self) -> int:
        """How many notes its chords have beyond their pitch classes, on average, 0 or more."""
        doubled = [len(e.pitches) - len(e.pitch_classes) for e in self.events if len(e.pitch_classes) > 1]
        return round(sum(doubled) / len(doubled)) if doubled else 0

    @cached_property
    def holds(self) -> bool:
        """Whether most of what two neighbouring events have in common sounds on instead of being struck again."""
        common = [set(a.pitches) & set(b.pitches) for a, b in pairwise(self.events)]
        held = sum(len(event.held) for event in self.events)
        return held * 2 > sum(map(len, common))


def hear(clip: Clip, config: ChordsConfig) -> HeardChords:
    """The clip as models of this config hear it.

    Raises:
        UnsupportedMeterError: its bar is no whole number of 16ths.
        TooLargeError: it has more than 4,096 events.
    """
    steps = bar_steps(clip)
    events = chords_of(clip)
    if len(events) > MAX_EVENTS:
        raise TooLargeError(
            f"the clip has {len(events)} chords; a model of chords takes {MAX_EVENTS}: give a part of it"
        )
    shift = home_shift(best_key(pitch_class_weights(events))) if config.keys == "home" else 0
    return HeardChords(clip, events, shift, to_tensor(events, steps, shift))
