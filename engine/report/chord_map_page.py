"""The map of chords as one HTML page that needs no other and no network: click a point, hear it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.report.chord_map import GRID, Passage, ShownMap

_TEMPLATE = "chord_map.html.j2"
_DIGITS = 3


def as_html(shown: ShownMap) -> str:
    """The page; what stands in it as data is JSON in which no tag can end the script."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    data = json.dumps(_table(shown), separators=(",", ":")).replace("<", "\\u003c")
    return environment.get_template(_TEMPLATE).render(shown=shown, data=data)


def _table(shown: ShownMap) -> dict[str, Any]:
    return {
        "size": GRID,
        "low": _rounded(shown.low),
        "high": _rounded(shown.high),
        "grid": [_passage(passage) for passage in shown.grid],
        "songs": [{"name": song.name, "count": len(song.latents)} for song in shown.songs],
        "frames": [[_rounded(point) for point in frame] for frame in shown.frames.tolist()],
        "steps": list(shown.steps),
        "ends": [{"name": song.name, "points": [_rounded(p) for p in song.latents.tolist()]} for song in shown.ends],
        "way": [_passage(passage) for passage in shown.way],
    }


def _passage(passage: Passage) -> list[list[Any]]:
    return [[one.name, list(one.pitches), one.steps] for one in passage]


def _rounded(point: Any) -> list[float]:
    return [round(float(number), _DIGITS) for number in point]
