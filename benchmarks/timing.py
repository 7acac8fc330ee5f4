"""Fair times on a busy machine: what is compared takes turns, so that a disturbance hits all alike."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_WARM_UP_TURNS = 2
_TIMED_A_TURN = 4


@dataclass(frozen=True)
class Times:
    """Milliseconds of repetitions of one thing."""

    repeats: int
    mean_ms: float
    median_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, times_ms: Sequence[float]) -> Times:
        """The times that measured values make."""
        ordered = sorted(times_ms)

        def quantile(share: float) -> float:
            return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

        return cls(len(ordered), statistics.fmean(ordered), statistics.median(ordered), quantile(0.95), quantile(0.99))


def take_turns(ways: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, Times]:
    """Times of each way, one after the other, round and round.

    In each turn a way runs five times and is timed the last four: it finds its own weights in the processor's cache,
    as where nothing else is timed. The first rounds do not count.
    """
    times_ms: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(_WARM_UP_TURNS + math.ceil(repeats / _TIMED_A_TURN)):
        for name, way in ways.items():
            way()
            measured = [milliseconds(way) for _ in range(_TIMED_A_TURN)]
            if turn >= _WARM_UP_TURNS:
                times_ms[name] += measured
    return {name: Times.of(measured) for name, measured in times_ms.items()}


def milliseconds(way: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    way()
    return 1000 * (time.perf_counter() - started)
