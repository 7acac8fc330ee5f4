"""All stages: what a client's moves lead to, what comes back from the worker, and who plays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from bridge.client_sink import ClientSink
from bridge.clock import Clock
from bridge.conductor import Conductor
from bridge.fan_out import FanOut
from bridge.jobs import Morphed, MorphFailed, MorphJob
from bridge.note_sink import NoteSink
from bridge.outbox import Outbox
from bridge.patterns import Pattern
from bridge.player import Player
from bridge.protocol.message import Message
from bridge.protocol.morph_messages import MorphAnchor
from bridge.protocol.play_messages import PlayStatus, PlaySwitched
from bridge.protocol.session_messages import Use
from bridge.refusals import refusal
from bridge.scene import Scene
from bridge.sessions import Session, Sessions
from bridge.song_clock import SongClock
from bridge.song_line import SongLine
from bridge.stage import Stage
from bridge.worker import Worker

_MOST_SHORT_NOTES = 240
_PATTERN = -1
"""In the outbox, the place of requests' ids; a newer pattern takes back what was not sent of an older one."""


class Stages:
    """Stages by session; one thread alone uses it, but for the players, which the conductor calls too.

    Args:
        sessions: who is there.
        worker: makes patterns.
        outbox: sends them.
        clock: seconds, monotonic.
        bpm: of a stage that hears of no transport.
        midi_out: the MIDI port, which the stage has that began to play last; None where there is none.
    """

    def __init__(
        self,
        sessions: Sessions,
        worker: Worker,
        outbox: Outbox,
        clock: Clock,
        bpm: float = 120.0,
        midi_out: NoteSink | None = None,
    ) -> None:
        self._sessions, self._worker, self._outbox, self._clock, self._bpm = sessions, worker, outbox, clock, bpm
        self._midi_out = midi_out
        self._stages: dict[int, Stage] = {}
        self.conductor = Conductor(clock)

    def of(self, session: Session) -> Stage:
        """The stage of a client, made where there is none; who has no session leaves nothing behind."""
        stage = self._stages.get(session.number) or self._new(session)
        if session.number:
            self._stages[session.number] = stage
        return stage

    def change(self, session: Session, scene: Scene) -> None:
        """Gives a stage another scene, in the model that its client chose, and has its pattern made."""
        stage = self.of(session)
        scene = replace(scene, model=session.models.get(scene.kind or ""))
        stage.scene = scene
        if not (scene.placed and session.number):
            return
        stage.moves += 1
        now_s, wanted = self._clock(), scene.on_lattice()
        job = MorphJob(session.number, wanted, now_s, stage.moves)
        known = self._worker.lattice.find(session.number, wanted)
        if known is None:
            self._worker.morph(job)
        else:
            self._worker.rest(session.number, wanted)
            self._show(session, stage, Morphed(job, known, 0.0))

    def renew(self, session: Session, parts: Collection[str]) -> None:
        """Has the pattern of a stage made again where it is of one of these parts, by the model that plays it now.

        The old pattern plays on until then.
        """
        stage = self._stages.get(session.number)
        if stage is not None and stage.scene.kind in parts:
            self.change(session, stage.scene)

    def renew_all(self, parts: Collection[str]) -> None:
        """Renews every stage that is of one of these parts."""
        for number in tuple(self._stages):
            session = self._sessions.by_number(number)
            if session is not None:
                self.renew(session, parts)

    def morphed(self, event: Morphed) -> None:
        """Sends a new pattern, and has it played."""
        found = self._find(event.job.session)
        if found is None:
            return
        session, stage = found
        if event.job.move > stage.shown:  # else a newer one was found ahead meanwhile
            self._show(session, stage, event)

    def failed(self, event: MorphFailed) -> None:
        """Says that a scene gave no pattern; its anchors are as before, or its model where only that was another."""
        found = self._find(event.job.session)
        if found is None:
            return
        session, stage = found
        refused = event.job.scene
        if refused.placed is stage.proven.placed and refused.model != stage.proven.model:
            _take_back_model(session, stage, refused.model)
            self._outbox.send(refusal(event.error, 0, Use.spec.address), session.reply_to)
            return
        if stage.scene.placed is refused.placed:
            stage.take_back_anchors()
        self._outbox.send(refusal(event.error, 0, MorphAnchor.spec.address), session.reply_to)

    def resend(self, session: Session) -> None:
        """Sends the newest pattern once more, where there is one."""
        pattern = self.of(session).pattern
        if pattern is not None:
            self._send(session, pattern)

    def set(self, session: Session, name: str, value: float) -> None:
        """Changes a setting of the playing."""
        stage = self.of(session)
        stage.settings[name] = value
        with self.conductor.lock:
            self._apply(stage)
            self.conductor.lock.notify()

    def follow(self, session: Session, quarters: float, bpm: float, playing: bool) -> None:
        """Takes the client's transport in."""
        stage = self.of(session)
        with self.conductor.lock:
            stage.player.follow(quarters, bpm, playing, self._clock())
            self.conductor.lock.notify()

    def play(self, session: Session, on: bool) -> None:
        """Plays a stage, or ends it; who begins gets the MIDI port."""
        stage = self.of(session)
        with self.conductor.lock:
            if on:
                self._give_midi_out(stage)
            stage.player.play(on, self._clock())
            self._tell_status(session, stage)
            self.conductor.conduct(stage.player)

    def panic(self, session: Session) -> None:
        """Silences a stage, whatever it does."""
        stage = self.of(session)
        with self.conductor.lock:
            stage.player.panic(self._clock())
        self._tell_status(session, stage)

    def forget(self, session: Session) -> None:
        """Silences a client's stage and forgets it."""
        self._worker.forget(session.number)
        stage = self._stages.pop(session.number, None)
        if stage is not None:
            with self.conductor.lock:
                stage.player.panic(self._clock())
                self.conductor.dismiss(stage.player)

    def recording(self) -> Iterator[tuple[Session, Stage]]:
        """Who records."""
        for number, stage in self._stages.items():
            session = self._sessions.by_number(number)
            if session is not None and stage.recording is not None:
                yield session, stage

    def midi_line(self) -> SongLine:
        """The song of the stage that has the MIDI port; one that stands still where none has."""
        songs = (stage.song.line for stage in self._stages.values() if stage.has_midi_out)
        return next(songs, SongLine(0.0, 0.0, self._bpm))

    def tick(self) -> None:
        """Each second: how the playing goes, to those who play."""
        for number, stage in self._stages.items():
            session = self._sessions.by_number(number)
            if session is not None and stage.player.playing:
                self._tell_status(session, stage)

    def stop(self) -> None:
        """Silences all stages."""
        with self.conductor.lock:
            for stage in self._stages.values():
                stage.player.panic(self._clock())

    def _show(self, session: Session, stage: Stage, made: Morphed) -> None:
        pattern = stage.take(made)
        self._send(session, pattern)
        with self.conductor.lock:
            stage.player.take(pattern.generation, pattern.clip, made.job.asked_s, self._clock())
            self.conductor.lock.notify()

    def _new(self, session: Session) -> Stage:
        def send(message: Message) -> None:
            self._outbox.send(message, session.reply_to)

        def switched(generation: int, quarters: float) -> None:
            send(PlaySwitched(generation, quarters))

        song, outputs = SongClock(self._bpm), FanOut()
        stage = Stage(song, Player(outputs, song, switched), outputs, ClientSink(send, self._clock))
        self._apply(stage)
        return stage

    def _apply(self, stage: Stage) -> None:
        """Brings a player to what its settings say."""
        now_s = self._clock()
        stage.player.set_quantize(stage.settings["quantize"], now_s)
        stage.player.set_channel(int(stage.settings["channel"]))
        stage.use(stage.client_sink, bool(stage.settings["to_client"]), now_s)
        if self._midi_out is not None:
            stage.use(self._midi_out, bool(stage.settings["to_midi"]) and stage.has_midi_out, now_s)

    def _give_midi_out(self, stage: Stage) -> None:
        for other in {*self._stages.values(), stage}:
            other.has_midi_out = other is stage
            self._apply(other)

    def _find(self, number: int) -> tuple[Session, Stage] | None:
        session, stage = self._sessions.by_number(number), self._stages.get(number)
        return None if session is None or stage is None else (session, stage)

    def _send(self, session: Session, pattern: Pattern) -> None:
        self._outbox.take_back(_PATTERN, session.reply_to)
        if len(pattern.clip.notes) <= _MOST_SHORT_NOTES:
            self._outbox.send_all(pattern.messages(), session.reply_to)
        else:
            self._outbox.send_messages(_PATTERN, pattern.messages(), session.reply_to)

    def _tell_status(self, session: Session, stage: Stage) -> None:
        with self.conductor.lock:
            status = stage.player.status(self._clock())
        self._outbox.send(PlayStatus(*status), session.reply_to)


def _take_back_model(session: Session, stage: Stage, refused: str | None) -> None:
    """The model that gave the last pattern plays the part again, unless yet another was chosen meanwhile."""
    kind, model = stage.proven.kind, stage.proven.model
    if stage.scene.model != refused:
        return
    stage.scene = replace(stage.scene, model=model)
    if kind is not None and model is not None:
        session.models[kind] = model
    elif kind is not None:
        session.models.pop(kind, None)
