"""Batches as a pure function of the step: the place in the data, the order and the augmentation are never state.

So a run that is resumed at step n sees exactly what it would have seen, and every window comes once an epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.data import IterableDataset

from engine.data.dataset import MusicSet
from engine.evaluation.melody_statistics import DEGENERATE_OVER, DEGENERATE_UNDER, TWO_BARS_STEPS
from engine.models.spans import draw_spans
from engine.models.tasks import TASKS
from engine.representations import note_sequence
from engine.representations.drums import NUM_VOICES
from engine.representations.melody import FIRST_PITCH_CLASS, NUM_CLASSES
from engine.representations.trio import BASS, DRUMS
from engine.training.lending import Lenders
from engine.training.note_shifts import transpose_notes
from engine.training.presets import Schedule

_LINES = slice(0, DRUMS)


class Batch(NamedTuple):
    """Windows of one step: what is to be rebuilt, what is shown of it, and each one's weight.

    A tuple, since Lightning moves tuples to the device and refuses frozen dataclasses.

    Attributes:
        windows: how many the whole step has, also where this is a share of it.
    """

    music: Tensor
    shown: Tensor
    weights: Tensor
    windows: int

    def share(self, rank: int, processes: int) -> Batch:
        """What one process of several takes; the weighted means of all shares have the weighted mean of the batch.

        All shares are of one size: where the windows do not go round, some come a second time and weigh nothing.

        Args:
            rank: of the process, from 0.
            processes: how many share.
        """
        if processes == 1:
            return self
        size = -(-self.windows // processes)
        places = torch.arange(rank, size * processes, processes)
        again, places = places >= self.windows, places % self.windows
        weights = (self.weights[places] * (size * processes / self.windows)).masked_fill(again, 0.0)
        return Batch(self.music[places], self.shown[places], weights, self.windows)


def step_seed(seed: int, step: int, rank: int = 0) -> int:
    """One number for each step of each run and process, for everything random in it."""
    return (seed * 1_000_003 + step * 7_919 + rank * 104_729) % (2**31)


class Batches(IterableDataset[Batch]):
    """Endless batches from the current step on.

    Args:
        music: the windows, whole, in memory.
        schedule: batch size, augmentation, weights.
        seed: of order and augmentation.
        current_step: asked when an iteration begins.
        lenders: what trios borrow parts from, where the schedule lets them.
    """

    def __init__(
        self,
        music: MusicSet,
        schedule: Schedule,
        seed: int,
        current_step: Callable[[], int],
        lenders: Lenders | None = None,
    ) -> None:
        self.set, self.schedule, self.seed, self.current_step = music, schedule, seed, current_step
        self.lenders = lenders
        self.weights = music.weights(schedule.source_weights)
        if schedule.odd_weight != 1:
            self.weights = self.weights * torch.where(_is_odd(music.music), schedule.odd_weight, 1.0)
        self.batches_an_epoch = -(-len(music) // schedule.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        step = self.current_step()
        while True:
            yield self.at(step)
            step += 1

    def at(self, step: int) -> Batch:
        """The batch of a step, counted from 0."""
        epoch, place = divmod(step, self.batches_an_epoch)
        order = _order(len(self.set), step_seed(self.seed, -1 - epoch))
        chosen = order[place * self.schedule.batch_size : (place + 1) * self.schedule.batch_size]
        generator = torch.Generator().manual_seed(step_seed(self.seed, step))
        music = self.set.music[chosen]
        if self.set.music.shape[2:] == (note_sequence.NUM_COLUMNS,):
            music = transpose_notes(music.long(), self.schedule.transpose, generator)
            spans = draw_spans(len(music), self.schedule.spans, generator) if self.schedule.spans else music
            return Batch(music, spans, self.weights[chosen], len(chosen))
        if not music.is_floating_point():
            music = mix_parts(music.long(), self.schedule.mix, generator)
            if self.lenders is not None:
                music = self.lenders.lend(music, self.schedule.borrow, generator)
            music = transpose(music, self.schedule.transpose, generator)
            return Batch(music, music, self.weights[chosen], len(chosen))
        shown = TASKS[self.schedule.task](drop_hits(music, self.schedule.drop, generator))
        return Batch(music, shown, self.weights[chosen], len(chosen))


def _is_odd(melodies: Tensor) -> Tensor:
    """Whether melodies `windows, steps` have so few or so many onsets that nobody would call them melodies."""
    onsets = (melodies >= FIRST_PITCH_CLASS).sum(1) * TWO_BARS_STEPS / melodies.shape[1]
    return (onsets < DEGENERATE_UNDER) | (onsets > DEGENERATE_OVER)


@lru_cache(maxsize=4)
def _order(size: int, seed: int) -> Tensor:
    """The windows of one epoch in their order; the same for all its steps."""
    return torch.randperm(size, generator=torch.Generator().manual_seed(seed))


def transpose(music: Tensor, semitones: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Each window shifted by its own draw from `semitones`, both included, less where it would leave the range.

    Melodies `batch, steps`, or trios `batch, steps, 3`, whose melody and bass are shifted alike.
    """
    low, high = semitones
    if low == high == 0:
        return music
    if music.dim() == 3:
        lines = transpose(music[..., _LINES].flatten(1), semitones, generator)
        return torch.cat([lines.unflatten(1, (music.shape[1], -1)), music[..., DRUMS:]], -1)
    shift = torch.randint(low, high + 1, (len(music), 1), generator=generator)
    onsets = music >= FIRST_PITCH_CLASS
    top = music.amax(1, keepdim=True)
    bottom = music.masked_fill(~onsets, NUM_CLASSES).amin(1, keepdim=True)
    shift = torch.minimum(torch.maximum(shift, FIRST_PITCH_CLASS - bottom), (NUM_CLASSES - 1 - top).clamp_min(0))
    return torch.where(onsets, music + shift, music)


def mix_parts(music: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Trios of which a share, part for part, play the bass or the drums of another window of the batch.

    There are few bands and many parts: so the parts are learnt in more company than the data have.
    """
    if not share:
        return music
    mixed = music.clone()
    for part in (BASS, DRUMS):
        others = torch.randperm(len(music), generator=generator)
        is_mixed = torch.rand(len(music), generator=generator) < share
        mixed[is_mixed, :, part] = music[others[is_mixed], :, part]
    return mixed


def drop_hits(music: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Grooves with a random share of hits hidden, up to `most` a window, and now and then a whole voice."""
    if not most:
        return music
    batch, steps, _ = music.shape
    share = most * torch.rand(batch, 1, 1, generator=generator)
    keep = torch.rand(batch, steps, NUM_VOICES, generator=generator) >= share
    keep &= torch.rand(batch, 1, NUM_VOICES, generator=generator) >= share / 2
    return music * keep.repeat(1, 1, 3)
