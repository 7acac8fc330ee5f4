"""A recording of the studio: MIDI messages and sound by the same frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_NOTE_OFF, _NOTE_ON, _CONTROL = 0x80, 0x90, 0xB0
_ALL_NOTES_OFF, _ALL_SOUND_OFF = 123, 120


class MidiEvent(NamedTuple):
    """A MIDI message, and when JACK delivered it.

    Attributes:
        frame: by JACK's clock, which stands still while JACK is held up.
        real_s: by the machine's clock, when the recorder saw it.
        status: kind and channel.
        data1: pitch, or controller.
        data2: velocity, or value.
    """

    frame: int
    real_s: float
    status: int
    data1: int
    data2: int

    @property
    def is_on(self) -> bool:
        """Whether it is a note-on."""
        return self.status & 0xF0 == _NOTE_ON and self.data2 > 0

    @property
    def is_off(self) -> bool:
        """Whether it is a note-off."""
        return self.status & 0xF0 == _NOTE_OFF or (self.status & 0xF0 == _NOTE_ON and self.data2 == 0)

    @property
    def ends_all(self) -> bool:
        """Whether it ends every note of its channel."""
        return self.status & 0xF0 == _CONTROL and self.data1 in (_ALL_NOTES_OFF, _ALL_SOUND_OFF)

    @property
    def channel(self) -> int:
        """1..16."""
        return (self.status & 0x0F) + 1

    @property
    def key(self) -> tuple[int, int]:
        """Channel 1..16, and pitch."""
        return self.channel, self.data1


class Recording(NamedTuple):
    """What was recorded.

    Attributes:
        midi: the messages in order.
        sound: one channel, from `first_frame` on.
        first_frame: JACK's frame of the first sample.
        xruns: how often JACK was late.
    """

    midi: list[MidiEvent]
    sound: npt.NDArray[np.float32]
    first_frame: int
    xruns: int


def read_recording(path: Path) -> Recording:
    """What jack_recorder.py has saved."""
    with np.load(path) as saved:
        midi = [_event(row) for row in saved["midi"]]
        return Recording(midi, saved["sound"], int(saved["first_frame"]), int(saved["xruns"]))


def events_in(lines: Sequence[str]) -> list[MidiEvent]:
    """The messages among what jack_recorder.py has printed."""
    return [_event([float(word) for word in line.split()[1:]]) for line in lines if line.startswith("midi ")]


def sounding(events: Iterable[MidiEvent]) -> set[tuple[int, int]]:
    """Channel and pitch of the notes that nothing has ended."""
    left: set[tuple[int, int]] = set()
    for event in events:
        if event.is_on:
            left.add(event.key)
        elif event.is_off:
            left.discard(event.key)
        elif event.ends_all:
            left = {key for key in left if key[0] != event.channel}
    return left


def _event(numbers: Sequence[float]) -> MidiEvent:
    frame, real_s, *data = numbers
    return MidiEvent(int(frame), real_s, *map(int, data))
