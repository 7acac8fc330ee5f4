"""Pd's file format: named objects and the cords between them, written as a patch that Pd opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from max_for_live.device.patcher import Cord, read_cords

_COLUMNS, _COLUMN, _ROW = 4, 260, 50


class Canvas:
    """A patch, or a patch within one, as it is put together.

    What an object says is its text in Pd; a message box's begins with `msg `.
    """

    def __init__(self) -> None:
        self._records: list[str] = []
        self._cords: list[str] = []
        self._numbers: dict[str, int] = {}

    def add(self, name: str, text: str) -> None:
        """An object or a message box."""
        kind, words = ("msg", text[4:]) if text.startswith("msg ") else ("obj", text)
        self._put(name, f"#X {kind} {self._place()} {_escaped(words)};")

    def add_patch(self, name: str, inside: Canvas) -> None:
        """A patch within this one, with the ports that it holds."""
        self._put(name, f"{inside._body(f'#N canvas 60 60 900 500 {name} 0;')}\n#X restore {self._place()} pd {name};")

    def add_copy(self, name: str, file: Path) -> None:
        """A patch within another file, as it stands there."""
        found = re.search(rf"#N canvas [^;]* {name} 0;.*?#X restore ([^;]*) pd {name};", file.read_text(), re.DOTALL)
        assert found is not None, f"{file.name} holds no patch called {name}"
        self._put(name, found[0].replace(f"restore {found[1]} pd", f"restore {self._place()} pd"))

    def connect(self, cord: Cord) -> None:
        """A cord. Those of one outlet are followed in the order in which they were added."""
        ends = self._numbers[cord.source], cord.outlet, self._numbers[cord.destination], cord.inlet
        self._cords.append("#X connect {} {} {} {};".format(*ends))

    def text(self) -> str:
        """The file."""
        return self._body("#N canvas 100 100 1100 800 10;") + "\n"

    def _body(self, head: str) -> str:
        return "\n".join([head, *self._records, *self._cords])

    def _put(self, name: str, record: str) -> None:
        assert name not in self._numbers, f"two objects are called {name}"
        self._numbers[name] = len(self._records)
        self._records.append(record)

    def _place(self) -> str:
        row, column = divmod(len(self._records), _COLUMNS)
        return f"{20 + column * _COLUMN} {100 + row * _ROW}"


def patch_within(inlets: int, outlets: int, objects: Mapping[str, str], cords: Iterable[Cord] | str) -> Canvas:
    """A patch with ports: in its cords, `inlet.1` is what comes in by the second one, `outlet:1` goes out by it."""
    canvas = Canvas()
    for way, count in (("inlet", inlets), ("outlet", outlets)):
        for at in range(count):  # Pd numbers the ports of a patch from left to right
            canvas._put(f"{way} {at}", f"#X obj {20 + 60 * at} {20 if way == 'inlet' else 60} {way};")
    for name, text in objects.items():
        canvas.add(name, text)
    for cord in read_cords(cords) if isinstance(cords, str) else cords:
        source = (f"inlet {cord.outlet}", 0) if cord.source == "inlet" else (cord.source, cord.outlet)
        end = (f"outlet {cord.inlet}", 0) if cord.destination == "outlet" else (cord.destination, cord.inlet)
        canvas.connect(Cord(*source, *end))
    return canvas


def _escaped(text: str) -> str:
    """As Pd's files have it: `$1`, a comma and a semicolon stand for themselves only behind a backslash."""
    return re.sub(r"\s*([,;])", r" \\\1", text.replace("$", r"\$"))
