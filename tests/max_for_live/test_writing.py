"""Writing: results go to free slots or into the clip, named, whole, one undo step each, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sets
from acts import OpenDevice, capture, connected, is_readable, made, names, written
from engines import paper_engine
from fake_engine import FakeEngine, Served
from max_js import Device
from sets import clip, live_set, note, track

from engine.representations.clip import Clip
from engine.runtime.answers import Answer


class Raising(FakeEngine):
    """Each clip is the source five semitones higher, and higher still by its index."""

    def _answer(self, clip: Clip, count: int) -> Answer:
        made = super()._answer(clip, count + 5)
        return Answer(made.clips[5:], made.encode_ms, made.decode_ms, made.cached, made.left_out)


@pytest.fixture
def raising() -> Iterator[Served]:
    with paper_engine(Raising()) as served:
        yield served


def ready(put_device: OpenDevice, served: Served, plan: dict[str, Any], row: int = 0, **more: Any) -> Device:
    """A device that has captured a clip of the first track."""
    device = connected(put_device(plan, engine_port=served.server.port, **more))
    capture(device, row)
    return device


def higher(notes: list[sets.Note], by: int) -> list[tuple[float, ...]]:
    return sets.rows([{**one, "pitch": one["pitch"] + by} for one in notes])


def test_clips_go_to_the_next_free_slots_with_their_names(put_device: OpenDevice, raising: Served) -> None:
    plan = live_set(track({0: clip("Tune"), 2: clip("Busy", sets.drums(1))}))
    device = ready(put_device, raising, plan)
    made(device, "vary", 4)
    grid = device.live("grid")[0]
    assert grid[:6] == ["Tune", "Tune · vary 1/4", "Busy", "Tune · vary 2/4", "Tune · vary 3/4", "Tune · vary 4/4"]
    assert [written(device, row) for row in (1, 3, 4, 5)] == [higher(sets.melody(), by) for by in (5, 6, 7, 8)]
    assert written(device, 2) == sets.rows(sets.drums(1))


def test_all_eight_fields_and_the_length_survive(put_device: OpenDevice, paper: Served) -> None:
    notes = sets.rich(60)
    device = ready(put_device, paper, live_set(track({0: clip("Rich", notes, 7.5)})), values={"count": 1})
    made(device, "vary")
    new = device.live("clip", 0, 1)
    assert written(device, 1) == sets.rows(notes)
    assert (new["length"], new["loop_start"], new["loop_end"], new["looping"]) == (7.5, 0, 7.5, 1)
    assert (new["start_marker"], new["end_marker"]) == (0, 7.5)


@pytest.mark.parametrize("meter", [(3, 4), (7, 8), (6, 8), (12, 8)])
def test_the_meter_of_the_source_is_the_results(put_device: OpenDevice, paper: Served, meter: tuple[int, int]) -> None:
    plan = live_set(track({0: clip("Odd", sets.melody(6), 6.0, meter=list(meter))}))
    device = ready(put_device, paper, plan, values={"count": 1})
    made(device, "humanize")
    new = device.live("clip", 0, 1)
    assert (new["signature_numerator"], new["signature_denominator"]) == meter


def test_each_clip_is_one_undo_step_where_live_can_group_them(put_device: OpenDevice, raising: Served) -> None:
    device = ready(put_device, raising, sets.tune_set())
    made(device, "vary", 4)
    steps = device.live("steps")
    assert len(steps) == 4
    assert not device.live("open_step")
    assert all(any("create_clip" in edit for edit in step) for step in steps)
    assert all(sum("add_new_notes" in edit for edit in step) == 1 for step in steps)


def test_where_live_cannot_group_steps_the_edits_are_as_few_as_can_be(put_device: OpenDevice, raising: Served) -> None:
    device = ready(put_device, raising, sets.tune_set(undo_steps=False, version="11.0"))
    made(device, "vary", 4)
    assert written(device, 3) == higher(sets.melody(), 5)
    edits = [step[0].rsplit(" ", 1)[0] for step in device.live("steps")]
    assert sorted(edits[:3]) == ["add_new_notes", "create_clip", "set name"]
    assert len(edits) == 12


@pytest.mark.parametrize("denied", ["create_clip", "add_new_notes", "create_scene"])
def test_what_live_does_not_do_is_noticed_and_said(put_device: OpenDevice, raising: Served, denied: str) -> None:
    device = ready(put_device, raising, live_set(track({0: clip("Tune")}), num_scenes=1 + (denied != "create_scene")))
    device.live("deny", denied)
    said = len(device.texts)
    device.press("humanize")
    device.run_until(lambda: device.answers("/bridge/done"))
    device.settle()
    assert len(device.texts) > said
    assert is_readable(device.status)
    assert "written" not in device.status.lower() or "not" in device.status.lower()
    assert not device.live("open_step")


def test_notes_of_a_clip_are_written_in_one_call(put_device: OpenDevice, paper: Served) -> None:
    notes = sets.rich(3000)
    device = ready(put_device, paper, live_set(track({0: clip("Long", notes, 376.0)})), values={"count": 1})
    made(device, "vary")
    assert written(device, 1) == sets.rows(notes)
    assert device.live("calls").count("add_new_notes") == 1


def test_where_no_slot_is_free_nothing_is_overwritten(put_device: OpenDevice, raising: Served) -> None:
    full = {row: clip(f"Clip {row}") for row in range(3)}
    device = ready(put_device, raising, live_set(track(full), num_scenes=3))
    before = [device.live("clip", 0, row) for row in range(3)]
    said = len(device.texts)
    device.press("vary")
    device.run_until(
        lambda: len(device.texts) > said and (device.live("num_scenes") > 3 or device.answers("/bridge/done"))
    )
    device.settle()
    assert [device.live("clip", 0, row) for row in range(3)] == before
    assert is_readable(device.status)
    if device.live("num_scenes") > 3:
        assert names(device)[3:] == [f"Clip 0 · vary {number}/4" for number in range(1, 5)]


def test_scenes_are_made_where_they_run_out_midway(put_device: OpenDevice, raising: Served) -> None:
    device = ready(put_device, raising, live_set(track({0: clip("Tune")}), num_scenes=3))
    device.press("vary")
    device.run_until(lambda: device.answers("/bridge/done"))
    device.settle()
    assert names(device)[:3] == ["Tune", "Tune · vary 1/4", "Tune · vary 2/4"]
    assert is_readable(device.status)
    assert device.live("num_scenes") in (3, 5)


def test_a_row_above_the_source_is_free_as_well_or_scenes_are_made(put_device: OpenDevice, raising: Served) -> None:
    device = ready(put_device, raising, live_set(track({7: clip("Last")})), row=7)
    made(device, "vary", 4)
    assert len(names(device)) == 5


def test_this_track_is_where_the_device_is(put_device: OpenDevice, raising: Served) -> None:
    plan = live_set(track({0: clip("Tune")}), track(), device_track=1)
    device = ready(put_device, raising, plan, values={"results": 1})
    device.press("vary")
    device.run_until(lambda: len(names(device, 1)) == 4)
    assert names(device, 0) == ["Tune"]


def test_this_track_is_found_from_within_a_rack(put_device: OpenDevice, raising: Served) -> None:
    plan = live_set(track({0: clip("Tune")}), track(), device_track=1, in_rack=True)
    device = ready(put_device, raising, plan, values={"results": 1})
    device.press("vary")
    device.run_until(lambda: len(names(device, 1)) == 4)
    assert names(device, 0) == ["Tune"]


def test_a_clip_of_the_arrangement_gives_clips_in_the_session(put_device: OpenDevice, raising: Served) -> None:
    plan = live_set(track(), track({}, arrangement=[clip("Verse")]))
    device = connected(put_device(plan, engine_port=raising.server.port))
    device.live("select_arrangement_clip", 1, 0)
    device.press("capture")
    device.run_until(lambda: device.answers("/bridge/clip/ready"))
    device.press("vary")
    device.run_until(lambda: len(names(device, 1)) == 4)
    assert names(device, 1) == [f"Verse · vary {number}/4" for number in range(1, 5)]


def test_a_frozen_track_is_not_written_to(put_device: OpenDevice, raising: Served) -> None:
    plan = live_set(track({0: clip("Cold")}, frozen=True), track(), device_track=1)
    device = ready(put_device, raising, plan)
    said = len(device.texts)
    device.press("vary")
    device.run_until(lambda: device.answers("/bridge/done"))
    device.settle()
    assert names(device) == ["Cold"]
    assert len(device.texts) > said
    assert is_readable(device.status)


class TestReplacing:
    """The notes go into the clip itself."""

    def test_the_notes_are_the_results_and_all_else_stays(self, put_device: OpenDevice, raising: Served) -> None:
        device = ready(put_device, raising, sets.tune_set(), values={"results": 2, "count": 1})
        before = {key: value for key, value in device.live("clip", 0, 0).items() if key != "notes"}
        device.press("humanize")
        device.run_until(lambda: written(device, 0) == higher(sets.melody(), 5))
        device.settle()
        after = {key: value for key, value in device.live("clip", 0, 0).items() if key not in ("notes", "name")}
        assert after.items() <= before.items()
        assert len(device.live("steps")) == 1
        assert names(device) == [device.live("clip", 0, 0)["name"], "Other", "Beat"]

    def test_notes_outside_the_loop_stay(self, put_device: OpenDevice, raising: Served) -> None:
        inside, outside = [note(60, 4.0), note(62, 5.5)], [note(40, 1.0), note(41, 9.0)]
        plan = clip("Loop", [*inside, *outside], loop_start=4.0, loop_end=8.0, start_marker=4.0, end_marker=10.0)
        device = ready(put_device, raising, live_set(track({0: plan})), values={"results": 2})
        device.press("humanize")
        device.run_until(lambda: device.live("steps"))
        wanted = sorted([*higher(inside, 5), *sets.rows(outside)], key=lambda one: (one[1], one[0]))
        assert written(device, 0) == wanted
        assert device.live("clip", 0, 0)["loop_start"] == 4

    def test_a_clip_that_is_gone_is_said(self, put_device: OpenDevice, raising: Served) -> None:
        device = ready(put_device, raising, sets.tune_set(), values={"results": 2})
        device.live("delete_clip", 0, 0)
        said = len(device.texts)
        device.press("humanize")
        device.run_until(lambda: device.answers("/bridge/done") or len(device.texts) > said)
        device.settle()
        assert len(device.texts) > said
        assert is_readable(device.status)

    def test_many_results_never_touch_another_clip(self, put_device: OpenDevice, raising: Served) -> None:
        device = ready(put_device, raising, sets.tune_set(), values={"results": 2, "count": 4})
        device.press("vary")
        device.run_until(lambda: device.answers("/bridge/done"))
        device.settle()
        assert written(device, 1) == sets.rows(sets.melody(8, 67))
        assert written(device, 2) == sets.rows(sets.drums())
        assert is_readable(device.status)


class TestMidway:
    """Live goes on while the engine works."""

    @pytest.fixture
    def waiting(self, put_device: OpenDevice, raising: Served) -> Device:
        """Asked, and not yet answered."""
        plan = live_set(track({0: clip("Tune"), 1: clip("Other")}), track({0: clip("There")}))
        device = ready(put_device, raising, plan)
        raising.engine.gate.clear()
        device.press("vary")
        device.run_until(lambda: device.messages("/bridge/vary"))
        return device

    @staticmethod
    def go_on(device: Device, raising: Served) -> None:
        raising.engine.gate.set()
        device.run_until(lambda: device.answers("/bridge/done"))
        device.settle()

    def test_the_selection_moves_and_the_clips_stay_with_their_source(self, waiting: Device, raising: Served) -> None:
        waiting.live("select_clip", 1, 0)
        self.go_on(waiting, raising)
        assert len(names(waiting, 0)) == 6
        assert names(waiting, 1) == ["There"]
        assert names(waiting, 0)[2].startswith("Tune")

    def test_the_chosen_place_changes_and_the_names_stay(self, waiting: Device, raising: Served) -> None:
        waiting.move("slot", 3)
        self.go_on(waiting, raising)
        assert names(waiting, 0)[2:] == [f"Tune · vary {number}/4" for number in range(1, 5)]

    def test_the_source_is_deleted_and_the_clips_are_written_all_the_same(
        self, waiting: Device, raising: Served
    ) -> None:
        waiting.live("delete_clip", 0, 0)
        self.go_on(waiting, raising)
        assert sum(name.startswith("Tune · vary") for name in names(waiting, 0)) == 4

    def test_the_track_is_deleted_and_a_line_or_this_track_takes_them(self, waiting: Device, raising: Served) -> None:
        said = len(waiting.texts)
        waiting.live("delete_track", 0)
        self.go_on(waiting, raising)
        assert len(waiting.texts) > said
        assert is_readable(waiting.status)

    def test_a_slot_is_taken_meanwhile_and_not_overwritten(self, waiting: Device, raising: Served) -> None:
        waiting.live("put_clip", 0, 2, clip("Mine", sets.drums(1)))
        self.go_on(waiting, raising)
        assert written(waiting, 2) == sets.rows(sets.drums(1))
        assert names(waiting, 0)[2] == "Mine"
        assert len(names(waiting, 0)) == 7

    def test_scenes_are_deleted_meanwhile(self, waiting: Device, raising: Served) -> None:
        for _ in range(5):
            waiting.live("delete_scene", 2)
        self.go_on(waiting, raising)
        assert is_readable(waiting.status)

    def test_the_source_is_renamed_and_the_edit_stays(self, waiting: Device, raising: Served) -> None:
        waiting.live("set_clip", 0, 0, "name", "Renamed")
        self.go_on(waiting, raising)
        assert names(waiting, 0)[0] == "Renamed"
        assert len(names(waiting, 0)) == 6


def test_keep_writes_what_the_morph_plays(put_device: OpenDevice, paper: Served) -> None:
    device = ready(put_device, paper, sets.tune_set())
    device.run_until(lambda: device.answers("/bridge/morph/end"))
    device.settle()
    device.press("keep")
    device.run_until(lambda: len(names(device)) == 4)
    assert len(written(device, 3)) == 8
    assert len(device.live("steps")) == 1
