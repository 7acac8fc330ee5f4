"""New notes beside old ones: lines stay lines, no pitch is struck while it sounds, hits find their track."""

from __future__ import annotations

import math

import numpy as np
import pytest
from made_up_songs import song_tracks

from engine.representations.note_fitting import Company, fitted, is_line, led
from engine.representations.note_kit import kit_apart, with_one_kit
from engine.representations.note_sequence import Floats, Track

SILENCE = np.zeros((0, 4))


def table(*rows: tuple[float, float, float]) -> Floats:
    """Notes of onset, duration and pitch."""
    return np.array([(on, lasts, pitch, 80) for on, lasts, pitch in rows], float).reshape(-1, 4)


def times(notes: Floats) -> list[tuple[float, ...]]:
    return [tuple(row) for row in notes[:, :3].tolist()]


def test_a_new_note_ends_where_its_pitch_is_struck_again() -> None:
    new = fitted(table((0, 4, 60), (1, 4, 60), (0, 4, 64)), Company(table((3, 1, 60)), False))
    assert times(new) == [(0, 1, 60), (0, 4, 64), (1, 2, 60)]


def test_a_new_note_waits_for_a_late_release_and_is_none_under_a_held_one() -> None:
    company = Company(table((0, 2.05, 60), (0, 9, 64)), False)
    new = fitted(table((2, 1, 60), (2, 1, 64), (2, 1, 67)), company)
    np.testing.assert_allclose(new[:, :3], [(2, 1, 67), (2.05, 0.95, 60)])


def test_a_line_has_one_note_at_a_time_the_highest() -> None:
    new = fitted(table((0, 4, 60), (0, 4, 67), (1, 9, 62), (2, 9, 64)), Company(table((3, 1, 50)), True, 8))
    assert times(new) == [(0, 1, 67), (1, 1, 62), (2, 1, 64)]


def test_a_line_goes_on_to_the_nearest_of_the_notes_that_begin_together() -> None:
    chords = table((4, 1, 48), (4, 1, 64), (4, 1, 84), (5, 1, 88), (5, 1, 65), (6, 1, 72))
    assert led(chords, table((0, 1, 60), (9, 1, 90)))[:, 2].tolist() == [64, 65, 72]
    assert led(chords, SILENCE)[:, 2].tolist() == [84, 88, 72]
    assert led(SILENCE, chords).shape == (0, 4)
    still = table((4, 1, 60), (4, 1, 62), (5, 1, 62), (5, 1, 65), (6, 1, 62))
    assert led(still, table((0, 1, 60)))[:, 2].tolist() == [62, 62, 62]


def test_nothing_sounds_beyond_the_end() -> None:
    assert times(fitted(table((3, 9, 60)), Company(SILENCE, False, 4))) == [(3, 1, 60)]
    assert times(fitted(table((3, 9, 60)), Company(SILENCE, False))) == [(3, 9, 60)]
    assert fitted(SILENCE, Company(SILENCE, True)).shape == (0, 4)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_comes_no_pitch_sounds_twice_at_a_time(seed: int) -> None:
    random = np.random.default_rng(seed)
    old, new = (
        np.column_stack(
            [random.integers(0, 64, 40) / 8, random.integers(1, 32, 40) / 8, *random.integers(60, 64, (2, 40))]
        )
        for _ in range(2)
    )
    old = fitted(old, Company(SILENCE, False))
    found = fitted(new, Company(old, False))
    assert len(found)
    for pitch in range(60, 64):
        both = np.concatenate([old[old[:, 2] == pitch], found[found[:, 2] == pitch]])
        both = both[np.argsort(both[:, 0])]
        assert (both[:-1, 0] + both[:-1, 1] <= both[1:, 0] + 1 / 480 + 1e-9).all()


def test_lines_are_told_from_chords_and_drums() -> None:
    assert [is_line(track) for track in song_tracks()] == [True, False, True, False, False]
    assert not is_line(Track(SILENCE))


def test_tracks_of_drums_are_one_kit_and_each_hit_goes_back_to_the_track_that_plays_it() -> None:
    tracks = song_tracks()
    joined = with_one_kit(tracks)
    assert [len(track.notes) for track in joined[3:]] == [24, 0]
    assert (np.diff(joined[3].notes[:, 0]) >= 0).all()
    back = kit_apart([track.notes for track in joined], tracks)
    for notes, track in zip(back, tracks, strict=True):
        np.testing.assert_array_equal(notes, track.notes)
    crash = kit_apart([SILENCE, SILENCE, SILENCE, table((0, 1, 49)), SILENCE], tracks)
    assert [len(notes) for notes in crash] == [0, 0, 0, 1, 0]


def test_a_song_with_one_track_of_drums_or_none_is_as_it_was() -> None:
    tracks = song_tracks()[:4]
    assert with_one_kit(tracks) == tracks
    assert math.isinf(Company(SILENCE, False).end_quarters)
