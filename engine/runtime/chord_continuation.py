"""What follows a clip of chords, for any number of bars, and new chords from nothing: the LSTM, event by event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.models.chord_inputs import inputs_of, places
from engine.models.chord_lstm import ChordInputs
from engine.models.chords import ChordsModel
from engine.models.draw import classes_by
from engine.representations.chord_tensors import RECALLS, ChordTokens, recalled
from engine.representations.chord_vocabulary import DURATION_STEPS, Vocabulary, closed
from engine.runtime.noise import generator_of

MOST_HEARD = 512
"""Events of a clip that the LSTM is shown; of a longer one the last."""
_ROW_SEED = 7_919


@dataclass(frozen=True)
class Course:
    """What one answer says.

    Attributes:
        words: places in the vocabulary.
        durations: in steps; the last one ends where it was to end.
    """

    words: tuple[int, ...]
    durations: tuple[int, ...]


@torch.inference_mode()
def go_on(
    model: ChordsModel,
    heard: ChordTokens | None,
    steps: int,
    count: int,
    temperature: float,
    seed: int,
    bar_steps: int,
) -> list[Course]:
    """Courses of so many steps behind what was heard; each draws from noise of its own.

    Args:
        model: the system.
        heard: moved to where the model is at home; None begins a piece.
        steps: how long, at least 1.
        count: how many.
        temperature: 0 the most likely; then all are the same.
        seed: of the noise; the first courses are the same however many follow.
        bar_steps: of the meter.
    """
    device = next(model.parameters()).device
    rows = [_Row(generator_of(seed + _ROW_SEED * number)) for number in range(count)]
    vocabulary = closed(model.config.shapes)
    shown, start = _shown(heard, vocabulary, bar_steps)
    for row in rows:
        row.begin(shown, start)
    logits, hidden, state = model.lstm(_to(shown.inputs, device))
    logits, hidden = logits[:, -1:].expand(count, -1, -1), hidden[:, -1:].expand(count, -1, -1)
    state = (state[0].repeat(1, count, 1), state[1].repeat(1, count, 1))
    while True:
        words = _draw(logits[:, 0].cpu(), temperature, rows)
        lengths = _draw(model.lstm.durations(hidden, words[:, None].to(device))[:, 0].cpu(), temperature, rows)
        for row, word, length in zip(rows, words.tolist(), lengths.tolist(), strict=True):
            row.add(word, length, start + steps)
        if all(row.at >= start + steps for row in rows):
            return [Course(tuple(row.new_words), tuple(row.durations)) for row in rows]
        logits, hidden, state = model.lstm(
            _to(_next_inputs(rows, words, lengths, bar_steps, vocabulary), device), state
        )


@dataclass(frozen=True)
class _Shown:
    words: list[int]
    inputs: ChordInputs


class _Row:
    """One course while it comes to be."""

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator
        self.words: list[int] = []
        self.new_words: list[int] = []
        self.durations: list[int] = []
        self.at = 0
        self.following: tuple[dict[tuple[int, ...], int], ...] = tuple({} for _ in RECALLS)

    def begin(self, shown: _Shown, start: int) -> None:
        self.at = start
        for word in shown.words:
            self._remember(word)

    def add(self, word: int, length: int, end: int) -> None:
        """One event more, where there is room; the last one is cut."""
        self._remember(word)
        if self.at < end:
            self.new_words.append(word)
            self.durations.append(min(DURATION_STEPS[length], end - self.at))
            self.at += self.durations[-1]

    def recall(self, nothing: int) -> list[int]:
        """What followed the last time, as `chord_tensors.recalled` has it for all events at once."""
        pairs = zip(RECALLS, self.following, strict=True)
        return [known.get(tuple(self.words[-length:]), nothing) for length, known in pairs]

    def _remember(self, word: int) -> None:
        for length, known in zip(RECALLS, self.following, strict=True):
            if len(self.words) >= length:
                known[tuple(self.words[-length:])] = word
        self.words.append(word)


def _shown(heard: ChordTokens | None, vocabulary: Vocabulary, bar_steps: int) -> tuple[_Shown, int]:
    """All inputs up to that of the first new event, and the step at which this one begins."""
    nothing = len(vocabulary)
    words: list[int] = [] if heard is None else heard.words(vocabulary).tolist()
    durations: list[int] = [] if heard is None else heard.durations.tolist()
    steps: list[int] = [] if heard is None else heard.steps.tolist()
    end = 0 if heard is None else heard.end_steps
    again = torch.from_numpy(recalled(words, nothing))
    padded = torch.tensor([[nothing, *words, 0]]), torch.tensor([[len(DURATION_STEPS), *durations, 0]])
    inputs = inputs_of(*padded, torch.tensor([[*steps, end]]), torch.tensor([bar_steps]), again[None], nothing)
    latest = ChordInputs(
        inputs.chords[:, -MOST_HEARD:], inputs.durations[:, -MOST_HEARD:], inputs.since[:, -MOST_HEARD:],
        inputs.left[:, -MOST_HEARD:], inputs.recalled[:, -MOST_HEARD:],
    )  # fmt: skip
    return _Shown(words, latest), end


def _next_inputs(
    rows: Sequence[_Row], words: Tensor, lengths: Tensor, bar_steps: int, vocabulary: Vocabulary
) -> ChordInputs:
    since, left = places(torch.tensor([[row.at] for row in rows]), torch.tensor(bar_steps))
    again = torch.tensor([[row.recall(len(vocabulary))] for row in rows])
    return ChordInputs(words[:, None], lengths[:, None], since, left, again)


def _draw(logits: Tensor, temperature: float, rows: Sequence[_Row]) -> Tensor:
    if temperature == 0:
        return logits.argmax(-1)
    noise = torch.stack([torch.rand(logits.shape[1], generator=row.generator) for row in rows])
    return classes_by(logits, temperature, noise)


def _to(inputs: ChordInputs, device: torch.device) -> ChordInputs:
    return ChordInputs(
        inputs.chords.to(device), inputs.durations.to(device), inputs.since.to(device), inputs.left.to(device),
        inputs.recalled.to(device),
    )  # fmt: skip
