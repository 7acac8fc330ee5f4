"""A small client of the engine: sends clips, asks, collects results, and heals whatever the network loses."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

from bridge.clips import notes_to_wire
from bridge.clock import Clock
from bridge.collector import Collector, Received, ReceivedClip
from bridge.errors import NoAnswerError, RefusedError, UnknownClipError
from bridge.protocol.clip_messages import ClipBegin, ClipDrop, ClipEnd, ClipGet, ClipMissing, ClipNotes, ClipReady
from bridge.protocol.limits import PROTOCOL
from bridge.protocol.message import Message
from bridge.protocol.notes import WireNote, in_messages
from bridge.protocol.request_messages import Request
from bridge.protocol.session_messages import Bye, Error, Hello, Model, Ping, Ready, Use, Using, Welcome
from bridge.protocol.table import FROM_ENGINE, read_datagram
from bridge.udp import LARGEST_DATAGRAM, open_udp
from engine.representations.clip import Clip

M = TypeVar("M", bound=Message)

_RETRY_S = 0.2
_MOST_PATIENCE_S = 0.8  # shorter than the second between two status messages, which are heard too
_POLL_S = 0.05
_PING_EVERY_S = 2.0
_BURST = 32
_BURST_PAUSE_S = 0.002


@dataclass(frozen=True)
class Greeting:
    """Who answered hello: its welcome, and the models that it named."""

    welcome: Welcome
    models: tuple[Model, ...]


class Client:
    """One connection; used from one thread.

    Args:
        host: where the engine runs.
        port: its UDP port.
        timeout_s: how long to wait for an answer before giving up.
        clock: seconds, monotonic.

    Raises:
        NoAnswerError: no machine is known by that name.
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = 9000, timeout_s: float = 10.0, clock: Clock = time.monotonic
    ) -> None:
        self._engine = (_resolved(host), port)
        self._timeout_s, self._clock = timeout_s, clock
        self._socket = open_udp("127.0.0.1" if host in ("127.0.0.1", "localhost") else "", 0)
        self._pinged_s = clock()
        self._last_request = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> tuple[str, int]:
        """Where this client sends from, which is its name to the engine."""
        host, port = self._socket.getsockname()
        return str(host), int(port)

    def close(self) -> None:
        """Says bye and closes the socket."""
        if self._socket.fileno() >= 0:
            self.send(Bye())
            self._socket.close()

    def next_request(self) -> int:
        """A fresh request id."""
        self._last_request += 1
        return self._last_request

    def send(self, message: Message) -> None:
        """Sends one message."""
        self._socket.sendto(message.to_osc(), self._engine)

    def hello(self, name: str = "latent-bridge client") -> Greeting:
        """Opens a session.

        Raises:
            NoAnswerError: no engine answers at that port.
        """
        models: dict[str, Model] = {}
        for message in self._answers(lambda: self.send(Hello(0, PROTOCOL, name))):
            if isinstance(message, Welcome):
                self._collect_models(models)
                return Greeting(message, tuple(models.values()))
        raise NoAnswerError(
            f"no engine answers at {self._engine[0]}:{self._engine[1]}; start it with: bridge serve --port "
            f"{self._engine[1]}"
        )

    def wait_ready(self) -> Greeting:
        """Waits until the models are warm.

        Raises:
            NoAnswerError: they are not in time.
        """
        greeting = self.hello()
        if greeting.models and all(model.ready for model in greeting.models):
            return greeting
        self.wait_for(Ready)
        return self.hello()

    def wait_for(self, kind: type[M]) -> M:
        """The next message of a kind; others are passed over.

        Raises:
            NoAnswerError: none comes in time.
        """
        for message in self._answers(lambda: None):
            if isinstance(message, kind):
                return message
        raise NoAnswerError(f"no {kind.spec.address} came within {self._timeout_s:g} s")

    def use(self, model: str) -> Using:
        """Has a model play its part for this client from now on.

        Raises:
            RefusedError: the engine has none of that name, or is not warm.
            NoAnswerError: it does not answer.
        """
        for message in self._answers(lambda: self.send(Use(model))):
            if isinstance(message, Using) and message.model == model:
                return message
            if isinstance(message, Error) and message.address == Use.spec.address:
                raise RefusedError(0, message.code, message.text, message.address)
        raise NoAnswerError(f"the choice of {model} was not acknowledged within {self._timeout_s:g} s")

    def send_clip(self, number: int, clip: Clip) -> ClipReady:
        """Sends a clip under a number of our own, again where datagrams are lost, until it is ready.

        Raises:
            RefusedError: the engine does not take it.
            NoAnswerError: it does not answer.
        """
        notes = notes_to_wire(clip.notes)
        self._send_whole(number, clip, notes)
        for message in self._answers(lambda: self.send(ClipEnd(number))):
            match message:
                case ClipReady() if message.clip == number:
                    return message
                case ClipMissing() if message.clip == number:
                    self._heal(number, notes, message)
                    self.send(ClipEnd(number))
                case Error() if message.request == 0 and message.address.startswith("/bridge/clip/"):
                    if message.code != UnknownClipError.code:
                        raise RefusedError(0, message.code, message.text, message.address)
                    self._quiet()  # the begin was lost, and each message since then was refused
                    self._send_whole(number, clip, notes)
        raise NoAnswerError(f"clip {number} was not acknowledged within {self._timeout_s:g} s")

    def get_clip(self, number: int) -> ReceivedClip:
        """The notes of a clip that the engine holds."""
        return self._collect(ClipGet(number), 0).clips[0]

    def ask(self, request: Request) -> Received:
        """Sends a request and waits for its whole result.

        Raises:
            RefusedError: the engine refuses it.
            NoAnswerError: the result is not whole in time.
        """
        return self._collect(request, request.request)

    def receive(self, timeout_s: float) -> list[Message]:
        """The messages of the next datagram; none where none comes in time."""
        self._socket.settimeout(timeout_s)
        try:
            datagram, _ = self._socket.recvfrom(LARGEST_DATAGRAM)
        except (TimeoutError, BlockingIOError, ConnectionError):
            return []
        return [message for message in read_datagram(datagram, FROM_ENGINE) if isinstance(message, Message)]

    def _collect(self, ask: Message, request: int) -> Received:
        collector = Collector(request)

        def nudge() -> None:
            lost: Sequence[Message] = collector.lost()
            for message in lost or (() if collector.done else (ask,)):
                self.send(message)

        for message in self._answers(nudge):
            if isinstance(message, Error) and message.request == request and message.address == ask.spec.address:
                raise RefusedError(request, message.code, message.text, message.address)
            if collector.take(message) and (result := collector.result()) is not None:
                return result
        raise NoAnswerError(f"the result of {ask.spec.address} was not whole within {self._timeout_s:g} s")

    def _answers(self, nudge: Callable[[], None]) -> Iterator[Message]:
        """What arrives until the timeout; `nudge` is called at first, and ever less often while nothing comes."""
        nudge()
        began_s = heard_s = self._clock()
        patience_s = _RETRY_S
        while self._clock() - began_s < self._timeout_s:
            messages = self.receive(_POLL_S)
            self._ping()
            yield from messages
            if messages:
                heard_s = self._clock()
            elif self._clock() - heard_s > patience_s:
                heard_s = self._clock()
                patience_s = min(2 * patience_s, _MOST_PATIENCE_S)
                nudge()

    def _ping(self) -> None:
        if self._clock() - self._pinged_s > _PING_EVERY_S:
            self._pinged_s = self._clock()
            self.send(Ping(0))

    def _collect_models(self, models: dict[str, Model]) -> None:
        while messages := self.receive(_POLL_S):
            models.update((message.name, message) for message in messages if isinstance(message, Model))

    def _heal(self, number: int, notes: Sequence[WireNote], first: ClipMissing) -> None:
        """Sends the notes of a hole, and of the holes named right after it."""
        holes = [first]
        while messages := self.receive(_POLL_S):
            holes += [message for message in messages if isinstance(message, ClipMissing) and message.clip == number]
        for hole in holes:
            self._send_notes(number, notes[hole.first_index : hole.first_index + hole.count], hole.first_index)

    def _quiet(self) -> None:
        while self.receive(_POLL_S):
            pass

    def _send_whole(self, number: int, clip: Clip, notes: Sequence[WireNote]) -> None:
        self.send(ClipDrop(number))  # so that a lost begin cannot pass for the clip that was there before
        self.send(ClipBegin(number, len(notes), clip.length_quarters, clip.numerator, clip.denominator))
        self._send_notes(number, notes, 0)

    def _send_notes(self, number: int, notes: Sequence[WireNote], first_index: int) -> None:
        for sent, (first, some) in enumerate(in_messages(notes, first_index), start=1):
            self.send(ClipNotes(number, first, tuple(some)))
            if sent % _BURST == 0:
                time.sleep(_BURST_PAUSE_S)  # a receiver's buffer holds about a hundred datagrams


def _resolved(host: str) -> str:
    """The host's IPv4 address, looked up once."""
    try:
        return socket.gethostbyname(host)
    except (OSError, UnicodeError) as error:
        raise NoAnswerError(f"no machine {host!r} is known here ({error}); give a name or an IPv4 address") from error
