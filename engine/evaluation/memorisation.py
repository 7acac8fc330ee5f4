"""Whether a model repeats what it learnt from: how near its music comes to the training windows, beside how near music
of the same hand comes that it never saw.

Two windows are alike by F1 of their notes: twice those that begin at the same step with the same pitch or voice, over
the notes of both. Melodies are first moved to the same first pitch, since training transposes and a transposed copy is
a copy.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.representations import drum_classes, trio
from engine.representations.drums import NUM_VOICES
from engine.representations.melody import FIRST_PITCH_CLASS, NUM_CLASSES

COPY = 0.9
"""From this likeness on a window counts as a copy: nine notes of ten are the same."""
ALLOWED_EXCESS = 0.1
FEWEST_NOTES = 4
_MIDDLE = NUM_CLASSES
_BATCH = 256


@dataclass(frozen=True)
class Nearness:
    """How near windows come to the training windows.

    Attributes:
        windows: that were compared; those of fewer than `FEWEST_NOTES` notes are like many and say nothing.
        likeness: median over the windows of the likeness to the nearest training window, 0..1.
        copies: share of the windows that are copies.
    """

    windows: int
    likeness: float
    copies: float


@dataclass(frozen=True)
class Memorisation:
    """The check.

    Attributes:
        held_out: music of the same hand that was not trained on: so alike is such music by itself.
        samples: what the model invents.
        variations: what it makes of the held-out windows half of the way to somewhere else.
    """

    held_out: Nearness
    samples: Nearness
    variations: Nearness

    @property
    def excess(self) -> float:
        """How many more of the model's windows are copies than of the held-out ones, as a share, the worse of both."""
        return max(self.samples.copies, self.variations.copies) - self.held_out.copies

    @property
    def is_learnt_by_heart(self) -> bool:
        """Whether the model copies more than `ALLOWED_EXCESS` beyond what music of this hand does by itself."""
        return self.excess > ALLOWED_EXCESS


def memorisation(music: str, train: Tensor, held_out: Tensor, samples: Tensor, variations: Tensor) -> Memorisation:
    """Compare a model's music, and the held-out windows, with the training windows.

    Args:
        music: how a step is written, as `VaeConfig.music` has it.
        train, held_out, samples, variations: windows, each `windows, steps[, depth]`.
    """
    return Memorisation(*(nearness(music, windows, train) for windows in (held_out, samples, variations)))


def nearness(music: str, windows: Tensor, known: Tensor) -> Nearness:
    """How near windows come to known ones, both `windows, steps[, depth]`."""
    notes = notes_of(music, windows)
    has_enough = notes.sum(1) >= FEWEST_NOTES
    if not has_enough.any():
        return Nearness(0, 0.0, 0.0)
    likeness = nearest(music, windows[has_enough], known)
    return Nearness(len(likeness), float(likeness.median()), float((likeness >= COPY).float().mean()))


def nearest(music: str, windows: Tensor, known: Tensor) -> Tensor:
    """The likeness of each window to its nearest known one, 0..1, shape `windows`."""
    notes = notes_of(music, windows)
    best = torch.zeros(len(notes))
    for part in known.split(_BATCH):
        others = notes_of(music, part)
        counts = notes.sum(1)[:, None] + others.sum(1)
        best = torch.maximum(best, (2 * notes @ others.T / counts.clamp_min(1)).amax(1))
    return best


def notes_of(music: str, windows: Tensor, *, moved: bool = True) -> Tensor:
    """Windows as what begins where: 0 or 1 for each step and pitch or voice, `windows, places`.

    Args:
        music: how a step is written, as `VaeConfig.music` has it.
        windows: `windows, steps[, depth]`.
        moved: whether melodies are moved to the same first pitch.
    """
    if music == "groove":
        return windows[..., :NUM_VOICES].float().flatten(1)
    if music == "drums":
        return _drum_notes(windows)
    if music == "melody":
        return _line_notes(windows.long()[..., None], moved)
    lines = windows.long()[..., [trio.MELODY, trio.BASS]]
    return torch.cat([_line_notes(lines, moved), _drum_notes(windows[..., trio.DRUMS])], 1)


def _drum_notes(classes: Tensor) -> Tensor:
    hits = torch.from_numpy(drum_classes.hits_of(classes.long().numpy()))
    return hits.flatten(1)


def _line_notes(lines: Tensor, moved: bool) -> Tensor:
    """Onsets of lines `windows, steps, parts`, moved together so that the first of them is at the same pitch."""
    onsets = lines >= FIRST_PITCH_CLASS
    flat, is_onset = lines.flatten(1), onsets.flatten(1)
    first = flat.gather(1, is_onset.long().argmax(1, keepdim=True)) if moved else torch.full((len(lines), 1), _MIDDLE)
    places = torch.where(onsets, lines - first[..., None] + _MIDDLE, 0)
    return F.one_hot(places, 2 * NUM_CLASSES)[..., 1:].float().flatten(1)
