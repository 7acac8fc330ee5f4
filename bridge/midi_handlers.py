"""What is done on each message about MIDI: learning and recording. One thread runs all of this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bridge.controls import Controls
from bridge.desk import Desk
from bridge.errors import NotReadyError
from bridge.protocol.message import Message
from bridge.protocol.midi_messages import MidiForget, MidiLearn, MidiRecord, MidiRecordStop
from bridge.recordings import Recording
from bridge.sessions import Session

Handler = Callable[[Desk, Session, Any], None]


def learn(desk: Desk, session: Session, message: MidiLearn) -> None:
    """Binds the next controller."""
    _controls(desk).learn(session, message.target)


def forget(desk: Desk, session: Session, message: MidiForget) -> None:
    """Unbinds a target."""
    _controls(desk).forget(session, message.target)


def record(desk: Desk, session: Session, message: MidiRecord) -> None:
    """Records a phrase; the same message again while it does changes nothing."""
    _controls(desk)
    stage = desk.stages.of(session)
    if stage.recording is None or stage.recording.number != message.clip:
        desk.record(session, Recording(message.clip, message.bars, stage, desk.clock))


def record_stop(desk: Desk, session: Session, _message: MidiRecordStop) -> None:
    """Ends a recording."""
    recording = desk.stages.of(session).recording
    if recording is not None:
        recording.stop()


def _controls(desk: Desk) -> Controls:
    if desk.controls is None:
        raise NotReadyError("the engine hears no MIDI input; start it with --midi-in NAME")
    return desk.controls


MIDI_HANDLERS: dict[type[Message], Handler] = {
    MidiLearn: learn,
    MidiForget: forget,
    MidiRecord: record,
    MidiRecordStop: record_stop,
}
"""One function a message about MIDI."""
