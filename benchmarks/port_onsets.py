"""How far from their place notes leave at the MIDI port, in real time, while a hand moves the morph.

The whole engine runs here on the shipped models; its MIDI port is one of paper, which stamps each message as it is
handed over. A client in a process of its own leads the song by `/bridge/transport` 20 times a second, changes the tempo
every ten seconds, and moves the cursor 20 times a second. The feel off the grid is turned down (`timing` 0), so that
each onset belongs on a 16th of the client's song.

python -m benchmarks.port_onsets --minutes 5
"""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.machine import describe_machine
from bridge import midi_side
from bridge.client import Client
from bridge.midi_side import MidiConfig
from bridge.protocol.morph_messages import MorphAnchor, MorphSet, MorphX
from bridge.protocol.play_messages import Play, Transport
from bridge.protocol.session_messages import Ping
from bridge.server import Server, ServerConfig
from engine.representations.midi_file import read_clip
from engine.runtime.engine import Engine

_EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
_TUNES = ("ode_to_joy", "twinkle")
_TEMPI = (120.0, 90.0, 140.0, 75.0, 174.0)
_CHANGE_EVERY_S = 10.0
_SIXTEENTHS_A_QUARTER = 4
_TICK_S = 0.05
_SETTLED_S = 1.0
_NOTE_ON = 0x90


class StampedPort:
    """A MIDI port that remembers when each note-on was handed over, and how many notes sound."""

    name = "stamps"

    def __init__(self) -> None:
        self.onsets_s: list[float] = []
        self.sounding: set[tuple[int, int]] = set()
        self.doubled = 0

    def send_message(self, message: Sequence[int]) -> None:
        now_s = time.monotonic()
        status, pitch = message[0] & 0xF0, (message[0] & 0x0F, message[1])
        if status == _NOTE_ON:
            self.onsets_s.append(now_s)
            self.doubled += pitch in self.sounding
            self.sounding.add(pitch)
        else:
            self.sounding.discard(pitch)

    def close(self) -> None:
        """Nothing to close."""


def song_quarters(since_s: float) -> float:
    """Where the client's song is, so long after its start."""
    whole, rest_s = divmod(since_s, _CHANGE_EVERY_S)
    quarters = sum(_TEMPI[turn % len(_TEMPI)] for turn in range(int(whole))) * _CHANGE_EVERY_S / 60
    return quarters + rest_s * _bpm(since_s) / 60


def _bpm(since_s: float) -> float:
    return _TEMPI[int(since_s // _CHANGE_EVERY_S) % len(_TEMPI)]


@click.command(help=__doc__)
@click.option("--minutes", default=5.0, show_default=True)
@click.option("--lead", type=(int, float), hidden=True, help="Be the client: port and start of the song.")
def main(minutes: float, lead: tuple[int, float] | None) -> None:
    if lead is not None:
        _lead(*lead, minutes * 60)
        return
    click.echo(describe_machine())
    port = StampedPort()
    midi_side.open_ports = lambda _output, _input: (port, None)  # type: ignore[assignment, return-value]
    server = Server(ServerConfig(port=0, midi=MidiConfig("stamps")), lambda: Engine.load(device="cpu"))
    thread = threading.Thread(target=server.run)
    thread.start()
    start_s = time.monotonic() + 5.0
    command = [sys.executable, "-m", "benchmarks.port_onsets", "--minutes", str(minutes)]
    subprocess.run([*command, "--lead", str(server.port), repr(start_s)], check=True)
    server.stop("measured")
    thread.join()
    _tell(port, start_s)


def _lead(port: int, start_s: float, seconds: float) -> None:
    with Client(port=port, timeout_s=60) as client:
        client.wait_ready()
        for number, tune in enumerate(_TUNES, start=1):
            client.send_clip(number, read_clip(_EXAMPLES / f"{tune}.mid"))
            client.send(MorphAnchor(number, number, number - 1.0, 0.5))
        client.send(MorphSet("timing", 0.0))
        client.send(MorphSet("to_client", 0.0))
        client.send(MorphSet("quantize", 1.0))
        client.send(Play(1))
        for turn in range(int(seconds / _TICK_S)):
            due_s = start_s + turn * _TICK_S
            while (left_s := due_s - time.monotonic()) > 0:
                client.receive(left_s)
            since_s = time.monotonic() - start_s
            client.send(Transport(song_quarters(since_s), _bpm(since_s), 1))
            client.send(MorphX(0.5 + 0.5 * math.sin(turn / 31)))
            if turn % 40 == 0:
                client.send(Ping(0))


def _tell(port: StampedPort, start_s: float) -> None:
    errors_ms, settled_ms = [], []
    for onset_s in port.onsets_s:
        since_s = onset_s - start_s
        if since_s < _SETTLED_S:  # the engine's own clock played until the first transport came
            continue
        sixteenths = song_quarters(since_s) * _SIXTEENTHS_A_QUARTER
        error_ms = 1000 * (sixteenths - round(sixteenths)) / _SIXTEENTHS_A_QUARTER * 60 / _bpm(since_s)
        errors_ms.append(error_ms)
        if since_s % _CHANGE_EVERY_S > _SETTLED_S:
            settled_ms.append(error_ms)
    for what, errors in (("all", errors_ms), (f"later than {_SETTLED_S:g} s after a change of tempo", settled_ms)):
        ordered = sorted(map(abs, errors))
        middle = sorted(errors)[len(errors) // 2]
        click.echo(
            f"{what}: n = {len(errors)}, median {middle:+.2f} ms; off by p50 {ordered[len(ordered) // 2]:.2f} ms, "
            f"p99 {ordered[int(0.99 * len(ordered))]:.2f} ms, worst {ordered[-1]:.2f} ms"
        )
    click.echo(f"notes sounding in the end: {len(port.sounding)}, doubled note-ons: {port.doubled}")


if __name__ == "__main__":
    main()
