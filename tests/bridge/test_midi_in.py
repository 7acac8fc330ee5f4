"""The MIDI input stamps what arrives and hands it on."""

from __future__ import annotations

import mido
import pytest
from fake_midi import PaperPort, bend, cc, note_off, note_on
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.midi_arrived import CLOCK, SONG_POSITION, START, MidiArrived, read_arrived
from bridge.midi_in import MidiIn


def listening(port: PaperPort, hears_clock: bool = False) -> tuple[MidiIn, list[MidiArrived]]:
    heard: list[MidiArrived] = []
    midi_in = MidiIn(port, heard.append, lambda: 1.5, hears_clock)
    midi_in.start()
    return midi_in, heard


@pytest.mark.parametrize(
    ("data", "arrived"),
    [
        ([0x90, 60, 100], note_on(60, 100, 1, 1.5)),
        ([0x99, 36, 1], note_on(36, 1, 10, 1.5)),
        ([0x90, 60, 0], note_off(60, 1, 1.5, 64)),
        ([0x8F, 60, 33], note_off(60, 16, 1.5, 33)),
        ([0xB2, 74, 127], cc(74, 127, 3, 1.5)),
        ([0xE0, 0, 64], bend(8192, 1, 1.5)),
        ([0xE0, 127, 127], bend(16383, 1, 1.5)),
        ([0xE0, 0, 0], bend(0, 1, 1.5)),
        ([0xF8], MidiArrived(CLOCK, 0, 0, 0, 1.5)),
        ([0xFA], MidiArrived(START, 0, 0, 0, 1.5)),
        ([0xF2, 3, 1], MidiArrived(SONG_POSITION, 0, 0, 131, 1.5)),
    ],
)
def test_each_message_is_read(data: list[int], arrived: MidiArrived) -> None:
    port = PaperPort()
    _, heard = listening(port, hears_clock=True)
    port.heard(data)
    assert heard == [arrived]
    assert port.hears_clock


@pytest.mark.parametrize("data", [[], [0xFE], [0xC0, 5], [0xD0, 5], [0x90], [0x90, 60, 200], [0xF0, 1, 0xF7], [60, 1]])
def test_what_nobody_listens_to_or_nobody_can_read_is_passed_over(data: list[int]) -> None:
    port = PaperPort()
    _, heard = listening(port, hears_clock=True)
    port.heard(data)
    assert heard == []


def test_the_clock_is_passed_over_unless_asked_for() -> None:
    port = PaperPort()
    _, heard = listening(port)
    for data in ([0xF8], [0xFA], [0xFB], [0xFC], [0xF2, 0, 0]):
        port.heard(data)
    assert heard == []
    assert port.hears_clock is False


def test_what_goes_wrong_behind_it_stays_behind_it(caplog: pytest.LogCaptureFixture) -> None:
    port = PaperPort()
    MidiIn(port, lambda _: {}["gone"], lambda: 0.0).start()
    port.heard([0x90, 60, 100])
    assert "a MIDI message was lost" in caplog.text


def test_closing_twice_closes_once() -> None:
    port = PaperPort()
    midi_in, _ = listening(port)
    midi_in.close()
    midi_in.close()
    assert port.closed == 1


@given(st.lists(st.integers(0, 300), max_size=6))
@example([0xF1])
def test_no_bytes_break_it(data: list[int]) -> None:
    arrived = read_arrived(data, 0.0)
    assert arrived is None or (0 <= arrived.channel <= 16 and 0 <= arrived.value <= 16383)


@given(st.integers(0, 15), st.integers(0, 127), st.integers(1, 127))
def test_a_note_keeps_all_it_has(channel: int, pitch: int, velocity: int) -> None:
    data = mido.Message("note_on", channel=channel, note=pitch, velocity=velocity).bytes()
    assert read_arrived(data, 2.0) == note_on(pitch, velocity, channel + 1, 2.0)
