"""A server with a paper engine on a free port, and clients of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from fake_engine import FakeEngine, Served

from bridge.client import Client
from bridge.server import Server, ServerConfig


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def served(engine: FakeEngine) -> Iterator[Served]:
    server = Server(ServerConfig(port=0), lambda: engine)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield Served(server, engine)
    engine.gate.set()
    server.stop()
    thread.join()


@pytest.fixture
def connect(served: Served) -> Iterator[Callable[[], Client]]:
    """Makes clients that know the models to be warm."""
    clients: list[Client] = []

    def make() -> Client:
        clients.append(Client(port=served.server.port))
        clients[-1].wait_ready()
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Callable[[], Client]) -> Client:
    return connect()
