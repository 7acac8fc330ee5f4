"""Time on the desk: heartbeat, silence, deadlines and kept results, with a clock turned by hand and no threads."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from fake_engine import MODELS, FakeEngine, melody

from bridge.desk import Desk
from bridge.errors import BusyError, NotReadyError, OutOfRangeError
from bridge.handlers import HANDLERS
from bridge.jobs import Answered, Job, Loaded, RequestJob
from bridge.outbox import Outbox
from bridge.protocol.clip_messages import ClipEnd, ClipReady
from bridge.protocol.limits import MAX_JOBS
from bridge.protocol.message import Message
from bridge.protocol.request_messages import ResultResend, Sample, Vary
from bridge.protocol.session_messages import Error, Goodbye, Hello, Model, Ping, Ready, Status
from bridge.results import Result
from bridge.sessions import Address, Session
from bridge.worker import Worker
from engine.runtime.answers import Answer

HERE = ("127.0.0.1", 5_000)


@dataclass
class Hand:
    """A clock that stands still until it is turned."""

    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Pigeonhole(Outbox):
    """An outbox that keeps what would be sent."""

    sent: list[Message] = field(default_factory=list)

    def send(self, message: Message, _address: Address) -> None:
        self.sent.append(message)

    def send_result(self, result: Result, _address: Address) -> None:
        self.sent += result.messages()

    def take_back(self, request: int, address: Address) -> None:
        """Nothing waits here."""


@dataclass
class Table:
    """A desk whose worker never starts."""

    clock: Hand = field(default_factory=Hand)
    outbox: Pigeonhole = field(default_factory=Pigeonhole)

    def __post_init__(self) -> None:
        self.worker = Worker(FakeEngine, lambda _event: None, self.clock)
        self.desk = Desk(self.worker, self.outbox, "1.0", self.clock)

    def warm(self) -> None:
        self.desk.loaded(Loaded(MODELS, "paper", warm=True, knobs={}))

    def say(self, message: Message, sender: Address = HERE) -> Session:
        session = self.desk.sessions.open(sender)
        HANDLERS[type(message)](self.desk, session, message)
        return session

    def after(self, seconds: float) -> list[Message]:
        """Turns the clock, ticks, and gives what was sent."""
        self.clock.now_s += seconds
        self.outbox.sent.clear()
        self.desk.tick()
        return list(self.outbox.sent)

    def waiting(self) -> list[Job]:
        return list(self.worker._waiting)


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_tick_sends_status_to_those_who_said_hello_and_to_nobody_else(table: Table) -> None:
    table.say(Hello(0, 1, "a"))
    table.say(Ping(1), ("127.0.0.1", 6_000))
    assert table.after(1.0) == [Status(1.0, 0, 0, 0, 0, 0.0)]


def test_a_client_silent_for_ten_seconds_is_dropped_and_one_that_pings_is_not(table: Table) -> None:
    silent = table.say(Hello(0, 1, "silent"))
    silent.clips[1] = melody()
    table.say(Hello(0, 1, "alive"), ("127.0.0.1", 6_000))
    table.after(9.0)
    table.say(Ping(1), ("127.0.0.1", 6_000))
    table.after(1.0)
    assert len(table.desk.sessions) == 2
    table.after(0.5)
    assert [session.address[1] for session in table.desk.sessions] == [6_000]
    assert table.say(Hello(0, 1, "back again")).clips == {}


def test_a_silent_client_that_waits_for_a_request_is_kept_until_it_is_answered(table: Table) -> None:
    table.warm()
    session = table.say(Sample(1, "melody_2bar", 1))
    table.after(15.0)
    (job,) = table.waiting()
    assert isinstance(job, RequestJob)
    table.desk.answered(Answered(job, Answer((melody(),)), 0.0))
    assert not session.pending
    table.after(1.0)
    assert len(table.desk.sessions) == 0


def test_work_past_its_deadline_is_dropped_and_said_to_be(table: Table) -> None:
    table.warm()
    table.say(Sample(1, "melody_2bar", 1))
    assert table.after(30.0) == []
    (error,) = table.after(0.5)
    assert isinstance(error, Error)
    assert (error.request, error.code, error.address) == (1, "busy", "/bridge/sample")
    assert table.waiting() == []


def test_results_are_kept_for_ten_seconds(table: Table) -> None:
    table.warm()
    session = table.say(Sample(1, "melody_2bar", 1))
    (job,) = table.waiting()
    assert isinstance(job, RequestJob)
    table.desk.answered(Answered(job, Answer((melody(),)), 0.0))
    table.after(10.0)
    assert table.desk.kept.find(session.number, 1, 0).num_notes == 4
    table.say(Ping(1))
    table.after(0.5)
    with pytest.raises(OutOfRangeError, match="10 s"):
        table.say(ResultResend(1, 0, 0, 0))


def test_kept_results_are_bounded_and_the_oldest_go_first(table: Table) -> None:
    table.warm()
    clip = melody(20_000)
    for request in range(1, 31):
        table.say(Sample(request, "melody_2bar", 1))
        job = table.waiting()[-1]
        assert isinstance(job, RequestJob)
        table.desk.answered(Answered(job, Answer((clip,)), 0.0))
    assert len(table.desk.kept) == 19
    assert table.desk.kept.find(1, 30, 0).num_notes == 20_000


def test_before_the_models_are_warm_hello_says_so_requests_wait_and_clips_do_not(table: Table) -> None:
    session = table.say(Hello(0, 1, "early"))
    session.clips[1] = melody()
    with pytest.raises(NotReadyError):
        table.say(Vary(1, 1, 1, 0.5))
    table.say(ClipEnd(1))
    table.say(ClipEnd(1))
    assert len(table.waiting()) == 1
    table.desk.loaded(Loaded(MODELS, "paper", warm=False, knobs={}))
    table.outbox.sent.clear()
    table.say(Hello(0, 1, "early"))
    assert [message.ready for message in table.outbox.sent if isinstance(message, Model)] == [0, 0]
    table.outbox.sent.clear()
    table.warm()
    assert [message.ready for message in table.outbox.sent if isinstance(message, Model)] == [1, 1]
    assert table.outbox.sent[-1] == Ready()


def test_what_becomes_of_a_request_after_its_client_has_gone_is_told_to_nobody(table: Table) -> None:
    table.warm()
    session = table.say(Sample(1, "melody_2bar", 1))
    (job,) = table.waiting()
    table.desk.forget(session)
    table.outbox.sent.clear()
    assert isinstance(job, RequestJob)
    table.desk.answered(Answered(job, Answer((melody(),)), 0.0))
    assert table.outbox.sent == []
    assert table.waiting() == []


def test_the_queue_of_all_clients_is_bounded(table: Table) -> None:
    table.warm()
    for request in range(1, MAX_JOBS + 1):
        table.say(Sample(request, "melody_2bar", 1), ("127.0.0.1", 5_000 + request % 8))
    with pytest.raises(BusyError, match=str(MAX_JOBS)):
        table.say(Sample(1, "melody_2bar", 1), ("127.0.0.1", 6_000))
    assert len(table.waiting()) == MAX_JOBS


def test_stopping_cancels_what_waits_and_says_goodbye(table: Table) -> None:
    table.warm()
    table.say(Hello(0, 1, "a"))
    table.say(Sample(1, "melody_2bar", 1))
    table.outbox.sent.clear()
    table.desk.stop()
    error, goodbye = table.outbox.sent
    assert isinstance(error, Error)
    assert (error.request, error.code) == (1, "cancelled")
    assert goodbye == Goodbye()


def test_a_clip_replaced_while_it_was_encoded_is_not_called_ready(table: Table) -> None:
    session = table.say(Hello(0, 1, "a"))
    session.clips[1] = melody()
    table.say(ClipEnd(1))
    session.clips[1] = melody(8)
    table.say(ClipEnd(1))
    assert len(table.waiting()) == 2
    assert not any(isinstance(message, ClipReady) for message in table.outbox.sent)
