"""The MIDI map as a person writes it: a TOML file with one `[[control]]` a row, whose comments stay where they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from bridge.errors import MidiError, UnknownSettingError
from bridge.midi_rows import BEND, KINDS, Row
from bridge.midi_targets import Target, find_target

_ROWS = "control"
_ROW_BEGINS = re.compile(rf"^(?=[ \t]*\[\[[ \t]*{_ROWS}[ \t]*\]\])", re.MULTILINE)

_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "kind": ((str,), "one of " + ", ".join(f'"{kind}"' for kind in KINDS)),
    "number": ((int,), "a whole number"),
    "channel": ((int,), "1..16"),
    "target": ((str,), "a name in quotes; see: bridge midi targets"),
    "low": ((int, float), "a number"),
    "high": ((int, float), "a number"),
    "takeover": ((bool,), "true or false"),
    "toggle": ((bool,), "true or false"),
}
"""What a row may say: of which types, and in words. In the order in which it is written."""


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows of a map file; none where it does not exist yet.

    Raises:
        MidiError: it cannot be read, or a row says what is not allowed.
    """
    return tuple(_row(table, f"{path}, row {at}") for at, table in enumerate(_tables(_text(path), path), start=1))


def write_target(path: Path, rows: Iterable[Row], target: Target) -> None:
    """Brings a map file up to date on one target; all else in it stays as it is written, and all comments stay.

    Args:
        path: of the file, which is made where it does not exist.
        rows: of a map; those of the target replace the file's.
        target: what was learnt or forgotten.

    Raises:
        MidiError: the file is no map any more, or cannot be written.
    """
    there = read_rows(path)
    head, *written = _ROW_BEGINS.split(_text(path))
    if len(written) != len(there):
        raise MidiError(f"the MIDI map {path} cannot be brought up to date; begin each row with a line [[{_ROWS}]]")
    wanted = [row for row in rows if row.target is target]
    parts = [head]
    for row, part in zip(there, written, strict=True):
        if row.target is not target:
            parts.append(part)
        else:
            parts.append(_rewritten(part, wanted.pop(0)) if wanted else _after_row(part))
    text = "".join(parts)
    for row in wanted:
        text = f"{text.rstrip()}\n\n{_rewritten(f'[[{_ROWS}]]', row)}".lstrip()
    _write(path, text)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise MidiError(f"the MIDI map {path} cannot be read: {error}; give a TOML file") from error


def _tables(text: str, path: Path) -> Iterable[Table]:
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise MidiError(f"the MIDI map {path} is no TOML: {error}") from error
    unknown = [key for key in document if key != _ROWS]
    if unknown:
        raise MidiError(f"the MIDI map {path} has {unknown[0]!r}; it may have nothing but [[{_ROWS}]] rows")
    tables = document.get(_ROWS, tomlkit.aot())
    if not isinstance(tables, AoT):
        raise MidiError(f"{_ROWS!r} in the MIDI map {path} is no row; write [[{_ROWS}]], in two pairs of brackets")
    return list(tables)


def _row(table: Table, place: str) -> Row:
    said: dict[str, Any] = table.unwrap()
    for name, value in said.items():
        if name not in _TYPES:
            raise MidiError(f"{place}: {name!r} is not known; a row may have {', '.join(_TYPES)}")
        types, allowed = _TYPES[name]
        if type(value) not in types:
            raise MidiError(f"{place}: {name} is {value!r}; it must be {allowed}")
    needed = ("kind", "target") if said.get("kind") == BEND else ("kind", "number", "target")
    for name in needed:
        if name not in said:
            raise MidiError(f"{place}: the {name} is missing; it must be {_TYPES[name][1]}")
    try:
        return Row(**{"number": 0, **said, "target": find_target(said["target"])})
    except (MidiError, UnknownSettingError) as error:
        raise MidiError(f"{place}: {error}") from error


def _told(row: Row) -> Iterator[tuple[str, Any]]:
    for name in _TYPES:
        value = row.target.name if name == "target" else getattr(row, name)
        if value is not None and not (name == "number" and row.kind == BEND):
            yield name, value


def _rewritten(part: str, row: Row) -> str:
    """A row's text with another row in its place, what it says besides left as it is."""
    after = _after_row(part)
    document = tomlkit.parse(part.removesuffix(after).rstrip("\n") + "\n")
    table, told = _only_table(document), dict(_told(row))
    for name in [name for name in table if name not in told]:
        table.remove(name)
    for name, value in told.items():
        if name not in table or table[name] != value:
            table[name] = value
    return tomlkit.dumps(document) + after


def _after_row(part: str) -> str:
    """What follows a row's last value and is not of the row, such as the comment above the next one."""
    body = _only_table(tomlkit.parse(part)).value.body
    end = max((place for place, (key, _) in enumerate(body) if key is not None), default=-1) + 1
    return "".join(item.as_string() for _, item in body[end:])


def _only_table(document: tomlkit.TOMLDocument) -> Table:
    return cast(AoT, document[_ROWS])[0]


def _write(path: Path, text: str) -> None:
    """All of it or nothing: half a map would be none."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise MidiError(
            f"the MIDI map {path} cannot be written: {error}; what was learnt is lost at the end"
        ) from error
