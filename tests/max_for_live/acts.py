"""What a player does with the device, as far as several tests need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import sets
from max_js import Device, Said

OpenDevice = Callable[..., Device]
LONGEST_LINE = 90
_TRIES, _PATIENCE_S = 5, 6.0


def connected(device: Device) -> Device:
    """Waits until the device knows that the engine is there and warm."""
    device.run_until(lambda: device.answers("/bridge/welcome"))
    device.settle()
    return device


def begun(device: Device) -> list[tuple[Any, ...]]:
    """Each clip that was begun: number, notes, length, meter."""
    return [said.args for said in device.messages("/bridge/clip/begin")]


def capture(device: Device, row: int, slot: int = 0, track: int = 0) -> int:
    """Captures a session clip into a place; its number on the wire."""
    device.live("select_clip", track, row)
    if device.value("slot") != slot:
        device.move("slot", slot)
    count = len(begun(device))
    device.press("capture")
    device.run_until(lambda: len(begun(device)) > count)
    number = int(begun(device)[-1][0])
    device.run_until(lambda: any(said.args[0] == number for said in device.answers("/bridge/clip/ready")))
    device.settle()
    return number


def held(device: Device, number: int) -> list[tuple[float, ...]]:
    """A clip's notes as the engine has them, by onset, then pitch; asked for again where a datagram was lost."""
    for _ in range(_TRIES):
        first = len(device.heard)
        device.say("/bridge/clip/get", number)
        with suppress(AssertionError):
            device.run_until(lambda first=first: _whole(device.heard[first:]), _PATIENCE_S)
            return sorted(_notes(device.heard[first:]), key=lambda one: (one[1], one[0]))
    raise AssertionError(f"clip {number} did not come whole in {_TRIES} tries of {_PATIENCE_S} s")


def _whole(heard: Sequence[Said]) -> bool:
    """Whether a clip was begun and ended, and all of its notes are there."""
    addresses = [said.address for said in heard]
    announced = [said.args[3] for said in heard if said.address == "/bridge/result/begin" and said.args[0] == 0]
    return "/bridge/done" in addresses and announced == [len(_notes(heard))]


def _notes(heard: Sequence[Said]) -> list[tuple[float, ...]]:
    pages = [said.args[3:] for said in heard if said.address == "/bridge/result/notes" and said.args[0] == 0]
    return [note for page in pages for note in eights(page)]


def eights(numbers: Any) -> list[tuple[float, ...]]:
    """A flat list as notes."""
    return [tuple(float(number) for number in numbers[at : at + 8]) for at in range(0, len(numbers), 8)]


def made(device: Device, name: str, count: int = 1) -> list[str]:
    """Presses a button and waits for so many new clips; their names."""
    before = names(device)
    device.press(name)
    device.run_until(lambda: len(names(device)) >= len(before) + count)
    device.settle()
    return [one for one in names(device) if one not in before]


def names(device: Device, track: int = 0) -> list[str]:
    """Names of the clips of a track, from the top."""
    return [name for name in device.live("grid")[track] if name is not None]


def written(device: Device, row: int, track: int = 0) -> list[tuple[float, ...]]:
    """The notes of a clip of the Set."""
    return sets.rows(device.live("clip", track, row)["notes"])


def is_readable(line: str) -> bool:
    """One short line of words."""
    return 3 <= len(line) <= LONGEST_LINE and "\n" not in line and "undefined" not in line and "NaN" not in line


def pattern(device: Device) -> list[tuple[float, ...]]:
    """The notes of the newest whole pattern that was heard."""
    generations = [said.args[0] for said in device.answers("/bridge/morph/end")]
    notes: dict[int, list[tuple[float, ...]]] = {}
    for said in device.answers("/bridge/morph/notes"):
        if said.args[0] == generations[-1]:
            notes[int(said.args[1])] = eights(said.args[2:])
    return [one for first in sorted(notes) for one in notes[first]]


def new_pattern(device: Device) -> list[tuple[float, ...]]:
    """Waits for a pattern that comes from now on, and for those after it."""
    device.run_until(lambda: device.answers("/bridge/morph/end"))
    device.settle()
    return pattern(device)


def morphing(device: Device, rows: Mapping[int, int]) -> Device:
    """Captures rows into places, and waits for the morph between them."""
    for slot, row in rows.items():
        capture(device, row, slot)
    device.run_until(lambda: len(device.messages("/bridge/morph/anchor")) >= len(rows))
    new_pattern(device)
    return device
