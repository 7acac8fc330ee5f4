"""The engine plays chords: whatever the weights, lengths, meters and seeds are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import write_checkpoints
from made_up_chords import progression, tiny_config, write_system

from engine.errors import OutOfRangeError, TooLargeError, UnsupportedMeterError, WrongKindError
from engine.representations.chord_vocabulary import DURATION_STEPS
from engine.representations.chords import chords_of
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.kind import CHORDS, OTHER
from engine.runtime import checkpoint, chord_inventing
from engine.runtime.chord_continuation import go_on
from engine.runtime.chord_durations import filling
from engine.runtime.chord_hearing import MAX_EVENTS, hear
from engine.runtime.chord_writer import Spoken, write_chords
from engine.runtime.engine import Engine
from engine.runtime.position import Anchor


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("systems")
    write_system(folder)
    return Engine.load(folder, "cpu")


def fits(clip: Clip, bars: float, meter: str = "4/4") -> bool:
    inside = all(0 <= note.start_quarters < clip.length_quarters for note in clip.notes)
    return inside and clip.length_quarters == bars * clip.bar_quarters and clip.meter == meter


def test_a_clip_of_chords_is_known_as_such(engine: Engine) -> None:
    prepared = engine.prepare(progression())
    assert (prepared.kind, prepared.reason) == (CHORDS, "several notes at a time")


@pytest.mark.parametrize(("names", "numerator", "bars"), [("C Am F G", 4, 1), ("C F G", 3, 1), ("C Am F G C F", 4, 2)])
@pytest.mark.parametrize("amount", [0.0, 0.4, 1.0])
def test_variations_keep_length_and_meter(engine: Engine, names: str, numerator: int, bars: int, amount: float) -> None:
    clip = progression(names, numerator=numerator)
    for found in engine.vary(clip, 3, amount, temperature=1.0).clips:
        assert fits(found, bars, f"{numerator}/4")


def test_the_same_seed_gives_the_same_notes_and_the_first_do_not_depend_on_how_many_follow(engine: Engine) -> None:
    clip = progression("C Am F G C F G C")
    assert engine.vary(clip, 2, 0.7, seed=5).clips == engine.vary(clip, 4, 0.7, seed=5).clips[:2]
    few, many = (engine.continue_clip(clip, 2, count, temperature=1.0, seed=5).clips for count in (2, 4))
    assert few == many[:2]
    assert engine.continue_clip(clip, 2, 2, temperature=1.0, seed=6).clips != few
    assert (
        engine.sample("chords", 2, temperature=1.0, seed=3).clips
        == engine.sample("chords", 3, temperature=1.0, seed=3).clips[:2]
    )


def test_a_continuation_has_as_many_bars_of_the_clips_meter_and_starts_anew(engine: Engine) -> None:
    waltz = progression("C F G C F G", numerator=3)
    for found in engine.continue_clip(waltz, 5, 2, temperature=1.0).clips:
        assert fits(found, 5, "3/4")
    greedy = engine.continue_clip(waltz, 2, 3, temperature=0.0).clips
    assert greedy[0] == greedy[1] == greedy[2]


def test_a_longer_continuation_begins_as_the_shorter_one(engine: Engine) -> None:
    model = engine._roster.playing(CHORDS).model
    heard = hear(progression("C Am F G"), model.config).tokens
    short, long = (go_on(model, heard, steps, 1, 1.0, 3, 16)[0] for steps in (32, 128))
    assert long.words[: len(short.words)] == short.words
    assert sum(short.durations) == 32
    assert sum(long.durations) == 128


def test_samples_are_as_long_as_the_system_says(engine: Engine) -> None:
    answer = engine.sample("chords", 3, temperature=1.0)
    assert all(fits(clip, 4) for clip in answer.clips)


def test_transposed_music_is_varied_and_continued_as_the_same_music(engine: Engine) -> None:
    clip, higher = progression("C F G C"), progression("C F G C", up=4)
    for ask in (lambda c: engine.continue_clip(c, 2, 1, seed=2), lambda c: engine.vary(c, 1, 0.6, seed=2)):
        a, b = ask(clip).clips[0], ask(higher).clips[0]
        moved = [tuple((p + 4) % 12 for p in event.pitch_classes) for event in chords_of(a)]
        assert [sorted(chord) for chord in moved] == [list(event.pitch_classes) for event in chords_of(b)]


def test_a_way_has_both_ends_and_a_blend_of_one_is_its_reconstruction(engine: Engine) -> None:
    a, b = progression("C Am F G"), progression("Am Dm E Am C F G C")
    way = engine.interpolate(a, b, 5).clips
    assert len(way) == 5
    assert all(fits(clip, 2) for clip in way)
    assert way[-1] == engine.vary(b, 1, 0.0).clips[0]
    assert engine.blend([b, a], [1.0, 0.0]).clips[0] == way[-1]
    assert len(engine.interpolate(a, b, 4, spacing="angle").clips) == 4


def test_what_a_chord_clip_has_that_no_model_hears_is_kept(engine: Engine) -> None:
    muted = Note(1.0, 30, 0.5, 20.0, mute=True)
    clip = make_clip([*progression().notes, muted])
    found = engine.vary(clip, 1, 0.5).clips[0]
    assert muted in found.notes
    assert all(note.velocity <= 70 for note in found.notes if not note.mute)
    assert not any(note.mute for note in engine.continue_clip(clip, 1).clips[0].notes)


def test_chords_that_come_back_sound_as_in_the_clip() -> None:
    clip = progression("C Am F G")
    heard = hear(clip, tiny_config())
    spoken = [Spoken(event.pitch_classes, event.duration_steps, k) for k, event in enumerate(heard.events)]
    assert write_chords(spoken, clip, heard, [clip], (1.0,)) == clip


@given(st.lists(st.integers(1, 40), min_size=1, max_size=16), st.integers(0, 1000))
@settings(max_examples=50)
def test_durations_fill_their_stretch_to_the_step(own: list[int], seed: int) -> None:
    logits = np.random.default_rng(seed).normal(size=(len(own), len(DURATION_STEPS))) * 3
    found = filling(logits, own)
    assert sum(found) == sum(own)
    assert min(found) >= 1


def test_durations_that_are_sure_of_themselves_come_back() -> None:
    own = [4, 2, 2, 5, 3]
    logits = np.full((5, len(DURATION_STEPS)), -20.0)
    logits[[0, 1, 2, 3, 4], [3, 1, 1, 4, 2]] = 0.0
    assert filling(logits, own) == own


def test_a_rhythm_is_drawn_to_the_sources_lines() -> None:
    own, flat = [8, 8, 8, 8], np.zeros((4, len(DURATION_STEPS)))
    found = filling(flat, own, lines=[16])
    assert 16 in np.cumsum(found)


def test_what_cannot_be_asked_is_refused(engine: Engine) -> None:
    clip = progression()
    with pytest.raises(OutOfRangeError, match="0 bars"):
        engine.continue_clip(clip, 0)
    with pytest.raises(OutOfRangeError, match="temperature"):
        engine.continue_clip(clip, 1, temperature=3.0)
    with pytest.raises(WrongKindError, match="no note that sounds"):
        engine.continue_clip(make_clip([]), 1)
    with pytest.raises(WrongKindError, match="cannot be morphed"):
        engine.field([Anchor(clip, 0.5, 0.5)])
    with pytest.raises(WrongKindError, match="choose melody or drums"):
        engine.knobs(CHORDS)
    with pytest.raises(UnsupportedMeterError):
        engine.vary(make_clip(clip.notes, 4.0, 5, 32), 1, 0.5)
    with pytest.raises(TooLargeError, match="at once"):
        engine.continue_clip(clip, 5000, 1)
    with pytest.raises(OutOfRangeError, match="spacing"):
        engine.interpolate(clip, clip, 3, spacing="even")


def test_too_many_chords_are_refused(engine: Engine) -> None:
    notes = [Note(k / 4, 40 + k % 40 + above, 0.25) for k in range(MAX_EVENTS + 1) for above in (0, 4, 7)]
    with pytest.raises(TooLargeError, match="give a part"):
        engine.vary(make_clip(notes), 1, 0.5, kind=CHORDS)


@pytest.mark.parametrize(
    "clip",
    [
        make_clip([Note(0.0, p, 4000.0) for p in (60, 64, 67)]),
        make_clip([Note(0.0, p, 0.01) for p in range(128)]),
        make_clip([Note(-0.1, 60), Note(99.0, 64), Note(0.0, 67, 9.0)], 4.0),
        make_clip([Note(0.1 * k, 20 + k, 0.7) for k in range(100)], 10.3),
        make_clip([Note(0.0, 0, 1.0), Note(0.0, 127, 1.0)], 1.0, 1, 4),
    ],
)
def test_odd_clips_get_answers_of_their_own_length(engine: Engine, clip: Clip) -> None:
    found = engine.vary(clip, 1, 0.5, temperature=1.0, kind=CHORDS).clips[0]
    assert found.length_quarters == clip.length_quarters
    engine.continue_clip(clip, 1)


def test_without_a_system_of_chords_the_clip_is_refused_with_a_way_out(tmp_path: Path) -> None:
    others = Engine.load(write_checkpoints(tmp_path), "cpu")
    assert others.prepare(progression()).kind == OTHER
    with pytest.raises(WrongKindError, match="set kind to melody"):
        others.vary(progression(), 1, 0.5)
    assert others.vary(progression(), 1, 0.5, kind="melody").clips


def test_a_system_comes_back_bit_by_bit_and_warms_up(tmp_path: Path) -> None:
    folder = write_system(tmp_path)
    first, again = checkpoint.load(folder), checkpoint.load(folder)
    assert first.hash == again.hash
    assert all(
        torch.equal(a, b)
        for a, b in zip(first.model.state_dict().values(), again.model.state_dict().values(), strict=True)
    )
    assert first.summary.num_bytes == checkpoint.summarize(folder).num_bytes
    Engine.load(tmp_path, "cpu").warm_up()


def test_every_part_of_a_long_clip_is_varied(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    encoded = chord_inventing._encoded
    monkeypatch.setattr(chord_inventing, "_encoded", lambda model, w: seen.append(len(w)) or encoded(model, w))
    engine.vary(progression(" ".join(["C F G C"] * 8)), 2, 0.5)
    assert seen == [4, 4, 4]
