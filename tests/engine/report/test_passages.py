"""Windows as clips: every kind of music, ways as one strip, and which notes differ."""

from __future__ import annotations

import pytest
import torch

from engine.report.passages import bars_of, differing, passages, strung
from engine.representations.clip import Note, make_clip
from engine.representations.melody import HOLD, OFF, pitch_token


def melody(*tokens: int) -> torch.Tensor:
    """A window of 16 steps, held where nothing is said."""
    return torch.tensor([*tokens, *[HOLD] * (16 - len(tokens))])


def notes(clip: object) -> list[tuple[float, int, float]]:
    return [(n.start_quarters, n.pitch, n.duration_quarters) for n in clip.notes]  # type: ignore[attr-defined]


def test_a_melody_is_one_part_with_its_notes_and_its_tempo() -> None:
    (passage,) = passages("melody", melody(pitch_token(60), HOLD, OFF, HOLD, pitch_token(64))[None], bpm=90)
    assert list(passage) == ["melody"]
    assert notes(passage["melody"]) == [(0.0, 60, 0.5), (1.0, 64, 3.0)]
    assert passage["melody"].bpm == 90


def test_drum_classes_are_the_hits_that_they_spell() -> None:
    classes = torch.zeros(1, 16, dtype=torch.long)
    classes[0, 0], classes[0, 8] = 0b101, 0b010
    (passage,) = passages("drums", classes)
    assert [(start, pitch) for start, pitch, _ in notes(passage["drums"])] == [(0.0, 36), (0.0, 42), (2.0, 38)]


def test_a_groove_keeps_velocity_and_timing() -> None:
    groove = torch.zeros(1, 16, 27)
    groove[0, 4, 1], groove[0, 4, 10], groove[0, 4, 19] = 1, 0.5, 0.2
    (hit,) = passages("groove", groove)[0]["drums"].notes
    assert (hit.pitch, hit.velocity, hit.start_quarters) == (38, pytest.approx(63.5), pytest.approx(1.05))


def test_a_trio_has_its_three_parts() -> None:
    classes = torch.zeros(2, 16, 3, dtype=torch.long)
    classes[1, 0] = torch.tensor([pitch_token(72), pitch_token(40), 1])
    silent, sounding = passages("trio", classes)
    assert {name: len(clip.notes) for name, clip in silent.items()} == {"melody": 0, "bass": 0, "drums": 0}
    assert {name: clip.notes[0].pitch for name, clip in sounding.items()} == {"melody": 72, "bass": 40, "drums": 36}


def test_a_strip_has_the_first_bars_of_each_and_cuts_what_would_sound_on() -> None:
    long = {"melody": make_clip([Note(3.0, 60, 2.0), Note(5.0, 62, 1.0)], 8.0)}
    other = {"melody": make_clip([Note(0.0, 70, 1.0)], 8.0)}
    strip = strung([long, other], 1)
    assert notes(strip["melody"]) == [(3.0, 60, 1.0), (4.0, 70, 1.0)]
    assert bars_of(strip) == 2


def test_notes_differ_by_step_pitch_and_length_and_hits_by_step_and_pitch() -> None:
    one = make_clip([Note(0.0, 60, 1.0), Note(1.0, 62, 1.0)], 4.0)
    other = make_clip([Note(0.02, 60, 0.5), Note(1.0, 62, 1.0)], 4.0)
    assert differing(one, other, is_drums=False) == {one.notes[0]}
    assert differing(one, other, is_drums=True) == frozenset()
