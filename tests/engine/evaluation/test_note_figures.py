"""Figures of notes: baselines on known music, features that a transposition leaves, cut-and-paste fillings."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.evaluation import note_baselines
from engine.evaluation.infill import copied_bar, joined, only, two_bars
from engine.evaluation.note_features import FEATURES, best_key, features, in_key_share, pitch_classes
from engine.evaluation.notes import note_f1
from engine.models.spans import is_inside, is_note
from engine.representations import note_sequence as notes
from engine.representations.note_sequence import Track, to_tensor


def window(pitches: list[int], slots: int = 20) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """A note on each quarter."""
    table = np.array([(place, 0.5, pitch, 90) for place, pitch in enumerate(pitches)], float)
    return to_tensor([Track(table)], 16, slots).astype(np.int64)


def test_the_bigram_knows_what_alternates_and_the_majority_half_of_it() -> None:
    classes = note_baselines.classes_of(np.stack([window([60, 64] * 8)] * 3), "pitch")
    found = note_baselines.accuracies(note_baselines.fit(classes), classes)
    assert found == {"majority": 0.5, "bigram": 1.0}


def test_a_class_that_training_never_had_is_not_guessed_and_breaks_nothing() -> None:
    known, other = (note_baselines.classes_of(window(pitches)[None], "pitch") for pitches in ([60, 61], [99, 60, 61]))
    found = note_baselines.accuracies(note_baselines.fit(known), other)
    assert found["majority"] == pytest.approx(1 / 3)


def test_distances_are_counted_between_onsets_and_empty_rows_are_no_notes() -> None:
    classes = note_baselines.classes_of(window([60, 62, 64])[None], "distance")
    assert classes[0, :4].tolist() == [0, 24, 24, -1]


def test_features_stay_under_transposition_but_for_the_register() -> None:
    tune = [60, 62, 64, 65, 67, 69, 71, 72, 60, 64, 67, 60]
    low, high = features(np.stack([window(tune), window([pitch + 5 for pitch in tune])]))
    changed = [name for name, a, b in zip(FEATURES, low, high, strict=True) if not np.isclose(a, b)]
    assert changed == ["pitch_mean"]


def test_silence_has_features_too() -> None:
    assert not features(window([])[None]).any()


def test_a_scale_is_in_its_key_and_its_neighbour_is_not() -> None:
    key = best_key(pitch_classes(window([60, 62, 64, 65, 67, 69, 71])))
    assert in_key_share(pitch_classes(window([60, 64, 67])), key) == 1
    assert in_key_share(pitch_classes(window([61, 63, 66])), key) == 0


def test_half_of_the_notes_come_back() -> None:
    found = note_f1(window([60, 62, 64, 65])[None], window([60, 61, 64, 66])[None])
    assert found == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "notes_of_true": 1.0}


def spans(*bounds: tuple[int, int]) -> Tensor:
    return torch.tensor(bounds) * 480


def test_a_copied_bar_is_the_one_before_again_and_again_or_the_one_after_a_beginning() -> None:
    music = torch.from_numpy(np.stack([window(list(range(60, 76)))] * 2))
    found = copied_bar(music, spans((4, 12), (0, 4)))
    assert found[0][is_note(found[0])][:, notes.PITCH].tolist() == [60, 61, 62, 63] * 2
    assert found[0][is_note(found[0])][:, notes.ONSET].tolist() == [480 * beat for beat in range(4, 12)]
    assert found[1][is_note(found[1])][:, notes.PITCH].tolist() == [64, 65, 66, 67]


def test_what_was_taken_out_and_put_back_is_the_music_again() -> None:
    music, bounds = torch.from_numpy(window(list(range(60, 76)))[None]), spans((5, 9))
    again = joined(music, bounds, only(music, bounds))
    assert torch.equal(again[:, : music.shape[1]], music)
    assert not is_note(again[:, music.shape[1] :]).any()


def test_two_bars_are_taken_from_the_spans_bar_on_and_the_last_two_at_the_end() -> None:
    music = torch.from_numpy(np.stack([window(list(range(60, 76)))] * 2))
    found = two_bars(music, spans((6, 8), (14, 16)))
    assert found[0][is_note(found[0])][:, notes.PITCH].tolist() == list(range(64, 72))
    assert found[1][is_note(found[1])][:, notes.PITCH].tolist() == list(range(68, 76))
    assert int(found[..., notes.ONSET].max()) == 7 * 480
    assert is_inside(music, spans((6, 8), (14, 16))).sum(1).tolist() == [2, 2]
