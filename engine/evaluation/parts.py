"""The parts that music of classes has: a melody and drums have one, a trio three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from engine.representations import drum_classes, melody, trio

Figures = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes:
        name: as figures have it.
        classes: how many there are a step.
        first_onset: with this class and all above it something begins.
    """

    name: str
    classes: int
    first_onset: int

    @property
    def is_line(self) -> bool:
        """Whether it has pitches: a melody or a bass."""
        return self.classes == melody.NUM_CLASSES


def _line(name: str) -> Part:
    return Part(name, melody.NUM_CLASSES, melody.FIRST_PITCH_CLASS)


_DRUMS = Part(trio.PARTS[trio.DRUMS], drum_classes.NUM_CLASSES, drum_classes.SILENCE + 1)

PARTS: dict[str, tuple[Part, ...]] = {
    "melody": (_line("melody"),),
    "drums": (_DRUMS,),
    "trio": (_line(trio.PARTS[trio.MELODY]), _line(trio.PARTS[trio.BASS]), _DRUMS),
}
"""By `VaeConfig.music`, in the order of its last axis."""


def of_each_part(music: str, clips: Tensor) -> list[Tensor]:
    """The classes of each part, `…, steps`, of `…, steps[, parts]`."""
    return [clips] if len(PARTS[music]) == 1 else list(clips.unbind(-1))


def by_part(music: str, figures: Sequence[Figures]) -> Figures:
    """One group of figures a part, by its name; the figures themselves where there is one part alone."""
    if len(figures) == 1:
        return figures[0]
    return {part.name: group for part, group in zip(PARTS[music], figures, strict=True)}
