"""Ten thousand hostile datagrams over real UDP: the engine goes on answering, and does not grow."""

from __future__ import annotations

import socket
from random import Random

import psutil
from fake_engine import Served, melody
from hypothesis import HealthCheck, Phase, given, settings
from wire_strategies import client_message, hostile_datagrams

from bridge.client import Client
from bridge.clips import notes_to_wire
from bridge.protocol.limits import MAX_SESSIONS
from bridge.protocol.request_messages import Vary
from bridge.protocol.session_messages import Bye, Error, Goodbye, Hello, Ping, Pong, Welcome

quietly = settings(
    max_examples=400,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def examples() -> list[bytes]:
    """What hypothesis makes of valid messages and of noise."""
    found: list[bytes] = []

    @quietly
    @given(hostile_datagrams())
    def collect_hostile(datagram: bytes) -> None:
        found.append(datagram)

    @quietly
    @given(client_message)
    def collect_valid(message: object) -> None:
        found.append(message.to_osc())  # type: ignore[attr-defined]

    collect_hostile()
    collect_valid()
    return found


def mutated(datagram: bytes, random: Random) -> bytes:
    bent = bytearray(datagram)
    for _ in range(random.randint(0, 3)):
        if bent:
            bent[random.randrange(len(bent))] = random.randrange(256)
    return bytes(bent[: random.randint(0, len(bent))] if random.random() < 0.3 else bent)


def answers(client: Client, token: int) -> bool:
    client.send(Ping(token))
    while client.wait_for(Pong).token != token:
        pass  # an answer to a ping that the client sent of its own accord
    return True


def test_hostile_datagrams_leave_the_engine_answering_its_memory_flat_and_clips_held(
    served: Served, client: Client
) -> None:
    clip = melody(100)
    client.send_clip(1, clip)
    seeds, random, process = examples(), Random(11), psutil.Process()
    resident: list[int] = []
    for stretch in range(4):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
            for sent in range(2_500):
                attacker.sendto(mutated(random.choice(seeds), random), ("127.0.0.1", served.server.port))
                if sent % 100 == 0:
                    assert answers(client, sent)
        assert answers(client, 10_000 + stretch)
        resident.append(process.memory_info().rss)
    assert resident[-1] - resident[0] < 8 << 20, resident
    assert client.get_clip(1).notes == notes_to_wire(clip.notes)
    assert len(client.ask(Vary(1, 1, 2, 0.5)).clips) == 2


def test_a_swarm_of_clients_takes_all_places_but_not_those_of_others(served: Served, client: Client) -> None:
    client.send_clip(1, melody())
    swarm = [Client(port=served.server.port) for _ in range(MAX_SESSIONS)]
    for stranger in swarm:
        stranger.send(Hello(0, 1, "one of many"))
    assert swarm[0].wait_for(Welcome).session > 0
    assert swarm[-1].wait_for(Error).code == "busy"
    assert len(client.get_clip(1).notes) == 4
    swarm[0].send(Bye())
    swarm[0].wait_for(Goodbye)
    assert swarm[-1].hello().welcome.session > 0
    for stranger in swarm:
        stranger.close()
