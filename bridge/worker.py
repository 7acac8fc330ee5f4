"""The only caller of the engine: one thread, a bounded queue, a deadline for each job; stale work is dropped."""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bridge.clock import Clock
from bridge.engine_interface import Engine, LoadEngine
from bridge.errors import BusyError
from bridge.protocol.clip_messages import ClipEnd
from bridge.protocol.limits import MAX_JOBS, MAX_SESSION_JOBS
from bridge.protocol.request_messages import Request
from engine.representations.clip import Clip
from engine.runtime.answers import Answer, CacheStats, ModelInfo, Prepared

log = logging.getLogger("bridge.worker")

_RECENT = 256


@dataclass(frozen=True, eq=False)
class RequestJob:
    """A request for new clips.

    Attributes:
        session: whose it is.
        message: what asked for it.
        submitted_s: when it was asked for.
        call: what is to be called.
        deadline_s: when its work must have begun.
    """

    session: int
    message: Request
    submitted_s: float
    call: Callable[[Engine], Answer]
    deadline_s: float


@dataclass(frozen=True, eq=False)
class PrepareJob:
    """A clip to be judged and encoded ahead.

    Attributes:
        session: whose it is.
        message: what asked for it.
        submitted_s: when it was asked for.
        clip: the clip.
        deadline_s: never, since it may have to wait for the models.
    """

    session: int
    message: ClipEnd
    submitted_s: float
    clip: Clip
    deadline_s: float = math.inf


Job = RequestJob | PrepareJob


@dataclass(frozen=True)
class Loaded:
    """The engine is loaded, or warm as well."""

    models: tuple[ModelInfo, ...]
    device_name: str
    warm: bool


@dataclass(frozen=True)
class LoadFailed:
    """The engine cannot be loaded."""

    error: Exception


@dataclass(frozen=True)
class Answered:
    """A request has its clips, after so long a wait."""

    job: RequestJob
    answer: Answer
    queue_ms: float


@dataclass(frozen=True)
class ClipPrepared:
    """A clip is judged and encoded."""

    job: PrepareJob
    prepared: Prepared


@dataclass(frozen=True)
class Failed:
    """A job raised."""

    job: Job
    error: Exception


Event = Loaded | LoadFailed | Answered | ClipPrepared | Failed


class Worker:
    """Runs jobs one after the other.

    Args:
        load: makes the engine; called in the worker's thread.
        deliver: takes what happened; called in the worker's thread, must not block.
        clock: seconds, monotonic.
    """

    def __init__(self, load: LoadEngine, deliver: Callable[[Event], None], clock: Clock) -> None:
        self._load, self._deliver, self._clock = load, deliver, clock
        self._waiting: deque[Job] = deque()
        self._at_work: Job | None = None
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
        """Jobs waiting or at work."""
        with self._changed:
            return len(self._waiting) + (self._at_work is not None)

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
            False where the job, or the loading, was not done in time; the thread is then left behind.
        """
        with self._changed:
            self._stopping = True
            self._waiting.clear()
            self._changed.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            engine = self._load()
            self._deliver(Loaded(tuple(engine.models), engine.device_name, warm=False))
            engine.warm_up()
        except Exception as error:  # whatever it is, the server must say it and end
            log.debug("loading failed", exc_info=True)
            self._deliver(LoadFailed(error))
            return
        self.cache_stats = engine.cache_stats()
        self._deliver(Loaded(tuple(engine.models), engine.device_name, warm=True))
        while (job := self._next()) is not None:
            self._do(job, engine)
        engine.close()

    def _next(self) -> Job | None:
        with self._changed:
            self._at_work = None
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            if self._stopping:
                return None
            self._at_work = self._waiting.popleft()
            return self._at_work

    def _do(self, job: Job, engine: Engine) -> None:
        try:
            event = self._call(job, engine)
            self.cache_stats = engine.cache_stats()
        except Exception as error:  # one request's failure must never end the worker
            event = Failed(job, error)
        self._deliver(event)

    def _call(self, job: Job, engine: Engine) -> Event:
        if isinstance(job, PrepareJob):
            return ClipPrepared(job, engine.prepare(job.clip))
        queue_ms = (self._clock() - job.submitted_s) * 1e3
        answer = job.call(engine)
        with self._changed:
            self._recent_ms.append((self._clock() - job.submitted_s) * 1e3)
        return Answered(job, answer, queue_ms)
