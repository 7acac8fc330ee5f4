"""The one caller of the engine: order, failure, times, and an end in time."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest
from fake_engine import UNPLAYABLE_QUARTERS, FakeEngine, melody

from bridge.engine_interface import Engine
from bridge.jobs import (
    Answered,
    ClipPrepared,
    Event,
    Failed,
    Loaded,
    LoadFailed,
    Morphed,
    MorphFailed,
    MorphJob,
    PrepareJob,
    RequestJob,
)
from bridge.protocol.clip_messages import ClipEnd
from bridge.protocol.request_messages import Sample
from bridge.scene import Scene
from bridge.worker import Worker
from engine.errors import CheckpointError
from engine.representations.clip import make_clip
from engine.runtime.answers import Answer


@pytest.fixture
def events() -> queue.Queue[Event]:
    return queue.Queue()


@pytest.fixture
def worker(engine: FakeEngine, events: queue.Queue[Event]) -> Iterator[Worker]:
    ticks = iter(range(100_000))
    worker = Worker(lambda: engine, events.put, lambda: float(next(ticks)))
    worker.start()
    for warm in (False, True):
        event = events.get(timeout=5)
        assert isinstance(event, Loaded)
        assert event.warm == warm
    yield worker
    engine.gate.set()
    assert worker.stop(5)
    assert engine.closed


def job(request: int, submitted_s: float = 0.0) -> RequestJob:
    def call(engine: Engine) -> Answer:
        return engine.sample("melody_2bar", request)

    return RequestJob(1, Sample(request, "melody_2bar", request), submitted_s, call, 1e9)


def test_jobs_are_done_in_order_and_tell_how_long_they_waited(worker: Worker, events: queue.Queue[Event]) -> None:
    for request in (1, 2, 3):
        worker.submit(job(request, submitted_s=-10.0))
    answers = [events.get(timeout=5) for _ in range(3)]
    assert [len(event.answer.clips) for event in answers if isinstance(event, Answered)] == [1, 2, 3]
    assert all(event.queue_ms >= 10_000 for event in answers if isinstance(event, Answered))
    assert worker.p95_ms > 10_000


def test_a_failure_is_delivered_and_the_next_job_is_done(worker: Worker, events: queue.Queue[Event]) -> None:
    def call(_engine: Engine) -> Answer:
        raise MemoryError("too much")

    broken = RequestJob(1, Sample(1, "melody_2bar", 1), 0.0, call, 1e9)
    worker.submit(broken)
    worker.submit(PrepareJob(1, ClipEnd(4), 0.0, melody(), {}))
    failed, prepared = events.get(timeout=5), events.get(timeout=5)
    assert isinstance(failed, Failed)
    assert (failed.job, type(failed.error)) == (broken, MemoryError)
    assert isinstance(prepared, ClipPrepared)
    assert prepared.prepared.kind == "melody"


def test_waiting_jobs_can_be_taken_back_and_the_one_at_work_is_done(
    worker: Worker, engine: FakeEngine, events: queue.Queue[Event]
) -> None:
    engine.gate.clear()
    first, second = job(1), job(2)
    worker.submit(first)
    while not engine.calls or engine.calls[-1][0] != "sample":
        assert engine.begun.acquire(timeout=5)
    worker.submit(second)
    assert worker.depth == 2
    assert worker.take_back(lambda _: True) == [second]
    engine.gate.set()
    event = events.get(timeout=5)
    assert isinstance(event, Answered)
    assert event.job is first
    assert events.empty()


def test_an_engine_that_cannot_be_loaded_is_delivered(events: queue.Queue[Event]) -> None:
    def load() -> Engine:
        raise CheckpointError("corrupt")

    worker = Worker(load, events.put, lambda: 0.0)
    worker.start()
    event = events.get(timeout=5)
    assert isinstance(event, LoadFailed)
    assert str(event.error) == "corrupt"
    assert worker.stop(5)


def test_stopping_does_not_wait_for_work_without_end(engine: FakeEngine, events: queue.Queue[Event]) -> None:
    engine.gate.clear()
    worker = Worker(lambda: engine, events.put, lambda: 0.0)
    worker.start()
    assert engine.begun.acquire(timeout=5)
    assert not worker.stop(0.05)
    engine.gate.set()
    assert worker.stop(5)


SCENE = Scene().with_anchor(1, 1, melody(), 0.0, 0.0)


def shut_at_a_morph(worker: Worker, engine: FakeEngine) -> None:
    engine.gate.clear()
    worker.morph(MorphJob(1, SCENE, 0.0))
    while not engine.calls or engine.calls[-1][0] != "field":
        assert engine.begun.acquire(timeout=5)


def test_of_many_moves_the_newest_alone_is_made_and_the_last_one_always(
    worker: Worker, engine: FakeEngine, events: queue.Queue[Event]
) -> None:
    shut_at_a_morph(worker, engine)
    for turn in range(1, 1001):
        worker.morph(MorphJob(1, SCENE.moved(x=turn / 1000), float(turn)))
        assert worker.scenes_waiting == 1
        assert worker.depth == 1
    engine.gate.set()
    made = [events.get(timeout=5), events.get(timeout=5)]
    assert [event.job.asked_s for event in made if isinstance(event, Morphed)] == [0.0, 1000.0]
    assert worker.scenes_waiting == worker.depth == 0


def test_stages_do_not_take_each_others_place(worker: Worker, engine: FakeEngine, events: queue.Queue[Event]) -> None:
    shut_at_a_morph(worker, engine)
    for session in (2, 3, 2):
        worker.morph(MorphJob(session, SCENE, 0.0))
    engine.gate.set()
    made = [events.get(timeout=5) for _ in range(3)]
    assert [event.job.session for event in made if isinstance(event, Morphed)] == [1, 2, 3]


def test_moves_and_requests_take_turns(worker: Worker, engine: FakeEngine, events: queue.Queue[Event]) -> None:
    shut_at_a_morph(worker, engine)
    for request in (1, 2):
        worker.submit(job(request))
        worker.morph(MorphJob(9 + request, SCENE, 0.0))
    engine.gate.set()
    kinds = [type(events.get(timeout=5)) for _ in range(5)]
    assert kinds == [Morphed, Answered, Morphed, Answered, Morphed]


def test_anchors_are_made_a_field_of_once_and_forgotten_with_their_client(
    worker: Worker, engine: FakeEngine, events: queue.Queue[Event]
) -> None:
    for x in (0.1, 0.2):
        worker.morph(MorphJob(1, SCENE.moved(x=x), 0.0))
        events.get(timeout=5)
    assert [name for name, *_ in engine.calls].count("field") == 1
    worker.forget(1)
    worker.morph(MorphJob(1, SCENE, 0.0))
    events.get(timeout=5)
    assert [name for name, *_ in engine.calls].count("field") == 2


def test_a_scene_that_cannot_be_made_is_told_and_the_next_one_is_made(
    worker: Worker, events: queue.Queue[Event]
) -> None:
    odd = make_clip(melody().notes, UNPLAYABLE_QUARTERS)
    worker.morph(MorphJob(1, Scene().with_anchor(1, 1, odd, 0.0, 0.0), 0.0))
    worker.morph(MorphJob(2, SCENE, 0.0))
    assert {type(events.get(timeout=5)), type(events.get(timeout=5))} == {MorphFailed, Morphed}


def test_nothing_is_kept_for_a_client_that_goes_while_its_morph_is_made(
    worker: Worker, engine: FakeEngine, events: queue.Queue[Event]
) -> None:
    shut_at_a_morph(worker, engine)
    worker.forget(1)
    engine.gate.set()
    assert isinstance(events.get(timeout=5), Morphed)
    worker.submit(job(1))
    assert isinstance(events.get(timeout=5), Answered)
    assert worker.lattice.find(1, SCENE) is None
