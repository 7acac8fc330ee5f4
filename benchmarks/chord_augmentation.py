"""Transposition as augmentation against none: `python -m benchmarks.chord_augmentation FOLDER...`.

Three ways to train the LSTM of chords, each by every seed, all by one schedule: keys as they are; the same with each
passage moved by -5 to 6 semitones in training; all music in C major or A minor. Measured on the validation split as
`engine.evaluation.chords` does; guesses stand beside them.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from engine.data.chord_songs import ChordSongs, read_songs
from engine.data.sources import TRAIN, VALID
from engine.evaluation.chords import next_figures
from engine.representations.chord_vocabulary import closed
from engine.training.chord_fit import LSTM_SCHEDULE
from engine.training.chords import ChordOptions, config_of, lstm_of

WAYS = {"kept, none": ("kept", False), "kept, transposed": ("kept", True), "home": ("home", False)}


def main() -> None:
    """Print a row for each way and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--steps", type=int, default=LSTM_SCHEDULE.steps)
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    given = parser.parse_args()
    torch.set_num_threads(1)
    songs = read_songs(given.folders)
    print(f"data {songs.hash()}, {given.steps} steps")
    print("| way | seed | next chord | next duration | both |\n| --- | --- | --- | --- | --- |")
    for seed in given.seeds:
        for way in given.ways:
            keys, transposed = WAYS[way]
            _measure(songs, way, ChordOptions(Path(), keys=keys, transpose=transposed, seed=seed), given.steps)


def _measure(songs: ChordSongs, way: str, options: ChordOptions, steps: int) -> None:
    config = config_of(songs, options)
    model, _ = lstm_of(config, songs, options, replace(LSTM_SCHEDULE, steps=steps))
    figures = next_figures(model, closed(config.shapes), options.keys, songs.of(TRAIN), songs.of(VALID))
    for name, row in figures.items():
        if name == "lstm" or options.seed == 1:
            print(
                f"| {way}: {name} | {options.seed} | {row['chord']:.3f} | {row['duration']:.3f} | {row['both']:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
