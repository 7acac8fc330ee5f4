"""A played phrase as a clip: punched in and out on bar lines, as it was played."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from fake_midi import cc, note_off, note_on
from hypothesis import given
from hypothesis import strategies as st

from bridge import recorder
from bridge.errors import OutOfRangeError
from bridge.midi_arrived import MidiArrived
from bridge.recorder import OVER, RECORDING, WAITING, Recorder
from engine.representations.clip import Clip, Note

Played = tuple[float, MidiArrived]


def hit(
    at: float, pitch: int = 60, until: float | None = None, velocity: int = 100, channel: int = 1
) -> list[MidiArrived]:
    """A note, its times in quarters, which here are seconds too."""
    end = at + 0.25 if until is None else until
    return [note_on(pitch, velocity, channel, at), note_off(pitch, channel, end)]


def play(recording: Recorder, *notes: Iterable[MidiArrived], until: float = 100.0) -> Recorder:
    for message in sorted((message for note in notes for message in note), key=lambda message: message.at_s):
        recording.heard(message)
    recording.advance(until)
    return recording


def recorded(*notes: Iterable[MidiArrived], bars: int = 2, now: float = 1.0) -> Clip:
    clip = play(Recorder(lambda at_s: at_s, now, bars), *notes).clip
    assert clip is not None
    return clip


def test_it_waits_for_the_bar_line_and_ends_after_its_bars() -> None:
    recording = Recorder(lambda at_s: at_s, 1.0, 2)
    assert [recording.advance(at) for at in (1.0, 3.99, 4.0, 11.99, 12.0, 13.0)] == [
        WAITING, WAITING, RECORDING, RECORDING, OVER, OVER,
    ]  # fmt: skip


def test_on_a_bar_line_it_begins_at_once() -> None:
    assert Recorder(lambda at_s: at_s, 8.0, 1).advance(8.0) == RECORDING


def test_timing_velocity_and_release_stay_as_played() -> None:
    clip = recorded([note_on(60, 77, at_s=4.0625), note_off(60, at_s=5.375, velocity=12)], hit(7.4375, 64))
    assert clip.notes == (Note(0.0625, 60, 1.3125, 77.0, release_velocity=12), Note(3.4375, 64, 0.25, 100.0))
    assert (clip.length_quarters, clip.meter) == (8.0, "4/4")


def test_seconds_become_quarters() -> None:
    recording = play(Recorder(lambda at_s: at_s * 2, 0.5, 1), hit(2.25, until=2.5))
    assert recording.clip is not None
    assert [(note.start_quarters, note.duration_quarters) for note in recording.clip.notes] == [(0.5, 0.5)]


def test_what_is_held_into_the_first_bar_is_not_of_it() -> None:
    assert recorded(hit(3.8, until=6.0), hit(5.0, 62)).notes == (Note(1.0, 62, 0.25, 100.0),)


def test_an_early_first_beat_lies_at_the_loops_end() -> None:
    (note,) = recorded(hit(3.9, until=5.0)).notes
    assert note.start_quarters == pytest.approx(7.9)
    assert note.duration_quarters == pytest.approx(1.1)


def test_an_early_first_beat_that_is_held_is_as_long_as_the_loop() -> None:
    (note,) = recorded(hit(3.9, until=99.0), bars=1).notes
    assert note.duration_quarters == 4.0


def test_an_early_first_beat_that_ends_before_the_bar_line_counts_too() -> None:
    (note,) = recorded(hit(3.95, 36, until=3.97)).notes
    assert note.start_quarters == pytest.approx(7.95)


def test_where_the_beat_after_the_end_is_early_too_there_is_one_of_them() -> None:
    clip = recorded(hit(3.95, 36), hit(11.95, 36), hit(11.93, 38))
    assert [(note.pitch, round(note.start_quarters, 2)) for note in clip.notes] == [(38, 7.93), (36, 7.95)]


def test_what_sounds_at_the_end_ends_there_and_what_begins_there_is_left_out() -> None:
    clip = recorded(hit(11.0, until=14.0), hit(12.0, 62), hit(11.5, 65, until=99.0))
    assert [(note.start_quarters, note.duration_quarters) for note in clip.notes] == [(7.0, 1.0), (7.5, 0.5)]


def test_a_note_that_is_never_let_go_ends_with_the_clip() -> None:
    (note,) = recorded([note_on(60, at_s=5.0)]).notes
    assert note.end_quarters == 8.0


def test_the_sustain_pedal_holds_notes_of_its_channel() -> None:
    clip = recorded(
        [cc(64, 127, at_s=4.5), cc(64, 0, at_s=7.0)],
        hit(4.25, 60),
        hit(5.0, 62),
        hit(5.0, 40, channel=2),
        hit(6.5, 64, until=8.0),
    )
    assert [(note.pitch, note.duration_quarters) for note in clip.notes] == [
        (60, 2.75),
        (40, 0.25),
        (62, 2.0),
        (64, 1.5),
    ]


def test_a_pedal_lets_go_of_its_own_channel_alone() -> None:
    clip = recorded(
        [cc(64, 127, at_s=4.0), cc(64, 0, at_s=6.0), cc(64, 127, channel=2, at_s=4.0)],
        hit(4.5, 60),
        hit(4.5, 40, channel=2),
    )
    assert [(note.pitch, note.duration_quarters) for note in clip.notes] == [(40, 7.5), (60, 1.5)]


def test_a_pedal_down_before_the_bar_holds_in_it() -> None:
    (note,) = recorded([cc(64, 100, at_s=1.5), cc(64, 63, at_s=6.0)], hit(4.0)).notes
    assert note.duration_quarters == 2.0


def test_the_same_note_again_under_the_pedal_ends_the_first() -> None:
    clip = recorded([cc(64, 127, at_s=4.0), cc(64, 0, at_s=8.0)], hit(4.0), hit(5.0))
    assert [note.duration_quarters for note in clip.notes] == [1.0, 3.0]


def test_notes_of_two_channels_end_on_their_own() -> None:
    clip = recorded(hit(4.0, 60, until=5.0, channel=1), hit(4.5, 60, until=6.0, channel=10))
    assert [(note.start_quarters, note.duration_quarters) for note in clip.notes] == [(0.0, 1.0), (0.5, 1.5)]


def test_a_pad_that_lets_go_at_once_still_makes_a_note() -> None:
    (note,) = recorded(hit(4.0, 36, until=4.0)).notes
    assert note.duration_quarters == recorder.SHORTEST_QUARTERS


@pytest.mark.parametrize(
    ("stopped", "length"), [(4.5, 4.0), (7.9, 4.0), (8.1, 4.0), (8.13, 8.0), (11.0, 8.0), (12.0, 8.0)]
)
def test_stop_ends_at_the_next_bar_line_or_the_one_just_over(stopped: float, length: float) -> None:
    recording = play(Recorder(lambda at_s: at_s, 1.0), hit(4.0), hit(8.05), until=stopped)
    recording.stop(stopped)
    recording.advance(20.0)
    assert recording.clip is not None
    assert recording.clip.length_quarters == length
    assert len(recording.clip.notes) == length / 4


def test_what_sounded_over_the_bar_line_just_over_ends_there() -> None:
    recording = play(Recorder(lambda at_s: at_s, 1.0), hit(7.5, until=8.05), until=8.1)
    recording.stop(8.1)
    assert recording.clip is not None
    assert [note.duration_quarters for note in recording.clip.notes] == [0.5]


def test_stop_before_the_first_bar_gives_it_up() -> None:
    recording = Recorder(lambda at_s: at_s, 1.0, 2)
    recording.stop(2.0)
    assert (recording.state, recording.clip) == (OVER, None)
    recording.heard(note_on(60, at_s=4.0))
    assert recording.num_notes == 0


def test_stop_cuts_a_recording_of_many_bars_short() -> None:
    recording = play(Recorder(lambda at_s: at_s, 1.0, 8), hit(4.0), until=6.0)
    recording.stop(6.0)
    assert recording.advance(7.99) == RECORDING
    assert recording.advance(8.0) == OVER


def test_where_the_song_stands_still_the_bar_begun_is_the_last() -> None:
    recording = play(Recorder(lambda at_s: min(at_s, 6.0), 1.0, 8), [note_on(60, at_s=5.0)], until=6.0)
    recording.halt(9.0)
    assert recording.clip is not None
    assert recording.clip.length_quarters == 4.0
    assert [(note.start_quarters, note.duration_quarters) for note in recording.clip.notes] == [(1.0, 1.0)]


def test_a_song_in_a_loop_does_not_break_what_is_recorded() -> None:
    def looped(at_s: float) -> float:
        return at_s if at_s < 8.0 else at_s - 8.0

    recording = Recorder(looped, 1.0, 2)
    play(recording, hit(5.0), until=7.9)
    recording.jumped(8.0, 0.0)
    play(recording, hit(9.0, 62), until=12.0)
    assert recording.clip is not None
    assert [note.start_quarters for note in recording.clip.notes] == [1.0, 5.0]


def test_a_jump_before_the_first_bar_waits_for_the_next_bar_line_from_there() -> None:
    shift = [0.0]
    recording = Recorder(lambda at_s: at_s + shift[0], 1.0, 1)
    play(recording, [note_on(60, at_s=3.9)], until=3.95)
    shift[0] = 30.5
    recording.jumped(3.95, 34.45)
    play(recording, hit(6.0, 62), until=20.0)  # 36.5 in the song, after the bar line at 36
    assert recording.clip is not None
    assert [(note.pitch, note.start_quarters) for note in recording.clip.notes] == [(62, 0.5)]


def test_a_song_that_starts_on_a_bar_line_is_recorded_from_there() -> None:
    runs = []
    recording = Recorder(lambda at_s: at_s if runs else 17.3, 0.0, 1)
    runs.append(True)
    recording.jumped(17.3, 0.02)  # told a moment late
    assert recording.advance(0.02) == RECORDING
    assert recording.advance(4.0) == OVER


def test_other_meters_have_other_bars() -> None:
    recording = play(Recorder(lambda at_s: at_s, 1.0, 2, 6, 8, 90.0), hit(3.0))
    assert recording.clip is not None
    assert (recording.clip.length_quarters, recording.clip.meter, recording.clip.bpm) == (6.0, "6/8", 90.0)
    assert recording.clip.notes[0].start_quarters == 0.0


def test_more_notes_than_a_clip_may_have_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MAX_CLIP_NOTES", 3)
    recording = play(Recorder(lambda at_s: at_s, 1.0, 1), *(hit(4 + k / 4, until=4 + k / 4 + 0.1) for k in range(5)))
    assert (recording.num_notes, recording.left_out) == (3, 2)


def test_more_bars_than_a_clip_may_have_are_refused_and_without_bars_it_ends_there() -> None:
    with pytest.raises(OutOfRangeError, match="at most 41"):
        Recorder(lambda at_s: at_s, 0.0, 64, 99, 1)
    recording = play(Recorder(lambda at_s: at_s, 0.0), hit(1.0), until=20_000.0)
    assert recording.clip is not None
    assert recording.clip.length_quarters == 16_384.0


def test_silence_is_a_clip_without_notes() -> None:
    assert recorded().notes == ()


@st.composite
def performances(draw: st.DrawFn) -> list[MidiArrived]:
    """Keys and a pedal, pressed and let go as they come, in order of time."""
    times = sorted(draw(st.lists(st.floats(0, 16), max_size=40)))
    messages = []
    for at in times:
        pitch, channel = draw(st.integers(60, 62)), draw(st.integers(1, 2))
        make = draw(st.sampled_from(["on", "off", "pedal"]))
        if make == "pedal":
            messages.append(cc(64, draw(st.sampled_from([0, 127])), channel, at))
        else:
            messages.append((note_on if make == "on" else note_off)(pitch, channel=channel, at_s=at))
    return messages


@given(performances(), st.integers(0, 3), st.floats(0, 8))
def test_whatever_is_played_the_clip_is_whole_and_no_note_begins_twice_at_once(
    messages: list[MidiArrived], bars: int, stopped: float
) -> None:
    recording = Recorder(lambda at_s: at_s, 1.0, bars)
    for message in messages:
        recording.heard(message)
    recording.stop(max([stopped, *(message.at_s for message in messages)]))
    recording.advance(100.0)
    clip = recording.clip
    if clip is None:
        return
    assert clip.length_quarters % 4 == 0
    assert all(0 <= note.start_quarters < clip.length_quarters for note in clip.notes)
    assert all(note.duration_quarters <= clip.length_quarters for note in clip.notes)
    begun = sum(message.kind == "note on" for message in messages)
    assert len(clip.notes) <= begun
