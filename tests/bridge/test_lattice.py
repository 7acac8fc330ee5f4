"""Patterns decoded ahead: found where nothing but the cursor moved, bounded, and gone when anything else changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_engine import melody

from bridge import lattice as subject
from bridge.lattice import Lattice
from bridge.scene import POINTS, Scene
from engine.runtime.position import Position

SCENE = Scene().with_anchor(1, 1, melody(), 0.0, 0.0)
CLIP = melody(9)


def at(x: int, y: int, scene: Scene = SCENE) -> Scene:
    return scene.moved(x=x / POINTS, y=y / POINTS)


def kept(*points: tuple[int, int]) -> Lattice:
    lattice = Lattice()
    positions = [at(*point).position for point in points]
    lattice.keep(1, SCENE, positions, [CLIP] * len(points))
    return lattice


def test_a_pattern_is_found_at_its_own_point_alone() -> None:
    lattice = kept((3, 4))
    assert lattice.find(1, at(3, 4)) is CLIP
    assert lattice.find(1, at(4, 3)) is None
    assert lattice.find(2, at(3, 4)) is None


@pytest.mark.parametrize(
    "other",
    [
        SCENE.turned(1, 0.5),
        SCENE.moved(seed=1),
        SCENE.moved(temperature=0.5),
        SCENE.with_anchor(1, 1, melody(), 0.0, 0.0),
        replace(SCENE, locks={0: Position()}),
    ],
)
def test_whatever_else_changes_makes_all_unknown(other: Scene) -> None:
    lattice = kept((3, 4))
    assert lattice.find(1, at(3, 4, other)) is None
    lattice.keep(1, other, [at(5, 5, other).position], [CLIP])
    assert lattice.find(1, at(3, 4)) is None


def test_what_is_missing_is_told_nearest_first_and_within_the_square() -> None:
    missing = kept((0, 0)).missing(1, at(0, 0), 99)
    assert [(position.x * POINTS, position.y * POINTS) for position in missing[:3]] == [(0, 1), (1, 0), (1, 1)]
    assert len(missing) == 8
    assert all(0 <= position.x <= 1 and 0 <= position.y <= 1 for position in missing)


def test_nothing_is_missing_once_all_neighbours_are_kept() -> None:
    lattice = kept((64, 64))
    positions = lattice.missing(1, at(64, 64), 99)
    lattice.keep(1, SCENE, positions, [CLIP] * len(positions))
    assert lattice.missing(1, at(64, 64), 99) == []


def test_notes_are_bounded_and_what_was_looked_at_longest_ago_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_MOST_NOTES", 3 * len(CLIP.notes))
    lattice = kept((1, 0), (2, 0), (3, 0))
    lattice.find(1, at(1, 0))
    lattice.keep(1, SCENE, [at(4, 0).position], [CLIP])
    assert [x for x in range(1, 5) if lattice.find(1, at(x, 0))] == [1, 3, 4]


def test_what_is_forgotten_is_gone() -> None:
    lattice = kept((1, 1))
    lattice.forget(1)
    assert lattice.find(1, at(1, 1)) is None
