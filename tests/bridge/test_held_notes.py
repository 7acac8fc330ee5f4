"""What a MIDI port is sent: no note hangs, none is doubled, whatever is done."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bridge.held_notes import LATEST_S, HeldNotes, NoteEvent
from bridge.note_sink import TimedNote


def note(start_s: float, end_s: float, pitch: int = 60, velocity: float = 100.0, channel: int = 1) -> TimedNote:
    return TimedNote(pitch, velocity, channel, start_s, end_s)


def holding(*notes: TimedNote) -> HeldNotes:
    held = HeldNotes()
    for each in notes:
        held.play(each)
    return held


def told(events: list[NoteEvent]) -> list[tuple[float, str, int]]:
    return [(event.time_s, "on" if event.is_on else "off", event.pitch) for event in events]


def play_through(held: HeldNotes) -> list[tuple[float, str, int]]:
    """All that comes, each at its time."""
    events = []
    while held.next_s < math.inf:
        events += held.due(held.next_s)
    return told(events)


def test_a_note_begins_and_ends_at_its_times() -> None:
    held = holding(note(1.0, 2.0))
    assert held.next_s == 1.0
    assert held.due(0.9) == []
    assert told(held.due(1.0)) == [(1.0, "on", 60)]
    assert held.num_sounding == 1
    assert held.next_s == 2.0
    assert told(held.due(2.01)) == [(2.0, "off", 60)]
    assert held.num_sounding == 0
    assert held.next_s == math.inf


def test_a_pitch_that_still_sounds_ends_before_it_comes_again() -> None:
    assert play_through(holding(note(1.0, 5.0), note(2.0, 3.0))) == [
        (1.0, "on", 60), (2.0, "off", 60), (2.0, "on", 60), (3.0, "off", 60),
    ]  # fmt: skip


def test_channels_and_pitches_do_not_cut_each_other() -> None:
    held = holding(note(1.0, 5.0), note(2.0, 5.0, pitch=61), note(3.0, 5.0, channel=2))
    held.due(1.0)
    held.due(2.0)
    assert len(held.due(3.0)) == 1
    assert held.num_sounding == 3


def test_what_ends_comes_before_what_begins_at_the_same_time() -> None:
    assert play_through(holding(note(1.0, 2.0), note(2.0, 3.0, pitch=72), note(2.0, 3.0)))[1:4] == [
        (2.0, "off", 60), (2.0, "on", 72), (2.0, "on", 60),
    ]  # fmt: skip


def test_notes_may_be_given_in_any_order() -> None:
    notes = [note(float(at), at + 0.5, pitch=at) for at in range(50)]
    shuffled = random.Random(1).sample(notes, len(notes))
    assert play_through(holding(*shuffled)) == play_through(holding(*notes))


def test_of_one_pitch_due_together_the_last_alone_begins() -> None:
    held = holding(note(1.0, 2.0, velocity=10), note(1.0, 3.0, velocity=20), note(1.001, 3.0, velocity=30))
    events = held.due(1.01)
    assert [(event.is_on, event.velocity) for event in events] == [(True, 30)]
    assert len(held.due(3.0)) == 1


def test_a_note_does_not_end_in_the_moment_in_which_it_begins() -> None:
    held = holding(note(1.0, 1.002))
    assert told(held.due(1.01)) == [(1.0, "on", 60)]
    assert 1.01 < held.next_s < 1.02
    assert len(held.due(held.next_s)) == 1


def test_a_note_that_is_too_late_is_left_out() -> None:
    held = holding(note(1.0, 9.0), note(1.0 + LATEST_S, 9.0, pitch=61))
    assert told(held.due(1.0 + LATEST_S + 0.01)) == [(1.0 + LATEST_S, "on", 61)]
    assert held.dropped == 1


def test_an_end_is_never_too_late() -> None:
    held = holding(note(1.0, 2.0))
    held.due(1.0)
    assert told(held.due(60.0)) == [(2.0, "off", 60)]


def test_a_flush_ends_what_sounds_and_forgets_the_rest() -> None:
    held = holding(note(1.0, 5.0), note(1.0, 5.0, pitch=61), note(2.0, 5.0, pitch=62))
    held.due(1.0)
    assert sorted(told(held.flush(1.5))) == [(1.5, "off", 60), (1.5, "off", 61)]
    assert held.next_s == math.inf
    assert held.due(9.0) == []
    assert held.flush(9.0) == []


def test_a_slower_tempo_moves_what_has_not_begun_and_what_sounds() -> None:
    held = holding(note(1.0, 3.0), note(2.0, 3.0, pitch=61))
    held.due(1.0)
    held.retime(1.0, 2.0)
    assert play_through(held) == [(3.0, "on", 61), (5.0, "off", 60), (5.0, "off", 61)]


def test_a_tempo_does_not_move_what_should_have_begun() -> None:
    held = holding(note(1.0, 3.0))
    held.retime(1.01, 10.0)
    assert told(held.due(1.02)) == [(1.0, "on", 60)]


@pytest.mark.parametrize(("velocity", "sent"), [(0.01, 1), (0.5, 1), (63.5, 64), (64.49, 64), (127.0, 127)])
def test_velocities_are_rounded_and_never_0(velocity: float, sent: int) -> None:
    assert holding(note(1.0, 2.0, velocity=velocity)).due(1.0)[0].velocity == sent


class Holding(RuleBasedStateMachine):
    """Whatever is done: one sounds of a key, what ends did sound, time goes forward, and in the end all is quiet."""

    def __init__(self) -> None:
        super().__init__()
        self.held = HeldNotes()
        self.now_s = 100.0
        self.sounding: set[tuple[int, int]] = set()

    def hear(self, events: list[NoteEvent]) -> None:
        assert [event.time_s for event in events] == sorted(event.time_s for event in events)
        for event in events:
            key = event.pitch, event.channel
            assert event.time_s <= self.now_s
            assert (key in self.sounding) != event.is_on
            assert not event.is_on or self.now_s - event.time_s <= LATEST_S
            self.sounding ^= {key}

    @rule(
        start=st.sampled_from([-0.1, -0.01, 0.0, 0.01, 0.05, 0.2]),
        long=st.sampled_from([1e-6, 0.01, 0.05, 0.2, 5.0]),
        pitch=st.integers(60, 62),
        channel=st.integers(1, 2),
    )
    def play(self, start: float, long: float, pitch: int, channel: int) -> None:
        self.held.play(note(self.now_s + start, self.now_s + start + long, pitch, channel=channel))

    @rule(wait_s=st.sampled_from([0.0, 0.001, 0.01, 0.04, 0.1, 1.0]))
    def wait(self, wait_s: float) -> None:
        self.now_s += wait_s
        self.hear(self.held.due(self.now_s))

    @rule()
    def wait_as_told(self) -> None:
        if self.held.next_s < math.inf:
            self.now_s = max(self.now_s, self.held.next_s)
            self.hear(self.held.due(self.now_s))

    @rule()
    def flush(self) -> None:
        self.hear(self.held.flush(self.now_s))
        assert not self.sounding

    @rule(factor=st.sampled_from([0.1, 0.5, 1.0, 2.0]))
    def retime(self, factor: float) -> None:
        self.held.retime(self.now_s, factor)

    @invariant()
    def it_knows_what_sounds(self) -> None:
        assert self.held.num_sounding == len(self.sounding)
        assert not self.sounding or self.held.next_s < math.inf

    def teardown(self) -> None:
        while self.held.next_s < math.inf:
            self.wait_as_told()
        assert not self.sounding


Holding.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestHolding = Holding.TestCase
