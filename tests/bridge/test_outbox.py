"""The order in which answers leave: short ones first, results whole and in turn, what is given up not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from fake_engine import melody

from bridge.outbox import Outbox
from bridge.protocol.message import Message
from bridge.protocol.result_messages import Done
from bridge.protocol.session_messages import Model, Pong
from bridge.protocol.table import FROM_ENGINE, read_datagram
from bridge.results import Result
from bridge.sessions import Address

A, B = ("127.0.0.1", 1_001), ("127.0.0.1", 1_002)
NEVER_SENT = Model("x" * 2_000, "melody", 2, 8, 1)


@dataclass
class Post:
    """An outbox, and what left it."""

    left: list[tuple[Message, Address]] = field(default_factory=list)
    unreachable: tuple[Address, ...] = ()

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.transmit)
        self.changed = threading.Condition()

    def transmit(self, datagram: bytes, address: Address) -> None:
        if address in self.unreachable:
            raise OSError("no route")
        (message,) = read_datagram(datagram, FROM_ENGINE)
        assert isinstance(message, Message)
        with self.changed:
            self.left.append((message, address))
            self.changed.notify()

    def after(self, count: int) -> list[tuple[Message, Address]]:
        """What has left once so many messages have."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.left) >= count, timeout=5)
        return self.left


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    yield post
    assert post.outbox.close(5)


def result(request: int, num_notes: int = 300) -> Result:
    return Result((melody(num_notes),), (), Done(request, 1, 0.0, 0.0, 0.0, 0))


def test_short_answers_overtake_results_and_results_keep_their_order(post: Post) -> None:
    post.outbox.send_result(result(1), A)
    post.outbox.send_result(result(2), A)
    post.outbox.send(Pong(7, 0.0), A)
    post.outbox.start()
    left = [message for message, _ in post.after(27)]
    assert left[0] == Pong(7, 0.0)
    assert [getattr(message, "request", 0) for message in left[1:]] == [1] * 13 + [2] * 13
    assert [m.first_index for m in left if hasattr(m, "first_index")] == [*range(0, 300, 30)] * 2


def test_a_short_result_does_not_wait_for_the_end_of_another_clients_long_one(post: Post) -> None:
    post.outbox.send_result(result(1, 9_000), A)
    post.outbox.send_result(result(2, 30), B)
    post.outbox.start()
    order = [address for _, address in post.after(303 + 4)]
    assert order.index(B) < 20
    assert order[-1] == A


def test_what_is_given_up_is_not_sent_and_the_rest_is(post: Post) -> None:
    for request in (1, 2, 3):
        post.outbox.send_result(result(request), A)
    post.outbox.take_back(2, A)
    post.outbox.start()
    assert {getattr(message, "request", 0) for message, _ in post.after(26)} == {1, 3}


def test_closing_sends_what_is_left(post: Post) -> None:
    post.outbox.send_result(result(1, 3_000), A)
    post.outbox.start()
    assert post.outbox.close(5)
    assert isinstance(post.left[-1][0], Done)


def test_neither_an_unreachable_client_nor_a_message_too_large_stops_the_others(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.unreachable = (B,)
    post.outbox.send(Pong(1, 0.0), B)
    post.outbox.send(NEVER_SENT, A)
    post.outbox.send(Pong(2, 0.0), A)
    post.outbox.start()
    assert post.after(1) == [(Pong(2, 0.0), A)]
    assert "not sent" in caplog.text
