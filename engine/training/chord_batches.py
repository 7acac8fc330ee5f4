"""Batches of chords as a pure function of the step: passages for the LSTM, windows for the autoencoders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.data.chord_songs import ChordSong
from engine.evaluation.chords import tokens_of
from engine.models.chord_inputs import inputs_of
from engine.models.chord_lstm import ChordInputs
from engine.representations.chord_tensors import RECALLS, recalled
from engine.representations.chord_vocabulary import DURATION_STEPS, Vocabulary
from engine.training.batches import step_seed


class Passages(NamedTuple):
    """Passages of one step, each tensor `batch, events`.

    Attributes:
        inputs: what is shown.
        chords: the words to be found.
        durations: the classes to be found.
        counts: 1 where there is an event, 0 behind the end of a passage.
    """

    inputs: ChordInputs
    chords: Tensor
    durations: Tensor
    counts: Tensor


class PassageBatches:
    """Passages of songs, longer songs the more often.

    Args:
        songs: what they are cut from.
        vocabulary: of the words.
        keys: `home` or `kept`.
        events: of a passage.
        batch_size: passages a step.
        transpose: lowest and highest shift in semitones, drawn for each passage.
        seed: of cut and shift.
    """

    def __init__(
        self,
        songs: Sequence[ChordSong],
        vocabulary: Vocabulary,
        *,
        keys: str,
        events: int,
        batch_size: int,
        transpose: tuple[int, int],
        seed: int,
    ) -> None:
        self.tokens = [tokens_of(song, keys) for song in songs]
        self.vocabulary, self.events, self.batch_size = vocabulary, events, batch_size
        self.transpose, self.seed = transpose, seed
        self._turned = _turned_words(vocabulary)
        self._words = [tokens.words(vocabulary) for tokens in self.tokens]
        self._recalled = [recalled(words.tolist(), len(vocabulary)) for words in self._words]
        lengths = np.array([len(tokens) for tokens in self.tokens], np.float64)
        self._chances = lengths / lengths.sum()

    def at(self, step: int) -> Passages:
        """The passages of a step, counted from 0."""
        random = np.random.default_rng(step_seed(self.seed, step))
        chosen = random.choice(len(self.tokens), self.batch_size, p=self._chances)
        shifts = random.integers(self.transpose[0], self.transpose[1] + 1, self.batch_size)
        starts = [int(random.integers(0, max(1, len(self.tokens[song]) - self.events // 2))) for song in chosen]
        return self._passages(list(zip(chosen.tolist(), starts, shifts.tolist(), strict=True)))

    def whole(self, song: int) -> Passages:
        """A song from its first event to its last."""
        return self._passages([(song, 0, 0)], len(self.tokens[song]))

    def _passages(self, cuts: Sequence[tuple[int, int, int]], events: int | None = None) -> Passages:
        events = events or self.events
        num_words = len(self.vocabulary)
        shape = (len(cuts), events)
        words, durations = np.zeros((shape[0], events + 1), np.int64), np.zeros((shape[0], events + 1), np.int64)
        steps, counts = np.zeros(shape, np.int64), np.zeros(shape, np.float32)
        again = np.full((*shape, len(RECALLS)), num_words, np.int64)
        words[:, 0], durations[:, 0] = num_words, len(DURATION_STEPS)
        for row, (song, start, shift) in enumerate(cuts):
            tokens, own = self.tokens[song], self._turned[shift % 12][self._words[song]]
            stop = min(len(tokens), start + events)
            size = stop - start
            words[row, 1 : size + 1], durations[row, 1 : size + 1] = own[start:stop], tokens.durations[start:stop]
            if start:
                words[row, 0], durations[row, 0] = own[start - 1], tokens.durations[start - 1]
            steps[row, :size], counts[row, :size] = tokens.steps[start:stop], 1
            again[row, :size] = self._turned[shift % 12][self._recalled[song][start:stop]]
        bars = torch.tensor([self.tokens[song].bar_steps for song, _, _ in cuts])
        shown, lengths = torch.from_numpy(words), torch.from_numpy(durations)
        inputs = inputs_of(shown, lengths, torch.from_numpy(steps), bars, torch.from_numpy(again), num_words)
        return Passages(inputs, shown[:, 1:], lengths[:, 1:], torch.from_numpy(counts))


def windows_of(songs: Sequence[ChordSong], events: int, keys: str, hop: int = 1) -> Tensor:
    """Every window of some songs, `windows, events, 13`."""
    return torch.from_numpy(np.concatenate([tokens_of(song, keys).windows(events, hop) for song in songs]))


def window_batch(windows: Tensor, batch_size: int, seed: int, step: int) -> Tensor:
    """The windows of a step, each once an epoch."""
    epoch, place = divmod(step, -(-len(windows) // batch_size))
    order = torch.randperm(len(windows), generator=torch.Generator().manual_seed(step_seed(seed, -1 - epoch)))
    return windows[order[place * batch_size : (place + 1) * batch_size]]


def _turned_words(vocabulary: Vocabulary) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The place of each word moved up by 0..11 semitones, `12, words + 1`; what stands for no word stays."""
    chords = vocabulary.chords
    rows = [[*(vocabulary.place([(p + up) % 12 for p in chord]) for chord in chords), len(chords)] for up in range(12)]
    return np.array(rows, np.int64)
