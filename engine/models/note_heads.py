"""What a network says of the next note: attribute after attribute, each told the ones before it.

The order is distance, instrument, program, pitch, velocity, duration. A category is read in one of two ways: `softmax`
(the likeliest class, or a draw) or `nearest` (the class whose embedding lies nearest to a vector that the network
gives, Stanford's way). Both are learnt side by side, the vector by a squared error to the true class's embedding.

Times are continuous. With one guess a time is one number with a squared error; where two answers are likely, the best
number lies between them, on neither. With many guesses there is a number for each common note value (and one for the
last duration of the instrument) and a choice between the values: squared errors as before, each round its own value.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.config import NoteConfig
from engine.models.draw import draw_classes
from engine.models.folding import Linear
from engine.models.note_input import CATEGORIES, log_quarters, to_ticks
from engine.models.note_palette import PITCH_DEPTH, PLACE_DEPTH, Palette
from engine.representations import note_sequence as notes

WAYS = ("softmax", "nearest")
TIME_WEIGHT = 200.0
"""Of squared errors in log(1 + quarters), against nats: as of a deviation of a twentieth."""
NEAREST_WEIGHT = 0.25
NOTE_VALUES = (
    0, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 3 / 8, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2, 5 / 2, 3, 7 / 2, 4, 6, 8, 12, 16,
)  # fmt: skip
"""In quarters: what a time may be guessed round."""
_FIRST_LIKING = 0.75
_LONGEST_TICKS = notes.MAX_DURATION_QUARTERS * notes.TICKS_PER_QUARTER
ORDER = ("distance", "instrument", "program", "pitch", "velocity", "duration")


@dataclass(frozen=True)
class Reading:
    """How notes are read from what the network says.

    Attributes:
        way: `softmax` or `nearest`.
        temperature: 0 takes the likeliest.
        generator: of the draws.
        instruments: which may play, `batch or 1, 9`, the last one for the end; None: all.
        programs: of each instrument, `batch or 1, 9`; None: drawn too.
        is_silence_allowed: False where each window gets a note at least, at its span's start if it would lie behind it.
    """

    way: str = "softmax"
    temperature: float = 0.0
    generator: torch.Generator | None = None
    instruments: Tensor | None = None
    programs: Tensor | None = None
    is_silence_allowed: bool = True


@dataclass(frozen=True)
class Told:
    """What the heads are told besides the states.

    Attributes:
        voices: the last note of each instrument, `batch, rows, 9, 6`.
        onsets: of the note before each, in ticks, `batch, rows`.
        palette: of the notes outside the span, of a conditional model.
    """

    voices: Tensor
    onsets: Tensor
    palette: Palette | None = None


class NoteHeads(nn.Module):
    """From states `…, width` to notes."""

    values: Tensor

    def __init__(self, config: NoteConfig) -> None:
        super().__init__()
        values = NOTE_VALUES if config.guesses == "many" else (0,)
        self.register_buffer("values", torch.log1p(torch.tensor(values)), persistent=False)
        width = config.width
        self.norm = nn.LayerNorm(width)
        self.hidden = nn.ModuleDict({name: Linear(width, width) for name in ORDER})
        self.told = nn.ModuleDict(
            {name: Linear(config.embedding if name in CATEGORIES else 1, width) for name in ORDER[:-1]}
        )
        self.says = nn.ModuleDict({name: Linear(width, self._depth(name)) for name in ORDER})
        self.voice = Linear(3 * config.embedding + 2, width)
        if config.is_conditional:
            likes = {"pitch": Linear(width, PITCH_DEPTH), "distance": Linear(width, PLACE_DEPTH)}
            for linear in likes.values():
                nn.init.constant_(linear.bias, _FIRST_LIKING)
            self.likes = nn.ModuleDict(likes)
        self.points = nn.ModuleDict({name: Linear(width, config.embedding) for name in CATEGORIES})

    def _depth(self, name: str) -> int:
        if name in CATEGORIES:
            return CATEGORIES[name][1]
        return 2 * (len(self.values) + (name == "duration" and len(self.values) > 1))

    def losses(
        self, tables: nn.ModuleDict, states: Tensor, rows: Tensor, distances: Tensor, told: Told
    ) -> dict[str, Tensor]:
        """The cost of each attribute and `nearest`, each `batch, rows`; of an end only that of its instrument.

        Args:
            tables: of embeddings, `NoteInput`'s.
            states: `batch, rows, width`.
            rows: the true notes, `batch, rows, 6`.
            distances: ticks from the note before, `batch, rows`.
            told: of each note.
        """
        found: dict[str, Tensor] = {}
        nearest = torch.zeros_like(distances, dtype=torch.float32)
        is_note = rows[..., notes.INSTRUMENT] != notes.NO_INSTRUMENT
        x = self.norm(states)
        for name in ORDER:
            hidden = F.relu(self.hidden[name](x))
            if name in CATEGORIES:
                true = rows[..., CATEGORIES[name][0]]
                found[name] = F.cross_entropy(
                    self._said(name, hidden, told, rows).transpose(1, 2), true, reduction="none"
                )
                apart = self.points[name](hidden).float() - tables[name](true).detach()
                nearest = nearest + apart.square().mean(-1)
            else:
                true = distances if name == "distance" else rows[..., notes.DURATION]
                values = self._values(name, told, rows)
                found[name] = self._time_loss(self._said(name, hidden, told, rows), values, log_quarters(true))
            if name != "instrument":
                found[name] = found[name] * is_note
            x = self._tell(tables, x, name, true)
            if name == "instrument":
                x = x + self._line(tables, told.voices, true)
        return {**found, "nearest": NEAREST_WEIGHT * nearest * is_note}

    def _values(self, name: str, told: Told, rows: Tensor) -> Tensor:
        """What a time is guessed round, `batch, rows, values`; a duration also round the last one of its instrument."""
        values = self.values.expand(*rows.shape[:2], -1)
        if name != "duration" or len(self.values) == 1:
            return values
        last = _last_note(told.voices, rows[..., notes.INSTRUMENT])[..., notes.DURATION]
        return torch.cat([values, log_quarters(last)[..., None]], -1)

    def _time_loss(self, said: Tensor, values: Tensor, true: Tensor) -> Tensor:
        logits, remainders = said.chunk(2, -1)
        value = (true[..., None] - values).abs().argmin(-1)
        guess = (values + remainders).gather(-1, value[..., None])[..., 0]
        cost: Tensor = TIME_WEIGHT * (guess - true).square()
        return cost + F.cross_entropy(logits.transpose(1, 2), value, reduction="none")

    def read(self, tables: nn.ModuleDict, states: Tensor, told: Told, reading: Reading) -> Tensor:
        """Notes as `batch, rows, 6`, with the distance from the note before where their onset belongs."""
        found = torch.zeros(*states.shape[:2], notes.NUM_COLUMNS, dtype=torch.long, device=states.device)
        x = self.norm(states)
        for name in ORDER:
            hidden = F.relu(self.hidden[name](x))
            if name in CATEGORIES:
                read = self._class(tables, name, hidden, told, reading, found)
                found[..., CATEGORIES[name][0]] = read
            else:
                read = self._time(self._said(name, hidden, told, found), self._values(name, told, found), reading)
                column = notes.ONSET if name == "distance" else notes.DURATION
                found[..., column] = read if name == "distance" else read.clamp(1, _LONGEST_TICKS)
            x = self._tell(tables, x, name, read)
            if name == "instrument":
                x = x + self._line(tables, told.voices, read)
        return found

    def _said(self, name: str, hidden: Tensor, told: Told, rows: Tensor) -> Tensor:
        """Logits, and of times remainders, with what the palette has to say."""
        said: Tensor = self.says[name](hidden).float()
        if told.palette is None or name not in self.likes:
            return said
        liking: Tensor = self.likes[name](hidden).float()
        if name == "pitch":
            heard = (told.palette.at_pitches(rows[..., notes.INSTRUMENT]) * liking[:, :, None]).sum(-1)
            return said + heard
        heard = told.palette.at_places(told.onsets[..., None] + to_ticks(self.values)) * liking
        return said + torch.cat([heard, torch.zeros_like(heard)], -1)

    def _class(
        self, tables: nn.ModuleDict, name: str, hidden: Tensor, told: Told, reading: Reading, found: Tensor
    ) -> Tensor:
        if name == "program" and reading.programs is not None:
            wanted = reading.programs.expand(len(hidden), -1)
            return wanted.gather(1, found[..., notes.INSTRUMENT])
        if reading.way == "nearest":
            apart = torch.cdist(self.points[name](hidden).float(), self._embeddings(tables, name)[None])
            logits = -apart.square()
        else:
            logits = self._said(name, hidden, told, found)
        return draw_classes(self._possible(name, logits, reading, found), reading.temperature, reading.generator)

    @staticmethod
    def _embeddings(tables: nn.ModuleDict, name: str) -> Tensor:
        return dict(tables[name].named_parameters())["weight"].float()

    def _possible(self, name: str, logits: Tensor, reading: Reading, found: Tensor) -> Tensor:
        """`none` for ends alone; drums for drums alone; only the instruments that may play."""
        if name == "instrument":
            possible = torch.ones_like(logits, dtype=torch.bool)
            possible[..., -1] = reading.is_silence_allowed
            if reading.instruments is not None:
                possible &= reading.instruments[:, None]
            return logits.masked_fill(~possible, -1e9)
        is_none = torch.arange(logits.shape[-1], device=logits.device) == logits.shape[-1] - 1
        possible = ~is_none.expand(logits.shape).clone()
        if name == "program":
            is_drum = (found[..., notes.INSTRUMENT] == notes.DRUMS)[..., None]
            is_drums = torch.arange(logits.shape[-1], device=logits.device) == notes.DRUM_PROGRAM
            possible &= is_drum == is_drums
        return logits.masked_fill(~possible, -1e9)

    def _line(self, tables: nn.ModuleDict, voices: Tensor, instrument: Tensor) -> Tensor:
        """What is told of the last note of the instrument that plays."""
        last = _last_note(voices, instrument)
        categories = [tables[name](last[..., CATEGORIES[name][0]]) for name in ("program", "pitch", "velocity")]
        is_silent = (last[..., notes.INSTRUMENT, None] == notes.NO_INSTRUMENT).float()
        told: Tensor = self.voice(
            torch.cat([*categories, log_quarters(last[..., notes.DURATION, None]), is_silent], -1)
        )
        return told

    def _time(self, said: Tensor, values: Tensor, reading: Reading) -> Tensor:
        logits, remainders = said.chunk(2, -1)
        value = draw_classes(logits, reading.temperature, reading.generator)
        return to_ticks((values + remainders).gather(-1, value[..., None])[..., 0])

    def _tell(self, tables: nn.ModuleDict, x: Tensor, name: str, value: Tensor) -> Tensor:
        if name not in self.told:
            return x
        given = tables[name](value) if name in CATEGORIES else log_quarters(value)[..., None]
        told: Tensor = x + self.told[name](given)
        return told


def _last_note(voices: Tensor, instrument: Tensor) -> Tensor:
    """The last note of each row's instrument, `batch, rows, 6`."""
    picked = instrument[..., None, None].expand(*instrument.shape, 1, notes.NUM_COLUMNS)
    return voices.gather(2, picked)[:, :, 0]
