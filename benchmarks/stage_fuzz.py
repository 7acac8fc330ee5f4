"""Random pattern switches, stops, panics, jumps, tempi, losses and hiccups on simulated stages: no note may hang.

python -m benchmarks.stage_fuzz --count 100000 --seed 1
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import click

from benchmarks.machine import describe_machine
from benchmarks.stage_rig import Rig
from engine.representations.clip import make_clip

ACTIONS_A_STAGE = 100
NEVER = ("hung", "doubled", "late", "too soon", "off without on", "sent late", "sent twice", "misplaced")
"""Counts that must be 0."""


@click.command(help=__doc__)
@click.option("--count", default=100_000, show_default=True, help="things done")
@click.option("--seed", default=1, show_default=True, help="the first stage's")
def main(count: int, seed: int) -> None:
    """Prints how often each thing was done, and what came of it."""
    print(describe_machine())
    began_s = time.perf_counter()
    tally = fuzz(count, seed)
    print(f"{count:,} things done on {-(-count // ACTIONS_A_STAGE):,} stages in {time.perf_counter() - began_s:.0f} s")
    for name, times in sorted(tally.items()):
        if name not in NEVER:
            print(f"{times:12,} {name}")
    print("must be 0:")
    for name in NEVER:
        print(f"{tally[name]:12,} {name}")
    raise SystemExit(any(tally[name] for name in NEVER))


def fuzz(count: int, seed: int) -> Counter[str]:
    """Does `count` random things, each stage's from a seed of its own, and counts what came of it."""
    tally: Counter[str] = Counter()
    for stage, first in enumerate(range(0, count, ACTIONS_A_STAGE)):
        _play_stage(seed * 1_000_003 + stage, min(ACTIONS_A_STAGE, count - first), tally)
    return tally


def _play_stage(seed: int, actions: int, tally: Counter[str]) -> None:
    rig = Rig(seed, lead_s=(0.005, 0.03, 0.2)[seed % 3], follows=bool(seed % 4), tally=tally)
    rig.player.play(True, rig.now_s)
    rig.song.change(rig.now_s, is_running=True)
    for _ in range(actions):
        name = rig.random.choice(WEIGHTED)
        tally[f"did: {name}"] += 1
        ACTIONS[name](rig)
        rig.wake_player()
        rig.run(rig.random.choice((0.0, 0.01, 0.1, 0.5, 1.0, 4.0)) * rig.random.random())
    _end(rig, seed)


def _end(rig: Rig, seed: int) -> None:
    """Ends in one of three ways, the last one without any flush: all that sounds has to end by itself."""
    if seed % 3 == 0:
        rig.player.panic(rig.now_s)
    elif seed % 3 == 1:
        rig.player.play(False, rig.now_s)
    else:
        rig.take(make_clip([], 4.0))
        rig.song.change(rig.now_s, bpm=120.0, is_running=True)
        rig.run(120.0)
    rig.run(1.0)
    rig.tally["hung"] += len(rig.port.sounding)
    rig.tally["dropped by player"] += rig.player.dropped
    rig.tally["dropped by port"] += rig.port.held.dropped
    rig.tally["late patterns"] += rig.player.status(rig.now_s).late


def _take(rig: Rig) -> None:
    rig.take(rig.random_clip())


def _play(rig: Rig) -> None:
    rig.song.disturb(rig.now_s)
    rig.player.play(rig.random.random() < 0.6, rig.now_s)


def _panic(rig: Rig) -> None:
    rig.song.disturb(rig.now_s)
    rig.player.panic(rig.now_s)
    rig.tally["hung"] += len(rig.port.sounding)


def _stop_song(rig: Rig) -> None:
    rig.song.change(rig.now_s, is_running=False)


def _start_song(rig: Rig) -> None:
    rig.song.change(rig.now_s, rig.random.choice((None, 0.0, rig.random.uniform(0, 64))), is_running=True)


def _jump(rig: Rig) -> None:
    rig.song.change(rig.now_s, rig.random.uniform(0, 64))


def _loop(rig: Rig) -> None:
    rig.song.change(rig.now_s, rig.song.quarters_at(rig.now_s) - rig.random.choice((1.0, 4.0, 7.3, 8.0, 16.0, -16.0)))


def _tempo(rig: Rig) -> None:
    rig.song.change(rig.now_s, bpm=rig.random.choice((40.0, 90.0, 120.0, 121.0, 174.0, 300.0)))
    if not rig.clock.is_followed:
        rig.clock.set_bpm(rig.song.bpm, rig.now_s)


def _silence(rig: Rig) -> None:
    rig.silent_until_s = rig.now_s + rig.random.uniform(0.1, 2.0)
    rig.song.disturb(rig.silent_until_s)


def _hiccup(rig: Rig) -> None:
    rig.stall(*rig.random.choice(((0.3, 0.0), (0.0, 0.3), (0.3, 0.3), (0.06, 0.06), (5.0, 0.0))))


def _quantize(rig: Rig) -> None:
    rig.player.set_quantize(rig.random.choice((0.0, 0.1, 0.25, 1.0, 3.0, 4.0, 16.0)), rig.now_s)


def _channel(rig: Rig) -> None:
    rig.player.set_channel(rig.random.randint(1, 2))


ACTIONS: dict[str, Callable[[Rig], None]] = {
    "pattern": _take, "play or end": _play, "panic": _panic, "stop the song": _stop_song, "start the song": _start_song,
    "jump": _jump, "jump by a loop": _loop, "tempo": _tempo, "messages lost": _silence, "hiccup": _hiccup,
    "quantize": _quantize, "channel": _channel,
}  # fmt: skip
WEIGHTED = ("pattern",) * 8 + ("play or end", "start the song") * 2 + tuple(ACTIONS)

if __name__ == "__main__":
    main()
