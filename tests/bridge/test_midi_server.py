"""A server with MIDI ports of paper: it plays without any client, follows controllers, and leaves nothing sounding."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from fake_engine import FakeEngine, melody

from bridge import midi_side
from bridge.client import Client
from bridge.errors import WrongKindError
from bridge.midi_side import MidiConfig
from bridge.protocol.morph_messages import MorphAnchor, MorphPattern
from bridge.protocol.play_messages import Play, PlayNote, PlayStatus
from bridge.server import Server, ServerConfig
from engine.representations.clip import Note, make_clip

NOTE_ON, NOTE_OFF, CC = 0x90, 0x80, 0xB0
ALL_NOTES_OFF = 123
_PATIENCE_S = 10


@dataclass
class PaperOutput:
    """Keeps what it is sent; `came` is released for each message."""

    name: str = "paper out"
    sent: list[list[int]] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    closed: bool = False

    def send_message(self, message: Sequence[int]) -> None:
        assert not self.closed
        self.sent.append(list(message))
        self.came.release()

    def close(self) -> None:
        self.closed = True

    def wait_for_note(self, pitch: int) -> None:
        while not any(message[:2] == [NOTE_ON, pitch] for message in self.sent):
            assert self.came.acquire(timeout=_PATIENCE_S)


@dataclass
class PaperInput:
    """Plays what a test plays."""

    name: str = "paper in"
    heard: Callable[[Sequence[int]], None] | None = None
    closed: bool = False

    def listen(self, heard: Callable[[Sequence[int]], None], _clock: bool) -> None:
        self.heard = heard

    def close(self) -> None:
        self.closed = True

    def play(self, *messages: Sequence[int]) -> None:
        assert self.heard is not None
        for message in messages:
            self.heard(message)


Ports = tuple[PaperOutput, PaperInput]
Open = Callable[[ServerConfig], Server]


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Ports:
    ports = PaperOutput(), PaperInput()
    monkeypatch.setattr(midi_side, "open_ports", lambda _output, _input: ports)
    return ports


@pytest.fixture
def running(ports: Ports) -> Iterator[Open]:
    """Runs servers, and in the end stops them."""
    threads: list[tuple[Server, threading.Thread]] = []

    def run(config: ServerConfig) -> Server:
        server = Server(config, FakeEngine)
        threads.append((server, threading.Thread(target=server.run)))
        threads[-1][1].start()
        return server

    yield run
    for server, thread in threads:
        server.stop()
        thread.join(_PATIENCE_S)
    assert ports[0].closed
    assert ports[1].closed


def hanging(sent: Sequence[Sequence[int]]) -> set[int]:
    """Pitches that sound at the end; each must be silent when it begins."""
    sounding: set[int] = set()
    for status, pitch, *_ in sent:
        if status == NOTE_ON:
            assert pitch not in sounding
            sounding.add(pitch)
        elif status == NOTE_OFF:
            sounding.remove(pitch)
    return sounding


def config(**others: object) -> ServerConfig:
    return ServerConfig(port=0, midi=MidiConfig("out", "in"), bpm=400.0, **others)  # type: ignore[arg-type]


def test_clips_given_from_the_start_are_played_without_any_client(ports: Ports, running: Open) -> None:
    running(config(clips=(melody(),), plays=True))
    ports[0].wait_for_note(66)


def test_the_end_leaves_nothing_sounding(ports: Ports, running: Open) -> None:
    server = running(config(clips=(melody(),), plays=True))
    ports[0].wait_for_note(66)
    server.stop("the test says so")
    while not ports[0].closed:
        assert ports[0].came.acquire(timeout=_PATIENCE_S)
    notes = [message for message in ports[0].sent if message[0] in (NOTE_ON, NOTE_OFF)]
    assert hanging(notes) == set()
    assert ports[0].sent[-1] == [CC, ALL_NOTES_OFF, 0]


def test_a_controller_that_is_learnt_moves_the_music(ports: Ports, running: Open) -> None:
    server = running(config(clips=(melody(),), plays=True))
    ports[0].wait_for_note(66)
    controls = server.desk.controls
    assert controls is not None
    controls.learn(server.desk.house.session, "x")
    ports[1].play(*([CC, 7, value] for value in (40, 50, 60, 64, 100, 127)))
    ports[0].wait_for_note(72)


def test_clips_that_do_not_go_together_are_refused_before_anything_runs(ports: Ports) -> None:
    beat = make_clip([Note(k / 2, 36 if k % 4 == 0 else 42) for k in range(16)], 8.0)
    with pytest.raises(WrongKindError):
        Server(config(clips=(melody(), beat)), FakeEngine)
    assert ports[0].closed
    assert ports[1].closed


def test_the_port_goes_to_the_client_that_plays(ports: Ports, running: Open) -> None:
    server = running(config())
    with Client(port=server.port) as client:
        client.wait_ready()
        client.send_clip(1, melody())
        client.send(MorphAnchor(1, 1, 0.5, 0.5))
        client.wait_for(MorphPattern)
        client.send(Play(1))
        client.wait_for(PlayNote)
        ports[0].wait_for_note(66)
        client.send(Play(0))
        while client.wait_for(PlayStatus).playing:
            pass
