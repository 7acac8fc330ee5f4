"""A variational autoencoder of notes of many instruments, and one that fills a span of them.

The listener reads a window's notes into a latent; the decoder writes notes from it, row by row or all rows at once. The
conditional model encodes the notes outside a span, which make its prior p(latent | outside); its listener hears those
inside with them and makes the posterior q(latent | whole window). What the decoder writes, seeing the notes outside, is
the span.

Source: Stanford's note-attribute VAE (attributes embedded, squared errors of times, beta on the KL); Sohn et al. 2015
for the conditional prior. Differs: attributes of a note are told to one another (`note_heads`); dense layers lie over
the sixteenths side by side (`note_plan`), not over the notes; the decoder looks back at its own notes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from engine.models.config import NoteConfig
from engine.models.encoders import MAX_LOG_VAR, MIN_LOG_VAR
from engine.models.folding import Linear
from engine.models.note_blocks import NoteEncoder
from engine.models.note_decoders import NoteDecoder
from engine.models.note_heads import NoteHeads, Reading, Told
from engine.models.note_input import NoteInput, deltas
from engine.models.note_palette import Palette, palette_of
from engine.models.note_plan import StepEncoder
from engine.models.note_voices import silent, voices_at_each, voices_before
from engine.models.spans import is_inside, is_note, packed, whole, with_end
from engine.models.vae import VaeLoss, kl_between
from engine.representations import note_sequence as notes

_FIRST_LOG_VAR = -2.0
_GROUP = 64


@dataclass(frozen=True)
class Outside:
    """What is known of a window before its latent: the prior, the states of the notes outside, and their voices.

    Attributes:
        mu, log_var: of the prior, `batch, latent`.
        memory: states of the notes outside, of a conditional model; with `memory_seen` as `NoteEncoder` gives them.
        voices: the last note of each instrument before the span, `batch, 9, 6`; None: nothing was played.
        palette: what the notes outside are made of.
    """

    mu: Tensor
    log_var: Tensor
    memory: Tensor | None = None
    memory_seen: Tensor | None = None
    voices: Tensor | None = None
    palette: Palette | None = None

    def times(self, count: int) -> Outside:
        """Each window `count` times, one after the other."""
        memory, seen, voices = (
            part if part is None else part.repeat_interleave(count, 0)
            for part in (self.memory, self.memory_seen, self.voices)
        )
        mu, log_var = (part.repeat_interleave(count, 0) for part in (self.mu, self.log_var))
        palette = None if self.palette is None else self.palette.times(count)
        return Outside(mu, log_var, memory, seen, voices, palette)


class NoteVae(nn.Module):
    """Windows `batch, slots, 6` of `representations.note_sequence` to latents and back."""

    def __init__(self, config: NoteConfig) -> None:
        super().__init__()
        self.config = config
        self.enter = NoteInput(config)
        self.listener = NoteEncoder(config, has_memory=True) if config.is_conditional else StepEncoder(config)
        summary = config.summaries * config.width
        self.latent = Linear(summary if config.is_conditional else config.dense, 2 * config.latent_dim)
        with torch.no_grad():
            self.latent.bias[config.latent_dim :] += _FIRST_LOG_VAR
        if config.is_conditional:
            self.encoder = NoteEncoder(config)
            self.prior = Linear(summary, 2 * config.latent_dim)
        self.decoder = NoteDecoder(config)
        self.heads = NoteHeads(config)

    def encode(self, rows: Tensor, span: Tensor | None = None, outside: Outside | None = None) -> tuple[Tensor, Tensor]:
        """`mu` and `log_var`, each `batch, latent`, of whole windows.

        Args:
            rows: `batch, slots, 6`.
            span: `batch, 2`, ticks; what a conditional model is to write. None takes all of the window.
            outside: what `outside` gives, where it is there already.
        """
        span = whole(rows, self.config.steps) if span is None else span
        inside = packed(rows, is_inside(rows, span))
        entered = self.enter(inside, span)
        if isinstance(self.listener, StepEncoder):
            return _gaussian(self.latent(self.listener(entered, is_note(inside), inside[..., notes.ONSET])))
        outside = self.outside(rows, span) if outside is None else outside
        states, _ = self.listener(entered, is_note(inside), span, outside.memory, outside.memory_seen)
        return _gaussian(self.latent(self._summary(states)))

    def outside(self, rows: Tensor, span: Tensor) -> Outside:
        """What is known where only the notes outside the span are given; rows inside it are not looked at."""
        if not self.config.is_conditional:
            zeros = torch.zeros(len(rows), self.config.latent_dim, device=rows.device)
            return Outside(zeros, zeros)
        rows = packed(rows, is_note(rows) & ~is_inside(rows, span))
        states, seen = self.encoder(self.enter(rows, span), is_note(rows), span)
        mu, log_var = _gaussian(self.prior(self._summary(states)))
        return Outside(mu, log_var, states, seen, voices_before(rows, span), palette_of(rows))

    def decode(self, z: Tensor, span: Tensor, outside: Outside, reading: Reading) -> Tensor:
        """The notes of the spans, `batch, slots, 6`, in order, empty rows behind.

        Args:
            z: `batch, latent`.
            span: `batch, 2`, ticks; the whole window for a model that is not conditional.
            outside: from `outside`.
            reading: how they are read.
        """
        if not self.decoder.looks_back:
            before = z.new_zeros(len(z), self.config.slots - 1, 1)
            onsets = span[:, :1].expand(-1, self.config.slots)
            states = self.decoder(z, before, onsets, span, outside.memory, outside.memory_seen)
            voices = silent(len(z), span)[:, None].expand(-1, states.shape[1], -1, -1)
            told = Told(voices, onsets, outside.palette)
            return _whole_window(_placed(self.heads.read(self.enter.tables, states, told, reading), span), span)
        return self._one_by_one(z, span, outside, reading)

    def _one_by_one(self, z: Tensor, span: Tensor, outside: Outside, reading: Reading) -> Tensor:
        """Note after note until all windows have ended; a note behind the span ends its window too."""
        rows = torch.zeros(len(z), 0, notes.NUM_COLUMNS, dtype=torch.long, device=z.device)
        voices = silent(len(z), rows) if outside.voices is None else outside.voices
        onset, has_ended = span[:, 0].clone(), torch.zeros(len(z), dtype=torch.bool, device=z.device)
        while rows.shape[1] < self.config.slots and not has_ended.all():
            onsets = torch.cat([span[:, :1], rows[..., notes.ONSET]], 1)
            states = self.decoder(z, self.enter(rows, span), onsets, span, outside.memory, outside.memory_seen)
            is_first = not rows.shape[1]
            its = reading if is_first else replace(reading, is_silence_allowed=True)
            told = Told(voices[:, None], onset[:, None], outside.palette)
            row = self.heads.read(self.enter.tables, states[:, -1:], told, its)
            onset = onset + row[:, 0, notes.ONSET].clamp_min(-_early() if is_first else 0)
            if is_first and not reading.is_silence_allowed:
                onset = torch.where(onset < span[:, 1] - _early(), onset, span[:, 0])
            row[:, 0, notes.ONSET] = onset
            has_ended = has_ended | ~is_inside(row, span)[:, 0]
            row = torch.where(has_ended[:, None, None], row.new_tensor(notes.EMPTY), row)
            rows = torch.cat([rows, row], 1)
            voices = voices_at_each(row, voices)[:, -1]
        return _filled_up(rows, self.config.slots)

    def loss(self, music: Tensor, *, beta: float, free_bits: float, shown: Tensor | None = None) -> VaeLoss:
        """The training loss.

        Args:
            music: windows `batch, slots, 6`.
            beta: weight of the KL above the free bits.
            free_bits: bits of the whole KL that cost nothing.
            shown: the spans, `batch, 2`, for a conditional model; else not looked at.
        """
        span = shown if self.config.is_conditional and shown is not None else whole(music, self.config.steps)
        groups = _alike(is_note(music).sum(1))
        parts = [self._loss(music[few], span[few], beta, free_bits) for few in groups]
        back = torch.cat(groups).argsort()
        return VaeLoss(*(torch.cat(each)[back] for each in zip(*parts, strict=True)))

    def _loss(self, music: Tensor, span: Tensor, beta: float, free_bits: float) -> tuple[Tensor, Tensor, Tensor]:
        outside = self.outside(music, span)
        mu, log_var = self.encode(music, span, outside)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        reconstruction = torch.stack(list(self.costs(music, span, z, outside).values())).sum(0)
        kl = kl_between(mu, log_var, outside.mu, outside.log_var)
        return reconstruction + beta * (kl - free_bits * math.log(2)).clamp_min(0), reconstruction, kl

    def guessed(self, music: Tensor, z: Tensor, reading: Reading) -> Tensor:
        """Each note of whole windows as it is read where the true notes before it are given, `windows, rows, 6`.

        In place of its onset stands its distance from the true note before, in ticks.
        """
        span = whole(music, self.config.steps)
        rows = packed(music, is_note(music))
        outside = self.outside(rows, span)
        onsets = _before(rows, span)
        states = self.decoder(z, self.enter(rows[:, :-1], span), onsets, span, outside.memory, outside.memory_seen)
        told = Told(self._voices(rows, outside), onsets, outside.palette)
        return self.heads.read(self.enter.tables, states, told, reading)

    def costs(self, music: Tensor, span: Tensor, z: Tensor, outside: Outside) -> dict[str, Tensor]:
        """What each attribute of the spans' true notes costs, given the true notes before; each `batch`."""
        true = packed(music, is_inside(music, span))
        rows = with_end(true)[:, : self.config.slots]
        before = self.enter(rows[:, :-1], span)
        voices = self._voices(rows, outside)
        if self.training and self.config.forgetting:
            shares = self.config.forgetting * torch.rand(len(rows), 1, device=rows.device)
            kept = torch.rand(rows.shape[:2], device=rows.device) >= shares
            before = before * kept[:, 1:, None]
            voices = torch.where(kept[..., None, None], voices, rows.new_tensor(notes.EMPTY))
        onsets = _before(rows, span)
        states = self.decoder(z, before, onsets, span, outside.memory, outside.memory_seen)
        told = Told(voices, onsets, outside.palette)
        costs = self.heads.losses(self.enter.tables, states, rows, deltas(rows[..., notes.ONSET], span[:, 0]), told)
        counts = is_note(rows).sum(1, keepdim=True)
        counted = torch.arange(rows.shape[1], device=rows.device) <= counts
        return {name: (cost * counted).sum(1) for name, cost in costs.items()}

    def _voices(self, rows: Tensor, outside: Outside) -> Tensor:
        """The last note of each instrument before each row, `batch, rows, 9, 6`; silent for a parallel decoder."""
        first = silent(len(rows), rows) if outside.voices is None else outside.voices
        if not self.decoder.looks_back:
            return silent(len(rows), rows)[:, None].expand(-1, rows.shape[1], -1, -1)
        return voices_at_each(rows[:, :-1], first)

    def _summary(self, states: Tensor) -> Tensor:
        return states[:, : self.config.summaries].flatten(1)


def _gaussian(both: Tensor) -> tuple[Tensor, Tensor]:
    mu, log_var = both.float().chunk(2, -1)
    return mu, log_var.clamp(MIN_LOG_VAR, MAX_LOG_VAR)


def _alike(counts: Tensor) -> tuple[Tensor, ...]:
    """Places of windows with about as many notes: together they need few empty rows."""
    return counts.argsort(stable=True).chunk(max(2, len(counts) // _GROUP))


def _before(rows: Tensor, span: Tensor) -> Tensor:
    """The onset before each row's, the span's start before the first; ticks, `batch, rows`."""
    return torch.cat([span[:, :1], rows[:, :-1, notes.ONSET]], 1)


def _early() -> int:
    return notes.TICKS_PER_QUARTER // 8


def _placed(rows: Tensor, span: Tensor) -> Tensor:
    """Distances summed up to onsets, and what stands behind the first end taken out."""
    goes_on = is_note(rows).long().cumprod(1).bool()
    first = rows[:, :1, notes.ONSET].clamp_min(-_early())
    onsets = torch.cat([first, rows[:, 1:, notes.ONSET].clamp_min(0)], 1).cumsum(1) + span[:, :1]
    placed = torch.cat([onsets[..., None], rows[..., 1:]], -1)
    return torch.where(goes_on[..., None], placed, rows.new_tensor(notes.EMPTY))


def _whole_window(rows: Tensor, span: Tensor) -> Tensor:
    """The notes that lie in the span."""
    return _filled_up(packed(rows, is_inside(rows, span)), rows.shape[1])


def _filled_up(rows: Tensor, slots: int) -> Tensor:
    missing = rows.new_tensor(notes.EMPTY).expand(len(rows), slots - rows.shape[1], -1)
    return torch.cat([rows, missing], 1)
