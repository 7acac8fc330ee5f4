"""Pure Data with device.pd: a foreign OSC client, told what to send and telling what it heard and played.

What a test says goes to Pd as Pd's own text over TCP; Pd makes OSC of it. What Pd hears and plays it reports as OSC,
stamped with its logical clock, which its timers run on, and with the real one.
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from programs import Program, free_port

from bridge.clips import notes_to_wire
from bridge.protocol.clip_messages import ClipBegin, ClipEnd, ClipNotes, ClipReady
from bridge.protocol.limits import PROTOCOL
from bridge.protocol.message import Message
from bridge.protocol.notes import in_messages
from bridge.protocol.osc import OscMessage, Value, unpack
from bridge.protocol.play_messages import Transport
from bridge.protocol.session_messages import Hello, Model, Ready, Welcome
from bridge.protocol.table import FROM_ENGINE
from engine.representations.clip import Clip

M = TypeVar("M", bound=Message)

PATCH = Path(__file__).with_name("device.pd")
_KEYS_A_CHANNEL = 128
_RECEIVE_BUFFER_BYTES = 1 << 20
_AGAIN_S = 0.3
_DATAGRAM_BYTES = 65_536


class Heard(NamedTuple):
    """A message of the engine as Pd took it apart."""

    logical_ms: float
    real_ms: float
    message: Message


class Played(NamedTuple):
    """A note-on, or with velocity 0 a note-off, as it came out of Pd's makenote."""

    logical_ms: float
    real_ms: float
    channel: int
    pitch: int
    velocity: float


class Place(NamedTuple):
    """A position of Pd's transport, as it was sent."""

    logical_ms: float
    real_ms: float
    quarters: float
    bpm: float
    playing: bool


class PdDevice:
    """What runs in Pd, seen from the test; made by `pd_device`."""

    def __init__(self, commands: socket.socket, reports: socket.socket, port: int) -> None:
        self.port = port
        self.heard: list[Heard] = []
        self.played: list[Played] = []
        self.places: list[Place] = []
        self.silences: list[float] = []
        self.to_script: list[list[Value]] = []
        self._commands, self._reports = commands, reports
        self._news = threading.Condition()
        self._listener = threading.Thread(target=self._listen, name="reports of Pd", daemon=True)
        self._listener.start()

    def tell(self, *words: object) -> None:
        """One command for Pd, such as `start 120`."""
        text = " ".join(f"{word:.9g}" if isinstance(word, float) else str(word) for word in words)
        self._commands.sendall(f"{text};\n".encode())

    def send(self, message: Message) -> None:
        """Has Pd send a message to the engine."""
        (osc,) = unpack(message.to_osc())
        self.tell("osc", osc.address, *osc.args)

    def wait_until(self, is_so: Callable[[], object], what: str, timeout_s: float = 10.0) -> None:
        """Returns when a condition on what was reported holds."""
        with self._news:
            assert self._news.wait_for(is_so, timeout_s), f"{what}: not within {timeout_s:g} s; heard {self.last()}"

    def messages(self, kind: type[M], start: int = 0) -> list[M]:
        """The messages of a kind that Pd heard, from the place `start` of `heard` on."""
        return [heard.message for heard in self.heard[start:] if isinstance(heard.message, kind)]

    def ask(self, message: Message, kind: type[M]) -> M:
        """Has Pd send a message, again while no answer comes, and gives the answer."""
        start = len(self.heard)
        for _ in range(100):
            self.send(message)
            with self._news:
                if self._news.wait_for(lambda: self.messages(kind, start), _AGAIN_S):
                    return self.messages(kind, start)[0]
        raise AssertionError(f"{message} was not answered by {kind.__name__}; heard {self.last()}")

    def connect(self, engine_port: int) -> Welcome:
        """Says hello until the engine answers and its models are warm."""
        self.tell("engine", engine_port)
        start = len(self.heard)
        welcome = self.ask(Hello(self.port, PROTOCOL, "pd"), Welcome)
        self.wait_until(
            lambda: self.messages(Ready, start) or any(model.ready for model in self.messages(Model, start)),
            "warm models",
            timeout_s=60,
        )
        return welcome

    def send_clip(self, number: int, clip: Clip) -> ClipReady:
        """Sends a clip whole."""
        notes = notes_to_wire(clip.notes)
        self.send(ClipBegin(number, len(notes), clip.length_quarters, clip.numerator, clip.denominator))
        for first, some in in_messages(notes):
            self.send(ClipNotes(number, first, tuple(some)))
        return self.ask(ClipEnd(number), ClipReady)

    def last(self) -> str:
        """The latest that was heard, for a test that fails."""
        return "; ".join(str(heard.message)[:200] for heard in self.heard[-8:]) or "nothing"

    def close(self) -> None:
        """Ends the listening."""
        self._reports.sendto(b"", self._reports.getsockname())
        self._listener.join()

    def _listen(self) -> None:
        while True:
            datagram = self._reports.recv(_DATAGRAM_BYTES)
            if not datagram:
                return
            with self._news:
                for report in unpack(datagram):
                    self._take(report)
                self._news.notify_all()

    def _take(self, report: OscMessage) -> None:
        logical_ms, real_ms, *values = report.args
        stamps = float(logical_ms), float(real_ms)
        match report.address:
            case "/pd/heard" if values[0] == "bridge":
                self.heard.append(Heard(*stamps, _message(values)))
            case "/pd/note":
                channel, pitch = divmod(int(values[0]), _KEYS_A_CHANNEL)
                self.played.append(Played(*stamps, channel, pitch, float(values[1])))
            case "/pd/transport":
                quarters, bpm, playing = map(float, values)
                self.places.append(Place(*stamps, quarters, bpm, bool(playing)))
            case "/pd/sent" if values[0] == Transport.spec.address:
                quarters, bpm, playing = map(float, values[1:])
                self.places.append(Place(*stamps, quarters, bpm, bool(playing)))
            case "/pd/script":
                self.to_script.append(values)
            case "/pd/silence":
                self.silences.append(stamps[0])


@contextlib.contextmanager
def pd_device(patch: Path = PATCH) -> Iterator[PdDevice]:
    """Starts Pd with a patch, and ends it."""
    with contextlib.ExitStack() as stack:
        door = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        door.settimeout(10)
        reports = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        reports.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        reports.bind(("127.0.0.1", 0))
        port = free_port()
        ports = door.getsockname()[1], reports.getsockname()[1], port
        flags = ("-nogui", "-noaudio", "-nomidi", "-nrt", "-stderr", "-noprefs", "-sleepgrain", "0.5")
        command = ["pd", *flags, "-send", "rig {} {} {}".format(*ports), patch]
        stack.enter_context(Program(command, is_hardware=True))
        commands, _ = door.accept()
        stack.enter_context(commands)
        device = PdDevice(commands, reports, port)
        stack.callback(device.close)
        yield device


def quarters_at(places: Sequence[Place], logical_ms: float) -> float:
    """Where Pd's transport stood at a moment of its logical clock; NaN before it began."""
    before = [place for place in places if place.logical_ms <= logical_ms]
    if not before:
        return math.nan
    place = before[-1]
    return place.quarters + place.playing * (logical_ms - place.logical_ms) * place.bpm / 60_000


def _message(values: Sequence[Value]) -> Message:
    """The message in a list of Pd's oscparse: the parts of the address, then the arguments, all numbers floats."""
    for count in range(len(values), 0, -1):
        address = "/" + "/".join(map(str, values[:count]))
        if address in FROM_ENGINE:
            return FROM_ENGINE[address].from_osc(OscMessage(address, tuple(values[count:])))
    raise AssertionError(f"Pd heard what no engine says: {values[:8]}")
