"""The note codec: eight numbers a note, at most thirty notes a message."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from bridge.errors import MalformedError, TooLargeError
from bridge.protocol.arguments import Arg, read_float, read_int
from bridge.protocol.limits import MAX_QUARTERS, NOTES_PER_MESSAGE
from bridge.protocol.osc import Value

T = TypeVar("T")


class WireNote(NamedTuple):
    """One note as it crosses the wire, the eight fields of a Live note in the wire's order.

    Attributes:
        pitch: MIDI pitch, 0..127.
        start_quarters: onset from the clip's start.
        duration_quarters: > 0.
        velocity: 0 < velocity <= 127.
        mute: 1 where the note is switched off.
        probability: 0..1.
        velocity_deviation: -127..127.
        release_velocity: 0..127.
    """

    pitch: int
    start_quarters: float
    duration_quarters: float
    velocity: float
    mute: int = 0
    probability: float = 1.0
    velocity_deviation: float = 0.0
    release_velocity: int = 64


NOTE_ARGS: tuple[tuple[str, str, Arg], ...] = (
    ("pitch", "i", Arg("MIDI pitch, 60 is middle C", 0, 127)),
    ("start_quarters", "f", Arg("onset from the clip's start; may lie outside the clip", -MAX_QUARTERS, MAX_QUARTERS)),
    ("duration_quarters", "f", Arg("length", 0, MAX_QUARTERS, above_low=True)),
    ("velocity", "f", Arg("need not be whole", 0, 127, above_low=True)),
    ("mute", "i", Arg("1 where the note is switched off; 0 as a rule", 0, 1)),
    ("probability", "f", Arg("chance that Live plays it; 1 as a rule", 0, 1)),
    ("velocity_deviation", "f", Arg("Live's random velocity range; 0 as a rule", -127, 127)),
    ("release_velocity", "i", Arg("64 as a rule", 0, 127)),
)
NOTE_TAGS = "".join(tag for _, tag, _ in NOTE_ARGS)
_READERS = tuple((name, read_int if tag == "i" else read_float, arg) for name, tag, arg in NOTE_ARGS)


def read_notes(values: Sequence[Value]) -> tuple[WireNote, ...]:
    """Notes from the tail of a message.

    Raises:
        MalformedError: not eight numbers a note.
        TooLargeError: over thirty notes.
        OutOfRangeError: a field outside its range.
    """
    size = len(NOTE_ARGS)
    if len(values) % size:
        raise MalformedError(f"{len(values)} numbers follow where notes are due; send {size} a note: {NOTE_TAGS}")
    if len(values) > size * NOTES_PER_MESSAGE:
        raise TooLargeError(f"{len(values) // size} notes in one message; send at most {NOTES_PER_MESSAGE}")
    columns = [values[field::size] for field in range(size)]
    if values and all(map(_is_sound, columns, NOTE_ARGS)):
        return tuple(map(WireNote._make, zip(*columns, strict=True)))
    return tuple(_read_note(values[at : at + size], at // size) for at in range(0, len(values), size))


def in_messages(notes: Sequence[T], first: int = 0) -> Iterator[tuple[int, Sequence[T]]]:
    """Notes split for the wire: the index of the first note of each message, and its notes.

    Args:
        notes: any number of them.
        first: the index of `notes[0]` within its clip.
    """
    for at in range(0, len(notes), NOTES_PER_MESSAGE):
        yield first + at, notes[at : at + NOTES_PER_MESSAGE]


def _is_sound(column: Sequence[Any], field: tuple[str, str, Arg]) -> bool:
    """Whether one field of all notes needs neither conversion nor complaint: twice as fast as note by note."""
    _, tag, arg = field
    if any(type(value) is not (int if tag == "i" else float) for value in column):
        return False
    return math.isfinite(sum(column)) and arg.admits(min(column)) and arg.admits(max(column))


def _read_note(values: Sequence[Value], place: int) -> WireNote:
    fields: list[Any] = [
        read(f"{name} of note {place}", value, arg) for (name, read, arg), value in zip(_READERS, values, strict=True)
    ]
    return WireNote(*fields)
