"""Scenes: what each move changes, what it leaves, and what is refused."""

from __future__ import annotations

import pytest
from fake_engine import melody

from bridge.errors import TooLargeError, WrongKindError
from bridge.protocol.limits import MAX_ANCHORS
from bridge.scene import Scene
from engine.errors import OutOfRangeError, UnsupportedMeterError
from engine.representations.clip import Clip, Note, make_clip
from engine.runtime.position import Position

LINE = melody(8)
BEAT = make_clip([Note(k / 2, 36 if k % 4 == 0 else 42) for k in range(16)], 8.0)
WALTZ = make_clip([Note(float(k), 60 + k) for k in range(6)], 6.0, numerator=3)
CHORDS = make_clip([Note(float(k), pitch + k % 3, 1.0) for k in range(8) for pitch in (60, 64, 67)], 8.0)


def scene_of(*clips: Clip) -> Scene:
    scene = Scene()
    for slot, clip in enumerate(clips, start=1):
        scene = scene.with_anchor(slot, 10 + slot, clip, 0.0, 1.0)
    return scene


def test_an_anchor_keeps_its_clip_its_number_and_its_place() -> None:
    placed = scene_of(LINE).placed[1]
    assert (placed.clip, placed.anchor.clip, placed.anchor.x, placed.anchor.y) == (11, LINE, 0.0, 1.0)


def test_the_kind_is_that_of_the_anchors() -> None:
    assert (Scene().kind, scene_of(LINE).kind, scene_of(BEAT).kind) == (None, "melody", "drums")


def test_a_scene_once_kept_does_not_change() -> None:
    before = scene_of(LINE)
    after = before.with_anchor(2, 3, LINE, 1.0, 1.0).moved(x=1.0).turned(8, -1.0)
    assert before == scene_of(LINE)
    assert (len(after.placed), after.position.x, after.position.knobs) == (2, 1.0, (0.0,) * 7 + (-1.0,))


def test_moves_leave_the_very_same_anchors() -> None:
    scene = scene_of(LINE)
    assert scene.moved(x=0.3).turned(1, 0.5).placed is scene.placed


def test_freeing_a_slot_takes_its_anchor_alone() -> None:
    scene = scene_of(LINE, LINE)
    assert list(scene.without_anchor(1).placed) == [2]
    assert scene.without_anchor(7) is scene


@pytest.mark.parametrize(
    ("clip", "error"), [(BEAT, WrongKindError), (WALTZ, UnsupportedMeterError), (CHORDS, WrongKindError)]
)
def test_a_clip_that_does_not_go_with_the_others_is_refused(clip: Clip, error: type[Exception]) -> None:
    with pytest.raises(error):
        scene_of(LINE).with_anchor(2, 1, clip, 0.0, 0.0)


def test_a_slot_may_change_its_kind_when_it_is_the_only_one() -> None:
    assert scene_of(LINE).with_anchor(1, 1, BEAT, 0.0, 0.0).kind == "drums"


def test_anchors_are_bounded() -> None:
    scene = scene_of(*[LINE] * MAX_ANCHORS)
    with pytest.raises(TooLargeError):
        scene.with_anchor(MAX_ANCHORS + 1, 1, LINE, 0.0, 0.0)
    assert scene.with_anchor(MAX_ANCHORS, 1, LINE, 0.5, 0.5).placed[MAX_ANCHORS].anchor.x == 0.5


def test_positions_outside_their_range_are_refused() -> None:
    for change in ({"x": 1.1}, {"y": float("nan")}, {"density": -2.0}, {"timing": 2.0}):
        with pytest.raises(OutOfRangeError):
            Scene().moved(**change)
    with pytest.raises(OutOfRangeError):
        Scene().turned(1, 1.5)


def test_a_lock_stays_where_it_was_set_until_it_is_freed() -> None:
    here, there = Position(x=0.125), Position(x=0.875)
    scene = scene_of(BEAT).locked(0, here)
    assert scene.locked(0, there).locks == {0: here}
    assert scene.freed(0).locked(0, there).locks == {0: there}


def test_melodies_have_no_voices_to_lock_and_take_no_locks_over() -> None:
    with pytest.raises(WrongKindError):
        scene_of(LINE).locked(0, Position())
    assert Scene().locked(0, Position()).with_anchor(1, 1, LINE, 0.0, 0.0).locks == {}


def test_cursor_anchors_and_locks_lie_on_the_same_points() -> None:
    scene = Scene().with_anchor(1, 1, BEAT, 0.333, 0.666).moved(x=0.333, y=0.666)
    at = scene.on_lattice().position
    assert (at.x, at.y) == (scene.placed[1].anchor.x, scene.placed[1].anchor.y)
    assert scene.locked(0, scene.position).locks[0] == at
