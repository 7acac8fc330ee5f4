"""The pattern in loop, in time with the song: starts, jumps, tempi, stops and hiccups."""

from __future__ import annotations

import math
import time
from itertools import pairwise

import pytest
from paper_sink import PaperSink
from player_stage import LEAD_S, MARGIN_S, QUARTER_S, Stage, clip, playing

from bridge.errors import OutOfRangeError
from engine.representations.clip import EARLY_QUARTERS, Note, make_clip


def test_the_pattern_is_played_in_loop_where_the_song_is() -> None:
    stage = playing(clip(0, 1, 5.5), quarters=4.0)
    stage.wait_until(20)
    assert stage.positions() == [5.5, 8, 9, 13.5, 16, 17]
    assert stage.switches == [(1, 4.0)]


def test_notes_are_sent_ahead_of_their_time_and_no_further() -> None:
    stage = playing(clip(1))
    stage.wait_until(1 - (LEAD_S + MARGIN_S + 0.021) / QUARTER_S)
    assert stage.sink.notes == []
    stage.wait_until(1 - LEAD_S / QUARTER_S)
    (note,) = stage.sink.notes
    assert note.start_s == pytest.approx(1_000.5)
    assert note.end_s == pytest.approx(1_000.625)
    assert (note.pitch, note.velocity, note.channel) == (60, 100, 1)


def test_nothing_sounds_before_play_without_a_pattern_or_while_the_song_stands() -> None:
    stage = Stage()
    assert stage.player.advance(stage.now_s) == math.inf
    stage.take(clip(0, 1, 2, 3))
    stage.follow(0.0)
    stage.wait(2)
    assert stage.sink.notes == []
    stage.player.play(True, stage.now_s)
    stage.follow(4.0, playing=False)
    stage.sink.notes.clear()
    stage.wait(2)
    assert stage.sink.notes == []
    assert stage.player.status(stage.now_s).playing == 0


def test_without_a_transport_the_song_starts_with_the_pattern_and_the_first_beat_is_whole() -> None:
    stage = Stage(PaperSink(0.2))
    stage.player.play(True, stage.now_s)
    stage.wait(3)
    stage.take(clip(0, 7.75, 7.95, length=8))
    stage.wait(3)
    assert stage.positions() == [-0.05, 0]
    assert all(note.start_s >= 1_003 + 0.2 for note in stage.sink.notes)
    stage.player.play(False, stage.now_s)
    assert not stage.song.line.running
    stage.sink.notes.clear()
    stage.player.play(True, stage.now_s)
    stage.next_s = stage.now_s
    stage.wait(1)
    assert stage.positions() == [-0.05, 0], "played again it begins anew"


def test_where_a_transport_was_heard_play_waits_for_it() -> None:
    stage = Stage()
    stage.follow(0.0, playing=False)
    stage.player.play(True, stage.now_s)
    stage.take(clip(0))
    stage.wait(10)
    assert stage.sink.notes == []
    assert stage.player.playing
    stage.follow(0.02)
    assert len(stage.sink.notes) == 1


def test_a_start_of_which_word_comes_late_still_has_its_first_beat() -> None:
    stage = Stage()
    stage.follow(0.0, playing=False)
    stage.take(clip(0, 0.25, 7.5, 7.95))
    stage.player.play(True, stage.now_s)
    stage.wait(1)
    stage.follow(0.1)
    assert [note.start_s for note in stage.sink.notes] == [stage.now_s, stage.now_s], "7.95 is the first beat, early"
    stage.wait(1)
    assert stage.positions()[2:] == [0.25]


def test_a_start_in_the_middle_plays_nothing_of_a_16th_before() -> None:
    stage = Stage()
    stage.follow(0.0, playing=False)
    stage.take(clip(0, 0.25, 0.5))
    stage.player.play(True, stage.now_s)
    stage.wait(1)
    stage.follow(0.26)
    assert stage.positions() == [0.26]


@pytest.mark.parametrize(("quarters", "bpm"), [(0.26, 240.0), (0.2, 60.0)])
def test_a_start_in_the_middle_plays_nothing_that_is_over_for_long(quarters: float, bpm: float) -> None:
    stage = Stage()
    stage.follow(0.0, bpm, playing=False)
    stage.take(clip(0.0, 2.0))
    stage.player.play(True, stage.now_s)
    stage.wait(1)
    stage.follow(quarters, bpm)
    stage.wait_until(0.9)
    assert stage.sink.notes == []


def test_notes_go_to_the_channel_that_is_set() -> None:
    stage = playing(clip(0, 1))
    stage.player.set_channel(16)
    stage.wait_until(1)
    assert [note.channel for note in stage.sink.notes] == [1, 16]
    with pytest.raises(OutOfRangeError, match="channel"):
        stage.player.set_channel(0)


def test_a_loop_of_the_song_round_the_pattern_changes_nothing() -> None:
    stage = playing(clip(0, 3, 7.5))
    for at in range(200):
        stage.follow(at / 10 % 8)
        stage.wait(0.05)
    starts = [round((note.start_s - 1_000) / QUARTER_S, 6) for note in stage.sink.notes]
    assert starts == pytest.approx([0, 3, 7.5, 8, 11, 15.5, 16, 19], abs=1e-3)
    assert stage.sink.flushes_s == []


def test_a_loop_of_no_whole_16ths_is_known_although_its_message_is_late() -> None:
    stage = playing(clip(0, 3, length=7.3))
    stage.wait_until(7.5)
    stage.follow(0.17)
    stage.wait(2)
    assert stage.sink.flushes_s == []
    assert stage.positions()[-1] == pytest.approx(3.0, abs=1e-5)


def test_any_other_jump_ends_what_sounds_and_goes_on_from_there() -> None:
    stage = playing(clip(0, 3, 5))
    stage.wait_until(3.5)
    stage.follow(20.98)
    assert stage.sink.flushes_s == [stage.now_s]
    stage.wait(1)
    assert stage.positions()[2:] == [21]


def test_a_tempo_moves_what_was_sent_and_what_comes() -> None:
    stage = playing(clip(*range(8)))
    stage.wait_until(0.99)
    sent = len(stage.sink.notes)
    stage.follow(0.99, bpm=60.0)
    assert stage.sink.retimes == [(stage.now_s, 2.0)]
    stage.wait_until(3.5)
    assert sent == 2
    assert stage.positions()[2:] == [2, 3]


def test_a_hiccup_drops_what_is_over_and_plays_the_rest() -> None:
    stage = playing(clip(*(at / 4 for at in range(32))))
    stage.wait_until(1.1)
    before = len(stage.sink.notes)
    stage.now_s += 0.3
    stage.next_s = stage.player.advance(stage.now_s)
    stage.wait(0.2)
    assert stage.positions()[before:] == [1.75, 2.0]
    assert stage.player.dropped == 2


def test_an_hour_without_a_call_costs_nothing() -> None:
    stage = playing(make_clip([Note(at / 64, at % 128) for at in range(64 * 8)], 8))
    stage.now_s += 3_600
    before = time.perf_counter()
    stage.player.advance(stage.now_s)
    assert time.perf_counter() - before < 0.05
    assert stage.player.dropped == pytest.approx(64 * 7_200, rel=0.001)


def test_stop_and_panic_silence_at_once() -> None:
    stage = playing(clip(*range(8)))
    stage.wait_until(1.5)
    stage.player.play(False, stage.now_s)
    assert stage.sink.flushes_s == [stage.now_s]
    assert stage.player.advance(stage.now_s) == math.inf
    assert stage.player.status(stage.now_s) == (0, pytest.approx(1.5), 120.0, 0, 0)
    stage.player.panic(stage.now_s)
    assert len(stage.sink.flushes_s) == 2, "panic silences what is silent already, for whoever has lost that"


def test_a_stopped_transport_silences_at_once() -> None:
    stage = playing(clip(*range(8)))
    stage.wait_until(1.5)
    stage.follow(1.5, playing=False)
    assert stage.sink.flushes_s == [stage.now_s]
    assert stage.player.playing


def test_the_status_tells_what_plays() -> None:
    stage = playing(clip(*range(8)))
    stage.take(clip(1))
    stage.wait_until(3)
    assert stage.player.status(stage.now_s) == (1, pytest.approx(3.0), 120.0, 1, 0)
    stage.wait_until(4.5)
    assert stage.player.status(stage.now_s).generation == 2


def test_a_lead_that_grows_or_shrinks_neither_doubles_nor_loses_notes() -> None:
    stage = playing(clip(*(at / 4 for at in range(32))))
    for lead_s in (0.2, 0.01, 0.5, 0.0):
        stage.wait(0.7)
        stage.sink.lead_s = lead_s
        stage.next_s = stage.now_s
    stage.wait_until(7)
    assert stage.positions() == [at / 4 for at in range(len(stage.sink.notes))]
    assert len(stage.sink.notes) in (28, 29)


def test_a_pattern_of_20000_notes_is_taken_and_played_in_time() -> None:
    big = make_clip([Note(at * 0.0004, at % 128, 0.01) for at in range(20_000)], 8)
    notes_a_second = 20_000 / 8 / QUARTER_S
    before = time.perf_counter()
    stage = playing(big)
    assert time.perf_counter() - before < 0.5
    before = time.perf_counter()
    stage.wait(1)
    assert time.perf_counter() - before < 1
    assert len(stage.sink.notes) == pytest.approx(notes_a_second * (1 + EARLY_QUARTERS * QUARTER_S), rel=0.05)


@pytest.mark.parametrize("song", [0.0, 1e6, -20.3])
@pytest.mark.parametrize("length", [0.25, 3.0, 7.3])
def test_any_length_is_played_without_gaps_anywhere_in_the_song(length: float, song: float) -> None:
    stage = playing(clip(0.0, length / 2, length=length), quarters=song)
    stage.wait(15)
    positions = stage.positions()
    begin = max(song, 0.0)
    assert len(positions) == pytest.approx((song + 30 - begin) / length * 2, abs=3)
    assert all(late - soon == pytest.approx(length / 2, abs=1e-5) for soon, late in pairwise(positions[1:]))
