"""Drum classes: nine bits to one of 512 and back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from made_up import beat

from engine.representations import drum_classes, groove
from engine.representations.clip import Note, make_clip
from engine.representations.drums import GENERAL_MIDI, KICK, NUM_VOICES, SNARE


def test_every_class_comes_back_from_its_hits() -> None:
    classes = np.arange(drum_classes.NUM_CLASSES)
    hits = drum_classes.hits_of(classes)
    assert len(np.unique(hits, axis=0)) == drum_classes.NUM_CLASSES
    np.testing.assert_array_equal(drum_classes.classes_of(hits), classes)


@given(st.lists(st.integers(0, drum_classes.NUM_CLASSES - 1), min_size=1, max_size=64))
def test_classes_come_back_from_the_groove_that_they_spell(classes: list[int]) -> None:
    spelt = drum_classes.from_tensor(np.array(classes))
    assert drum_classes.classes_of(spelt.hits).tolist() == classes
    assert ((spelt.velocities > 0) == (spelt.hits > 0)).all()
    assert not spelt.offsets.any()


def test_a_class_is_the_sum_of_two_to_the_voices() -> None:
    clip = make_clip([Note(0.0, 36), Note(0.0, 38), Note(1.0, 38)], 2.0)
    classes = drum_classes.to_tensor(clip, GENERAL_MIDI)
    assert classes.tolist() == [2**KICK + 2**SNARE, 0, 0, 0, 2**SNARE, 0, 0, 0]


def test_a_clips_classes_are_the_hits_of_its_groove() -> None:
    clip = beat(3)
    hits = groove.to_tensor(clip, GENERAL_MIDI).hits
    np.testing.assert_array_equal(drum_classes.hits_of(drum_classes.to_tensor(clip, GENERAL_MIDI)), hits)
    assert hits.shape[1] == NUM_VOICES


def test_muted_notes_and_unknown_pitches_are_no_part_of_it() -> None:
    clip = make_clip([Note(0.0, 36, mute=True), Note(0.0, 1)], 1.0)
    assert drum_classes.to_tensor(clip, GENERAL_MIDI).tolist() == [drum_classes.SILENCE] * 4
