"""The judge of a clip's kind: what every musician would say, it says too."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.representations.clip import MAX_NOTES, Clip, Note, make_clip
from engine.representations.kind import KINDS, VERDICTS, judge_kind
from engine.representations.midi_file import read_clip

FIXTURES = Path(__file__).parents[2] / "fixtures"


def line(pitches: str, step: float = 0.5, duration: float = 0.5, velocity: float = 100.0) -> Clip:
    """A clip of one note after another, `.` a rest and `+` between the notes of a chord."""
    notes = [
        Note(i * step, int(pitch), duration, velocity)
        for i, chord in enumerate(pitches.split())
        if chord != "."
        for pitch in chord.split("+")
    ]
    return make_clip(notes, 8.0)


@pytest.mark.parametrize(
    ("pitches", "kind"),
    [
        ("60 62 64 65 67 65 64 62", "melody"),
        ("60", "melody"),
        ("36 36 43 36 41 36 43 45", "melody"),
        ("28 28 . 31 28 . 33 34", "melody"),
        ("36 38 40 41 43 41 40 38", "melody"),
        ("48+52+55 . 53+57+60 . 55+59+62", "chords"),
        ("36+43 36+43 41+48 41+48 43+50", "chords"),
        ("36+48 38+50 43+55 36+48", "chords"),
        ("36+42 42 38+42 42 36+42 36+42 38+42 46", "drums"),
        ("38+42 42 42 38+42 . 44", "drums"),
        ("36 . 38 . 36 36 38 .", "drums"),
        ("36 42 38 42 36 42 38 42", "drums"),
        ("36 . 36 . 36 . 36", "drums"),
        ("42 42 42 42 42 42", "drums"),
        ("60 60 60 60", "melody"),
    ],
)
def test_plain_cases_are_judged_as_a_musician_would(pitches: str, kind: str) -> None:
    assert judge_kind(line(pitches)).kind == kind


def test_an_empty_clip_is_other_and_says_why() -> None:
    assert (judge_kind(make_clip([])).kind, judge_kind(make_clip([])).reason) == ("other", "no notes")
    assert judge_kind(make_clip([Note(0.0, 36, mute=True)])).reason == "no notes"


def test_legato_does_not_make_a_chord() -> None:
    assert judge_kind(line("60 62 64 65 67 65 64 62", duration=0.6)).kind == "melody"


def test_a_melody_with_one_octave_at_its_end_is_still_a_melody() -> None:
    assert judge_kind(line("60 62 64 65 67 65 64 72+60")).kind == "melody"


def test_a_tom_fill_with_a_drummers_velocities_is_drums() -> None:
    notes = [Note(i / 4, p, 0.15, 60.0 + 5 * i) for i, p in enumerate([48, 48, 47, 47, 45, 45, 43, 43])]
    assert judge_kind(make_clip(notes, 4.0)).kind == "drums"


def test_recorded_music_is_judged_right() -> None:
    assert judge_kind(read_clip(FIXTURES / "groove_hiphop_fill.mid")).kind == "drums"
    assert judge_kind(read_clip(FIXTURES / "on_top_of_old_smoky_waltz.mid", track=1)).kind == "melody"
    assert judge_kind(read_clip(FIXTURES / "on_top_of_old_smoky_waltz.mid", track=2)).kind == "chords"
    assert judge_kind(read_clip(FIXTURES / "hymn_evening_prayer.mid", track=1)).kind == "melody"


def test_reasons_are_few_and_without_numbers() -> None:
    assert {v.kind for v in VERDICTS} == set(KINDS)
    assert not any(c.isdigit() for v in VERDICTS for c in v.reason)


@given(st.lists(st.tuples(st.floats(-8, 64), st.integers(0, 127), st.floats(1e-6, 64), st.floats(1, 127)), max_size=40))
def test_any_notes_get_one_of_the_fixed_verdicts(notes: list[tuple[float, int, float, float]]) -> None:
    assert judge_kind(make_clip([Note(*n) for n in notes], 8.0)) in VERDICTS


def test_the_greatest_clip_is_judged_within_half_a_second() -> None:
    notes = [Note(i / 64, 36 + i % 40, 0.25, 1 + i % 127) for i in range(MAX_NOTES)]
    clip = make_clip(notes)
    started = time.perf_counter()
    judge_kind(clip)
    assert time.perf_counter() - started < 0.5
