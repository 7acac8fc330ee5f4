"""Engines to speak to: one of paper within the test, `bridge serve` as a process, and one that answers by hand."""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fake_engine import FakeEngine, Served
from wires import Datagram, Receiver, Sender

from bridge.client import Client
from bridge.server import Server, ServerConfig

WARM_S = 60.0


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        return int(udp.getsockname()[1])


@contextmanager
def paper_engine(engine: FakeEngine | None = None, port: int = 0) -> Iterator[Served]:
    """A server whose clips are the sources, higher by their index."""
    made = engine or FakeEngine()
    server = Server(ServerConfig(port=port), lambda: made)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield Served(server, made)
    finally:
        made.gate.set()
        server.stop()
        thread.join()


class EngineProcess:
    """`bridge serve`, warm."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        command = [sys.executable, "-m", "bridge", "serve", "--port", str(self.port), "--cache", "-"]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            with Client(port=self.port, timeout_s=WARM_S) as client:
                client.wait_ready()
        except BaseException:
            self.end()
            raise

    def kill(self) -> None:
        """Ends it as a crash does: without a word."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)


class HandEngine:
    """A port that hears, and says what the test tells it to; a port that another program took is one, too."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.heard: list[Datagram] = []
        self._receiver, self._sender = Receiver(), Sender()
        self._receiver.listen(self.port)
        assert self._receiver.port == self.port

    def hear(self) -> list[str]:
        """Addresses of all that came so far."""
        while select.select(self._receiver.sockets, [], [], 0)[0]:
            self.heard += self._receiver.read()
        return [datagram.address for datagram in self.heard]

    def say(self, port: int, address: str, *args: int | float | str) -> None:
        self._sender.aim(port)
        self._sender.send(address, args, ["f" if isinstance(arg, float) else None for arg in args])

    def close(self) -> None:
        self._receiver.close()
        self._sender.close()
