"""New chords out of a system of chords: variations, ways between, blends, samples and continuations.

A variation heads for what the LSTM would play in the clip's place, on the clip's own rhythm of lines: its windows keep
their lengths to the step, and within them the likeliest durations are found that begin events on the same bars.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.errors import OutOfRangeError
from engine.latent.path import PROBES, by_change, probe_positions
from engine.latent.slerp import blend, slerp
from engine.models.chord_head import DURATION, split, word_logits
from engine.models.chords import ChordsModel
from engine.models.draw import classes_by
from engine.models.vae import Vae
from engine.representations.chord_vocabulary import DURATION_STEPS, Chord, Vocabulary, closed
from engine.representations.clip import Clip
from engine.representations.grid import bar_steps, clip_steps
from engine.runtime.answers import Answer
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import check_chord_size, check_count, check_share, check_temperature
from engine.runtime.chord_continuation import Course, go_on
from engine.runtime.chord_durations import filling
from engine.runtime.chord_hearing import HeardChords, hear
from engine.runtime.chord_writer import Spoken, moved, write_chords
from engine.runtime.inventing import SPACINGS
from engine.runtime.noise import generator_of
from engine.runtime.reach import share_of_way
from engine.runtime.roster import chords_of_checkpoint

_WAY_TEMPERATURE = 1.0
_STOPS = 33
_BATCH = 512


@dataclass(frozen=True)
class _Table:
    """Chords that may be said: the vocabulary's, and those of the clips that are none of it."""

    chords: tuple[Chord, ...]
    many_hot: Tensor

    @classmethod
    def of(cls, vocabulary: Vocabulary, heard: Sequence[HeardChords]) -> _Table:
        own = [moved(event.pitch_classes, one.shift) for one in heard for event in one.events]
        chords = (*vocabulary.chords, *(chord for chord in dict.fromkeys(own) if chord not in vocabulary))
        table = torch.zeros(len(chords), 12)
        for row, chord in zip(table, chords, strict=True):
            row[list(chord)] = 1
        return cls(chords, table)


class ChordInventing:
    """What a system of chords is asked for. Everywhere, `frame` gives the answers their length, meter and tempo."""

    def sample(self, loaded: Checkpoint, count: int, *, temperature: float, seed: int) -> Answer:
        """New pieces of `loaded.bars` bars of 4/4, from their first chord on."""
        model = chords_of_checkpoint(loaded)
        check_count(count)
        check_temperature(temperature)
        started = time.perf_counter()
        frame = Clip((), loaded.bars * 4.0)
        courses = go_on(model, None, clip_steps(frame), count, temperature, seed, bar_steps(frame))
        return _answer([_written(course, model, frame, None) for course in courses], started)

    def continue_clip(
        self, loaded: Checkpoint, clip: Clip, bars: int, count: int, *, temperature: float, seed: int
    ) -> Answer:
        """What follows the clip, `bars` bars of its meter each."""
        model = chords_of_checkpoint(loaded)
        check_count(count)
        check_temperature(temperature)
        if bars < 1:
            raise OutOfRangeError(f"{bars} bars were asked for; ask for 1 or more")
        started = time.perf_counter()
        heard = hear(clip, model.config)
        bar = bar_steps(clip)
        check_chord_size(count, bars * bar)
        frame = Clip((), bars * clip.bar_quarters, clip.numerator, clip.denominator, clip.bpm)
        courses = go_on(model, heard.tokens, bars * bar, count, temperature, seed, bar)
        return _answer([_written(course, model, frame, heard) for course in courses], started)

    def vary(
        self, loaded: Checkpoint, piece: Clip, frame: Clip, *, count: int, amount: float, temperature: float, seed: int
    ) -> Answer:
        """Clips near this one; each heads for another passage that the LSTM would play here."""
        model = chords_of_checkpoint(loaded)
        check_count(count)
        check_share("amount", amount)
        check_temperature(temperature)
        started = time.perf_counter()
        heard = hear(piece, model.config)
        check_chord_size(count, len(heard.events))
        here = _encoded(model.varied, heard.windows(model.config.window_events))
        z = here.expand(count, -1, -1)
        if amount > 0:
            away = _ways(model, heard, count, seed)
            shares = [share_of_way(amount, _reach(model.varied, here, one)) for one in away]
            z = torch.stack([slerp(here, one, share) for one, share in zip(away, shares, strict=True)])
        del frame
        return self._decoded(model, z, [heard], [(1.0,)] * count, temperature, seed, started)

    def interpolate(
        self,
        loaded: Checkpoint,
        ends: Sequence[Clip],
        frame: Clip,
        *,
        steps: int,
        temperature: float,
        seed: int,
        spacing: str,
        keep_key: bool = False,
    ) -> Answer:
        """Clips from one to the other of two that are as long as the frame; their key is no thing apart."""
        model = chords_of_checkpoint(loaded)
        check_count(steps)
        check_temperature(temperature)
        if spacing not in SPACINGS:
            raise OutOfRangeError(f"spacing is {spacing!r}; choose {' or '.join(SPACINGS)}")
        started = time.perf_counter()
        heard = [hear(clip, model.config) for clip in ends]
        check_chord_size(max(steps, PROBES), max(len(one.events) for one in heard))
        a, b = _side_by_side(model, heard)
        shares = torch.linspace(0, 1, steps)
        if spacing == "change" and steps > 2:
            shares = by_change(_changes(model.varied, a, b), steps)
        weights = [(1 - float(t), float(t)) for t in shares]
        z = blend(torch.stack([a, b]), torch.tensor(weights, dtype=torch.float64))
        del frame, keep_key
        return self._decoded(model, z, heard, weights, temperature, seed, started)

    def blend(
        self,
        loaded: Checkpoint,
        pieces: Sequence[Clip],
        frame: Clip,
        weights: Sequence[float],
        *,
        temperature: float,
        seed: int,
    ) -> Answer:
        """One clip at the weighted mean of several that are as long as the frame."""
        model = chords_of_checkpoint(loaded)
        check_temperature(temperature)
        started = time.perf_counter()
        heard = [hear(clip, model.config) for clip in pieces]
        check_chord_size(len(heard), max(len(one.events) for one in heard))
        shares = tuple(weight / max(weights) for weight in weights)  # only ratios count, and these cannot overflow
        z = blend(torch.stack(_side_by_side(model, heard)), torch.tensor(shares, dtype=torch.float64))
        del frame
        return self._decoded(model, z[None], heard, [shares], temperature, seed, started)

    def _decoded(
        self,
        model: ChordsModel,
        z: Tensor,
        heard: Sequence[HeardChords],
        weights: Sequence[Sequence[float]],
        temperature: float,
        seed: int,
        started: float,
    ) -> Answer:
        """Latents `count, windows, latent` as clips, each on the frame of its weightiest source."""
        table = _Table.of(closed(model.config.shapes), heard)
        generator = generator_of(seed)
        clips = []
        for latents, row in zip(z, weights, strict=True):
            main = heard[max(range(len(heard)), key=lambda k: row[k])]
            notes, lengths = split(_decode(model.varied, latents).flatten(0, 1)[: len(main.events)])
            spoken = _spoken(notes, lengths, main, table, temperature, generator, model.config.window_events)
            clips.append(write_chords(spoken, main.clip, main, [one.clip for one in heard], row))
        return _answer(clips, started, len(heard))


def _spoken(
    notes: Tensor,
    lengths: Tensor,
    main: HeardChords,
    table: _Table,
    temperature: float,
    generator: torch.Generator,
    window: int,
) -> list[Spoken]:
    """Chords and durations drawn, event by event of the weightiest source."""
    logits = word_logits(notes, table.many_hot)
    uniform: list[Tensor | None] = [None, None]
    if temperature > 0:
        uniform = [torch.rand(said.shape, generator=generator) for said in (logits, lengths)]
    words = classes_by(logits, temperature, uniform[0]).tolist()
    said = lengths.log_softmax(-1)
    if uniform[1] is not None:
        said = said - temperature * torch.log(-torch.log(uniform[1].clamp_min(1e-20)))
    own = [event.duration_steps for event in main.events]
    durations: list[int] = []
    for first in range(0, len(own), window):
        there = main.events[first].step
        lines = [e.step - there for e in main.events[first : first + window] if e.step % main.tokens.bar_steps == 0]
        durations += filling(said[first : first + window].double().numpy(), own[first : first + window], lines)
    chords = [moved(table.chords[word], -main.shift) for word in words]
    return [Spoken(*both, place) for place, both in enumerate(zip(chords, durations, strict=True))]


def _ways(model: ChordsModel, heard: HeardChords, count: int, seed: int) -> list[Tensor]:
    """Latents `windows, latent` of passages that the LSTM plays when it has heard the clip, in loop under it."""
    size = model.config.window_events
    steps = max(size, heard.tokens.end_steps)
    courses = go_on(model, heard.tokens, min(steps, size * 32), count, _WAY_TEMPERATURE, seed, heard.tokens.bar_steps)
    windows = -(-len(heard.events) // size)
    return [_encoded(model.varied, _windows_of(course, model, windows, size)) for course in courses]


def _windows_of(course: Course, model: ChordsModel, windows: int, size: int) -> Tensor:
    table = closed(model.config.shapes).many_hot
    nearest = [int(np.abs(np.log(np.array(DURATION_STEPS) / steps)).argmin()) for steps in course.durations]
    events = np.concatenate([table[list(course.words)], np.array(nearest)[:, None]], 1)
    return torch.from_numpy(events[np.arange(windows * size) % len(events)].reshape(windows, size, DURATION + 1))


def _side_by_side(model: ChordsModel, heard: Sequence[HeardChords]) -> list[Tensor]:
    """Latents of clips, all `windows, latent` of as many windows as the one with the most has."""
    latents = [_encoded(model.varied, one.windows(model.config.window_events)) for one in heard]
    most = max(map(len, latents))
    return [one[torch.arange(most) % len(one)] for one in latents]


def _reach(model: Vae, here: Tensor, there: Tensor) -> Tensor:
    return by_change(_changes(model, here, there), _STOPS)


def _changes(model: Vae, a: Tensor, b: Tensor) -> Tensor:
    """How much the music changes between probes on the way from one to the other, `probes - 1`."""
    z = slerp(a.expand(PROBES, -1, -1), b.expand(PROBES, -1, -1), probe_positions()[:, None])
    notes, lengths = split(torch.stack([_decode(model, one) for one in z]))
    chances = torch.cat([notes.sigmoid(), lengths.softmax(-1)], -1)
    return (chances[1:] - chances[:-1]).abs().flatten(1).sum(1)


@torch.inference_mode()
def _encoded(model: Vae, windows: Tensor) -> Tensor:
    device = next(model.parameters()).device
    return torch.cat([model.encode(part.to(device))[0] for part in windows.split(_BATCH)]).cpu()


@torch.inference_mode()
def _decode(model: Vae, z: Tensor) -> Tensor:
    device = next(model.parameters()).device
    return torch.cat([model.decode(part.to(device)) for part in z.split(_BATCH)]).cpu()


def _written(course: Course, model: ChordsModel, frame: Clip, heard: HeardChords | None) -> Clip:
    chords, shift = closed(model.config.shapes).chords, 0 if heard is None else heard.shift
    pairs = zip(course.words, course.durations, strict=True)
    spoken = [Spoken(moved(chords[word], -shift), steps) for word, steps in pairs]
    sources = () if heard is None else (heard.clip,)
    written = write_chords(spoken, frame, heard, sources, (1.0,) * len(sources))
    if heard is None:
        return written
    muted = [note for note in written.notes if not note.mute]
    return Clip(tuple(muted), frame.length_quarters, frame.numerator, frame.denominator, frame.bpm)


def _answer(clips: Sequence[Clip], started: float, sources: int = 0) -> Answer:
    return Answer(tuple(clips), 0.0, (time.perf_counter() - started) * 1e3, False, (0,) * sources)
