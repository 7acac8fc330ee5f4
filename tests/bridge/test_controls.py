"""The MIDI input at work, with a clock turned by hand: whom controllers move, what is learnt, recorded phrases."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_engine import melody
from test_desk import HERE, Table

from bridge.controls import Asked, Controls
from bridge.errors import BusyError, NotReadyError, UnknownSettingError, WrongKindError
from bridge.handlers import HANDLERS
from bridge.midi_arrived import CC, CLOCK, NOTE_OFF, NOTE_ON, START, MidiArrived
from bridge.midi_map_file import read_rows
from bridge.protocol.message import Message
from bridge.protocol.midi_messages import (
    MidiForget,
    MidiLearn,
    MidiLearned,
    MidiMoved,
    MidiRecord,
    MidiRecording,
    MidiRecordStop,
)
from bridge.protocol.morph_messages import MorphAnchor, MorphX
from bridge.protocol.play_messages import Transport
from bridge.recorder import OVER, RECORDING, WAITING
from bridge.sessions import Session

MAP = """
[[control]]
kind = "cc"
number = 1
target = "x"

[[control]]
kind = "note"
number = 39
target = "record"
"""


class Stage(Table):
    """A desk with a MIDI input."""

    def plug_in(self, map_file: Path | None, follows_clock: bool = False) -> Stage:
        desk = self.desk
        desk.controls = Controls(
            desk.sessions, desk.stages, desk.house.session, desk.reply, map_file, follows_clock, self.clock
        )
        return self

    def hear(self, kind: str, number: int = 0, value: int = 0) -> list[Asked]:
        """Something arrives, and is done."""
        assert self.desk.controls is not None
        arrived = MidiArrived(kind, 1 if kind != CLOCK else 0, number, value, self.clock())
        for _, stage in self.desk.stages.recording():
            assert stage.recording is not None
            stage.recording.heard(arrived)
        asked = self.desk.controls.arrived(arrived)
        for session, message in asked:
            HANDLERS[type(message)](self.desk, session, message)
        return asked

    def told(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.outbox.sent if isinstance(message, kind)]

    def x_of(self, session: Session) -> float:
        return self.desk.stages.of(session).scene.position.x

    def client(self) -> Session:
        session = self.desk.sessions.open(HERE)
        session.clips[1] = melody()
        return session


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    path = tmp_path / "map.toml"
    path.write_text(MAP)
    return path


@pytest.fixture
def stage(map_file: Path) -> Stage:
    return Stage().plug_in(map_file)


def test_without_any_client_controllers_move_the_house(stage: Stage) -> None:
    stage.hear(CC, 1, 64)
    stage.hear(CC, 1, 127)
    assert stage.x_of(stage.desk.house.session) == 1.0


def test_controllers_move_who_set_an_anchor_last_and_tell_it(stage: Stage) -> None:
    client = stage.client()
    stage.say(MorphAnchor(1, 1, 0.0, 0.0))
    stage.hear(CC, 1, 64)
    stage.hear(CC, 1, 127)
    assert stage.x_of(client) == 1.0
    assert stage.x_of(stage.desk.house.session) == 0.5
    assert [moved.value for moved in stage.told(MidiMoved) if isinstance(moved, MidiMoved)][-1] == 1.0


def test_when_that_client_goes_the_house_is_moved_again(stage: Stage) -> None:
    client = stage.client()
    stage.say(MorphAnchor(1, 1, 0.0, 0.0))
    stage.desk.forget(client)
    stage.hear(CC, 1, 64)
    stage.hear(CC, 1, 127)
    assert stage.x_of(stage.desk.house.session) == 1.0


def test_a_controller_that_stands_elsewhere_takes_over_softly(stage: Stage) -> None:
    client = stage.client()
    stage.say(MorphAnchor(1, 1, 0.0, 0.0))
    stage.say(MorphX(0.25))
    stage.hear(CC, 1, 120)
    assert stage.x_of(client) == 0.25
    stage.hear(CC, 1, 20)
    assert stage.x_of(client) == 20 / 128
    stage.say(MorphX(0.9))
    stage.hear(CC, 1, 21)
    assert stage.x_of(client) == 0.9


def test_what_is_learnt_is_told_and_written_down(stage: Stage, map_file: Path) -> None:
    stage.client()
    stage.say(MidiLearn("knob 2"))
    for value in (10, 20, 30, 40):
        stage.hear(CC, 21, value)
    assert stage.told(MidiLearned) == [MidiLearned("knob 2", "cc", 1, 21)]
    assert [(row.target.name, row.number) for row in read_rows(map_file)][-1] == ("knob 2", 21)
    stage.say(MidiForget("knob 2"))
    assert stage.told(MidiLearned)[-1] == MidiLearned("knob 2", "", 0, -1)
    assert "knob 2" not in map_file.read_text()


def test_nothing_can_be_learnt_for_what_there_is_not(stage: Stage) -> None:
    with pytest.raises(UnknownSettingError):
        stage.say(MidiLearn("sweetness"))


def test_without_a_midi_input_it_is_said_so() -> None:
    for message in (MidiLearn("x"), MidiForget("x"), MidiRecord(1, 1)):
        with pytest.raises(NotReadyError, match="--midi-in"):
            Table().say(message)


def test_a_recorded_phrase_becomes_a_clip_of_the_client(stage: Stage) -> None:
    client = stage.client()
    stage.say(Transport(3.0, 120.0, 1))
    stage.say(MidiRecord(7, 1))
    assert stage.told(MidiRecording) == [MidiRecording(7, WAITING, 0)]
    stage.clock.now_s += 0.5
    stage.hear(NOTE_ON, 60, 90)
    stage.clock.now_s += 0.25
    stage.hear(NOTE_OFF, 60, 0)
    stage.desk.tell_recordings()
    assert stage.told(MidiRecording)[-1] == MidiRecording(7, RECORDING, 1)
    stage.clock.now_s += 2.0
    stage.desk.tell_recordings()
    assert stage.told(MidiRecording)[-1] == MidiRecording(7, OVER, 1)
    (note,) = client.clips[7].notes
    assert (note.pitch, note.velocity) == (60, 90)
    assert (note.start_quarters, note.duration_quarters) == pytest.approx((0.0, 0.5), abs=0.02)
    assert client.clips[7].length_quarters == 4.0


def test_recording_the_same_clip_twice_is_once_and_another_one_has_to_wait(stage: Stage) -> None:
    stage.client()
    stage.say(Transport(1.0, 120.0, 1))
    stage.say(MidiRecord(7, 2))
    stage.say(MidiRecord(7, 2))
    with pytest.raises(BusyError):
        stage.say(MidiRecord(8, 1))


def test_a_recording_stopped_before_its_bar_leaves_no_clip(stage: Stage) -> None:
    client = stage.client()
    stage.say(Transport(1.0, 120.0, 1))
    stage.say(MidiRecord(7, 2))
    stage.say(MidiRecordStop())
    stage.desk.tell_recordings()
    assert 7 not in client.clips
    assert stage.told(MidiRecording)[-1] == MidiRecording(7, OVER, 0)


def test_a_pad_records_in_the_house_and_the_phrase_becomes_an_anchor(stage: Stage) -> None:
    house = stage.desk.house.session
    stage.hear(NOTE_ON, 39, 100)
    stage.clock.now_s += 2.0  # a bar counted in, since no song runs
    for pitch in (60, 62, 64):
        stage.hear(NOTE_ON, pitch, 90)
        stage.clock.now_s += 0.5
        stage.hear(NOTE_OFF, pitch, 0)
    stage.hear(NOTE_OFF, 39, 0)
    stage.hear(NOTE_ON, 39, 100)
    stage.clock.now_s += 1.0
    stage.desk.tell_recordings()
    (placed,) = stage.desk.stages.of(house).scene.placed.values()
    assert [note.pitch for note in placed.anchor.clip.notes][:3] == [60, 62, 64]


def test_a_midi_clock_leads_the_song_where_it_is_asked_for(map_file: Path) -> None:
    stage = Stage().plug_in(map_file, follows_clock=True)
    stage.hear(START)
    for _ in range(24 * 4):
        stage.hear(CLOCK)
        stage.clock.now_s += 60 / 90 / 24
    line = stage.desk.stages.of(stage.desk.house.session).song.line
    assert line.running
    assert line.bpm == pytest.approx(90, rel=0.01)
    assert line.quarters_at(stage.clock()) == pytest.approx(4.0, abs=0.1)


def test_a_button_that_was_refused_can_be_pressed_again(stage: Stage, map_file: Path) -> None:
    map_file.write_text('[[control]]\nkind = "note"\nnumber = 38\ntarget = "lock kick"\n')
    stage = Stage().plug_in(map_file)
    stage.client()
    stage.say(MorphAnchor(1, 1, 0.0, 0.0))
    for _ in range(2):
        with pytest.raises(WrongKindError):
            stage.hear(NOTE_ON, 38, 100)
        stage.hear(NOTE_OFF, 38, 0)


def test_a_recording_armed_while_the_song_stands_begins_when_it_starts_from_elsewhere(stage: Stage) -> None:
    client = stage.client()
    stage.say(Transport(17.3, 120.0, 0))
    stage.say(MidiRecord(7, 1))
    stage.say(Transport(0.0, 120.0, 1))
    stage.desk.tell_recordings()
    stage.clock.now_s += 0.5
    stage.hear(NOTE_ON, 60, 90)
    stage.clock.now_s += 2.0
    stage.desk.tell_recordings()
    assert [note.start_quarters for note in client.clips[7].notes] == pytest.approx([1.0], abs=0.02)


def test_a_phrase_that_does_not_go_with_the_others_is_told_and_the_next_one_can_be_recorded(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    house = stage.desk.house
    house.add(melody())
    stage.hear(NOTE_ON, 39, 100)
    stage.clock.now_s += 2.0
    for pitches in ((60, 64, 67), (62, 65, 69), (60, 64, 67)):
        for pitch in pitches:
            stage.hear(NOTE_ON, pitch, 90)
        stage.clock.now_s += 0.5
        for pitch in pitches:
            stage.hear(NOTE_OFF, pitch, 0)
    stage.hear(NOTE_OFF, 39, 0)
    stage.hear(NOTE_ON, 39, 100)
    stage.clock.now_s += 1.0
    stage.desk.tell_recordings()
    assert "cannot be used" in caplog.text
    assert stage.desk.stages.of(house.session).recording is None
    assert len(stage.desk.stages.of(house.session).scene.placed) == 1
