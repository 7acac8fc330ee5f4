"""What a model of notes makes of validation windows and of nothing, drawn by a seed and by nobody's choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.evaluation.notes import decoded, samples
from engine.models.note_heads import Reading
from engine.models.note_vae import NoteVae
from engine.models.spans import STEP_TICKS, draw_spans
from engine.report.passages import BPM, Band
from engine.representations.midi_parts import Part
from engine.representations.note_sequence import TICKS_PER_QUARTER, Track, distinct, from_tensor
from engine.runtime.filling import TEMPERATURE
from engine.runtime.note_filling import BAR_QUARTERS, Span, fill

WINDOWS, SAMPLES, FILLED = 4, 6, 3
"""How many windows are rebuilt, how many are invented, and how many have a span filled."""
_DRAWN_SPANS = 200
_DRUM_CHANNEL = 9


@dataclass(frozen=True)
class Scene:
    """Music of several instruments, to be seen and heard.

    Attributes:
        title: what it is.
        tracks: its instruments that play, drums first, the others from the highest to the lowest.
        length_quarters: of the window, in 4/4.
        bpm: its tempo.
        span: what was filled, or is to be; None for nothing.
    """

    title: str
    tracks: tuple[Track, ...]
    length_quarters: float
    bpm: float = BPM
    span: Span | None = None

    @property
    def band(self) -> Band:
        """A part for each instrument, one note where two have the same onset and pitch.

        An early first beat sounds on the beat: no file begins before its start.
        """
        free = (channel for channel in range(16) if channel != _DRUM_CHANNEL)
        parts = []
        for track in self.tracks:
            table = track.notes.copy()
            table[:, 0] = np.maximum(table[:, 0], 0)
            played = replace(track, notes=distinct(table))
            channel = _DRUM_CHANNEL if track.is_drum else next(free)
            parts.append(Part(played.clip(self.length_quarters, self.bpm), "", track.program, channel))
        return tuple(parts)


Group = tuple[Scene, ...]
"""Scenes that are seen side by side, in one picture."""


def rebuilt(model: NoteVae, valid: MusicSet, seed: int = 0) -> tuple[Group, ...]:
    """Validation windows, each with what comes back of its posterior mean, every choice the likeliest.

    Args:
        model: one that is not conditional.
        valid: windows of its kind.
        seed: of the choice of windows.
    """
    picks = _picks(valid, WINDOWS, torch.Generator().manual_seed(seed))
    music = valid.music[picks].long()
    with torch.inference_mode():
        mu, _ = model.encode(music)
    pairs = zip(music.numpy(), decoded(model, mu, Reading()), valid.bpm[picks].tolist(), strict=True)
    length = _length(model)
    return tuple(
        (
            Scene(f"{number}: the music itself", _tracks(original), length, bpm),
            Scene(f"{number}: what comes back", _tracks(answer), length, bpm),
        )
        for number, (original, answer, bpm) in enumerate(pairs, start=1)
    )


def invented(model: NoteVae, seed: int = 0) -> tuple[Group, ...]:
    """Samples, two in a group, drawn as the figures of `evaluation.notes` have them.

    Args:
        model: one that is not conditional.
        seed: of the latents and the notes.
    """
    windows = samples(model, SAMPLES, torch.Generator().manual_seed(seed)).numpy()
    length = _length(model)
    scenes = [Scene(f"sample {number}", _tracks(rows), length) for number, rows in enumerate(windows, start=1)]
    return tuple(tuple(scenes[first : first + 2]) for first in range(0, len(scenes), 2))


def filled(model: NoteVae, valid: MusicSet, seed: int = 0) -> tuple[Group, ...]:
    """Validation windows: the music itself, two proposals for a span of it, and a continuation of its first half.

    Spans are those of training that are a bar long or longer and do not reach the window's end, where a continuation
    begins. What is written is put on the grid of the music around, as it is for a musician who asks.

    Args:
        model: a conditional one.
        valid: windows of its kind.
        seed: of the choice of windows and spans, and of all noise.
    """
    generator = torch.Generator().manual_seed(seed)
    picks = _picks(valid, FILLED, generator)
    spans = _inner_spans(model.config.steps, generator)[: len(picks)]
    windows = zip(valid.music[picks].numpy(), valid.bpm[picks].tolist(), spans, strict=True)
    return tuple(
        _filled(model, _tracks(rows), span, bpm, number, seed) for number, (rows, bpm, span) in enumerate(windows, 1)
    )


def _filled(model: NoteVae, tracks: Sequence[Track], span: Span, bpm: float, number: int, seed: int) -> Group:
    length = _length(model)
    rest = Span(length / 2, length)
    one, other = fill(model, tracks, span, length, count=2, temperature=TEMPERATURE, seed=seed)
    (onward,) = fill(model, tracks, rest, length, count=1, temperature=TEMPERATURE, seed=seed)
    heard = f"bars 1 to {rest.start_quarters / BAR_QUARTERS:g}"
    shown = (
        ("the music itself; shaded: the span to be filled", tracks, span),
        ("one proposal for the span", one, span),
        ("another proposal for the span", other, span),
        (f"a continuation of {heard}", onward, rest),
    )
    return tuple(Scene(f"{number}: {what}", _heard(playing), length, bpm, its) for what, playing, its in shown)


def _heard(tracks: Sequence[Track]) -> tuple[Track, ...]:
    return tuple(track for track in tracks if len(track.notes))


def _inner_spans(steps: int, generator: torch.Generator) -> list[Span]:
    bounds = draw_spans(_DRAWN_SPANS, steps, generator)
    is_inner = bounds[:, 1] < steps * STEP_TICKS
    is_long = bounds[:, 1] - bounds[:, 0] >= BAR_QUARTERS * TICKS_PER_QUARTER
    return [Span(*(tick / TICKS_PER_QUARTER for tick in pair)) for pair in bounds[is_inner & is_long].tolist()]


def _picks(valid: MusicSet, count: int, generator: torch.Generator) -> Tensor:
    return torch.randperm(len(valid), generator=generator)[:count]


def _tracks(rows: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> tuple[Track, ...]:
    return tuple(from_tensor(rows.astype(np.int16)).values())


def _length(model: NoteVae) -> float:
    return model.config.steps * STEP_TICKS / TICKS_PER_QUARTER
