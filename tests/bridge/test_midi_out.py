"""The MIDI output: everything in its order, nothing before its time, and silence at the end whatever happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from fake_midi import PaperPort

from bridge import midi_out
from bridge.midi_clock_out import CONTINUE, SONG_POSITION, START, STOP, TICK, ClockMessage
from bridge.midi_out import MidiOut
from bridge.note_sink import NoteSink, TimedNote

FAR_S = 100.0
ON, OFF = 0x90, 0x80


def note(pitch: int, start_s: float, end_s: float, channel: int = 1, velocity: float = 100.0) -> TimedNote:
    return TimedNote(pitch, velocity, channel, start_s, end_s)


@pytest.fixture
def port() -> PaperPort:
    return PaperPort()


@pytest.fixture
def out(port: PaperPort) -> Iterator[MidiOut]:
    made = MidiOut(port, time.monotonic)
    made.start()
    yield made
    made.close()


def test_it_is_a_note_sink(out: MidiOut) -> None:
    sink: NoteSink = out
    assert 0.02 <= sink.lead_s <= 0.05
    assert out.name == "paper"


def test_each_note_begins_and_ends_in_order_of_time(out: MidiOut, port: PaperPort) -> None:
    now = time.monotonic()
    out.play(note(62, now + 0.02, now + 0.03, channel=10, velocity=64.4))
    out.play(note(60, now + 0.01, now + 0.04))
    assert port.wait_for(4) == [[ON, 60, 100], [ON | 9, 62, 64], [OFF | 9, 62, 64], [OFF, 60, 64]]


def test_nothing_is_sent_before_its_time() -> None:
    sent_s: list[float] = []

    class Stamped(PaperPort):
        def send_message(self, message: Sequence[int]) -> None:
            sent_s.append(time.monotonic())
            super().send_message(message)

    port = Stamped()
    out = MidiOut(port, time.monotonic)
    out.start()
    start_s = time.monotonic() + 0.02
    starts = [start_s + k * 0.005 for k in range(10)]
    for k, at_s in enumerate(starts):
        out.play(note(40 + k, at_s, at_s + 0.002))
    port.wait_for(20)
    out.close()
    due = sorted(time_s for at_s in starts for time_s in (at_s, at_s + 0.002))
    assert all(sent >= wanted for sent, wanted in zip(sent_s, due, strict=False))


def test_a_note_given_later_that_comes_sooner_is_played_sooner(out: MidiOut, port: PaperPort) -> None:
    now = time.monotonic()
    out.play(note(60, now + FAR_S, now + FAR_S + 1))
    out.play(note(62, now, now + 0.001))
    assert port.wait_for(2) == [[ON, 62, 100], [OFF, 62, 64]]


def test_flush_ends_what_sounds_now_and_forgets_the_rest(out: MidiOut, port: PaperPort) -> None:
    now = time.monotonic()
    out.play(note(60, now, now + FAR_S))
    out.play(note(62, now + 0.3, now + FAR_S))
    port.wait_for(1)
    out.flush(time.monotonic())
    assert port.wait_for(2) == [[ON, 60, 100], [OFF, 60, 64]]
    out.close()
    assert [message for message in port.sent if message[0] == ON] == [[ON, 60, 100]]


def test_a_faster_tempo_brings_ends_and_beginnings_nearer(out: MidiOut, port: PaperPort) -> None:
    now = time.monotonic()
    out.play(note(60, now, now + FAR_S))
    out.play(note(62, now + FAR_S, now + FAR_S * 2))
    port.wait_for(1)
    out.retime(time.monotonic(), 1e-4)
    assert port.wait_for(4)[1:] == [[OFF, 60, 64], [ON, 62, 100], [OFF, 62, 64]]


def test_the_clock_goes_out_before_the_notes_of_its_moment(out: MidiOut, port: PaperPort) -> None:
    at_s = time.monotonic() + 0.02
    out.play(note(60, at_s, at_s + 0.1))
    for message in (ClockMessage(at_s, START), ClockMessage(at_s, TICK), ClockMessage(at_s + 0.2, TICK)):
        out.send_clock(message)
    assert port.wait_for(5) == [[0xFA], [0xF8], [ON, 60, 100], [OFF, 60, 64], [0xF8]]


def test_every_message_of_the_clock_has_its_bytes(out: MidiOut, port: PaperPort) -> None:
    for message in (ClockMessage(0.0, SONG_POSITION, 131), ClockMessage(0.1, CONTINUE), ClockMessage(0.2, STOP)):
        out.send_clock(message)
    assert port.wait_for(3) == [[0xF2, 3, 1], [0xFB], [0xFC]]


def test_a_flush_leaves_the_clock_alone(out: MidiOut, port: PaperPort) -> None:
    out.send_clock(ClockMessage(time.monotonic() + 0.02, TICK))
    out.flush(time.monotonic())
    assert port.wait_for(1) == [[0xF8]]


def test_close_ends_what_sounds_and_tells_each_channel_used(out: MidiOut, port: PaperPort) -> None:
    now = time.monotonic()
    out.play(note(60, now, now + FAR_S, channel=3))
    out.play(note(36, now, now + 0.001, channel=10))
    out.play(note(70, now + FAR_S, now + 2 * FAR_S, channel=5))
    port.wait_for(3)
    out.close()
    assert port.sent[3:] == [[OFF | 2, 60, 64], [0xB2, 123, 0], [0xB9, 123, 0]]
    assert port.closed == 1


def test_closing_again_or_before_the_start_does_no_harm(port: PaperPort) -> None:
    out = MidiOut(port, time.monotonic)
    out.close()
    out.close()
    assert (port.closed, port.sent) == (1, [])


def test_many_may_close_at_once(out: MidiOut, port: PaperPort) -> None:
    closers = [threading.Thread(target=out.close) for _ in range(8)]
    for closer in closers:
        closer.start()
    for closer in closers:
        closer.join()
    assert port.closed == 1


def test_what_comes_after_the_end_is_not_played(out: MidiOut, port: PaperPort) -> None:
    out.close()
    out.play(note(60, 0.0, 1.0))
    out.flush(0.0)
    out.send_clock(ClockMessage(0.0, TICK))
    assert port.sent == []


def test_a_port_that_fails_is_told_once_and_played_to_again(
    out: MidiOut, port: PaperPort, caplog: pytest.LogCaptureFixture
) -> None:
    now = time.monotonic()
    port.failures = 3
    out.play(note(60, now, now + 0.001))
    out.play(note(62, now + 0.002, now + 0.003))
    assert port.wait_for(1) == [[OFF, 62, 64]]
    out.close()
    assert caplog.text.count("fails") == 1
    assert "3 messages were lost" in caplog.text


def test_a_port_that_cannot_be_closed_does_not_stop_the_engines_end(caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(PaperPort):
        def close(self) -> None:
            raise OSError("unplugged")

    out = MidiOut(Stuck(), time.monotonic)
    out.start()
    out.close()
    assert "cannot be closed" in caplog.text


def test_a_port_that_does_not_answer_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate, reached = threading.Event(), threading.Event()

    class Silent(PaperPort):
        def send_message(self, _message: Sequence[int]) -> None:
            reached.set()
            gate.wait()

    monkeypatch.setattr(midi_out, "_CLOSE_S", 0.05)
    out = MidiOut(Silent(), time.monotonic)
    out.start()
    now = time.monotonic()
    out.play(note(60, now, now + FAR_S))
    assert reached.wait(5)
    out.play(note(61, now, now + FAR_S))  # whoever plays does not wait for the port
    out.close()
    assert "left behind" in caplog.text
    gate.set()


def test_random_playing_with_flushes_leaves_no_note_hanging(port: PaperPort, out: MidiOut) -> None:
    for batch in range(8):
        now, sent = time.monotonic(), len(port.sent)
        for k in range(50):
            start_s = now + (k * 7919 % 100) / 2000
            out.play(note(36 + k % 5, start_s, start_s + (k * 31 % 60) / 1000, channel=1 + k % 2))
        port.wait_for(sent + 5)
        if batch % 2:
            out.flush(time.monotonic())
    out.close()
    assert len(port.sent) > 40
    sounding: set[tuple[int, int]] = set()
    for status, pitch, *_ in (message for message in port.sent if message[0] < 0xB0):
        key = (status & 0x0F, pitch)
        assert (key in sounding) == (status & 0xF0 == OFF)
        sounding ^= {key}
    assert sounding == set()
