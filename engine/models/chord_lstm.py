"""The LSTM over chords and durations: from the events so far to the next one, for any length.

Source: the LSTM over chordified music with two inputs and two outputs (notes and durations), as textbooks have it.
Differs: a chord enters as its word and as its pitch classes, so that chords which share notes are near from the
start; where in the bar the next event begins enters too, and what followed the last time that the music was at such
a place (`recalled`), since a piece comes back to what it said: such a word is likelier by as much as the LSTM trusts
it there; and a duration is chosen in the light of its chord.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.config import ChordsConfig
from engine.models.trained_lstm import State, TrainedLstm
from engine.representations.chord_tensors import RECALLS
from engine.representations.chord_vocabulary import DURATION_STEPS, closed

MAX_PLACE = 64
"""Places in a bar that are told apart, in steps; longer bars begin anew."""


@dataclass(frozen=True)
class ChordInputs:
    """What is known before each event, each `batch, events`, `recalled` with an axis of `RECALLS` behind.

    Attributes:
        chords: the word of the event before, the vocabulary's size where there was none.
        durations: its duration's class, the number of durations where there was none.
        since: steps from the bar's beginning to the event's, 0..63.
        left: steps from there to the bar's end, 1..64.
        recalled: the words that followed the last time the same chords came before, so many as `RECALLS` says; the
            vocabulary's size where they never did.
    """

    chords: Tensor
    durations: Tensor
    since: Tensor
    left: Tensor
    recalled: Tensor


class ChordLstm(nn.Module):
    """Embeddings, stacked LSTMs, and an answer of two parts."""

    many_hot: Tensor

    def __init__(self, config: ChordsConfig) -> None:
        super().__init__()
        vocabulary = closed(config.shapes)
        self.num_chords, self.num_durations = len(vocabulary), len(DURATION_STEPS)
        notes = torch.cat([torch.from_numpy(vocabulary.many_hot.copy()), torch.zeros(1, 12, dtype=torch.long)])
        self.register_buffer("many_hot", notes.float(), persistent=False)
        width = config.embedding
        self.words = nn.Embedding(self.num_chords + 1, width)
        self.notes = nn.Linear(12, width)
        self.lengths = nn.Embedding(self.num_durations + 1, width // 2)
        self.since = nn.Embedding(MAX_PLACE, width // 2)
        self.left = nn.Embedding(MAX_PLACE + 1, width // 2)
        for table in (self.words, self.lengths, self.since, self.left):
            nn.init.normal_(table.weight, std=0.3)
        self.memory = nn.Linear(len(RECALLS) * width, width)
        self.copied = nn.Linear(config.lstm_width, len(RECALLS))
        nn.init.ones_(self.copied.bias)
        self.drop = nn.Dropout(config.dropout)
        self.lstm = TrainedLstm(
            2 * width + 3 * (width // 2),
            config.lstm_width,
            config.lstm_layers,
            batch_first=True,
            dropout=config.dropout,
        )
        self.chord_out = nn.Linear(config.lstm_width, width)
        self.chord_bias = nn.Parameter(torch.zeros(self.num_chords))
        self.duration_out = nn.Sequential(
            nn.Linear(config.lstm_width + width, config.lstm_width), nn.ReLU(),
            nn.Linear(config.lstm_width, self.num_durations),
        )  # fmt: skip

    def forward(self, inputs: ChordInputs, state: State | None = None) -> tuple[Tensor, Tensor, State]:
        """What is known of each event's chord before it is chosen.

        Returns:
            Logits of the chords `batch, events, words`; hidden states `batch, events, width` for `durations`; the
            state after the last event.
        """
        entering = torch.cat(
            [
                self._chord(inputs.chords), self.lengths(inputs.durations), self.since(inputs.since),
                self.left(inputs.left), self.memory(self._chord(inputs.recalled).flatten(2)),
            ],
            -1,
        )  # fmt: skip
        hidden, state = self.lstm(self.drop(entering), state)
        hidden = self.drop(hidden)
        words = self._chord(torch.arange(self.num_chords, device=hidden.device))
        logits = self.chord_out(hidden) @ words.t() + self.chord_bias
        return self._with_recalled(logits, inputs.recalled, self.copied(hidden)), hidden, state

    def durations(self, hidden: Tensor, chords: Tensor) -> Tensor:
        """Logits of the durations, `batch, events, durations`, of events whose chords are known."""
        logits: Tensor = self.duration_out(torch.cat([hidden, self._chord(chords)], -1))
        return logits

    def _with_recalled(self, logits: Tensor, recalled: Tensor, trust: Tensor) -> Tensor:
        """The logits, raised where a word is recalled, by as much as each recall is trusted here."""
        with_nothing = F.pad(logits, (0, 1)).scatter_add(-1, recalled, trust)
        return with_nothing[..., :-1]

    def _chord(self, words: Tensor) -> Tensor:
        embedded: Tensor = self.words(words) + self.notes(self.many_hot[words])
        return embedded
