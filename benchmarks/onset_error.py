"""How far played onsets are from where the song has them, in simulated time, under a transport that jitters.

python -m benchmarks.onset_error --minutes 5
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

import click

from benchmarks.stage_rig import Port, Rig
from bridge.held_notes import NoteEvent
from engine.representations.clip import Note, make_clip

_LOOP_QUARTERS = 8
_LOWEST = 36
_CHANGE_EVERY_S = 4.0
_STEP_S = 0.05
_TEMPI = (120.0, 90.0, 140.0, 75.0, 174.0)
_SETTLED_S = 0.5

Tempo = Callable[[float], float]


@dataclass
class OnsetPort(Port):
    """Remembers how late each onset was, in ms, and how many seconds after the last change of tempo."""

    onsets: list[tuple[float, float]] = field(default_factory=list)

    def _hear(self, events: list[NoteEvent]) -> None:
        super()._hear(events)
        for event in events:
            if event.is_on and self.song.is_running:
                off = self.where(event.time_s) - (event.pitch - _LOWEST) / 4
                off -= round(off / _LOOP_QUARTERS) * _LOOP_QUARTERS
                self.onsets.append((off * 60 / self.song.bpm * 1e3, event.time_s - self.song.disturbed_s))


@click.command(help=__doc__)
@click.option("--minutes", default=5.0, show_default=True, help="of music, for each row")
@click.option("--seed", default=1, show_default=True, help="of the jitter")
def main(minutes: float, seed: int) -> None:
    """Prints a row for each way that the tempo goes."""
    print("onsets late by, in ms: the median, and how far from it; settled: 0.5 s after a change, and later")
    print("| tempo | onsets | median | p50 | p99 | worst | p99 settled |\n|---|---|---|---|---|---|---|")
    for name, tempo in (("steady", steady), ("another each 4 s", stepped), ("100 to 160 and back in 20 s", ramped)):
        onsets = listen(tempo, minutes * 60, seed)
        typical, offs = median(late for late, _ in onsets), _offs(onsets)
        settled = _offs([onset for onset in onsets if onset[1] > _SETTLED_S])
        cells = (typical, _share(offs, 0.5), _share(offs, 0.99), offs[-1], _share(settled, 0.99) if settled else 0.0)
        print(f"| {name} | {len(onsets):,} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")


def steady(_time_s: float) -> float:
    """One tempo."""
    return _TEMPI[0]


def stepped(time_s: float) -> float:
    """Another tempo every few seconds."""
    return _TEMPI[int(time_s / _CHANGE_EVERY_S) % len(_TEMPI)]


def ramped(time_s: float) -> float:
    """Up and down, a little at a time."""
    return 100 + 60 * abs(time_s / 10 % 2 - 1)


def listen(tempo: Tempo, seconds: float, seed: int) -> list[tuple[float, float]]:
    """Plays 16ths, and returns how late each was in ms, and how many seconds after the last change of tempo."""
    rig = Rig(seed, 0.03, follows=True, tally=Counter(), make_port=OnsetPort)
    began_s = rig.now_s
    rig.song.change(began_s, 0.0, tempo(0.0), is_running=True)
    rig.take(make_clip([Note(at / 4, _LOWEST + at, 0.1) for at in range(_LOOP_QUARTERS * 4)], _LOOP_QUARTERS))
    rig.player.play(True, rig.now_s)
    while (time_s := rig.now_s - began_s) < seconds:
        if tempo(time_s) != rig.song.bpm:
            rig.song.change(rig.now_s, bpm=tempo(time_s))
        rig.run(_STEP_S)
    assert isinstance(rig.port, OnsetPort)
    return rig.port.onsets


def _offs(onsets: list[tuple[float, float]]) -> list[float]:
    typical = median(late for late, _ in onsets) if onsets else 0.0
    return sorted(abs(late - typical) for late, _ in onsets)


def _share(ordered: list[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]


if __name__ == "__main__":
    main()
