"""What the documents say of tables that stand in the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.representations.kind import DRUMS, MELODY
from engine.runtime.knobs import KNOBS

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("number", range(1, 9))
def test_the_page_about_the_stage_tells_what_each_knob_does(number: int) -> None:
    cells = [_cell(KNOBS[kind][number - 1]) for kind in (MELODY, DRUMS)]
    assert f"| {number} | {' | '.join(cells)} |" in (ROOT / "docs" / "stage.md").read_text(encoding="utf-8")


def test_every_file_of_the_engine_the_bridge_and_the_device_is_on_the_map() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    files = [path for package in ("bridge", "engine", "max_for_live") for path in (ROOT / package).rglob("*.py")]
    files += (ROOT / "max_for_live" / "js").glob("*.js")
    assert [path.name for path in files if not path.name.startswith("__") and path.stem not in page] == []


def _cell(knob: tuple[object, ...]) -> str:
    name, low, high, _ = knob
    return f"{name}: {low} … {high}"
