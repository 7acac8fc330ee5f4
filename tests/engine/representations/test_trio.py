"""Trios: three clips on one grid and back."""

from __future__ import annotations

import numpy as np
import pytest
from made_up import beat, line

from engine.representations import drum_classes, groove, melody, trio
from engine.representations.clip import Note, make_clip
from engine.representations.drums import GENERAL_MIDI


def test_a_trio_comes_back_from_its_array() -> None:
    made = trio.to_tensor(line(1), line(2), beat(3), GENERAL_MIDI)
    stacked = trio.stack(made)
    assert stacked.shape == (64, trio.NUM_PARTS)
    again = trio.unstack(stacked)
    for part in trio.PARTS:
        np.testing.assert_array_equal(getattr(again, part), getattr(made, part))


def test_its_parts_are_what_each_clip_is_alone() -> None:
    made = trio.to_tensor(line(1), line(2), beat(3), GENERAL_MIDI)
    notes, bass_notes, hits = trio.from_tensor(made)
    assert notes == melody.from_tensor(melody.to_tensor(line(1)).tokens)
    assert bass_notes == melody.from_tensor(melody.to_tensor(line(2)).tokens)
    np.testing.assert_array_equal(hits.hits, groove.to_tensor(beat(3), GENERAL_MIDI).hits)


@pytest.mark.parametrize("seed", range(5))
def test_a_shorter_part_rests_where_it_has_ended(seed: int) -> None:
    made = trio.to_tensor(line(seed, bars=2), line(seed), beat(seed, bars=1), GENERAL_MIDI)
    notes, bass_notes, hits = trio.from_tensor(made)
    assert notes == melody.from_tensor(melody.to_tensor(line(seed, bars=2)).tokens)
    assert max(note.step + note.duration_steps for note in notes) <= 32
    assert len(hits.hits) == len(made.drums) == len(made.melody) == 64
    assert not hits.hits[16:].any()
    assert (made.drums[16:] == drum_classes.SILENCE).all()
    assert bass_notes == melody.from_tensor(melody.to_tensor(line(seed)).tokens)


def test_a_part_that_is_silent_stays_so() -> None:
    made = trio.to_tensor(make_clip([], 4.0), line(1), make_clip([Note(0.0, 36)], 4.0), GENERAL_MIDI)
    assert not made.melody.any()
    assert trio.from_tensor(made)[0] == ()


def test_no_program_is_melody_and_bass_at_once() -> None:
    assert not set(trio.MELODY_PROGRAMS) & set(trio.BASS_PROGRAMS)
