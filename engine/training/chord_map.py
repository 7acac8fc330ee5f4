"""Watches where windows of known pieces lie on the map while it is learnt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from engine.data.chord_songs import ChordSong
from engine.evaluation.chords import tokens_of
from engine.models.vae import Vae
from engine.runtime.chord_map import ChordMap, save_map
from engine.training.chord_fit import Show

FIRST_NAMES = ("Giuliani", "Carcassi", "Sanz", "Greensleaves")
MOST_PIECES = 12
MOST_WINDOWS = 24
EPOCHS = 40


class Watched:
    """Some windows, and their latents after each of `EPOCHS` equal parts of the training.

    Args:
        windows: `windows, events, 13`.
        pieces: which piece each is of.
        names: of the pieces.
    """

    def __init__(self, windows: Tensor, pieces: Tensor, names: Sequence[str]) -> None:
        self.windows, self.pieces, self.names = windows, pieces, tuple(names)
        self.epochs: list[Tensor] = []
        self.steps: list[int] = []

    def after_each(self, model: Vae, steps: int) -> Show:
        """What is to be told of each step before it is done."""
        due = {round(epoch * (steps - 1) / (EPOCHS - 1)) for epoch in range(EPOCHS)}

        def look(step: int, *_: object) -> None:
            if step in due:
                self.look(model, step)

        return look

    @torch.no_grad()
    def look(self, model: Vae, step: int) -> None:
        """Keep where the windows lie now."""
        was_training = model.training
        self.epochs.append(model.eval().encode(self.windows)[0].cpu())
        self.steps.append(step)
        model.train(was_training)


def watched_of(songs: Sequence[ChordSong], events: int, keys: str) -> Watched:
    """Windows of a dozen pieces, those of `FIRST_NAMES` first, from their beginnings on."""
    by_preference = sorted(songs, key=lambda song: next((k for k, n in enumerate(FIRST_NAMES) if n in song.name), 99))
    windows: list[Tensor] = []
    pieces: list[int] = []
    names: list[str] = []
    for song in by_preference:
        found = tokens_of(song, keys).windows(events, events)[:MOST_WINDOWS]
        if len(found) >= 4 and len(names) < MOST_PIECES:
            windows.append(torch.from_numpy(found))
            pieces += [len(names)] * len(found)
            names.append(Path(song.name).stem)
    return Watched(torch.cat(windows), torch.tensor(pieces), names)


def write_epochs(folder: Path, watched: Watched) -> None:
    """The file beside the checkpoint."""
    found = ChordMap(watched.windows, watched.pieces, torch.stack(watched.epochs), watched.names, tuple(watched.steps))
    save_map(folder, found)
