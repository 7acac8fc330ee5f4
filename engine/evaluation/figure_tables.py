"""Figures as tables: groups that measure the same things stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Heading:
    """Above the tables of a group; level 1 is the greatest."""

    level: int
    text: str


@dataclass(frozen=True)
class Table:
    """Texts, cell by cell; each row begins with its own name, and may end before the header does."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figure_tables(figures: Figures, level: int = 3) -> Iterator[Heading | Table]:
    """The tables of nested figures, with a heading for each group that has groups or rows of its own.

    Args:
        figures: numbers, lists of numbers of one length, and groups of the same.
        level: of the headings.
    """
    numbers = {name: value for name, value in figures.items() if not isinstance(value, Mapping | list)}
    rows = {name: value for name, value in figures.items() if isinstance(value, list)}
    groups = {name: value for name, value in figures.items() if isinstance(value, Mapping)}
    flat = {name: group for name, group in groups.items() if _is_flat(group)}
    if numbers:
        yield Table(("", ""), tuple((in_words(name), text_of(value)) for name, value in numbers.items()))
    if rows:
        width = max(map(len, rows.values()))
        lines = tuple((in_words(name), *map(text_of, value)) for name, value in rows.items())
        yield Table(("", *map(str, range(1, width + 1))), lines)
    for together in _alike(flat):
        names = dict.fromkeys(name for group in together.values() for name in group)
        lines = tuple((in_words(name), *(text_of(group.get(name)) for group in together.values())) for name in names)
        yield Table(("", *map(in_words, together)), lines)
    for name, group in groups.items():
        if name not in flat:
            yield Heading(level, in_words(name).capitalize())
            yield from figure_tables(group, level + 1)


def markdown_tables(figures: Figures, level: int = 3) -> Iterator[str]:
    """The same as Markdown, a table or a heading each."""
    for part in figure_tables(figures, level):
        if isinstance(part, Heading):
            yield f"{'#' * part.level} {part.text}"
        else:
            yield markdown_table(part.header, part.rows)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """One table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def text_of(value: object) -> str:
    """A number as people read it; empty for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(text_of, value)) or "all"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def in_words(name: str) -> str:
    """A figure's name as people read it."""
    return name.replace("_", " ")


def _is_flat(group: Figures) -> bool:
    return not any(isinstance(value, Mapping | list) for value in group.values())


def _alike(groups: Mapping[str, Figures]) -> list[dict[str, Figures]]:
    """Groups gathered by what they measure: one that shares a name with a gathering joins it."""
    gathered: list[dict[str, Figures]] = []
    for name, group in groups.items():
        home = next((g for g in gathered if any(set(group) & set(other) for other in g.values())), None)
        if home is None:
            gathered.append({name: group})
        else:
            home[name] = group
    return gathered
