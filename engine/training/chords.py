"""Trains a system of chords from a folder of MIDI files: vocabulary, LSTM, the autoencoder of variations, two maps."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from engine.data.chord_songs import ChordSongs, read_songs
from engine.data.sources import TRAIN, VALID
from engine.errors import OutOfRangeError
from engine.evaluation.chords import evaluate_chords
from engine.models.chord_lstm import ChordLstm
from engine.models.chords import ChordsModel
from engine.models.config import ChordsConfig
from engine.representations.chord_vocabulary import closed, counted_shapes
from engine.representations.kind import CHORDS
from engine.runtime import checkpoint
from engine.training.chord_batches import PassageBatches, windows_of
from engine.training.chord_fit import (
    LSTM_SCHEDULE,
    MAP_SCHEDULE,
    VARIED_SCHEDULE,
    Point,
    Show,
    fit_lstm,
    fit_plain,
    fit_vae,
)
from engine.training.chord_map import Watched, watched_of, write_epochs
from engine.training.presets import Schedule
from engine.training.train import CURVES_NAME

KEYS = ("home", "kept")
PASSAGE_EVENTS = 64
LEAST_COUNT = 8
_TRANSPOSED = (-5, 6)
_VALID_HOP = 4


@dataclass(frozen=True)
class ChordOptions:
    """How one training goes.

    Attributes:
        out: folder for the checkpoint.
        keys: `home`: all music in C major or A minor; `kept`: keys as they are.
        transpose: whether each passage and window is moved to another key in training; for `kept` alone.
        seed: of weights, order and noise.
        least: chords whose shape is rarer than this in training are no words.
        speed: steps of every part are this share of the schedule's, over 0; for trying out.
    """

    out: Path
    keys: str = "home"
    transpose: bool = False
    seed: int = 1
    least: int = LEAST_COUNT
    speed: float = 1.0

    def __post_init__(self) -> None:
        if self.keys not in KEYS:
            raise OutOfRangeError(f"keys are {self.keys!r}; choose {' or '.join(KEYS)}")
        if self.transpose and self.keys == "home":
            raise OutOfRangeError("music in one key is not transposed; choose keys kept, or no transposition")
        if not self.speed > 0:
            raise OutOfRangeError(f"the share of steps is {self.speed}; it must be over 0")


def train_chords(folders: Sequence[Path], options: ChordOptions, show: Show = lambda *_: None) -> dict[str, Any]:
    """Train every part and write the checkpoint with its figures; the card is `chord_card.write_chord_card`'s to write.

    Args:
        folders: MIDI files lie below; a manifest says splits, where there is one.
        options: of the run.
        show: told of each step.

    Returns:
        The figures of `evaluate_chords`.

    Raises:
        DataError: there is not enough music.
        OutOfRangeError: an option has no such value.
    """
    songs = read_songs(folders)
    config = config_of(songs, options)
    torch.manual_seed(options.seed)
    model = ChordsModel(config)
    model.lstm, lstm_points = lstm_of(config, songs, options, _at(LSTM_SCHEDULE, options), show)
    watched = watched_of(songs.of(TRAIN), config.map_events, config.keys)
    curves = {"lstm": lstm_points, **_fit_autoencoders(model, songs, options, show, watched)}
    figures = evaluate_chords(model.eval(), songs.of(TRAIN), songs.of(VALID))
    checkpoint.save(options.out, model, CHORDS, {**_trained(songs, options), "figures": figures})
    write_epochs(options.out, watched)
    _write_curves(options.out / CURVES_NAME, curves)
    return figures


def config_of(songs: ChordSongs, options: ChordOptions) -> ChordsConfig:
    """The config with the vocabulary of the training split.

    Raises:
        OutOfRangeError: no chord comes often enough.
    """
    shapes = counted_shapes((event.pitches for song in songs.of(TRAIN) for event in song.events), options.least)
    if not shapes:
        raise OutOfRangeError(f"no chord comes {options.least} times; give more music, or a lower least count")
    return ChordsConfig(shapes, options.keys)


def lstm_of(
    config: ChordsConfig, songs: ChordSongs, options: ChordOptions, schedule: Schedule, show: Show = lambda *_: None
) -> tuple[ChordLstm, list[Point]]:
    """The LSTM, trained, and its curve."""
    torch.manual_seed(options.seed)
    model, vocabulary = ChordLstm(config), closed(config.shapes)
    train, valid = (
        PassageBatches(
            songs.of(part), vocabulary, keys=options.keys, events=PASSAGE_EVENTS, batch_size=schedule.batch_size,
            transpose=shift, seed=options.seed,
        )
        for part, shift in ((TRAIN, _TRANSPOSED if options.transpose else (0, 0)), (VALID, (0, 0)))
    )  # fmt: skip
    return model, fit_lstm(model, train, valid, schedule, show)


def _fit_autoencoders(
    model: ChordsModel, songs: ChordSongs, options: ChordOptions, show: Show, watched: Watched
) -> dict[str, list[Point]]:
    config, seed = model.config, options.seed
    windows = {
        (part, events): windows_of(songs.of(part), events, options.keys, 1 if part == TRAIN else _VALID_HOP)
        for part in (TRAIN, VALID)
        for events in (config.window_events, config.map_events)
    }
    wide = windows[TRAIN, config.window_events], windows[VALID, config.window_events]
    narrow = windows[TRAIN, config.map_events], windows[VALID, config.map_events]
    map_schedule = _at(MAP_SCHEDULE, options)
    watch = watched.after_each(model.map, map_schedule.steps)
    return {
        "map": fit_vae(model.map, *narrow, map_schedule, seed, _both(show, watch), "the map"),
        "plain_map": fit_plain(model.plain_map, *narrow, map_schedule, seed, show, "the plain map"),
        "varied": fit_vae(model.varied, *wide, _at(VARIED_SCHEDULE, options), seed, show, "variations"),
    }


def _both(show: Show, watch: Show) -> Show:
    def told(step: int, steps: int, name: str) -> None:
        show(step, steps, name)
        watch(step, steps, name)

    return told


def _at(schedule: Schedule, options: ChordOptions) -> Schedule:
    return replace(schedule, steps=max(1, round(schedule.steps * options.speed)))


def _trained(songs: ChordSongs, options: ChordOptions) -> dict[str, Any]:
    schedules = {"lstm": LSTM_SCHEDULE, "map": MAP_SCHEDULE, "varied": VARIED_SCHEDULE}
    return {
        "seed": options.seed,
        "transpose": options.transpose,
        "least": options.least,
        "speed": options.speed,
        "schedules": {name: json.loads(json.dumps(asdict(_at(one, options)))) for name, one in schedules.items()},
        "data_sha256": songs.hash(),
        "torch": torch.__version__,
        "songs": {
            source: [sum(song.source == source for song in songs.of(part)) for part in (TRAIN, VALID)]
            for source in sorted({song.source for song in songs.songs})
        },
        "events": [sum(len(song.events) for song in songs.of(part)) for part in (TRAIN, VALID)],
    }


def _write_curves(path: Path, curves: dict[str, list[Point]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["part", "step", "train/loss", "valid/loss"])
        writer.writerows(_rows(curves))


def _rows(curves: dict[str, list[Point]]) -> Iterator[list[str]]:
    for part, points in curves.items():
        for point in points:
            yield [part, str(point.steps), f"{point.train:.4f}", f"{point.valid:.4f}"]
