"""Clips between the wire and the engine: the same music as plain numbers and as Note and Clip."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.protocol.notes import WireNote
from engine.representations.clip import Clip, Note, make_clip


def clip_from_wire(notes: Sequence[WireNote], length_quarters: float, numerator: int, denominator: int) -> Clip:
    """The engine's clip of notes as they came.

    Raises:
        UnsupportedMeterError: the denominator is no power of two up to 32.
    """
    return make_clip((_note_from_wire(note) for note in notes), length_quarters, numerator, denominator)


def notes_to_wire(notes: Sequence[Note]) -> tuple[WireNote, ...]:
    """Notes of a clip for the wire, in their order."""
    return tuple(
        WireNote(
            note.pitch,
            note.start_quarters,
            note.duration_quarters,
            note.velocity,
            int(note.mute),
            note.probability,
            note.velocity_deviation,
            note.release_velocity,
        )
        for note in notes
    )


def _note_from_wire(note: WireNote) -> Note:
    return Note(
        start_quarters=note.start_quarters,
        pitch=note.pitch,
        duration_quarters=note.duration_quarters,
        velocity=note.velocity,
        mute=bool(note.mute),
        probability=note.probability,
        velocity_deviation=note.velocity_deviation,
        release_velocity=note.release_velocity,
    )
