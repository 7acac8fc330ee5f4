"""What is asked of a latent space, beside what was measured."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.data.kinds import KINDS
from engine.evaluation.playable import ASKED, Row, playable, playable_lines


def row(name: str, at_least: float | None = None, at_most: float | None = None) -> Row:
    return Row(name, lambda figures: figures.get(name), at_least, at_most)


@pytest.mark.parametrize(
    ("asked", "value", "reached"),
    [
        (row("a", at_least=0.95), 0.95, "yes"),
        (row("a", at_least=0.95), 0.94999, "no"),
        (row("a", at_most=0.1), 0.1, "yes"),
        (row("a", at_most=0.1), 0.10001, "no"),
        (row("a", 8, 10.5), 9.0, "yes"),
        (row("a", 8, 10.5), 7.99, "no"),
        (row("a", 8, 10.5), 10.51, "no"),
        (row("a", 8, 10.5), None, "not measured"),
        (row("a", 8, 10.5), math.nan, "not measured"),
    ],
)
def test_a_bound_is_reached_from_itself_on_and_what_is_not_there_is_not_reached(
    asked: Row, value: float | None, reached: str
) -> None:
    assert playable({"a": value}, [asked])["reached"] == {"a": reached}


@pytest.mark.parametrize("kind", ASKED)
def test_every_row_stands_whatever_was_measured(kind: str) -> None:
    assert kind in KINDS
    asked = playable({}, ASKED[kind])
    assert len(asked["bound"]) == len(ASKED[kind])
    assert set(asked["reached"].values()) == {"not measured"}
    assert playable({"paths": {"pairs": 0}, "knobs": {}, "judge": None}, ASKED[kind]) == asked


def knob(at: list[float | None], **others: float | None) -> dict[str, Any]:
    return {"at": at, "others": others}


def test_knobs_are_to_rise_at_every_turn_and_to_leave_the_others_alone() -> None:
    up: list[float | None] = [0.0, 1.0, 2.0, 3.0, 4.0]
    back: list[float | None] = [0.0, 1.0, 0.9, 3.0, 4.0]
    asked = playable({"knobs": {"a": knob(up, b=0.3), "b": knob(back, a=0.4), "c": knob(up)}}, ASKED["melody"])
    assert asked["value"]["knobs that rise at every turn"] == pytest.approx(2 / 3)
    assert asked["value"]["knobs: most that another is moved"] == 0.4
    assert asked["reached"]["knobs: most that another is moved"] == "no"


def test_what_could_not_be_measured_does_not_rise_and_drags_nothing() -> None:
    asked = playable({"knobs": {"a": knob([None, None], b=None), "b": knob([0.0, 1.0], a=0.2)}}, ASKED["melody"])
    assert asked["value"]["knobs that rise at every turn"] == 0.5
    assert asked["value"]["knobs: most that another is moved"] == 0.2


def test_a_person_reads_a_line_a_row_with_value_bound_and_verdict() -> None:
    lines = playable_lines(playable({"in key": 0.9612, "onsets": 7}, [row("in key", 0.955), row("onsets", 8, 10.5)]))
    assert [line.split() for line in lines] == [
        ["value", "bound", "reached"],
        ["in", "key", "0.9612", "at", "least", "0.955", "yes"],
        ["onsets", "7", "8", "to", "10.5", "no"],
    ]
    assert len({line.index(word) for line, word in zip(lines, ("reached", "yes", "no"), strict=True)}) == 1
