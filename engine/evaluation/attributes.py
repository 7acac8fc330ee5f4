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
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, MIN_PITCH

_STEPS_PER_BAR = 16
# How strong each step is; 0 the strongest. Source: Longuet-Higgins and Lee, The Rhythmic Interpretation of Monophonic
# Music, 1984. Differs: all quarters are alike, so that neither a backbeat nor a silent first beat is a syncopation.
_LEVELS = (0, -2, -1, -2) * 4

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
    onsets = tokens >= FIRST_PITCH_CLASS
    struck = onsets.double()
    notes = struck.sum(1)
    pitches = (tokens - FIRST_PITCH_CLASS + MIN_PITCH) * struck
    register = pitches.sum(1) / notes
    away = (pitches - register[:, None]) * struck
    rise = _slope(away, struck, notes)
    return torch.stack(
        [
            notes / _bars(tokens),
            syncopation(onsets, _LEVELS) / notes,
            register,
            _sounding(tokens, onsets),
            _about_the_line(away, struck, notes, rise),
            rise,
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
    off_beat = sum(syncopation(group.any(2), _LEVELS) for group in groups)
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


def syncopation(onsets: Tensor, levels: tuple[int, ...]) -> Tensor:
    """How strongly rhythms that loop are syncopated, summed over their onsets.

    An onset counts where a stronger step follows it before the next onset: by how many levels it is stronger.

    Source: Longuet-Higgins and Lee 1984.

    Args:
        onsets: bools `rhythms, steps`.
        levels: of the steps of a bar.
    """
    steps = onsets.shape[1]
    level = torch.tensor(levels, dtype=torch.double).repeat(-(-steps // len(levels)))[:steps]
    waiting = onsets.clone()
    strongest = torch.zeros(onsets.shape, dtype=torch.double)
    for lag in range(1, steps):
        waiting &= ~onsets.roll(-lag, 1)
        if not waiting.any():
            break
        strongest = torch.maximum(strongest, waiting * (level.roll(-lag) - level))
    return strongest.sum(1)


def _bars(music: Tensor) -> float:
    return music.shape[1] / _STEPS_PER_BAR


def _sounding(tokens: Tensor, onsets: Tensor) -> Tensor:
    """Share of the time from the first onset on in which a note sounds."""
    event = torch.where(tokens == HOLD, -1, torch.arange(tokens.shape[1])).cummax(1).values
    sounds = onsets.gather(1, event.clamp_min(0)) & (event >= 0)
    begun = onsets.cumsum(1) > 0
    return (sounds & begun).sum(1) / begun.sum(1).double()


def _about_the_line(away: Tensor, struck: Tensor, notes: Tensor, rise: Tensor) -> Tensor:
    """Standard deviation of the pitches from the line that rises by so many semitones a bar."""
    off = away - rise[:, None] * _from_the_middle(struck, notes)
    return ((off**2).sum(1) / notes).sqrt()


def _slope(away: Tensor, struck: Tensor, notes: Tensor) -> Tensor:
    """Semitones a bar by which a line through the onsets rises; 0 where all are at one time."""
    centred = _from_the_middle(struck, notes)
    spread = (centred**2).sum(1)
    return torch.where(spread == 0, 0.0, (away * centred).sum(1) / spread)


def _from_the_middle(struck: Tensor, notes: Tensor) -> Tensor:
    """Bars of each onset after the mean of all, `clips, steps`; 0 where there is none."""
    time = torch.arange(struck.shape[1], dtype=torch.double) / _STEPS_PER_BAR
    return (time - ((struck * time).sum(1) / notes)[:, None]) * struck


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
