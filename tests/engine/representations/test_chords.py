"""Clips to chords and back, the words that they are, their names, and how they are laid out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OutOfRangeError
from engine.representations.chord_names import name_of, root_of
from engine.representations.chord_tensors import RECALLS, recalled, to_tensor
from engine.representations.chord_vocabulary import (
    DURATION_STEPS,
    Vocabulary,
    closed,
    counted,
    counted_shapes,
    duration_class,
    shape_of,
)
from engine.representations.chord_voicing import PLAIN, voiced
from engine.representations.chords import chordify, chords_of, fold, grid_notes, notes_of, pitch_class_weights
from engine.representations.clip import Note, make_clip
from engine.representations.key import best_key, home_shift
from engine.representations.melody import GridNote

STEPS = 32
NOTES = st.lists(
    st.builds(GridNote, st.integers(0, STEPS - 1), st.integers(30, 90), st.integers(1, STEPS)), max_size=24
)
TRIADS = st.sampled_from(
    [(0, 4, 7), (2, 5, 9), (4, 7, 11), (0, 5, 9), (2, 7, 11), (0, 4, 9), (2, 5, 7, 11), (0, 7), (4,)]
)


def test_a_held_bass_under_a_moving_line_is_one_event_for_each_note_above() -> None:
    clip = make_clip([Note(0.0, 48, 2.0), Note(0.0, 64, 1.0), Note(1.0, 65, 1.0)], 4.0)
    first, second, rest = chords_of(clip)
    assert (first.pitches, first.duration_steps, first.held) == ((48, 64), 4, frozenset())
    assert (second.pitches, second.duration_steps, second.held) == ((48, 65), 4, frozenset({48}))
    assert (rest.pitches, rest.duration_steps) == ((), 8)


def test_a_chord_struck_again_is_an_event_of_its_own() -> None:
    clip = make_clip([Note(start, pitch, 1.0) for start in (0.0, 1.0) for pitch in (60, 64, 67)], 2.0)
    assert [(event.pitches, event.held) for event in chords_of(clip)] == [((60, 64, 67), frozenset())] * 2


def test_a_strum_is_one_chord_and_a_muted_note_none_of_it() -> None:
    strummed = [Note(0.02 * k, pitch, 1.0) for k, pitch in enumerate((45, 52, 57))]
    assert [event.pitches for event in chords_of(make_clip([*strummed, Note(0.0, 61, 4.0, mute=True)], 1.0))] == [
        (45, 52, 57)
    ]


@given(NOTES)
def test_events_fill_the_clip_and_spell_the_same_notes_again(notes: list[GridNote]) -> None:
    events = chordify(notes, STEPS)
    assert [event.step for event in events[1:]] == [event.step + event.duration_steps for event in events[:-1]]
    assert events[0].step == 0
    assert events[-1].step + events[-1].duration_steps == STEPS
    spelled = notes_of(events)
    assert chordify(spelled, STEPS) == events
    assert {(note.step, note.pitch) for note in spelled} == {(note.step, note.pitch) for note in notes}


def test_a_clip_without_notes_is_one_rest() -> None:
    (rest,) = chords_of(make_clip([], 4.0))
    assert (rest.pitches, rest.duration_steps) == ((), 16)


@given(st.lists(TRIADS, min_size=1, max_size=12), st.integers(0, 11))
def test_a_vocabulary_stays_closed_when_a_piece_changes_its_key(chords: list[tuple[int, ...]], up: int) -> None:
    words = closed(counted_shapes(chords))
    for chord in chords:
        moved = fold(pitch_class + up for pitch_class in chord)
        assert words.chords[words.place(moved)] == moved


def test_one_hot_and_many_hot_say_the_same_chord() -> None:
    words = closed((shape_of((0, 4, 7)),))
    assert len(words) == 13
    assert (words.one_hot((64, 60, 79)) @ words.many_hot).tolist() == [1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]
    assert words.one_hot(()).tolist() == [1] + [0] * 12


def test_octaves_are_kept_on_request() -> None:
    kept = counted([(48, 64), (48, 64), (60, 64)])
    assert kept.chords == ((), (48, 64), (60, 64))
    assert kept.many_hot.shape == (3, 128)
    assert counted([(48, 64), (48, 64), (60, 64)], least=2).chords == ((), (48, 64))


def test_an_unknown_chord_is_the_word_that_shares_most_with_it_and_never_a_rest() -> None:
    words = closed((shape_of((0, 4, 7)), shape_of((0, 3, 7))))
    assert words.chords[words.place((60, 64, 67, 69))] in ((0, 4, 7), (0, 4, 9))
    assert words.chords[words.place((60, 64, 67, 70))] == (0, 4, 7)
    assert words.place((61,)) != 0
    assert words.place(()) == 0


def test_a_vocabulary_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="begins with the rest"):
        Vocabulary(((0, 4, 7),))
    with pytest.raises(OutOfRangeError, match="must lie in"):
        closed((4096,))
    with pytest.raises(OutOfRangeError, match="nothing but rests"):
        Vocabulary(((),)).place((60,))


@pytest.mark.parametrize(("steps", "known"), [(1, 1), (5, 6), (7, 8), (16, 16), (20, 24), (999, 64)])
def test_a_duration_is_taken_for_the_nearest_by_ratio(steps: int, known: int) -> None:
    assert DURATION_STEPS[duration_class(steps)] == known


def test_no_duration_is_shorter_than_a_step() -> None:
    with pytest.raises(OutOfRangeError, match="at least 1"):
        duration_class(0)


@pytest.mark.parametrize(
    ("pitches", "name"),
    [
        ((45, 60, 64), "Am"), ((40, 56, 59, 62), "E7"), ((48, 64, 67), "C"), ((52, 60, 67), "C/E"), ((43, 50), "G5"),
        ((48, 64, 71), "Cmaj7"), ((47, 50, 53), "Bdim"), ((48,), "c"), ((), "-"), ((60, 61, 62), "C+C#+D"),
    ],
)  # fmt: skip
def test_chords_have_a_musicians_names(pitches: tuple[int, ...], name: str) -> None:
    assert name_of(pitches) == name


@given(TRIADS, TRIADS, st.integers(1, 6))
def test_a_voicing_has_the_chords_notes_its_root_lowest_and_stays_near(
    before: tuple[int, ...], chord: tuple[int, ...], voices: int
) -> None:
    last = voiced(before)
    pitches = voiced(chord, last, voices)
    assert fold(pitches) == chord
    assert len(set(pitches)) == len(pitches) >= min(voices if len(chord) > 1 else 1, len(chord))
    if len(chord) > 1:
        assert pitches[0] % 12 == root_of(chord)
        assert abs(pitches[0] - last[0]) <= 12


def test_c_to_a_minor_keeps_the_common_notes() -> None:
    assert voiced((0, 4, 9), PLAIN) == (45, 60, 64)


def test_keys_are_found_and_led_home() -> None:
    in_d = make_clip(
        [Note(k, p, 1.0) for k, ch in enumerate([(62, 66, 69), (67, 71, 74), (57, 61, 64)]) for p in ch], 4.0
    )
    key = best_key(pitch_class_weights(chords_of(in_d)))
    assert (key, home_shift(key)) == (2, -2)
    assert [home_shift(12 + tonic) for tonic in (9, 4, 2)] == [0, 5, -5]


@given(st.integers(0, 23))
def test_every_key_is_led_home_by_less_than_an_octave(key: int) -> None:
    shift = home_shift(key)
    assert -5 <= shift <= 6
    assert (key % 12 + shift) % 12 == (0 if key < 12 else 9)


def test_events_as_arrays_are_moved_and_cut_into_windows() -> None:
    clip = make_clip([Note(k, p, 1.0) for k in range(4) for p in (60 + k, 64 + k)], 4.0)
    tokens = to_tensor(chords_of(clip), 16, shift=-2)
    assert np.flatnonzero(tokens.notes[0]).tolist() == [2, 10]
    assert tokens.windows(3).shape == (2, 3, 13)
    assert tokens.windows(5).shape == (0, 5, 13)
    assert tokens.transposed(2).notes[0].nonzero()[0].tolist() == [0, 4]
    assert tokens.end_steps == 16


def test_what_followed_the_last_time_is_recalled_and_nothing_that_is_still_to_come() -> None:
    words = [1, 2, 3, 1, 2, 4, 1, 2]
    column = RECALLS.index(2)
    two = recalled(words, 99)[:, column].tolist()
    assert two == [99, 99, 99, 99, 99, 3, 99, 99, 4]
    assert recalled(words[:5], 99)[:, column].tolist() == two[:6]


def test_the_notes_of_a_clip_are_at_least_a_step_long() -> None:
    assert grid_notes(make_clip([Note(0.0, 60, 0.01)], 1.0)) == [GridNote(0, 60, 1)]
