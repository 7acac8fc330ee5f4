"""A MIDI system on paper: rtmidi as the ports see it, ports as those who play and listen see them, and messages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge import midi_arrived
from bridge.midi_arrived import MidiArrived

ALSA, JACK, WINDOWS = 2, 3, 4
_NAMES = {ALSA: ("alsa", "ALSA"), JACK: ("jack", "Jack"), WINDOWS: ("winmm", "Windows MultiMedia"), 6: ("dummy", "D")}


def cc(number: int, value: int, channel: int = 1, at_s: float = 0.0) -> MidiArrived:
    return MidiArrived(midi_arrived.CC, channel, number, value, at_s)


def note_on(pitch: int, velocity: int = 100, channel: int = 1, at_s: float = 0.0) -> MidiArrived:
    return MidiArrived(midi_arrived.NOTE_ON, channel, pitch, velocity, at_s)


def note_off(pitch: int, channel: int = 1, at_s: float = 0.0, velocity: int = 64) -> MidiArrived:
    return MidiArrived(midi_arrived.NOTE_OFF, channel, pitch, velocity, at_s)


def bend(value: int, channel: int = 1, at_s: float = 0.0) -> MidiArrived:
    return MidiArrived(midi_arrived.BEND, channel, 0, value, at_s)


@dataclass
class PaperPort:
    """An output that keeps what it is sent, or fails; and an input that one plays by hand."""

    name: str = "paper"
    sent: list[list[int]] = field(default_factory=list)
    closed: int = 0
    failures: int = 0
    hears_clock: bool | None = None
    heard: Callable[[Sequence[int]], None] = print
    changed: threading.Condition = field(default_factory=threading.Condition)

    def send_message(self, message: Sequence[int]) -> None:
        with self.changed:
            self.changed.notify_all()
            if self.failures:
                self.failures -= 1
                raise OSError("unplugged")
            self.sent.append(list(message))

    def wait_for(self, number: int) -> list[list[int]]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.sent) >= number, 5), self.sent
            return list(self.sent)

    def listen(self, heard: Callable[[Sequence[int]], None], clock: bool) -> None:
        self.heard, self.hears_clock = heard, clock

    def close(self) -> None:
        self.closed += 1


class PaperRtMidi:
    """The module rtmidi, with systems and ports as given.

    Args:
        systems: for each system that works, its inputs and outputs.
        dead: systems that are compiled in and do not work.
    """

    class RtMidiError(OSError):
        """As rtmidi's."""

    def __init__(self, systems: dict[int, tuple[list[str], list[str]]], dead: Sequence[int] = ()) -> None:
        self.systems, self.dead = systems, dead
        self.made: list[PaperMidi] = []
        self.MidiIn = lambda rtapi, name: self._make(rtapi, name, 0)
        self.MidiOut = lambda rtapi, name: self._make(rtapi, name, 1)

    def get_compiled_api(self) -> list[int]:
        return sorted([*self.systems, *self.dead])

    def get_api_name(self, api: int) -> str:
        return _NAMES[api][0]

    def get_api_display_name(self, api: int) -> str:
        return _NAMES[api][1]

    @property
    def opened(self) -> list[tuple[str, bool]]:
        """Names of the ports that are open, and whether each is virtual."""
        return [(midi.port, midi.is_virtual) for midi in self.made if midi.port and not midi.deleted]

    def _make(self, api: int, name: str, way: int) -> PaperMidi:
        if api in self.dead:
            raise self.RtMidiError("no such system")
        self.made.append(PaperMidi(self, self.systems[api], name, way))
        return self.made[-1]


@dataclass
class PaperMidi:
    """An `rtmidi.MidiOut` or `MidiIn`. Who makes a virtual output makes an input for all others, and the other way."""

    module: PaperRtMidi
    ports: tuple[list[str], list[str]]
    client: str
    way: int
    port: str = ""
    is_virtual: bool = False
    deleted: bool = False
    waiting: list[tuple[list[int], float]] = field(default_factory=list)
    ignored: dict[str, bool] = field(default_factory=dict)
    callback: Callable[[Any, Any], None] | None = None
    sent: list[Sequence[int]] = field(default_factory=list)

    def get_ports(self) -> list[str]:
        return list(self.ports[self.way])

    def open_virtual_port(self, name: str) -> None:
        self.port, self.is_virtual = name, True
        self.ports[1 - self.way].append(f"{self.client}:{name}")

    def open_port(self, number: int, _name: str) -> None:
        if self.get_ports()[number].startswith("taken"):
            raise self.module.RtMidiError("in use")
        self.port = self.get_ports()[number]

    def ignore_types(self, **ignored: bool) -> None:
        self.ignored = ignored

    def set_callback(self, callback: Callable[[Any, Any], None]) -> None:
        self.callback = callback

    def cancel_callback(self) -> None:
        self.callback = None

    def get_message(self) -> tuple[list[int], float] | None:
        return self.waiting.pop(0) if self.waiting else None

    def send_message(self, message: Sequence[int]) -> None:
        self.sent.append(message)

    def close_port(self) -> None:
        pass

    def delete(self) -> None:
        self.deleted = True
