"""Filling a span of windows of notes: proposals by a conditional model, everything outside left as it is."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.errors import OutOfRangeError
from engine.models.note_heads import Reading
from engine.models.note_vae import NoteVae
from engine.models.spans import is_inside, is_note
from engine.representations import note_sequence as notes

MAX_TEMPERATURE = 2.0


@torch.inference_mode()
def fill_spans(
    model: NoteVae, rows: Tensor, span: Tensor, count: int, temperature: float, generator: torch.Generator
) -> Tensor:
    """Notes for the spans of windows, `windows, count, slots, 6`: those of the span alone, empty rows behind.

    Each proposal has a note at least: whoever asks for music is not answered by silence. Only instruments that are
    heard outside the span play in it, each with the program that it has there. At temperature 0 all proposals are the
    same. What lies inside the span is not looked at.

    Args:
        model: a conditional one.
        rows: `windows, slots, 6`; each has at least one note outside its span.
        span: `windows, 2`, ticks.
        count: proposals for each window.
        temperature: of the latent's prior and of the notes, 0..2.
        generator: of the noise; the same seed gives the same notes.

    Raises:
        OutOfRangeError: nothing is heard outside a span, or a temperature or count that is not allowed.
    """
    if not model.config.is_conditional:
        raise OutOfRangeError("this model is not conditional: it invents windows and fills none")
    if count < 1 or not 0 <= temperature <= MAX_TEMPERATURE:
        raise OutOfRangeError(f"{count} proposals at {temperature}; ask for 1 or more, at 0..{MAX_TEMPERATURE:g}")
    is_outside = is_note(rows) & ~is_inside(rows, span)
    if not is_outside.any(1).all():
        raise OutOfRangeError("no note is heard outside the span; there is nothing to go on with: sample instead")
    instruments, programs = heard(rows, is_outside)
    outside = model.outside(rows, span).times(count)
    noise = torch.randn(outside.mu.shape, generator=generator).to(outside.mu.device)
    z = outside.mu + temperature * (0.5 * outside.log_var).exp() * noise
    spans = span.repeat_interleave(count, 0)
    reading = Reading(
        temperature=temperature,
        generator=generator,
        instruments=instruments.repeat_interleave(count, 0),
        programs=programs.repeat_interleave(count, 0),
        is_silence_allowed=False,
    )
    filled: Tensor = model.decode(z, spans, outside, reading).unflatten(0, (len(rows), count))
    return filled


def heard(rows: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Which instruments play the wanted notes, the end among them, and with which program; each `windows, 9`.

    Args:
        rows: `windows, slots, 6`.
        wanted: which of them count, `windows, slots`.
    """
    places = torch.where(wanted, rows[..., notes.INSTRUMENT], notes.NO_INSTRUMENT)
    found = torch.zeros(len(rows), notes.NUM_INSTRUMENTS + 1, dtype=torch.bool, device=rows.device)
    found = found.scatter(1, places, True)
    found[:, notes.NO_INSTRUMENT] = True
    programs = torch.full(found.shape, notes.NO_PROGRAM, device=rows.device)
    given = torch.where(wanted, rows[..., notes.PROGRAM], notes.NO_PROGRAM)
    programs = programs.scatter_reduce(1, places, given, "amin")
    return found, programs
