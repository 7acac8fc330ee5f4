"""What a musician feels: a running `bridge serve`, asked over loopback OSC by the client of the project."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil

from benchmarks.bench_models import CheckpointFolder
from benchmarks.engine_speed import new_clips
from benchmarks.report import Figure
from benchmarks.timing import Times, milliseconds
from benchmarks.yardstick import melody_clip
from bridge.client import Client
from bridge.protocol.request_messages import Vary
from bridge.protocol.session_messages import Ready

_VARIATIONS = 8
_WARM_UPS = 5
_PATIENCE_S = 120.0
_MEBIBYTE = 2**20


@dataclass(frozen=True)
class Server:
    """A `bridge serve` of our own, how long it took to be ready, and a client of it."""

    process: psutil.Process
    client: Client
    ready_s: float

    @property
    def resident_mib(self) -> float:
        """Memory that it holds now."""
        return float(self.process.memory_info().rss) / _MEBIBYTE


@contextmanager
def serving(folder: CheckpointFolder, cache: str) -> Iterator[Server]:
    """A server with these checkpoints and this cache file (`-` for none), ended afterwards."""
    port = _free_port()
    bridge = Path(sys.executable).with_name("bridge")
    options = ["--port", str(port), "--checkpoints", str(folder.path), "--cache", cache, "--log-level", "warning"]
    started = time.perf_counter()
    with subprocess.Popen([str(bridge), "serve", "--device", "cpu", *options]) as process:
        try:
            with Client(port=port, timeout_s=_PATIENCE_S) as client:
                models = client.hello("bench").models
                if not models or not all(model.ready for model in models):
                    client.wait_for(Ready)
                yield Server(psutil.Process(process.pid), client, time.perf_counter() - started)
        finally:
            process.terminate()


def measure(folder: CheckpointFolder, repeats: int) -> list[Figure]:
    """From the knob to the last note of 8 variations, and clips a second."""
    with serving(folder, "-") as server:
        vary = _asks(server.client)
        known, new = _known(server.client, vary), _new(server.client, vary)
        warm = _repeated(known, repeats)
        cold = _repeated(new, repeats)
    return [
        Figure.of(f"{_VARIATIONS} variations of a clip that it holds", warm, aim="median 10 ms, p99 20 ms"),
        Figure.of(f"a new clip sent, judged and encoded, and {_VARIATIONS} variations of it", cold),
        Figure("clips a second, warm cache", f"{_a_second(warm):.0f}"),
        Figure("clips a second, cold cache", f"{_a_second(cold):.0f}"),
    ]


def measure_start(folder: CheckpointFolder, starts: int) -> list[Figure]:
    """From the command to ready, and resident memory."""
    ready_s: list[float] = []
    for _ in range(starts):
        with serving(folder, "-") as server:
            ready_s.append(server.ready_s)
            when_ready_mib = server.resident_mib
            _repeated(_known(server.client, _asks(server.client)), 50)
            after_work_mib = server.resident_mib
    return [
        Figure("start to ready", f"{sorted(ready_s)[len(ready_s) // 2]:.2f} s", f"n = {starts}"),
        Figure("resident memory when ready", f"{when_ready_mib:.0f} MiB"),
        Figure("resident memory after 50 requests", f"{after_work_mib:.0f} MiB"),
    ]


def _asks(client: Client) -> Callable[[int], None]:
    """What asks for variations of a clip by its number, each time with the knob elsewhere."""
    turns = count()

    def vary(number: int) -> None:
        amount = 0.2 + 0.6 * (next(turns) % 97) / 97
        client.ask(Vary(client.next_request(), number, _VARIATIONS, amount))

    return vary


def _known(client: Client, vary: Callable[[int], None]) -> Callable[[], None]:
    client.send_clip(1, melody_clip())
    return lambda: vary(1)


def _new(client: Client, vary: Callable[[int], None]) -> Callable[[], None]:
    new_clip = new_clips()

    def send_and_vary() -> None:
        client.send_clip(2, new_clip())
        vary(2)

    return send_and_vary


def _repeated(way: Callable[[], None], repeats: int) -> Times:
    times_ms = [milliseconds(way) for _ in range(_WARM_UPS + repeats)]
    return Times.of(times_ms[_WARM_UPS:])


def _a_second(times: Times) -> float:
    return 1000 * _VARIATIONS / times.mean_ms


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
