"""Real MIDI ports, of a JACK server without sound: notes go there and back, and a server that dies holds nothing up."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER = f"latent-bridge-test-{os.getpid()}"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed (Debian: jackd2)"),
]

THERE_AND_BACK = """
import threading, time
from bridge.midi_in import MidiIn
from bridge.midi_out import MidiOut
from bridge.midi_ports import find_input, find_output, open_input, open_output
from bridge.note_sink import TimedNote

out = MidiOut(open_output(find_output("virtual:there")), time.monotonic)
out.start()
heard, came = [], threading.Condition()

def hear(arrived):
    with came:
        heard.append(arrived)
        came.notify_all()

back = MidiIn(open_input(find_input("there")), hear, time.monotonic)
back.start()
now = time.monotonic() + 0.1
for k in range(20):
    out.play(TimedNote(40 + k, 64 + k, 10, now + k * 0.02, now + k * 0.02 + 0.01))
out.play(TimedNote(90, 100, 10, now, now + 100))
with came:
    assert came.wait_for(lambda: len(heard) >= 41, 10), heard
out.close()
with came:
    assert came.wait_for(lambda: len(heard) >= 43, 10), heard[41:]
back.close()
print([(a.kind, a.channel, a.number, a.value) for a in heard])
"""

SERVER_DIES = """
import os, signal, sys, time
from bridge.midi_out import MidiOut
from bridge.midi_ports import find_output, open_output
from bridge.note_sink import TimedNote

port = open_output(find_output("virtual:lost"))
out = MidiOut(port, time.monotonic)
out.start()
os.kill(int(sys.argv[1]), signal.SIGKILL)
end = time.monotonic() + 10
while not port._watch.gone and time.monotonic() < end:
    time.sleep(0.01)
now = time.monotonic()
for k in range(6000):  # more than the port's buffer holds
    out.play(TimedNote(k % 128, 100, 1 + k % 16, now, now + 0.001))
    if k % 500 == 0:
        time.sleep(0.01)
out.close()
print("over")
"""


@pytest.fixture
def jackd(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A JACK server of its own name; gives its process id."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", SERVER)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setenv("JACK_NO_AUDIO_RESERVATION", "1")
    words = ["jackd", "--no-realtime", "-n", SERVER, "-d", "dummy", "-r", "48000", "-p", "256"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        wait_until_it_runs()
        yield server.pid
        server.kill()


def wait_until_it_runs() -> None:
    list_ports = "from bridge.midi_ports import list_systems; assert any(s.system == 'Jack' for s in list_systems())"
    until_s = time.monotonic() + 10
    while subprocess.run([sys.executable, "-c", list_ports], cwd=ROOT, capture_output=True).returncode:
        assert time.monotonic() < until_s, "jackd did not start"


def run(program: str, *words: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_notes_go_there_and_back_and_what_sounds_ends_at_the_end(jackd: int) -> None:
    assert jackd
    heard = ast.literal_eval(run(THERE_AND_BACK))
    ons = [event for event in heard if event[0] == "note on"]
    assert sorted(ons) == sorted([("note on", 10, 40 + k, 64 + k) for k in range(20)] + [("note on", 10, 90, 100)])
    assert heard[-2:] == [("note off", 10, 90, 64), ("cc", 10, 123, 0)]
    assert sum(event[0] == "note off" for event in heard) == 21


def test_a_server_that_dies_does_not_take_the_engine_with_it(jackd: int) -> None:
    assert run(SERVER_DIES, jackd) == "over\n"
