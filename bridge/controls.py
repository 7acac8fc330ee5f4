"""The MIDI input at work: controllers move the stage in focus, new ones are learnt, phrases become clips."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from bridge import midi_arrived
from bridge.clock import Clock
from bridge.midi_arrived import OF_CLOCK, MidiArrived
from bridge.midi_clock_in import MidiClockIn
from bridge.midi_map import Learnt, MidiMap, Move
from bridge.midi_map_file import read_rows, write_target
from bridge.midi_rows import Row
from bridge.midi_targets import Target, find_target
from bridge.protocol.message import Message
from bridge.protocol.midi_messages import MidiLearned, MidiMoved, MidiRecord, MidiRecordStop
from bridge.sessions import Session, Sessions
from bridge.stage import Stage
from bridge.stages import Stages
from engine.representations.drums import VOICES

log = logging.getLogger("bridge.midi")

_RECORD = "record"


class Asked(NamedTuple):
    """What a controller asks for in the name of a session, as if its client had sent it."""

    session: Session
    message: Message


class Controls:
    """What becomes of MIDI messages. One thread alone uses it.

    The controllers move the stage in focus: that of the client which set an anchor last, and of the house where no
    client has, or it has gone.

    Args:
        sessions: who is there.
        stages: what they morph.
        house: the session of the engine itself.
        reply: sends a message to a client.
        map_file: rows to begin with, and where what is learnt goes; None for neither.
        follows_clock: whether MIDI clock moves the song of the stage in focus.
        clock: seconds, monotonic.

    Raises:
        MidiError: the map file is none.
    """

    def __init__(
        self,
        sessions: Sessions,
        stages: Stages,
        house: Session,
        reply: Callable[[Session, Message], None],
        map_file: Path | None,
        follows_clock: bool,
        clock: Clock,
    ) -> None:
        self._sessions, self._stages, self._house, self._reply = sessions, stages, house, reply
        self._map_file, self._follows_clock, self._clock = map_file, follows_clock, clock
        self._map = MidiMap(read_rows(map_file) if map_file is not None else ())
        self._focus = house.number
        self._told: dict[str, float] = {}
        self._learners: dict[str, int] = {}
        self._clock_in: tuple[int, MidiClockIn] | None = None

    @property
    def focus(self) -> Session:
        """Whose stage the controllers move."""
        return self._sessions.by_number(self._focus) or self._house

    def look_at(self, session: Session) -> None:
        """Has the controllers move this client's stage from now on."""
        if session.number:
            self._focus = session.number

    def arrived(self, arrived: MidiArrived) -> list[Asked]:
        """What a message leads to."""
        session = self.focus
        if arrived.kind in OF_CLOCK:
            if self._follows_clock:
                self._tick(session, arrived)
            return []
        self._tell_map(self._stages.of(session))
        asked = []
        for event in self._map.moved(arrived):
            if isinstance(event, Learnt):
                self._keep(event.row.target, event.row)
            else:
                self._told[event.target.name] = event.value  # where it is refused, the map hears of it with the next
                self._reply(session, MidiMoved(event.target.name, event.value))
                asked.append(Asked(session, _message(event, session)))
        return asked

    def learn(self, session: Session, name: str) -> None:
        """Binds the next controller that is moved.

        Raises:
            UnknownSettingError: there is no such target.
        """
        self._map.learn(name, self._clock())
        self._learners[name] = session.number

    def forget(self, session: Session, name: str) -> None:
        """Unbinds a target.

        Raises:
            UnknownSettingError: there is no such target.
            MidiError: the map file cannot be brought up to date.
        """
        self._map.forget(name)
        self._learners[name] = session.number
        self._keep(find_target(name), None)

    def _keep(self, target: Target, row: Row | None) -> None:
        """Tells what moves a target now, and writes it down."""
        told = MidiLearned(target.name, "", 0, -1)
        if row is not None:
            told = MidiLearned(target.name, row.kind, row.channel or 0, row.number)
        log.info("%s is moved by %s", target.name, f"{told.kind} {told.number}" if row else "nothing")
        learner = self._sessions.by_number(self._learners.pop(target.name, 0))
        if learner is not None:
            self._reply(learner, told)
        if self._map_file is not None:
            write_target(self._map_file, self._map.rows, target)

    def _tell_map(self, stage: Stage) -> None:
        """Lets the map know what others have moved since, so that controllers take over softly."""
        for name, value in _present(stage).items():
            if self._told.get(name) != value:
                self._told[name] = value
                self._map.now(name, value)

    def _tick(self, session: Session, arrived: MidiArrived) -> None:
        with self._stages.conductor.lock:
            if self._clock_in is None or self._clock_in[0] != session.number:
                self._clock_in = session.number, MidiClockIn(self._stages.of(session).song)
            clock = self._clock_in[1]
            match arrived.kind:
                case midi_arrived.CLOCK:
                    clock.tick(arrived.at_s)
                case midi_arrived.START:
                    clock.start()
                case midi_arrived.CONTINUE:
                    clock.continue_()
                case midi_arrived.STOP:
                    clock.stop(arrived.at_s)
                case midi_arrived.SONG_POSITION:
                    clock.song_position(arrived.value)


def _message(move: Move, session: Session) -> Message:
    """A move as a client would ask for it; a recording goes to the first free number after all clips."""
    if move.message is not None:
        return move.message
    return MidiRecord(max(session.clips, default=0) + 1, 0) if move.value else MidiRecordStop()


def _present(stage: Stage) -> dict[str, float]:
    """What each target is now."""
    position = stage.scene.position
    values = {field.name: float(getattr(position, field.name)) for field in fields(position) if field.name != "knobs"}
    values |= {f"knob {number}": value for number, value in enumerate(position.knobs, start=1)}
    values |= {f"lock {name}": float(voice in stage.scene.locks) for voice, name in enumerate((*VOICES, "onsets"))}
    values |= {_RECORD: float(stage.recording is not None), "play": float(stage.player.playing)}
    return values | stage.settings
