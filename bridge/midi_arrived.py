"""What a MIDI port hears, as the map and the recorder want it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mido

NOTE_ON, NOTE_OFF, CC, BEND = "note on", "note off", "cc", "bend"
CLOCK, START, CONTINUE, STOP, SONG_POSITION = "clock", "start", "continue", "stop", "song position"
OF_CLOCK = (CLOCK, START, CONTINUE, STOP, SONG_POSITION)

BEND_CENTRE = 8_192
USUAL_RELEASE = 64
"""Velocity of a note off that was sent as a note on of velocity 0, or has none of its own. Source: MIDI 1.0."""


@dataclass(frozen=True, slots=True)
class MidiArrived:
    """One message.

    Attributes:
        kind: `note on`, `note off`, `cc`, `bend`, or of the clock `clock`, `start`, `continue`, `stop`,
            `song position`.
        channel: 1..16; 0 for the clock's.
        number: pitch or controller, 0..127; 0 for the others.
        value: velocity (of a note on 1..127, of a note off 0..127) or the controller's, 0..127; of a bend 0..16383,
            8192 the middle; of a song position the 16ths since the song's start.
        at_s: when it came, on the clock that all are given.
    """

    kind: str
    channel: int
    number: int
    value: int
    at_s: float


def read_arrived(data: Sequence[int], at_s: float) -> MidiArrived | None:
    """The message of these bytes; None for what nobody here listens to, or where they are none."""
    try:
        message = mido.Message.from_bytes(data)
    except (ValueError, IndexError):  # the second for a quarter frame without its byte
        return None
    return _read(message, at_s)


def _read(message: Any, at_s: float) -> MidiArrived | None:
    match message.type:
        case "note_on" if message.velocity:
            return MidiArrived(NOTE_ON, message.channel + 1, message.note, message.velocity, at_s)
        case "note_on":
            return MidiArrived(NOTE_OFF, message.channel + 1, message.note, USUAL_RELEASE, at_s)
        case "note_off":
            return MidiArrived(NOTE_OFF, message.channel + 1, message.note, message.velocity, at_s)
        case "control_change":
            return MidiArrived(CC, message.channel + 1, message.control, message.value, at_s)
        case "pitchwheel":
            return MidiArrived(BEND, message.channel + 1, 0, message.pitch + BEND_CENTRE, at_s)
        case "songpos":
            return MidiArrived(SONG_POSITION, 0, 0, message.pos, at_s)
        case "clock" | "start" | "continue" | "stop" as kind:
            return MidiArrived(kind, 0, 0, 0, at_s)
    return None
