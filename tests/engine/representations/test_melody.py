"""Melody tokens: round trips and the traps of the reference."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.representations.clip import Note, make_clip
from engine.representations.melody import (
    FIRST_PITCH_CLASS,
    HOLD,
    MAX_PITCH,
    MIN_PITCH,
    NUM_CLASSES,
    OFF,
    GridNote,
    from_tensor,
    in_loop,
    to_tensor,
    token_pitch,
    tokens_of,
    without_leading_off,
)


def melody(*notes, length=8.0):
    return make_clip([Note(start, pitch, duration) for start, pitch, duration in notes], length)


@st.composite
def lines(draw):
    notes, step = [], draw(st.integers(0, 4))
    while step < 31:
        room = draw(st.integers(1, 6))
        duration = draw(st.integers(1, room))
        if step + duration > 32:
            break
        notes.append(GridNote(step, draw(st.integers(MIN_PITCH, MAX_PITCH)), duration))
        step += room
    return tuple(notes)


@given(lines())
def test_a_line_survives_the_round_trip(line):
    assert from_tensor(tokens_of(line, 32).tokens) == line


def test_there_are_the_90_classes_of_the_reference():
    assert NUM_CLASSES == 90
    assert token_pitch(FIRST_PITCH_CLASS) == 21
    assert token_pitch(89) == 108


def test_a_silent_second_bar_is_kept():
    tokens = to_tensor(melody((0.0, 60, 1.0))).tokens
    assert len(tokens) == 32
    assert from_tensor(tokens) == (GridNote(0, 60, 4),)


def test_a_gap_of_a_bar_is_kept():
    line = from_tensor(to_tensor(melody((0.0, 60, 1.0), (6.0, 62, 1.0))).tokens)
    assert [note.step for note in line] == [0, 24]


def test_the_highest_of_a_chord_is_kept_and_the_others_are_counted():
    result = to_tensor(melody((0.0, 60, 1.0), (0.0, 67, 1.0), (0.0, 64, 1.0)))
    assert from_tensor(result.tokens) == (GridNote(0, 67, 4),)
    assert result.left_out == 2


def test_a_pitch_out_of_range_is_counted():
    assert to_tensor(melody((0.0, 20, 1.0), (1.0, 109, 1.0), (2.0, 60, 1.0))).left_out == 2


def test_a_new_onset_ends_the_held_note_for_good():
    tokens = to_tensor(melody((0.0, 60, 4.0), (1.0, 62, 1.0))).tokens
    assert from_tensor(tokens) == (GridNote(0, 60, 4), GridNote(4, 62, 4))
    assert (tokens == OFF).sum() == 1


def test_a_very_short_note_lasts_a_step():
    assert from_tensor(to_tensor(melody((0.0, 60, 0.01))).tokens) == (GridNote(0, 60, 1),)


def test_a_muted_note_is_not_part_of_the_line():
    clip = make_clip([Note(0.0, 60, mute=True), Note(1.0, 62)], 4.0)
    assert [note.pitch for note in from_tensor(to_tensor(clip).tokens)] == [62]


def test_nothing_can_end_before_something_began():
    tokens = np.array([OFF, HOLD, OFF, 40, HOLD, OFF])
    assert without_leading_off(tokens).tolist() == [HOLD, HOLD, HOLD, 40, HOLD, OFF]
    assert tokens[0] == OFF, "the argument is not changed"


def test_a_clip_without_notes_is_silence():
    assert from_tensor(to_tensor(melody()).tokens) == ()


def test_in_a_loop_a_rest_at_the_start_ends_the_last_note() -> None:
    held = np.array([HOLD, HOLD, 42, HOLD])
    assert in_loop(held).tolist() == [OFF, HOLD, 42, HOLD]
    assert held[0] == HOLD, "the argument stays"
    for tokens in ([42, HOLD, 44, HOLD], [HOLD, 42, OFF, HOLD], [HOLD, HOLD, HOLD, HOLD]):
        assert in_loop(np.array(tokens)).tolist() == tokens, "it starts anew, has ended, or there is nothing to end"
