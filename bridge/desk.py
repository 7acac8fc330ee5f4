"""The desk between clients and worker: what is asked goes in, what became of it goes back to the one who asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from bridge.clock import Clock
from bridge.controls import Controls
from bridge.engine_interface import Engine
from bridge.errors import BridgeError, BusyError, CancelledError, NotReadyError, TooLargeError
from bridge.house import House
from bridge.jobs import Adopted, Answered, ClipPrepared, Failed, Job, Loaded, MorphFailed, PrepareJob, RequestJob
from bridge.note_sink import NoteSink
from bridge.outbox import Outbox
from bridge.protocol.arguments import echo
from bridge.protocol.clip_messages import ClipEnd, ClipReady
from bridge.protocol.limits import DEADLINE_S, MAX_RESULT_NOTES
from bridge.protocol.message import Message
from bridge.protocol.midi_messages import MidiRecord
from bridge.protocol.morph_messages import MorphDirection
from bridge.protocol.request_messages import Request, ResultResend
from bridge.protocol.session_messages import Error, Goodbye, Model, Ready, Status, Using
from bridge.recordings import Recording
from bridge.refusals import refusal
from bridge.results import KeptResults, Result, make_result
from bridge.sessions import Session, Sessions
from bridge.stages import Stages
from bridge.worker import Worker
from engine.errors import EngineError, UnknownModelError
from engine.representations.clip import Clip
from engine.runtime.answers import Answer

log = logging.getLogger("bridge")


class Desk:
    """Sessions, kept results, worker and outbox together; one thread alone uses it.

    Args:
        worker: calls the engine.
        outbox: sends.
        version: the engine's own version, for `/bridge/welcome`.
        clock: seconds, monotonic.
        bpm: tempo of stages that hear of no transport.
        midi_out: plays to a MIDI port; None where there is none.

    Attributes:
        house: the engine's own stage.
        controls: what a MIDI input moves; None where there is none.
    """

    def __init__(
        self,
        worker: Worker,
        outbox: Outbox,
        version: str,
        clock: Clock,
        bpm: float = 120.0,
        midi_out: NoteSink | None = None,
    ) -> None:
        self.worker, self.outbox, self.version = worker, outbox, version
        self.sessions, self.kept = Sessions(clock), KeptResults(clock)
        self.stages = Stages(self.sessions, worker, outbox, clock, bpm, midi_out)
        self.house = House(self.sessions.house(), self.stages)
        self.controls: Controls | None = None
        self.clock, self._started_s = clock, clock()
        self._loaded: Loaded | None = None

    @property
    def uptime_s(self) -> float:
        """Seconds since the start."""
        return self.clock() - self._started_s

    def models(self) -> Iterator[Model]:
        """The models as far as they are known: none before they are loaded."""
        if self._loaded is not None:
            for model in self._loaded.models:
                yield Model(model.name, model.kind, model.bars, model.latent_dim, int(self._loaded.warm))

    def using(self, session: Session) -> Iterator[Using]:
        """Which model plays each part for a client, as far as models are known."""
        for model in self._loaded.models if self._loaded is not None else ():
            if model.is_default:
                yield Using(model.role, session.models.get(model.role, model.name))

    def directions(self, session: Session) -> Iterator[MorphDirection]:
        """What the knobs do, kind by kind, in the models that a client uses, as far as they are known."""
        for using in sorted(self.using(session), key=lambda using: using.part):
            for number, knob in self._loaded.knobs.get(using.model, ()) if self._loaded is not None else ():
                yield MorphDirection(number, using.part, knob.name, knob.low, knob.high, int(knob.in_latent))

    # What handlers ask for

    def use(self, session: Session, name: str) -> Using:
        """Has a model play its part for a client from now on, on its stage too.

        Raises:
            NotReadyError: the models are not warm.
            UnknownModelError: there is none of that name.
        """
        if self._loaded is None or not self._loaded.warm:
            raise NotReadyError("the models are still being warmed; wait for /bridge/ready and choose again")
        parts = {model.name: model.role for model in self._loaded.models}
        if name not in parts:
            raise UnknownModelError(f"no model {echo(name)}; choose one of {', '.join(parts)}")
        using = Using(parts[name], name)
        if using not in tuple(self.using(session)):
            session.models[using.part] = name
            self.stages.renew(session, (using.part,))
        return using

    def reply(self, session: Session, message: Message) -> None:
        """Sends a short answer."""
        self.outbox.send(message, session.reply_to)

    def check_result_size(self, count: int, *sources: Clip) -> None:
        """Raises TooLargeError where so many clips like these would make too large a result."""
        most = max(len(clip.notes) for clip in sources)
        if count * most > MAX_RESULT_NOTES:
            raise TooLargeError(
                f"{count} clips of {most:,} notes are {count * most:,} notes; a result may have {MAX_RESULT_NOTES:,}: "
                f"ask for {MAX_RESULT_NOTES // most} at once"
            )

    def submit(self, session: Session, request: Request, call: Callable[[Engine], Answer]) -> None:
        """Queues a request; the same one come twice is queued once.

        Raises:
            NotReadyError: the models are not warm.
            BusyError: the queue is full, or the id belongs to another request that is not done.
        """
        before = session.pending.get(request.request)
        if before is not None and before.message == request:
            return
        if before is not None:
            raise BusyError(f"request {request.request} is another one, not done yet; take a new id or wait")
        if self._loaded is None or not self._loaded.warm:
            raise NotReadyError("the models are still being warmed; wait for /bridge/ready and ask again")
        now_s = self.clock()
        job = RequestJob(session.number, request, now_s, call, now_s + DEADLINE_S)
        self.worker.submit(job)
        session.pending[request.request] = job

    def prepare(self, session: Session, end: ClipEnd, clip: Clip) -> None:
        """Has a clip judged and encoded ahead, once; before the models are warm this waits for them."""
        before = session.preparing.get(end.clip)
        if before is None or before.clip is not clip:
            job = PrepareJob(session.number, end, self.clock(), clip, dict(session.models))
            self.worker.submit(job)
            session.preparing[end.clip] = job

    def take_back(self, session: Session, request: int) -> None:
        """Gives a request up, wherever it is."""
        job = session.pending.pop(request, None)
        self.worker.take_back(lambda waiting: waiting is job)
        self.outbox.take_back(request, session.reply_to)

    def reply_result(self, session: Session, result: Result) -> None:
        """Sends a result, and keeps it a while."""
        self.kept.keep(session.number, result)
        self.outbox.send_result(result, session.reply_to)

    def record(self, session: Session, recording: Recording) -> None:
        """Begins a recording."""
        self.stages.of(session).recording = recording
        self.tell_recordings()

    def tell_recordings(self) -> None:
        """How the recordings go; what is over becomes a clip of its client."""
        for session, stage in self.stages.recording():
            assert stage.recording is not None
            news = stage.recording.news()
            if news is not None:
                self.reply(session, news)
            if stage.recording.is_over:
                recording, stage.recording = stage.recording, None
                self._keep_phrase(session, recording)

    def resend(self, session: Session, wanted: ResultResend) -> None:
        """Sends a span of a kept result once more."""
        result = self.kept.find(session.number, wanted.request, wanted.index)
        self.outbox.send_messages(wanted.request, result.resent(wanted), session.reply_to)

    def forget(self, session: Session) -> None:
        """Ends a session and all that it waits for."""
        self.sessions.close(session)
        self.kept.forget_session(session.number)
        self.stages.forget(session)

    # What the worker and the clock bring

    def loaded(self, event: Loaded) -> None:
        """Takes note of the models, and tells those who wait for them."""
        self._loaded = event
        if not event.warm:
            return
        for session in self.sessions:
            if session.said_hello:
                for message in (*self.models(), *self.using(session), Ready()):
                    self.reply(session, message)

    def adopted(self, event: Adopted) -> None:
        """Tells of models that came or changed, and has those stages renewed that they play."""
        self._loaded = event.loaded
        for session in self.sessions:
            if session.said_hello:
                for message in (*self.models(), *self.using(session)):
                    self.reply(session, message)
        self.stages.renew_all(event.renewed)

    def morph_failed(self, event: MorphFailed) -> None:
        """Says that a scene gave no pattern; where its model was taken back, says which one plays."""
        session = self.sessions.by_number(event.job.session)
        before = {} if session is None else dict(session.models)
        self.stages.failed(event)
        if session is not None and session.models != before:
            for message in self.using(session):
                self.reply(session, message)

    def answered(self, event: Answered) -> None:
        """Sends a result, unless its client has gone or has given it up."""
        session = self._settle(event.job)
        if session is not None:
            self.reply_result(session, make_result(event.job.message, event.answer, event.queue_ms))

    def prepared(self, event: ClipPrepared) -> None:
        """Says that a clip is ready, unless it was dropped or replaced meanwhile."""
        session, number, clip = self._settle(event.job), event.job.message.clip, event.job.clip
        if session is not None and session.clips.get(number) is clip:
            what = event.prepared
            self.reply(session, ClipReady(number, len(clip.notes), what.kind, what.bars, int(what.cached)))

    def failed(self, event: Failed) -> None:
        """Says what went wrong, unless nobody waits for it."""
        session = self._settle(event.job)
        if session is not None:
            self.reply(session, _refused(event.job, event.error))

    def tick(self) -> None:
        """Each second: status to all, and an end to what is silent, old or stale."""
        for job in self.worker.take_back_stale():
            self.failed(Failed(job, BusyError(f"the request waited over {DEADLINE_S:g} s; ask again")))
        for session in self.sessions.silent():
            log.info("client %d at %s:%d is silent and dropped", session.number, *session.address)
            self.forget(session)
        self.kept.forget_old()
        self.stages.tick()
        status = self._status()
        for session in self.sessions:
            if session.said_hello:
                self.reply(session, status)

    def stop(self) -> None:
        """Silences all, and tells everybody that it is over."""
        self.stages.stop()
        for session in self.sessions:
            for job in session.pending.values():
                self.reply(session, _refused(job, CancelledError("the engine is stopping; start it and ask again")))
            if session.said_hello:
                self.reply(session, Goodbye())

    def _keep_phrase(self, session: Session, recording: Recording) -> None:
        clip = recording.clip
        if clip is None:
            return
        try:
            if session is self.house.session:
                self.house.add(clip)
            else:
                session.clips[recording.number] = clip
                self.prepare(session, ClipEnd(recording.number), clip)
        except (BridgeError, EngineError) as error:
            log.warning("what was recorded cannot be used: %s", error)
            self.reply(session, refusal(error, 0, MidiRecord.spec.address))

    def _settle(self, job: Job) -> Session | None:
        """Ends the wait for a job: its session, or None where nobody waits for it any more."""
        session = self.sessions.by_number(job.session)
        if session is None:
            return None
        return session if session.settle(job) else None

    def _status(self) -> Status:
        worker, stats = self.worker, self.worker.cache_stats
        clips, hits, misses = (stats.clips, stats.hits, stats.misses) if stats is not None else (0, 0, 0)
        return Status(self.uptime_s, worker.depth, clips, hits, misses, worker.p95_ms)


def _refused(job: Job, error: Exception) -> Error:
    request = 0 if isinstance(job, PrepareJob) else job.message.request
    return refusal(error, request, job.message.spec.address)
