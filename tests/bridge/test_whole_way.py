"""The whole way: `bridge serve` on the shipped models as a process of its own, and clips there and back over UDP."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.client import Client
from bridge.collector import Received
from bridge.protocol.message import Weight
from bridge.protocol.request_messages import Blend, Drumify, Groove, Humanize, Interpolate, Request, Sample, Vary
from bridge.protocol.settings import Settings
from engine.representations.drums import GENERAL_MIDI
from engine.representations.midi_file import read_clip

ROOT = Path(__file__).parents[2]
EXAMPLES, CHECKPOINTS = ROOT / "examples", ROOT / "checkpoints"
TUNES = ("ode_to_joy", "twinkle", "straight_rock", "funk_drummer")
SEED = Settings(seed=11)

REQUESTS: tuple[Callable[[int], Request], ...] = (
    lambda number: Sample(number, "melody_2bar", 2, SEED),
    lambda number: Sample(number, "groove_2bar", 2, SEED),
    lambda number: Vary(number, 1, 3, 0.4, SEED),
    lambda number: Vary(number, 4, 2, 0.3, SEED),
    lambda number: Interpolate(number, 1, 2, 5, SEED),
    lambda number: Blend(number, (Weight(1, 0.5), Weight(2, 0.5)), SEED),
    lambda number: Humanize(number, 3, 1.0, 0.5, SEED),
    lambda number: Drumify(number, 1, SEED),
    lambda number: Groove(number, 4, 3, 1.0, 1.0),
)


@contextmanager
def engine(port: int, *flags: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bridge", "serve", "--port", str(port), *map(str, flags)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=10)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        return int(udp.getsockname()[1])


def answers(port: int) -> list[Received]:
    with Client(port=port) as client:
        client.wait_ready()
        for number, tune in enumerate(TUNES, start=1):
            client.send_clip(number, read_clip(EXAMPLES / f"{tune}.mid"))
        return [client.ask(request(client.next_request())) for request in REQUESTS]


def notes_of(received: list[Received]) -> list[list[tuple[object, ...]]]:
    return [[tuple(clip.notes) for clip in one.clips] for one in received]


def test_every_request_is_answered_and_the_same_after_a_restart(tmp_path: Path) -> None:
    cache, port = tmp_path / "latents.sqlite", free_port()
    with engine(port, "--cache", cache):
        before = answers(port)
    with engine(port, "--cache", cache):
        after = answers(port)
    assert notes_of(before) == notes_of(after)
    assert all(clip.notes for one in before for clip in one.clips)
    assert [len(one.clips) for one in before] == [2, 2, 3, 2, 5, 1, 1, 1, 1]


def test_the_ends_of_a_morph_are_the_tunes_and_humanize_keeps_every_hit() -> None:
    port = free_port()
    with engine(port, "--cache", "-"):
        received = answers(port)
    morph, humanized = received[4], received[6]
    for end, tune in ((morph.clips[0], "ode_to_joy"), (morph.clips[-1], "twinkle")):
        wanted = read_clip(EXAMPLES / f"{tune}.mid")
        assert [note.pitch for note in end.notes] == [note.pitch for note in wanted.notes]
    rock = read_clip(EXAMPLES / "straight_rock.mid")
    assert sorted(note.pitch for note in humanized.clips[0].notes) == sorted(note.pitch for note in rock.notes)
    assert all(GENERAL_MIDI.voice_of(note.pitch) is not None for note in received[7].clips[0].notes)


@pytest.mark.parametrize("fault", ["missing", "corrupt weights", "corrupt config"])
def test_a_checkpoint_that_cannot_be_loaded_is_one_line_and_a_status(tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "models"
    if fault != "missing":
        shutil.copytree(CHECKPOINTS / "humanize_2bar", folder / "humanize_2bar")
        name = "weights.safetensors" if fault == "corrupt weights" else "config.json"
        (folder / "humanize_2bar" / name).write_bytes(b"not what it was")
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "serve", "--port", "0", "--checkpoints", str(folder), "--log-level", "error"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("bridge: ")
    assert len(done.stderr.splitlines()) == 1
