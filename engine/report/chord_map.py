"""The map of chords: what every point of a latent of two dimensions sounds like, and ways between two pieces.

Everything that a page or a picture shows is decoded here, ahead: neither needs the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import OutOfRangeError, WrongKindError
from engine.evaluation.chords import words_of
from engine.models.chord_head import split
from engine.models.chords import ChordsModel
from engine.representations.chord_names import name_of
from engine.representations.chord_vocabulary import DURATION_STEPS, Chord, closed
from engine.representations.chord_voicing import PLAIN, voiced
from engine.representations.clip import Clip
from engine.runtime import checkpoint
from engine.runtime.chord_hearing import hear
from engine.runtime.chord_map import load_map

GRID = 25
STOPS = 21
MOST_SONG_WINDOWS = 8
_MARGIN = 0.06


@dataclass(frozen=True)
class Sounding:
    """One chord of a passage: its `name`, its `pitches` and how long it lasts in `steps`."""

    name: str
    pitches: tuple[int, ...]
    steps: int


Passage = tuple[Sounding, ...]


@dataclass(frozen=True)
class Song:
    """A piece on the map: its `name`, and a latent for each of its windows, `windows, 2`."""

    name: str
    latents: Tensor


@dataclass(frozen=True)
class ShownMap:
    """All that is shown.

    Attributes:
        name: of the checkpoint.
        low, high: corners of the map, the same for both axes each.
        grid: a passage for each point, row by row from the lowest y, each from the lowest x, `GRID` by `GRID`.
        songs: whose windows are drawn.
        frames: where these windows lay after each epoch, `epochs, windows, 2`, in the order of the songs.
        steps: done before each epoch.
        ends: the two songs of the slider.
        way: a passage for each of `STOPS` linear combinations of the two.
    """

    name: str
    low: tuple[float, float]
    high: tuple[float, float]
    grid: tuple[Passage, ...]
    songs: tuple[Song, ...]
    frames: Tensor
    steps: tuple[int, ...]
    ends: tuple[Song, Song]
    way: tuple[Passage, ...]


def shown_map(folder: Path, ends: Sequence[tuple[str, Clip]] = ()) -> ShownMap:
    """What the map of a checkpoint shows.

    Args:
        folder: the checkpoint.
        ends: two pieces with their names, for the slider; none: the first two that the map was trained with.

    Raises:
        CheckpointError: it is no whole checkpoint, or has no map.
        WrongKindError: it is no system of chords.
        OutOfRangeError: there are neither two ends nor none.
    """
    loaded = checkpoint.load(folder)
    model = loaded.model
    if not isinstance(model, ChordsModel):
        raise WrongKindError(f"{folder} is a model of {loaded.kind}; only systems of chords have a map")
    if len(ends) not in (0, 2):
        raise OutOfRangeError(f"{len(ends)} pieces are given; give two, or none")
    found = load_map(folder)
    last = found.epochs[-1]
    songs = tuple(Song(name, last[found.pieces == place]) for place, name in enumerate(found.names))
    a, b = (_song(model, *end) for end in ends) if ends else songs[:2]
    low, high = _corners(torch.cat([last, a.latents, b.latents]))
    return ShownMap(
        loaded.name, low, high, _grid(model, low, high), songs, found.epochs, found.steps, (a, b), _way(model, a, b)
    )


@torch.inference_mode()
def passages_of(model: ChordsModel, z: Tensor) -> tuple[Passage, ...]:
    """The likeliest chords of latents `passages, windows, 2`, window after window, in C major or A minor."""
    vocabulary = closed(model.config.shapes)
    notes, lengths = split(model.map.decode(z.flatten(0, 1)))
    words, classes = (one.view(len(z), -1).tolist() for one in (words_of(notes, vocabulary), lengths.argmax(-1)))
    return tuple(
        _voiced([vocabulary.chords[word] for word in row], [DURATION_STEPS[place] for place in durations])
        for row, durations in zip(words, classes, strict=True)
    )


def _voiced(chords: Sequence[Chord], durations: Sequence[int]) -> Passage:
    before: tuple[int, ...] = PLAIN
    passage = []
    for chord, steps in zip(chords, durations, strict=True):
        pitches = voiced(chord, before)
        before = pitches or before
        passage.append(Sounding(name_of(pitches), pitches, steps))
    return tuple(passage)


def grid_points(low: tuple[float, float], high: tuple[float, float]) -> Tensor:
    """The points of the grid, `GRID * GRID, 2`, in the order of `ShownMap.grid`."""
    across, up = (torch.linspace(low[axis], high[axis], GRID) for axis in (0, 1))
    return torch.stack([across.repeat(GRID), up.repeat_interleave(GRID)], -1)


@torch.inference_mode()
def _song(model: ChordsModel, name: str, clip: Clip) -> Song:
    windows = hear(clip, model.config).windows(model.config.map_events)[:MOST_SONG_WINDOWS]
    return Song(name, model.map.encode(windows)[0])


def _grid(model: ChordsModel, low: tuple[float, float], high: tuple[float, float]) -> tuple[Passage, ...]:
    return passages_of(model, grid_points(low, high)[:, None])


def _way(model: ChordsModel, a: Song, b: Song) -> tuple[Passage, ...]:
    """(1 - w) a + w b, window by window; the shorter piece is played in loop."""
    count = min(MOST_SONG_WINDOWS, max(len(a.latents), len(b.latents)))
    ends = [song.latents[torch.arange(count) % len(song.latents)] for song in (a, b)]
    shares = torch.linspace(0, 1, STOPS)
    return passages_of(model, torch.stack([(1 - share) * ends[0] + share * ends[1] for share in shares]))


def _corners(latents: Tensor) -> tuple[tuple[float, float], tuple[float, float]]:
    lowest, highest = latents.amin(0), latents.amax(0)
    margin = _MARGIN * (highest - lowest)
    low, high = (lowest - margin).tolist(), (highest + margin).tolist()
    return (low[0], low[1]), (high[0], high[1])
