"""What is to be sent: short answers at once, results in bursts with pauses, each client in its turn."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from bridge.protocol.message import Message
from bridge.results import Result
from bridge.sessions import NOWHERE, Address

log = logging.getLogger("bridge.osc.out")

_BURST_BYTES = 40_000
_PAUSE_S = 0.004
"""Ten bytes a microsecond: what a receiver in Python or Max with the usual 200 kB of buffer can keep up with."""
_MOST_RESULTS = 4_096

_BATCH = 8

Stream = tuple[int, Iterator[Message]]


class Outbox:
    """A thread that sends; whatever finds no room is dropped, as if the network had lost it.

    Args:
        transmit: sends one datagram; called in the outbox's thread.
    """

    def __init__(self, transmit: Callable[[bytes, Address], None]) -> None:
        self._transmit = transmit
        self._short: deque[tuple[Message, Address]] = deque(maxlen=65_536)
        self._results: dict[Address, deque[Stream]] = {}
        self._changed = threading.Condition()
        self._burst_bytes = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        """Begins to send."""
        self._thread.start()

    def send(self, message: Message, address: Address) -> None:
        """Queues a short answer; it overtakes results."""
        with self._changed:
            self._short.append((message, address))
            self._changed.notify()

    def send_all(self, messages: Iterable[Message], address: Address) -> None:
        """Queues short answers that belong together, one after the other."""
        with self._changed:
            self._short.extend((message, address) for message in messages)
            self._changed.notify()

    def send_result(self, result: Result, address: Address) -> None:
        """Queues a whole result."""
        self.send_messages(result.done.request, result.messages(), address)

    def send_messages(self, request: int, messages: Iterator[Message], address: Address) -> None:
        """Queues messages of one request; they are sent in their order, after those queued for this client before."""
        with self._changed:
            if sum(map(len, self._results.values())) >= _MOST_RESULTS:
                log.warning("the outbox is full: an answer to request %d is dropped", request)
                return
            self._results.setdefault(address, deque()).append((request, messages))
            self._changed.notify()

    def take_back(self, request: int, address: Address) -> None:
        """Drops what was not sent yet for a request."""
        with self._changed:
            streams = self._results.get(address, deque())
            self._results[address] = deque(stream for stream in streams if stream[0] != request)

    def close(self, timeout_s: float) -> bool:
        """Sends what is left, then ends; False where the time was too short for it, and the rest is dropped."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(timeout_s)
        with self._changed:
            done = not (self._short or self._results)
            self._short.clear()
            self._results.clear()
        return done

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            for message, address in batch:
                self._send_now(message, address)

    def _next_batch(self) -> list[tuple[Message, Address]] | None:
        """All short answers, else a few messages of the next client's results; None at the end."""
        with self._changed:
            while not (self._short or self._results or self._closing):
                self._burst_bytes = 0  # all was sent, so the next result begins at full speed
                self._changed.wait()
            if not self._short and self._burst_bytes >= _BURST_BYTES:
                self._burst_bytes = 0
                self._changed.wait_for(lambda: self._short, timeout=_PAUSE_S)
            if self._short:
                batch = list(self._short)
                self._short.clear()
                return batch
            return self._some_of_a_result() if self._results else None

    def _some_of_a_result(self) -> list[tuple[Message, Address]]:
        address = next(iter(self._results))
        streams = self._results.pop(address)  # and back at the end of the line
        batch = list(islice(streams[0][1], _BATCH)) if streams else []
        if streams and len(batch) < _BATCH:
            streams.popleft()
        if streams:
            self._results[address] = streams
        self._burst_bytes += sum(40 + 32 * len(getattr(message, "notes", ())) for message in batch)
        return [(message, address) for message in batch]

    def _send_now(self, message: Message, address: Address) -> None:
        if address == NOWHERE:
            return
        log.debug("%s:%d < %s", *address, message)
        try:
            self._transmit(message.to_osc(), address)
        except OSError as error:
            log.debug("%s:%d cannot be reached: %s", *address, error)
        except Exception:  # one message that cannot be packed must not end the sending of all others
            log.exception("a message was not sent: %.200s", message)
