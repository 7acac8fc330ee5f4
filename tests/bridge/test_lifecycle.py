"""The server as a process of its own: signals, ports in use, models that cannot be loaded."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_engine import melody

from bridge.client import Client
from bridge.errors import PortInUseError
from bridge.protocol.session_messages import Goodbye
from bridge.server import Server, ServerConfig

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def begin(port: int, *how: str) -> subprocess.Popen[str]:
        script = str(Path(__file__).with_name("serve_paper.py"))
        command = [sys.executable, script, str(port), *how]
        running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        return int(udp.getsockname()[1])


@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_within_two_seconds_and_says_goodbye(start: Start, wanted: signal.Signals) -> None:
    port = free_port()
    process = start(port)
    with Client(port=port) as client:
        client.wait_ready()
        client.send_clip(1, melody())
        asked_s = time.monotonic()
        process.send_signal(wanted)
        client.wait_for(Goodbye)
        assert process.wait(timeout=2) == 0
        assert time.monotonic() - asked_s < 2
    assert f"stopping: {wanted.name}" in process.communicate()[1]


def test_a_signal_ends_the_process_within_two_seconds_while_models_are_being_loaded(start: Start) -> None:
    port = free_port()
    process = start(port, "slow")
    with Client(port=port) as client:
        assert client.hello().models == ()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=2) == 0


def test_models_that_cannot_be_loaded_end_the_process_with_one_line(start: Start) -> None:
    process = start(free_port(), "broken")
    assert process.wait(timeout=10) == 1
    last = process.communicate()[1].splitlines()[-1]
    assert last == "bridge: checkpoints/melody_2bar is corrupt; fetch it again"


def test_a_port_in_use_is_one_line_and_a_status(start: Start) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"{port}.*--port"):
            Server(ServerConfig(port=port), lambda: None)  # type: ignore[arg-type, return-value]
        process = start(port)
        assert process.wait(timeout=10) == 1
        assert len(process.communicate()[1].splitlines()) == 1
