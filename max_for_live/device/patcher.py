"""A patch as it is described here, and as Max writes it: named boxes, cords as text, JSON of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from max_for_live.device.errors import PatchError
from max_for_live.device.objects import shape

_BOX_WIDTH, _BOX_HEIGHT = 240, 22


@dataclass(frozen=True)
class Rect:
    """A place in whole pixels."""

    x: int
    y: int
    width: int
    height: int

    def to_json(self) -> list[float]:
        """As Max keeps it."""
        return [float(self.x), float(self.y), float(self.width), float(self.height)]


@dataclass(frozen=True)
class Box:
    """One box.

    Attributes:
        name: how cords and the script call it.
        text: what an object or a message says; for a class of user interface (`live.dial`) that class.
        maxclass: `newobj` for an object, `message`, or a class of user interface.
        attributes: whatever else Max keeps with a box of its class.
        view: its place in the device as Live shows it; None where it is not shown.
        outlets: how many a script of its own makes; None for all other boxes.
    """

    name: str
    text: str
    maxclass: str = "newobj"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    view: Rect | None = None
    outlets: int | None = None

    def to_json(self, place: Rect) -> dict[str, Any]:
        """The box as Max keeps it, at a place in the open patch."""
        ports = shape(self.text if self.maxclass == "newobj" else self.maxclass, self.outlets)
        box: dict[str, Any] = {
            "id": f"obj-{self.name}",
            "maxclass": self.maxclass,
            "numinlets": ports.inlets,
            "numoutlets": ports.outlets,
            "patching_rect": place.to_json(),
            "varname": self.name,
            **self.attributes,
        }
        if ports.outlets:
            box["outlettype"] = list(ports.outlettypes)
        if self.maxclass in ("newobj", "message", "comment"):
            box["text"] = self.text
        if self.view is not None:
            box |= {"presentation": 1, "presentation_rect": self.view.to_json()}
        return {"box": dict(sorted(box.items()))}


@dataclass(frozen=True)
class Section:
    """A part of the patch with one subject.

    Attributes:
        title: what stands over it in the open patch.
        boxes: its boxes, in the order in which they are laid out, row by row.
        cords: a line a chain, `this > that > other`, each out of the first outlet and into the first inlet; `a.1 > b`
            leaves `a` by its second outlet, `a > b:2` enters `b` by its third inlet; `#` begins a remark.
    """

    title: str
    boxes: tuple[Box, ...]
    cords: str = ""


@dataclass(frozen=True)
class Cord:
    """From an outlet of one box to an inlet of another."""

    source: str
    outlet: int
    destination: str
    inlet: int


def read_cords(text: str) -> Iterator[Cord]:
    """The cords of a section's text.

    Raises:
        PatchError: a line is no chain of at least two boxes.
    """
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        stops = [_read_stop(stop.strip(), line) for stop in line.split(">")]
        if len(stops) < 2:
            raise PatchError(f"`{line}` joins nothing: write `this > that`")
        for (source, _, outlet), (destination, inlet, _) in pairwise(stops):
            yield Cord(source, outlet, destination, inlet)


def layers(sections: Iterable[Section], columns: int = 4, pitch_x: int = 260) -> Iterator[tuple[Box, Rect]]:
    """Every box with its place in the open patch: the sections beneath one another, each under its title."""
    y = 20
    for number, section in enumerate(sections):
        yield Box(f"title_{number + 1}", section.title, "comment", {"fontsize": 13.0}), Rect(20, y, 900, _BOX_HEIGHT)
        y += 30
        for at in range(0, len(section.boxes), columns):
            row = section.boxes[at : at + columns]
            for column, box in enumerate(row):
                width = min(box.view.width, _BOX_WIDTH) if box.view else _BOX_WIDTH
                height = box.view.height if box.view else _BOX_HEIGHT
                yield box, Rect(20 + column * pitch_x, y, width, height)
            y += 38 + max(box.view.height if box.view else _BOX_HEIGHT for box in row)
        y += 20


def patcher_json(sections: Iterable[Section], top: Mapping[str, Any]) -> dict[str, Any]:
    """The whole patch as Max keeps it.

    Args:
        sections: what it is made of.
        top: everything beside boxes and cords.

    Raises:
        PatchError: a name stands twice, or a cord names a box that is not there.
    """
    sections = tuple(sections)
    placed = list(layers(sections))
    names = [box.name for box, _ in placed]
    if twice := {name for name in names if names.count(name) > 1}:
        raise PatchError(f"two boxes are called {', '.join(sorted(twice))}")
    cords = [cord for section in sections for cord in read_cords(section.cords)]
    if astray := {end for cord in cords for end in (cord.source, cord.destination)} - set(names):
        raise PatchError(f"cords name boxes that are not there: {', '.join(sorted(astray))}")
    lines = [
        {
            "patchline": {
                "destination": [f"obj-{cord.destination}", cord.inlet],
                "source": [f"obj-{cord.source}", cord.outlet],
            }
        }
        for cord in cords
    ]
    return {**top, "boxes": [box.to_json(place) for box, place in placed], "lines": lines}


def _read_stop(text: str, line: str) -> tuple[str, int, int]:
    """Name, inlet and outlet of `name`, `name.1` (outlet 1), `name:2` (inlet 2) or `name:2.1`."""
    found = re.fullmatch(r"(\w+)(?::(\d+))?(?:\.(\d+))?", text)
    if found is None:
        raise PatchError(f"`{text}` in `{line}` is no box: write name, name.outlet, name:inlet or name:inlet.outlet")
    name, inlet, outlet = found.groups()
    return name, int(inlet or 0), int(outlet or 0)
