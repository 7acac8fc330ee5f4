"""Figures with what they were measured on: kept as JSON, part by part, and shown as one Markdown page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import Machine
from benchmarks.timing import Times


@dataclass(frozen=True)
class Figure:
    """One measured thing.

    Attributes:
        what: in words.
        value: with its unit.
        spread: p95 and p99 and how often it was measured; empty where it was measured once.
        share: of the yardstick's median in the same run; empty where there is none.
        aim: empty where there is none.
    """

    what: str
    value: str
    spread: str = ""
    share: str = ""
    aim: str = ""

    @classmethod
    def of(cls, what: str, times: Times, share: str = "", aim: str = "") -> Figure:
        """The figure that times make."""
        spread = f"p95 {times.p95_ms:.2f}, p99 {times.p99_ms:.2f}, n = {times.repeats}"
        return cls(what, f"{times.median_ms:.2f} ms", spread, share, aim)


@dataclass(frozen=True)
class Part:
    """Figures of one run.

    Attributes:
        title: what was measured.
        machine: where and when.
        command: how to measure it again.
        note: what else must be known to read the figures.
        figures: in order.
    """

    title: str
    machine: Machine
    command: str
    note: str
    figures: tuple[Figure, ...]


def keep(part: Part, name: str, json_path: Path) -> dict[str, Any]:
    """Put a part in its place in the JSON file; other parts stay as they were. Returns all parts."""
    parts: dict[str, Any] = json.loads(json_path.read_text()) if json_path.exists() else {}
    parts[name] = asdict(part)
    json_path.write_text(json.dumps(parts, indent=2, sort_keys=True) + "\n")
    return parts


def as_markdown(parts: dict[str, Any]) -> str:
    """The page of all parts."""
    lines = ["# Results", "", "Written by `make bench`; how it is measured stands in README.md.", ""]
    for part in parts.values():
        machine = str(Machine(**part["machine"])).split("\n")
        lines += [f"## {part['title']}", "", f"`{part['command']}`  ", *(f"{line}  " for line in machine), part["note"]]
        lines += ["", "| what | median | spread (ms) | of the yardstick | aim |", "|---|---|---|---|---|"]
        columns = ("what", "value", "spread", "share", "aim")
        lines += ["| " + " | ".join(figure[column] for column in columns) + " |" for figure in part["figures"]]
        lines.append("")
    return "\n".join(lines)
