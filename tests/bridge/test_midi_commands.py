"""`bridge midi`: ports listed, targets named, controllers learnt from a running engine."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping

import pytest
from click.testing import CliRunner, Result
from fake_midi import ALSA, PaperRtMidi

from bridge.cli import main
from bridge.doctor import OK, WARN, _midi_ports, midi_check
from bridge.midi_rtmidi import JackWatch
from bridge.protocol.limits import PROTOCOL
from bridge.protocol.message import Message
from bridge.protocol.midi_messages import MidiForget, MidiLearn, MidiLearned
from bridge.protocol.session_messages import Bye, Error, Hello, Welcome
from bridge.protocol.table import read_datagram

Answers = Mapping[type, Message | None]


@pytest.fixture
def engine() -> Iterator[Callable[[Answers], int]]:
    """Starts an engine that answers each kind of message as told, and gives its port."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(answers: Answers) -> None:
        while True:
            datagram, sender = udp.recvfrom(4096)
            for message in read_datagram(datagram):
                answer = answers.get(type(message))
                if answer is not None:
                    udp.sendto(answer.to_osc(), sender)
                if isinstance(message, Bye):
                    return

    def start(answers: Answers) -> int:
        welcome = Welcome(PROTOCOL, "1.0", 1)
        threads.append(threading.Thread(target=serve, args=({Hello: welcome, **answers},), daemon=True))
        threads[-1].start()
        return int(udp.getsockname()[1])

    yield start
    for thread in threads:
        thread.join(5)
    udp.close()


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["midi", *map(str, words)])


def test_list_names_the_ports_of_each_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", PaperRtMidi({ALSA: (["Keys 0"], ["Synth 0"])}))
    result = run("list")
    assert result.exit_code == 0
    assert [line.split() for line in result.output.splitlines()] == [
        ["ALSA", "in", "Keys", "0"],
        ["ALSA", "out", "Synth", "0"],
    ]
    assert midi_check(_midi_ports).found == "2 ports: Keys 0, Synth 0"


def test_a_system_without_ports_says_how_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", PaperRtMidi({ALSA: ([], [])}))
    assert "bridge serve --midi-out NAME" in run("list").output


def test_where_no_midi_system_runs_a_line_says_so_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", PaperRtMidi({}, dead=[ALSA]))
    result = run("list")
    assert (result.exit_code, result.output) == (0, "no MIDI system runs here; OSC and files work without one\n")
    assert midi_check(_midi_ports).mark == WARN


def test_the_real_list_never_fails() -> None:
    assert run("list").exit_code == 0
    assert midi_check(_midi_ports).mark in (OK, WARN)


def test_targets_are_told_with_their_values() -> None:
    lines = run("targets").output.splitlines()
    assert any(line.startswith("knob 1..8 ") and line.endswith("values -1..1") for line in lines)
    assert any(line.startswith("panic ") for line in lines)
    assert len(lines) < 40


@pytest.mark.parametrize("words", [["knob 1"], ["knob", "1"]])
def test_learn_says_what_moves_the_target(engine: Callable[[Answers], int], words: list[str]) -> None:
    port = engine({MidiLearn: MidiLearned("knob 1", "cc", 2, 74)})
    result = run("learn", *words, "--port", port)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "cc 74 on channel 2 moves 'knob 1'"


def test_learn_where_nothing_is_moved_ends_in_time_and_says_how_to_look(engine: Callable[[Answers], int]) -> None:
    port = engine({MidiLearn: MidiLearned("y", "cc", 2, 74)})  # another's target
    result = run("learn", "x", "--port", port, "--timeout", 0.1)
    assert result.exit_code == 1
    assert "bridge midi monitor" in result.output


def test_a_refusal_is_one_line(engine: Callable[[Answers], int]) -> None:
    port = engine({MidiLearn: Error(0, "wrong_kind", "no MIDI input", MidiLearn.spec.address)})
    result = run("learn", "x", "--port", port)
    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "bridge: no MIDI input")


def test_an_unknown_target_is_refused_without_any_engine() -> None:
    result = run("learn", "knob", 9)
    assert result.exit_code == 1
    assert "knob 1..8" in result.output


def test_forget_says_that_nothing_moves_the_target(engine: Callable[[Answers], int]) -> None:
    port = engine({MidiForget: MidiLearned("x", "", 0, -1)})
    result = run("forget", "x", "--port", port)
    assert (result.exit_code, result.output) == (0, "nothing moves 'x'\n")


def test_monitor_shows_what_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = PaperRtMidi({ALSA: (["Keys 0"], [])})
    monkeypatch.setitem(sys.modules, "rtmidi", paper)
    monkeypatch.setattr(JackWatch, "_watching_client", lambda _: None)

    class Pressed:
        """A queue whose reader has had enough after the second message."""

        def __init__(self) -> None:
            self.got: list[object] = []

        def put(self, item: object) -> None:
            self.got.append(item)

        def get(self, timeout: float) -> object:
            assert timeout > 0
            midi = paper.made[-1]
            if not self.got:
                assert midi.callback is not None
                for data in ([0xB0, 74, 5], [0xF8], [0xFA], [0xE1, 0, 64]):
                    midi.callback((data, 0.0), None)
            elif len(self.got) == 1:
                raise KeyboardInterrupt
            return self.got.pop(0)

    monkeypatch.setattr("bridge.commands.midi.SimpleQueue", Pressed)
    result = run("monitor", "keys")
    assert result.exit_code == 0, result.output
    assert "channel 1   cc         74  value 5" in result.output
    assert paper.made[-1].deleted
