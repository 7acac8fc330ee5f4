"""The only caller of the engine: one thread, a bounded queue, a deadline for each job; stale work is dropped.

A morph is no queue: of each stage only the newest scene waits, and takes turns with the requests. Models that were
picked up are taken in between two jobs.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Sequence

from bridge.clock import Clock
from bridge.engine_interface import Engine, LoadEngine
from bridge.errors import BusyError
from bridge.fields import Fields
from bridge.jobs import (
    Adopted,
    Adoption,
    Ahead,
    Answered,
    ClipPrepared,
    Event,
    Failed,
    Job,
    Loaded,
    LoadFailed,
    Morphed,
    MorphFailed,
    MorphJob,
    PrepareJob,
)
from bridge.lattice import Lattice
from bridge.pick_up import PickingUp
from bridge.protocol.limits import MAX_JOBS, MAX_SESSION_JOBS
from bridge.scene import Scene
from engine.runtime.answers import CacheStats, ModelInfo
from engine.runtime.knobs import KNOBS

log = logging.getLogger("bridge.worker")

_RECENT = 256
# Under a hand that moves nothing is decoded ahead: it would take from the moves what it is to give them.
_REST_S = 0.05
_AHEAD_AT_ONCE = 8


class Worker:
    """Runs jobs one after the other.

    Args:
        load: makes the engine; called in the worker's thread.
        deliver: takes what happened; called in the worker's thread, must not block.
        clock: seconds, monotonic.
        picking_up: looks for models once the engine is warm; None where nobody is to look.
    """

    def __init__(
        self,
        load: LoadEngine,
        deliver: Callable[[Event], None],
        clock: Clock,
        picking_up: PickingUp | None = None,
    ) -> None:
        self._load, self._deliver, self._clock, self._picking_up = load, deliver, clock, picking_up
        self._waiting: deque[Job] = deque()
        self._scenes: dict[int, MorphJob] = {}
        self._fields = Fields()
        self.lattice = Lattice()
        self._resting: Ahead | None = None
        self._forgotten: list[int] = []
        self._adoptions: deque[Adoption] = deque()
        self._at_work: Job | MorphJob | None = None
        self._changed = threading.Condition()
        self._stopping = False
        self._recent_ms: deque[float] = deque(maxlen=_RECENT)
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self.cache_stats: CacheStats | None = None

    def start(self) -> None:
        """Begins to load the engine, and to work once it is warm."""
        self._thread.start()

    @property
    def depth(self) -> int:
        """Requests and clips waiting or at work, and scenes waiting."""
        with self._changed:
            return len(self._waiting) + len(self._scenes) + isinstance(self._at_work, Job)

    @property
    def scenes_waiting(self) -> int:
        """Scenes waiting, at most one a stage."""
        with self._changed:
            return len(self._scenes)

    @property
    def p95_ms(self) -> float:
        """Of the latest requests 95 in 100 took at most so long, waiting included; 0 before the first."""
        with self._changed:
            recent = sorted(self._recent_ms)
        return recent[math.ceil(0.95 * len(recent)) - 1] if recent else 0.0

    def submit(self, job: Job) -> None:
        """Queues a job.

        Raises:
            BusyError: the queue, or this client's share of it, is full.
        """
        with self._changed:
            if self._stopping:
                raise BusyError("the engine is stopping; start it again")
            if len(self._waiting) >= MAX_JOBS:
                raise BusyError(f"{MAX_JOBS} requests and clips wait already; ask again when some are done")
            if sum(waiting.session == job.session for waiting in self._waiting) >= MAX_SESSION_JOBS:
                raise BusyError(
                    f"{MAX_SESSION_JOBS} requests and clips of yours wait already; ask again when some are done"
                )
            self._waiting.append(job)
            self._changed.notify()

    def morph(self, job: MorphJob) -> None:
        """Has a scene's pattern made as soon as can be; an older scene of this stage that still waits is dropped."""
        with self._changed:
            if not self._stopping:
                self._scenes[job.session] = job
                self._changed.notify()

    def rest(self, session: int, scene: Scene) -> None:
        """Has the neighbours of a scene decoded that was found ahead; an older one that waits is dropped."""
        with self._changed:
            self._scenes.pop(session, None)
            self._rest(session, scene)
            self._changed.notify()

    def adopt(self, adoption: Adoption) -> None:
        """Has the engine take in what was picked up, before the next job."""
        with self._changed:
            self._adoptions.append(adoption)
            self._changed.notify()

    def forget(self, session: int) -> None:
        """Drops all that waits for a client, and what was kept for its morph."""
        self.take_back(lambda job: job.session == session)
        with self._changed:
            self._scenes.pop(session, None)
            self._forgotten.append(session)  # only after the job at work, which may still keep something for it
            self._changed.notify()

    def take_back(self, unwanted: Callable[[Job], bool]) -> list[Job]:
        """Removes waiting jobs and returns them; one at work goes on, and its answer is for the caller to ignore."""
        with self._changed:
            taken = [job for job in self._waiting if unwanted(job)]
            self._waiting = deque(job for job in self._waiting if not unwanted(job))
        return taken

    def take_back_stale(self) -> list[Job]:
        """Removes and returns the jobs whose deadline has passed."""
        now_s = self._clock()
        return self.take_back(lambda job: job.deadline_s < now_s)

    def stop(self, timeout_s: float) -> bool:
        """Ends after the job at work, with the engine closed.

        Returns:
            False where the job, or the loading, was not done in time; its thread is then left behind.
        """
        with self._changed:
            self._stopping = True
            self._waiting.clear()
            self._scenes.clear()
            self._changed.notify()
        if self._picking_up is not None:
            self._picking_up.stop()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            return False
        return self._picking_up is None or self._picking_up.join(timeout_s)

    def _run(self) -> None:
        try:
            engine = self._load()
            finder = engine.pick_up()
            self._deliver(_loaded(engine, warm=False))
            engine.warm_up()
        except Exception as error:  # whatever it is, the server must say it and end
            log.debug("loading failed", exc_info=True)
            self._deliver(LoadFailed(error))
            return
        self.cache_stats = engine.cache_stats()
        self._deliver(_loaded(engine, warm=True))
        if self._picking_up is not None:
            self._picking_up.start(finder, self.adopt)
        while (job := self._next()) is not None:
            self._do(job, engine)
        engine.close()

    def _next(self) -> Job | MorphJob | Adoption | Ahead | None:
        """A scene, unless one was done last and a request waits; where nothing waits, what may be wanted next.

        Models that were picked up come before all that: they are there already, and only handed over.
        """
        with self._changed:
            morphed, self._at_work = isinstance(self._at_work, MorphJob), None
            self._let_go()
            while not (self._waiting or self._scenes or self._adoptions or self._stopping or self._has_rested()):
                self._changed.wait(_REST_S if self._resting else None)
                self._let_go()
            if self._stopping:
                return None
            if self._adoptions:
                return self._adoptions.popleft()
            if self._scenes and not (morphed and self._waiting):
                self._at_work = self._scenes.pop(next(iter(self._scenes)))
            elif self._waiting:
                self._at_work = self._waiting.popleft()
            else:
                return self._resting
            return self._at_work

    def _let_go(self) -> None:
        """Drops what was kept for the morphs of clients that are gone."""
        while self._forgotten:
            session = self._forgotten.pop()
            self._fields.forget(session)
            self.lattice.forget(session)
            if self._resting is not None and self._resting.session == session:
                self._resting = None

    def _do(self, job: Job | MorphJob | Adoption | Ahead, engine: Engine) -> None:
        if isinstance(job, Adoption):
            self._deliver(self._adopted(job, engine))
            return
        if isinstance(job, Ahead):
            self._look_ahead(job, engine)
            return
        event: Event
        try:
            event = self._morphed(job, engine) if isinstance(job, MorphJob) else self._call(job, engine)
            self.cache_stats = engine.cache_stats()
        except Exception as error:  # one request's failure must never end the worker
            event = MorphFailed(job, error) if isinstance(job, MorphJob) else Failed(job, error)
        self._deliver(event)

    def _adopted(self, adoption: Adoption, engine: Engine) -> Adopted:
        """What depends on weights that are no longer played is let go, all at once, so that nothing is mixed."""
        before = tuple(engine.models)
        engine.adopt(adoption.arrived)
        renewed = _renewed(before, tuple(engine.models))
        if renewed:
            self._fields.forget_all()
            self.lattice.forget_all()
        return Adopted(_loaded(engine, warm=True), renewed)

    def _morphed(self, job: MorphJob, engine: Engine) -> Morphed:
        field = self._fields.get(job.session, job.scene, engine)
        answer = engine.morph(field, [job.scene.position], job.scene.locks)
        self.lattice.keep(job.session, job.scene, [job.scene.position], answer.clips)
        with self._changed:
            self._rest(job.session, job.scene)
        return Morphed(job, answer.clips[0], answer.decode_ms)

    def _rest(self, session: int, scene: Scene) -> None:
        self._resting = Ahead(session, scene, self._clock() + _REST_S)

    def _has_rested(self) -> bool:
        return self._resting is not None and self._clock() >= self._resting.begin_s

    def _look_ahead(self, ahead: Ahead, engine: Engine) -> None:
        """Decodes some of the cursor's neighbours, few enough that a move need not wait long."""
        positions = self.lattice.missing(ahead.session, ahead.scene, _AHEAD_AT_ONCE)
        try:
            if positions:
                field = self._fields.get(ahead.session, ahead.scene, engine)
                answer = engine.morph(field, positions, ahead.scene.locks)
                self.lattice.keep(ahead.session, ahead.scene, positions, answer.clips)
        except Exception:  # what nobody has asked for must not end the worker
            log.exception("decoding ahead failed")
            positions = []
        if not positions:
            with self._changed:
                if self._resting is ahead:
                    self._resting = None

    def _call(self, job: Job, engine: Engine) -> Event:
        if isinstance(job, PrepareJob):
            return ClipPrepared(job, engine.prepare(job.clip, models=job.models))
        queue_ms = (self._clock() - job.submitted_s) * 1e3
        answer = job.call(engine)
        with self._changed:
            self._recent_ms.append((self._clock() - job.submitted_s) * 1e3)
        return Answered(job, answer, queue_ms)


def _loaded(engine: Engine, warm: bool) -> Loaded:
    morphing = [model for model in engine.models if model.role in KNOBS]
    knobs = {model.name: engine.knobs(model.role, models={model.role: model.name}) for model in morphing}
    return Loaded(tuple(engine.models), engine.device_name, warm, knobs)


def _renewed(before: Sequence[ModelInfo], after: Sequence[ModelInfo]) -> frozenset[str]:
    """Parts of which a model has other weights now, or is the default no more; one that only came changes nothing."""
    now = {model.name: model for model in after}
    return frozenset(model.role for model in before if now.get(model.name) != model)
