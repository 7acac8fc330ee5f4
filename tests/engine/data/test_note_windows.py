"""Windows of all notes: every bar has music, whole instruments leave where there is no room."""

from __future__ import annotations

import numpy as np

from engine.data.kinds import KINDS
from engine.data.note_windows import note_windows
from engine.data.song import Part, Song
from engine.representations import note_sequence as notes
from engine.representations.note_sequence import Track


def part(onsets: list[float], pitch: int = 60, bars: int = 4, is_drum: bool = False) -> Part:
    return Part(Track(np.array([[onset, 0.5, pitch, 90] for onset in onsets], float), 3, is_drum), bars, 0)


def song(*parts: Part) -> Song:
    return Song((), (), parts)


def test_one_window_begins_on_each_bar_of_two_bar_windows_and_on_every_second_of_four() -> None:
    steady = song(part([float(beat) for beat in range(32)], bars=8))
    assert len(list(note_windows(steady, 2, 96))) == 7
    assert len(list(note_windows(steady, 4, 160))) == 3


def test_a_window_with_a_silent_bar_is_left_out() -> None:
    assert list(note_windows(song(part([0.0, 12.0])), 2, 96)) == []
    assert len(list(note_windows(song(part([0.0, 5.0, 12.0])), 2, 96))) == 1


def test_onsets_count_from_the_windows_start_and_early_ones_are_the_next_windows() -> None:
    first, second, _ = note_windows(song(part([0.0, 3.9, 8.0, 12.0])), 2, 8)
    assert first[:2, notes.ONSET].tolist() == [0, 1872]
    assert second[0, notes.ONSET] == -48


def test_the_fullest_pitched_instrument_leaves_where_notes_are_too_many_and_drums_stay() -> None:
    beats = [0.0, 2.0, 4.0, 6.0]
    busy = part([step / 4 for step in range(32)], bars=2)
    (window,) = note_windows(song(part(beats, 72, 2), busy, part(beats, 38, 2, is_drum=True)), 2, 20)
    kept = window[notes.is_note(window)]
    assert sorted(set(kept[:, notes.PITCH].tolist())) == [38, 72]


def test_drums_alone_that_do_not_fit_give_no_window() -> None:
    roll = part([step / 4 for step in range(32)], 38, 2, is_drum=True)
    assert list(note_windows(song(roll), 2, 20)) == []


def test_windows_in_other_keys_are_the_same_and_other_drums_are_not() -> None:
    beats = [0.0, 4.0]
    key = KINDS["notes_2bar"].key
    windows = [
        next(iter(note_windows(song(part(beats, pitch, 2), part(beats, drum, 2, is_drum=True)), 2, 8)))
        for pitch, drum in ((60, 38), (65, 38), (60, 40))
    ]
    assert key(windows[0]) == key(windows[1])
    assert key(windows[0]) != key(windows[2])
