"""Recall: a Set that is saved and opened again has the same clips, snapshots, locks and the same notes."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest
import sets
from acts import OpenDevice, capture, connected, held, is_readable, made, morphing, new_pattern, pattern, written
from engines import EngineProcess, free_port
from fake_engine import Served
from max_js import Atom, Device, Saved

MOST_LETTERS = 32_000


def moved(device: Device, name: str, value: float) -> list[tuple[float, ...]]:
    """Moves a control, and gives the pattern that comes of it."""
    count = len(device.answers("/bridge/morph/end"))
    device.move(name, value)
    device.run_until(lambda: len(device.answers("/bridge/morph/end")) > count)
    device.settle()
    return pattern(device)


def snapshot_taken(device: Device) -> Any:
    """The pattern that the first snapshot keeps."""
    stored = moved(device, "x", 0.25)
    device.move("store", 1)
    device.press("snapshot_1")
    device.run_until(lambda: device.answers("/bridge/morph/snapshot/stored"))
    device.move("store", 0)
    return stored


def gone_back(device: Device) -> Any:
    """The pattern once the first snapshot is recalled."""
    count = len(device.answers("/bridge/morph/end"))
    device.press("snapshot_1")
    device.run_until(lambda: len(device.answers("/bridge/morph/end")) > count)
    device.settle()
    return pattern(device)


def saved(device: Device) -> Saved:
    """What the Set keeps a while after the last move, by way of the text that Live writes."""
    device.settle()
    device.advance(5000)
    device.settle()
    kept = device.save()
    device.close()
    return Saved(json.loads(json.dumps(kept.values)), json.loads(json.dumps(kept.kept)))


def reopened(put_device: OpenDevice, kept: Saved, port: int, **plan: Any) -> Device:
    """The Set opened again: other ids, another socket, the same controls and storage."""
    device = connected(put_device(sets.tune_set(first_id=500, **plan), saved=kept, engine_port=port))
    device.settle(0.3)
    return device


def test_captured_clips_are_back_note_for_note(put_device: OpenDevice, paper: Served) -> None:
    notes = sets.rich(500)
    plan = sets.live_set(sets.track({0: sets.clip("Rich", notes, 63.0)}))
    device = connected(put_device(plan, engine_port=paper.server.port))
    capture(device, 0)
    again = reopened(put_device, saved(device), paper.server.port)
    again.run_until(lambda: again.answers("/bridge/clip/ready"))
    number = int(again.messages("/bridge/clip/begin")[-1].args[0])
    assert held(again, number) == sets.rows(notes)
    assert again.shown("clip_name") == "Rich"


def test_a_clip_too_long_to_keep_is_said_and_works_until_then(put_device: OpenDevice, paper: Served) -> None:
    plan = sets.live_set(sets.track({0: sets.clip("Long", sets.rich(3000), 376.0)}))
    device = connected(put_device(plan, engine_port=paper.server.port, values={"count": 1}))
    capture(device, 0)
    device.advance(3000)
    assert any("kept" in text or "keep" in text or "Set" in text for text in device.texts)
    made(device, "vary")
    kept = saved(device)
    assert all(letters(stored) <= MOST_LETTERS for stored in kept.kept.values())
    again = reopened(put_device, kept, paper.server.port)
    assert not again.messages("/bridge/clip/begin")


def letters(stored: list[Atom]) -> int:
    """How long a list is as the text that Live stores."""
    return sum(len(str(atom)) + 1 for atom in stored)


def test_the_morph_plays_the_same_notes_again(put_device: OpenDevice, paper: Served) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    before = moved(device, "x", 0.6)
    again = reopened(put_device, saved(device), paper.server.port)
    assert new_pattern(again) == before
    assert again.value("x") == 0.6


def test_anchors_that_were_dragged_stay_where_they_were(put_device: OpenDevice, paper: Served) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    device.deliver("pad", "anchor", 2, 0.125, 0.875)
    again = reopened(put_device, saved(device), paper.server.port)
    new_pattern(again)
    again.say("/bridge/morph/state")
    again.run_until(lambda: again.answers("/bridge/morph/state/end"))
    anchors = {said.args[1]: said.args[3:] for said in again.answers("/bridge/morph/state/anchor") if said.args[0] == 0}
    assert anchors[2] == (0.125, 0.875)


def test_snapshots_are_back(put_device: OpenDevice, paper: Served) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    stored = snapshot_taken(device)
    moved(device, "x", 1.0)
    again = reopened(put_device, saved(device), paper.server.port)
    new_pattern(again)
    assert gone_back(again) == stored


def test_a_snapshot_of_a_clip_that_was_replaced_is_back(put_device: OpenDevice, paper: Served) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    stored = snapshot_taken(device)
    capture(device, 2, 0)
    new_pattern(device)
    kept = saved(device)
    again = reopened(put_device, kept, paper.server.port)
    new_pattern(again)
    again.press("snapshot_1")
    again.settle(0.3)
    assert pattern(again) == stored or is_readable(again.status)


def test_nothing_kept_is_a_new_device(put_device: OpenDevice, paper: Served) -> None:
    for empty in (None, [], [0], ["bang"], [""]):
        device = connected(put_device(sets.tune_set(), engine_port=paper.server.port, empty=empty))
        assert not device.messages("/bridge/clip/begin")
        assert not [text for text in device.texts if "kept" in text]
        capture(device, 0)
        device.close()


def writes(device: Device) -> list[Atom]:
    """What was written into the Set's storage, by name."""
    return [list_[0] for outlet, list_ in device.outputs if outlet == 3 and list_[1:] != ["bang"]]


def test_a_new_device_writes_nothing_into_the_set(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    device.advance(10_000)
    device.settle()
    assert writes(device) == []


def test_a_capture_is_written_once_and_turning_writes_nothing(put_device: OpenDevice, paper: Served) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    device.settle()
    device.advance(5000)
    device.settle()
    assert sorted(map(str, writes(device))) == ["clip_1", "clip_2", "stage"]
    for step in range(10):
        moved(device, "x", step / 10)
    device.advance(5000)
    device.settle()
    assert len(writes(device)) == 3


def test_a_set_of_before_positions_had_a_key_to_keep_is_read(put_device: OpenDevice, paper: Served) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    stored = snapshot_taken(device)
    moved(device, "x", 1.0)
    kept = saved(device)
    first = {name: _in_format_1(atoms, name) for name, atoms in kept.kept.items()}
    assert first["stage"] != kept.kept["stage"]
    again = reopened(put_device, Saved(kept.values, first), paper.server.port)
    new_pattern(again)
    assert gone_back(again) == stored


def _in_format_1(atoms: list[Atom], name: str) -> list[Atom]:
    """Positions as they were kept then, without their last number; the numbers of the format begin at the third."""
    left = iter(atoms[3:])
    older = [*atoms[:2], 1]
    if name != "stage":
        return [*older, *left]

    def take(count: int) -> list[Atom]:
        older.extend(taken := list(islice(left, count)))
        return taken

    def take_position() -> None:
        take(15)
        next(left)

    take(3 * 8)
    for _ in range(int(take(1)[0])):
        take(1)
        take_position()
        take(4 * int(take(1)[0]))
        for _ in range(int(take(1)[0])):
            take(1)
            take_position()
    return older


def test_opening_a_set_writes_nothing_into_it(put_device: OpenDevice, paper: Served) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    device.move("store", 1)
    device.press("snapshot_2")
    device.run_until(lambda: device.answers("/bridge/morph/snapshot/stored"))
    again = reopened(put_device, saved(device), paper.server.port)
    again.run_until(lambda: len(again.answers("/bridge/clip/ready")) == 2)
    again.settle()
    again.advance(10_000)
    again.settle()
    assert writes(again) == []


def spoil(stored: list[Atom], rot: str) -> list[Atom]:
    match rot:
        case "cut short":
            return stored[: len(stored) // 2]
        case "of a later version":
            return [*stored[:2], 99, *stored[3:]]
        case _:
            return [*stored[:2], "a", "b", "c"]


@pytest.mark.parametrize("rot", ["cut short", "of a later version", "words"])
def test_storage_that_cannot_be_read_does_no_harm(put_device: OpenDevice, paper: Served, rot: str) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    kept = saved(device)
    spoilt = {name: spoil(stored, rot) for name, stored in kept.kept.items()}
    again = reopened(put_device, Saved(kept.values, spoilt), paper.server.port)
    number = capture(again, 2, 5)
    assert held(again, number) == sets.rows(sets.drums())


def test_a_set_opened_before_the_engine_is_whole_once_it_is_there(put_device: OpenDevice, paper: Served) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    before = moved(device, "x", 0.4)
    kept = saved(device)
    again = put_device(sets.tune_set(first_id=500), saved=kept, engine_port=free_port())
    again.advance(6000)
    again.move("engine_port", paper.server.port)
    connected(again)
    assert new_pattern(again) == before


def test_opening_a_set_makes_no_undo_step(put_device: OpenDevice, paper: Served) -> None:
    device = morphing(connected(put_device(sets.tune_set(), engine_port=paper.server.port)), {0: 0, 1: 1})
    again = reopened(put_device, saved(device), paper.server.port)
    assert again.live("steps") == []


def test_variations_of_a_recalled_clip_go_to_a_track(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    capture(device, 0)
    again = reopened(put_device, saved(device), paper.server.port)
    assert made(again, "vary", 4) == [f"Tune · vary {number}/4" for number in range(1, 5)]
    assert written(again, 3) == sets.rows(sets.melody())


def drum_set() -> dict[str, Any]:
    plain = [sets.note(36, float(at)) for at in range(0, 8, 2)]
    clips = {0: sets.clip("Straight", sets.drums(), 8.0), 1: sets.clip("Plain", plain, 8.0)}
    return sets.live_set(sets.track(clips))


@pytest.mark.slow
def test_real_models_play_the_same_after_set_and_engine_were_closed(put_device: OpenDevice) -> None:
    engine = EngineProcess()
    try:
        device = morphing(connected(put_device(drum_set(), engine_port=engine.port)), {0: 0, 1: 1})
        moved(device, "x", 0.3)
        device.move("lock_1", 1)
        device.settle()
        device.move("morph_seed", 17)
        moved(device, "knob_2", 0.5)
        before = moved(device, "x", 0.7)
        kept = saved(device)
    finally:
        engine.end()
    other = EngineProcess()
    try:
        again = connected(put_device(drum_set(), saved=kept, engine_port=other.port))
        new_pattern(again)
        again.settle(0.3)
        assert pattern(again) == before
        assert (again.value("x"), again.value("knob_2"), again.value("lock_1")) == (0.7, 0.5, 1)
        again.close()
    finally:
        other.end()
