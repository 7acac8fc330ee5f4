"""MIDI clock, in and out."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi_clock_in import MidiClockIn
from bridge.midi_clock_out import (
    CONTINUE,
    SONG_POSITION,
    START,
    STOP,
    TICK,
    ClockMessage,
    MidiClockOut,
    ticks_between,
)
from bridge.song_clock import SongClock
from bridge.song_line import SongLine


def send_ticks(midi: MidiClockIn, number: int, bpm: float, from_s: float, jitter_s: float = 0.0) -> float:
    """Sends ticks at a tempo, each late by up to `jitter_s`; returns when the next one is due."""
    draw = random.Random(1)
    for at in range(number):
        midi.tick(from_s + at * 2.5 / bpm + draw.uniform(0, jitter_s))
    return from_s + number * 2.5 / bpm


@pytest.mark.parametrize("bpm", [40.0, 97.3, 120.0, 200.0])
def test_the_first_tick_after_a_start_is_at_0(bpm: float) -> None:
    clock = SongClock()
    midi = MidiClockIn(clock)
    now_s = send_ticks(midi, 48, bpm, 10.0)
    assert not clock.line.running
    assert clock.line.bpm == pytest.approx(bpm, rel=0.001)
    midi.start()
    end_s = send_ticks(midi, 96, bpm, now_s)
    assert clock.line.running
    assert clock.line.quarters_at(now_s) == pytest.approx(0.0, abs=0.005)
    assert clock.line.quarters_at(end_s) == pytest.approx(4.0, abs=0.005)


def test_a_clock_that_ticks_only_while_it_runs_is_followed_too() -> None:
    clock = SongClock(120)
    midi = MidiClockIn(clock)
    midi.start()
    end_s = send_ticks(midi, 24 * 8, 84, 0.0)
    assert clock.line.bpm == pytest.approx(84, rel=0.001)
    assert clock.line.quarters_at(end_s) == pytest.approx(8.0, abs=0.02)


def test_jitter_hardly_moves_tempo_and_position() -> None:
    clock = SongClock(100)
    midi = MidiClockIn(clock)
    midi.start()
    draw = random.Random(2)
    epochs, tempi, offs = set(), [], []
    for at in range(24 * 60):
        now_s = at * 2.5 / 132 + draw.uniform(0, 0.004)
        midi.tick(now_s)
        if at > 24 * 4:
            epochs.add(clock.line.epoch)
            tempi.append(clock.line.bpm)
            offs.append((clock.line.quarters_at(now_s) - now_s * 132 / 60) / 132 * 60)
    assert len(epochs) == 1
    assert max(abs(bpm / 132 - 1) for bpm in tempi) < 0.004
    assert max(offs) - min(offs) < 0.004
    assert len(set(tempi)) < len(tempi) / 4, "a tempo that is nearly the same moves no notes"


def test_single_ticks_far_off_do_not_change_the_tempo() -> None:
    clock = SongClock(100)
    midi = MidiClockIn(clock)
    for at in range(24 * 8):
        midi.tick(at * 2.5 / 120 + (0.015 if at % 17 == 5 else 0.0))
    assert clock.line.bpm == pytest.approx(120, rel=0.002)


def test_another_tempo_is_found_within_a_quarter() -> None:
    clock = SongClock()
    midi = MidiClockIn(clock)
    midi.start()
    now_s = send_ticks(midi, 24 * 8, 120, 0.0)
    send_ticks(midi, 24, 150, now_s)
    assert clock.line.bpm == pytest.approx(150, rel=0.01)


def test_stop_continue_and_song_position() -> None:
    clock = SongClock()
    midi = MidiClockIn(clock)
    midi.start()
    now_s = send_ticks(midi, 48, 120, 0.0)
    midi.stop(now_s)
    assert not clock.line.running
    assert clock.line.quarters_at(now_s) == pytest.approx(2.0, abs=0.01)
    midi.song_position(16)
    midi.continue_()
    send_ticks(midi, 24, 120, 5.0)
    assert clock.line.running
    assert clock.line.quarters_at(5.5) == pytest.approx(5.0, abs=0.01)


def running(quarters: float = 0.0, at_s: float = 0.0, epoch: int = 1) -> SongLine:
    return SongLine(at_s, quarters, 120.0, running=True, epoch=epoch)


def test_there_are_24_ticks_a_quarter() -> None:
    assert len(list(ticks_between(running(), 0.0, 2.0))) == 96
    assert list(ticks_between(SongLine(0.0, 0.0, 120.0), 0.0, 2.0)) == []


@given(st.lists(st.floats(0, 0.2), max_size=40), st.floats(-100, 1e6), st.floats(0, 1e5))
def test_spans_that_touch_share_no_tick_and_leave_none_out(
    spans_s: list[float], quarters: float, begin_s: float
) -> None:
    line = running(quarters, begin_s)
    whole, parts, now_s = [], [], begin_s
    for span_s in spans_s:
        parts += list(ticks_between(line, now_s, now_s + span_s))
        now_s += span_s
    whole = list(ticks_between(line, begin_s, now_s))
    assert parts == whole
    assert abs(len(whole) - (now_s - begin_s) * 48) <= 1 + 1e-6


def kinds(messages: list[ClockMessage]) -> list[str]:
    return [message.kind for message in messages]


def test_a_song_that_starts_at_0_sends_start_and_its_ticks_once() -> None:
    out = MidiClockOut()
    messages = []
    for at in range(10):
        messages += out.messages(running(), at / 20, (at + 1) / 20 + 0.03)
    assert kinds(messages) == [START] + [TICK] * 26
    assert [message.time_s for message in messages[1:]] == pytest.approx([at / 48 for at in range(26)])


def test_a_song_that_starts_elsewhere_is_joined_on_the_next_16th() -> None:
    messages = MidiClockOut().messages(running(4.1), 0.0, 0.2)
    assert messages[:2] == [ClockMessage(0.0, SONG_POSITION, 17), ClockMessage(0.0, CONTINUE)]
    assert messages[2].kind == TICK
    assert messages[2].time_s == pytest.approx(0.075)


def test_a_stop_is_sent_once_and_a_jump_sends_the_new_place() -> None:
    out = MidiClockOut()
    out.messages(running(), 0.0, 0.1)
    jumped = out.messages(running(8.0, 0.1, epoch=2), 0.1, 0.1)
    assert jumped == [
        ClockMessage(0.1, STOP), ClockMessage(0.1, SONG_POSITION, 32), ClockMessage(0.1, CONTINUE),
    ]  # fmt: skip
    stands = SongLine(0.2, 8.2, 120.0, epoch=2)
    assert kinds(out.messages(stands, 0.2, 0.3)) == [STOP]
    assert out.messages(stands, 0.3, 0.4) == []


def test_a_song_before_0_starts_the_other_machine_at_0() -> None:
    messages = MidiClockOut().messages(running(-1.0), 0.0, 0.6)
    assert kinds(messages)[:2] == [START, TICK]
    assert messages[1].time_s == pytest.approx(0.5)


def test_what_goes_out_comes_in_as_it_was() -> None:
    clock = SongClock()
    midi, out = MidiClockIn(clock), MidiClockOut()
    line = SongLine(0.0, 2.5, 105.0, running=True, epoch=1)
    for at in range(200):
        for message in out.messages(line, at / 20, (at + 1) / 20):
            if message.kind == TICK:
                midi.tick(message.time_s)
            elif message.kind == SONG_POSITION:
                midi.song_position(message.sixteenths)
            elif message.kind == CONTINUE:
                midi.continue_()
    assert clock.line.bpm == pytest.approx(105, rel=0.001)
    assert clock.line.quarters_at(10.0) == pytest.approx(line.quarters_at(10.0), abs=0.01)
