"""MIDI ports of the machine: which there are, and the opening of them, virtual where the system has such."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from bridge.errors import MidiError
from bridge.midi_rtmidi import CLIENT_NAME, Heard, RtInput, RtOutput

log = logging.getLogger("bridge.midi")

VIRTUAL = "virtual:"
"""Before a name: a port of our own, whatever others are called."""

_JACK, _WINDOWS, _DUMMY = "jack", "winmm", "dummy"
"""Systems as rtmidi names them. In Windows no program can make ports."""


class OutputPort(Protocol):
    """Where messages go."""

    name: str

    def send_message(self, message: Sequence[int]) -> None:
        """Sends the bytes of one message; raises where the port is gone."""
        ...

    def close(self) -> None:
        """Closes the port."""
        ...


class InputPort(Protocol):
    """Where messages come from."""

    name: str

    def listen(self, heard: Heard, clock: bool) -> None:
        """Hands on what arrives from now on, MIDI clock only if asked for; sysex and active sensing never."""
        ...

    def close(self) -> None:
        """Closes the port; nothing is handed on after that."""
        ...


@dataclass(frozen=True)
class SystemPorts:
    """The ports of one MIDI system.

    Attributes:
        system: its name, such as `ALSA`.
        api: rtmidi's number of it.
        can_virtual: whether a program can make ports there.
        inputs: names of the ports that can be heard.
        outputs: names of the ports that can be played to.
    """

    system: str
    api: int
    can_virtual: bool
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A port that was looked up and not yet opened.

    Attributes:
        api: rtmidi's number of its system.
        name: its whole name, or that of a virtual port.
        is_virtual: whether it is to be made.
    """

    api: int
    name: str
    is_virtual: bool


def list_systems() -> tuple[SystemPorts, ...]:
    """The MIDI systems that work here with their ports, the machine's own first; JACK only where it runs already."""
    import rtmidi

    with _without_stderr():  # a system that is not there says so on stderr, past Python
        return tuple(system for api in rtmidi.get_compiled_api() if (system := _look_at(api)) is not None)


def find_output(name: str) -> Place:
    """The port to play to: one that is there and has this in its name, else a virtual one of that name.

    Raises:
        MidiError: there is no such port and none can be made, or several have this in their names.
    """
    return _find(name, "output", [(system, system.outputs) for system in list_systems()])


def find_input(name: str) -> Place:
    """The port to hear, as `find_output` finds it."""
    return _find(name, "input", [(system, system.inputs) for system in list_systems()])


def open_output(place: Place) -> OutputPort:
    """Opens a port to play to.

    Raises:
        MidiError: it cannot be opened.
    """
    import rtmidi

    return RtOutput(_open(rtmidi.MidiOut, place), place.name, rtmidi.get_api_name(place.api) == _JACK)


def open_input(place: Place) -> InputPort:
    """Opens a port to hear, as `open_output` does."""
    import rtmidi

    return RtInput(_open(rtmidi.MidiIn, place), place.name, rtmidi.get_api_name(place.api) == _JACK)


def open_ports(output: str | None, input_: str | None) -> tuple[OutputPort | None, InputPort | None]:
    """Opens one port each way; both are looked up before the first is made, so that neither is taken for the other.

    Args:
        output: part of the name of the port to play to; None for none.
        input_: part of the name of the port to hear; None for none.

    Raises:
        MidiError: one of them cannot be had; neither is open then.
    """
    out_place = None if output is None else find_output(output)
    in_place = None if input_ is None else find_input(input_)
    out_port = None if out_place is None else open_output(out_place)
    try:
        return out_port, None if in_place is None else open_input(in_place)
    except MidiError:
        if out_port is not None:
            out_port.close()
        raise


def _look_at(api: int) -> SystemPorts | None:
    import rtmidi

    name = rtmidi.get_api_name(api)
    if name == _DUMMY:
        return None
    names: list[tuple[str, ...]] = []
    for kind in (rtmidi.MidiIn, rtmidi.MidiOut):
        try:
            midi = kind(rtapi=api, name=CLIENT_NAME)
        except rtmidi.RtMidiError:
            return None
        try:
            names.append(tuple(map(str, midi.get_ports())))
        finally:
            midi.delete()
    return SystemPorts(rtmidi.get_api_display_name(api), api, name != _WINDOWS, *names)


def _find(name: str, way: str, systems: Sequence[tuple[SystemPorts, tuple[str, ...]]]) -> Place:
    wanted = name.removeprefix(VIRTUAL).strip()
    if not wanted:
        raise MidiError(f"the MIDI {way} has no name; give part of one of: {_told(systems)}")
    if not systems:
        raise MidiError(
            f"there is no MIDI system here for the {way} {name!r}; on Linux load the module snd-seq or start JACK, or "
            "leave the MIDI options out: OSC works without them"
        )
    if not name.startswith(VIRTUAL):
        found = _matching(wanted, systems)
        if len(found) > 1:
            several = ", ".join(place.name for place in found)
            raise MidiError(f"several MIDI {way}s have {name!r} in their names: {several}; give more of one of them")
        if found:
            return found[0]
    for system, _ in systems:
        if system.can_virtual:
            return Place(system.api, wanted, is_virtual=True)
    raise MidiError(
        f"no MIDI {way} has {wanted!r} in its name, and {systems[0][0].system} lets no program make one; there is: "
        f"{_told(systems)}; make a port with a loopback driver such as loopMIDI and give its name"
    )


def _matching(wanted: str, systems: Sequence[tuple[SystemPorts, tuple[str, ...]]]) -> list[Place]:
    places = [Place(system.api, port, is_virtual=False) for system, ports in systems for port in ports]
    exact = [place for place in places if place.name.casefold() == wanted.casefold()]
    return exact[:1] or [place for place in places if wanted.casefold() in place.name.casefold()]


def _told(systems: Sequence[tuple[SystemPorts, tuple[str, ...]]]) -> str:
    return ", ".join(port for _, ports in systems for port in ports) or "none"


def _open(kind: Callable[..., Any], place: Place) -> Any:
    import rtmidi

    try:
        with _without_stderr():
            midi = kind(rtapi=place.api, name=CLIENT_NAME)
            if place.is_virtual:
                midi.open_virtual_port(place.name)
            else:
                midi.open_port([str(port) for port in midi.get_ports()].index(place.name), CLIENT_NAME)
    except (rtmidi.RtMidiError, ValueError) as error:
        raise MidiError(f"the MIDI port {place.name!r} cannot be opened ({error}); see: bridge midi list") from error
    log.info("%s MIDI port %s", "made the" if place.is_virtual else "opened the", place.name)
    return midi


@contextmanager
def _without_stderr() -> Iterator[None]:
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
