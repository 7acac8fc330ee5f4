"""Grooves played as the notes of a clip would: its pitches, layers and flams."""

from __future__ import annotations

import pytest

from engine.representations.clip import Clip, Note, make_clip
from engine.representations.drums import GENERAL_MIDI
from engine.representations.groove import empty, place, to_tensor
from engine.runtime.drum_kit import DrumKit

RIM, SNARE, CLAP = 37, 38, 39


def play(clip: Clip | None, *steps: int) -> list[Note]:
    groove = empty(32)
    for step in steps:
        place(groove, step, 1, 0.5, 0.0)
    return DrumKit(clip, GENERAL_MIDI).play(groove, Clip((), 8.0))


def test_without_a_clip_each_voice_has_the_maps_first_pitch() -> None:
    assert [(note.pitch, note.start_quarters, note.velocity) for note in play(None, 4)] == [(SNARE, 1.0, 63.5)]


def test_a_hit_is_played_as_the_nearest_one_of_its_voice() -> None:
    clip = make_clip([Note(1.0, RIM, 0.5), Note(5.0, CLAP, 0.1)], 8.0)
    assert [(note.pitch, note.duration_quarters) for note in play(clip, 3, 18)] == [(RIM, 0.5), (CLAP, 0.1)]


def test_a_clap_layered_on_the_snare_stays_layered_and_as_much_softer() -> None:
    clip = make_clip([Note(1.0, SNARE, 0.25, 100.0), Note(1.0, CLAP, 0.25, 50.0)], 8.0)
    for step in (4, 20):
        snare, clap = sorted(play(clip, step), key=lambda note: note.pitch)
        assert (snare.pitch, clap.pitch) == (SNARE, CLAP)
        assert (snare.velocity, clap.velocity) == pytest.approx((63.5, 31.75))


def test_a_flam_is_played_where_it_was_and_nowhere_else() -> None:
    clip = make_clip([Note(0.96, SNARE, 0.05, 40.0), Note(1.0, SNARE, 0.25, 100.0)], 8.0)
    assert [note.start_quarters for note in play(clip, 4)] == pytest.approx([1.0, 0.96])
    assert [note.start_quarters for note in play(clip, 12)] == [3.0]


def test_a_clips_own_groove_gives_the_clip_back() -> None:
    clip = make_clip(
        [Note(0.02, 36), Note(0.98, SNARE, 0.25, 30.0), Note(1.03, SNARE, 0.25, 90.0), Note(1.0, 42, 0.1, 60.0)], 8.0
    )
    played = sorted(DrumKit(clip, GENERAL_MIDI).play(to_tensor(clip, GENERAL_MIDI), clip))
    for note, own in zip(played, clip.notes, strict=True):
        assert (note.pitch, note.duration_quarters) == (own.pitch, own.duration_quarters)
        assert (note.start_quarters, note.velocity) == pytest.approx((own.start_quarters, own.velocity), abs=1e-4)


@pytest.mark.parametrize(("own_start", "played"), [(0.0, 0.0), (0.02, 0.0), (7.98, 7.9), (-0.02, 7.9)])
def test_a_first_beat_becomes_early_only_where_the_clips_own_is(own_start: float, played: float) -> None:
    groove = empty(32)
    place(groove, 0, 0, 0.5, -0.4)
    notes = DrumKit(make_clip([Note(own_start, 36)], 8.0), GENERAL_MIDI).play(groove, Clip((), 8.0))
    assert [note.start_quarters for note in notes] == [pytest.approx(played)]
