"""What a musician would say of two bars in a number: how dense, how syncopated, how high, how wide; all from the music.

An attribute that music without notes does not have is NaN. A new one is a function and one line in the table below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.representations.drums import NUM_VOICES, VOICES
from engine.representations.key import in_key
from engine.representations.melodic_line import line_through
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD
from engine.representations.metre import syncopation

_STEPS_PER_BAR = 16

_GROUPS = {
    "kick": ("kick",),
    "snare": ("snare",),
    "cymbals": ("closed_hat", "open_hat", "crash", "ride"),
    "toms": ("low_tom", "mid_tom", "high_tom"),
}


@dataclass(frozen=True)
class Attributes:
    """What is measured of one kind of music.

    Attributes:
        measure: music `clips, 32` or `clips, 32, 27` to attributes `clips, names`.
        units: by name, in their order; the first ones have the names of knobs.
        held: names of those that no knob moves; what is common to all good music and should stay.
        sums: attributes that are the sum of others.
    """

    measure: Callable[[Tensor], Tensor]
    units: Mapping[str, str]
    held: tuple[str, ...] = ()
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of the last axis."""
        return tuple(self.units)

    @property
    def turned(self) -> tuple[str, ...]:
        """Names of those that a knob may move."""
        return tuple(name for name in self.units if name not in self.held)

    def follows(self, name: str, other: str) -> bool:
        """Whether one of two attributes moves where the other does, being a part of it."""
        return other in self.sums.get(name, ()) or name in self.sums.get(other, ())


def of_melodies(tokens: Tensor) -> Tensor:
    """Attributes of tokens `melodies, 32`, in the order of `ATTRIBUTES["melody"]`."""
    tokens = tokens.long()
    onsets, line = tokens >= FIRST_PITCH_CLASS, line_through(tokens.numpy())
    notes = torch.from_numpy(line.notes)
    return torch.stack(
        [
            notes / _bars(tokens),
            torch.from_numpy(syncopation(onsets.numpy())) / notes,
            torch.from_numpy(line.register),
            _sounding(tokens, onsets),
            (torch.from_numpy(line.off).square().sum(1) / notes).sqrt(),
            torch.from_numpy(line.rise),
            torch.from_numpy(in_key(tokens.numpy())),
        ],
        1,
    ).float()


def of_grooves(grooves: Tensor) -> Tensor:
    """Attributes of grooves `grooves, 32, 27`, in the order of `ATTRIBUTES["groove"]`."""
    hits, velocities, offsets = grooves.double().split(NUM_VOICES, -1)
    bars = _bars(grooves)
    total = hits.sum((1, 2))
    groups = [hits[:, :, [VOICES.index(voice) for voice in voices]] for voices in _GROUPS.values()]
    off_beat = sum(syncopation(group.any(2).numpy()) for group in groups)
    return torch.stack(
        [
            total / bars,
            torch.as_tensor(off_beat) / bars,
            *(group.sum((1, 2)) / bars for group in groups),
            (velocities * hits).sum((1, 2)) / total,
            (offsets * hits).sum((1, 2)) / total,
        ],
        1,
    ).float()


def _bars(music: Tensor) -> float:
    return music.shape[1] / _STEPS_PER_BAR


def _sounding(tokens: Tensor, onsets: Tensor) -> Tensor:
    """Share of the time from the first onset on in which a note sounds."""
    event = torch.where(tokens == HOLD, -1, torch.arange(tokens.shape[1])).cummax(1).values
    sounds = onsets.gather(1, event.clamp_min(0)) & (event >= 0)
    begun = onsets.cumsum(1) > 0
    return (sounds & begun).sum(1) / begun.sum(1).double()


ATTRIBUTES: dict[str, Attributes] = {
    "melody": Attributes(
        of_melodies,
        {
            "density": "notes a bar",
            "syncopation": "levels a note (after Longuet-Higgins and Lee)",
            "register": "mean pitch, semitones",
            "length": "share of the time that sounds",
            "range": "standard deviation of the pitches from a line through them, semitones",
            "contour": "rise of a line through the notes, semitones a bar",
            "in_key": "share of the notes in the best of 24 keys",
        },
        held=("in_key",),
    ),
    "groove": Attributes(
        of_grooves,
        {
            "density": "hits a bar",
            "syncopation": "levels a bar (after Longuet-Higgins and Lee), each group of drums for itself",
            **dict.fromkeys(_GROUPS, "hits a bar"),
            "velocity": "mean, 0..1",
            "feel": "mean offset, steps; late is positive",
        },
        sums={"density": tuple(_GROUPS)},
    ),
}
"""By the music of a model's config."""
