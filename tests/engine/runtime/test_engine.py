"""The engine as a Python caller has it: same seed, same notes; form, pitches and what no model hears are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from made_up import beat, line, write_checkpoints

from engine.errors import (
    CheckpointError,
    OutOfRangeError,
    TooLargeError,
    UnknownModelError,
    UnsupportedMeterError,
    WrongKindError,
)
from engine.representations.clip import MAX_NOTES, Clip, Note, make_clip
from engine.representations.drums import GENERAL_MIDI
from engine.representations.grid import clip_steps, nearest_step
from engine.representations.groove import cells
from engine.representations.kind import DRUMS, MELODY, OTHER
from engine.runtime import translators
from engine.runtime.answers import Answer
from engine.runtime.engine import Engine

METERS = [(4, 4), (3, 4), (7, 8), (5, 4)]
LENGTHS_BARS = [1, 2, 5, 16, 2.6]

OPERATIONS: dict[str, Callable[[Engine, int], Answer]] = {
    "vary a melody": lambda engine, seed: engine.vary(line(1), 3, 0.6, temperature=0.8, seed=seed),
    "vary drums": lambda engine, seed: engine.vary(beat(1), 3, 0.6, temperature=0.8, seed=seed),
    "sample": lambda engine, seed: engine.sample("melody_2bar", 3, seed=seed),
    "sample drums": lambda engine, seed: engine.sample("groove_2bar", 3, seed=seed),
    "interpolate": lambda engine, seed: engine.interpolate(line(1), line(2), 5, temperature=0.8, seed=seed),
    "blend": lambda engine, seed: engine.blend([beat(1), beat(2)], [1, 2], temperature=0.8, seed=seed),
    "humanize": lambda engine, seed: engine.humanize(beat(1), 1.0, 1.0, seed=seed),
    "drumify": lambda engine, seed: engine.drumify(line(1), seed=seed),
}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoints(tmp_path_factory.mktemp("checkpoints"))


@pytest.fixture(scope="module")
def engine(checkpoints: Path) -> Iterator[Engine]:
    loaded = Engine.load(checkpoints, "cpu")
    yield loaded
    loaded.close()


def hits(clip: Clip) -> list[tuple[int, int]]:
    """Pitch and step of each note."""
    return sorted((note.pitch, nearest_step(note.start_quarters, clip)[0]) for note in clip.notes)


def about(clip: Clip) -> list[tuple[float, ...]]:
    """Each note's pitch, start, duration and velocity, but for what single precision leaves open."""
    return sorted(
        (n.pitch, round(n.start_quarters, 4), round(n.duration_quarters, 4), round(n.velocity, 2)) for n in clip.notes
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_same_seed_gives_the_same_notes_and_another_seed_others(engine: Engine, name: str) -> None:
    clips = [OPERATIONS[name](engine, seed).clips for seed in (5, 5, 6)]
    assert clips[0] == clips[1]
    assert clips[0] != clips[2]


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_same_seed_gives_the_same_notes_after_a_restart(engine: Engine, checkpoints: Path, name: str) -> None:
    again = Engine.load(checkpoints, "cpu")
    again.warm_up()
    assert OPERATIONS[name](again, 5).clips == OPERATIONS[name](engine, 5).clips


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: f"{meter[0]}/{meter[1]}")
@pytest.mark.parametrize("bars", LENGTHS_BARS)
def test_answers_have_the_clips_length_and_meter(engine: Engine, meter: tuple[int, int], bars: float) -> None:
    tune, drums = line(1, bars, *meter), beat(1, bars, *meter)
    answers = [
        *engine.vary(tune, 2, 0.5, kind=MELODY).clips,
        *engine.vary(drums, 2, 0.5, kind=DRUMS).clips,
        *engine.interpolate(tune, line(2, bars, *meter), 3, kind=MELODY).clips,
        *engine.humanize(drums, 1.0, 1.0).clips,
        *engine.drumify(tune).clips,
        *engine.groove(drums, beat(2, bars, *meter), 1.0, 1.0).clips,
    ]
    for answer in answers:
        assert (answer.length_quarters, answer.meter) == (tune.length_quarters, tune.meter)
        assert all(0 <= note.start_quarters < answer.length_quarters for note in answer.notes)


@pytest.mark.parametrize("count", [1, 2, 8, 64])
def test_as_many_clips_come_as_were_asked_for_in_one_pass(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    passes = []
    before = translators.decode
    monkeypatch.setattr(translators, "decode", lambda *given: passes.append(given) or before(*given))
    assert len(engine.sample("groove_2bar", count).clips) == count
    assert len(passes) == 1
    assert len(engine.vary(beat(), count, 1.0).clips) == count


def test_no_amount_of_variation_is_the_reconstruction(engine: Engine) -> None:
    here = engine.vary(line(1), 4, 0.0).clips
    assert set(here) == {engine.blend([line(1)], [1.0]).clips[0]}
    assert set(engine.vary(line(1), 4, 1.0).clips) != set(here)


@pytest.mark.parametrize("make", [line, beat])
def test_all_weight_on_one_clip_gives_its_reconstruction(engine: Engine, make: Callable[[int], Clip]) -> None:
    clips = [make(1), make(2), make(3)]
    assert engine.blend(clips, [0, 4, 0]).clips == engine.blend([clips[1]], [1]).clips


@pytest.mark.parametrize("spacing", ["change", "angle"])
@pytest.mark.parametrize("make", [line, beat])
def test_the_ends_of_a_path_are_the_reconstructions(engine: Engine, make: Callable[[int], Clip], spacing: str) -> None:
    path = engine.interpolate(make(1), make(2), 5, spacing=spacing).clips
    for end, number in ((path[0], 1), (path[-1], 2)):
        assert about(end) == about(engine.blend([make(number)], [1]).clips[0])


def test_a_path_between_equal_clips_stays_there(engine: Engine) -> None:
    assert len(set(engine.interpolate(line(1), line(1), 5).clips)) == 1


def test_the_shorter_of_two_clips_is_played_in_loop(engine: Engine) -> None:
    short, long = line(1, bars=2), line(2, bars=4)
    assert engine.interpolate(short, long, 3).clips[0].length_quarters == long.length_quarters
    assert engine.blend([short, long], [1, 1]).clips[0].length_quarters == long.length_quarters


@pytest.mark.parametrize("seed", range(5))
def test_humanize_keeps_every_hit_and_pitch(engine: Engine, seed: int) -> None:
    drums = beat(seed, bars=3)
    humanized = engine.humanize(drums, 1.0, 1.0, temperature=1.0, seed=seed).clips[0]
    assert hits(humanized) == hits(drums)
    assert humanized != drums


def test_humanize_moves_timing_and_velocity_each_by_its_amount(engine: Engine) -> None:
    drums = beat(1)
    assert engine.humanize(drums, 0.0, 0.0).clips[0] == drums
    timed, louder = (engine.humanize(drums, *amounts).clips[0] for amounts in ((1.0, 0.0), (0.0, 1.0)))
    assert sorted(note.velocity for note in timed.notes) == sorted(note.velocity for note in drums.notes)
    assert [note.start_quarters for note in louder.notes] == [note.start_quarters for note in drums.notes]


def test_an_early_hit_on_the_first_beat_lies_at_the_loops_end(engine: Engine) -> None:
    before = make_clip([Note(-0.02, 36), *(Note(float(k), 38) for k in range(1, 8))], 8.0)
    after = engine.humanize(before, 0.0, 1.0).clips[0]
    assert after.notes[0].start_quarters == -0.02
    moved = engine.humanize(before, 1.0, 0.0, temperature=0.0).clips[0]
    assert [step for pitch, step in hits(moved) if pitch == 36] == [0]
    assert all(0 <= note.start_quarters < 8 for note in moved.notes)


@pytest.mark.parametrize("operation", ["vary", "humanize", "groove"])
def test_unknown_pitches_and_muted_notes_survive(engine: Engine, operation: str) -> None:
    strange = [Note(0.3, 1, 0.5, 77.0, False, 0.5, 3.0, 9), Note(2.0, 36, 0.25, 55.0, mute=True)]
    drums = make_clip([*beat(1).notes, *strange], 16.0)
    answer = {
        "vary": lambda: engine.vary(drums, 1, 0.5, kind=DRUMS),
        "humanize": lambda: engine.humanize(drums, 1.0, 1.0),
        "groove": lambda: engine.groove(beat(2), drums, 1.0, 1.0),
    }[operation]()
    kept = {replace(note, duration_quarters=1.0) for note in answer.clips[0].notes}  # Live cuts what it runs into
    assert {replace(note, duration_quarters=1.0) for note in strange} <= kept
    assert answer.left_out[-1] == len(strange)


def test_drums_on_a_rhythm_sound_where_it_does_and_nowhere_else(engine: Engine) -> None:
    tune = line(3)
    for temperature in (0.0, 1.0):
        drums = engine.drumify(tune, temperature=temperature).clips[0]
        assert {step for _, step in hits(drums)} == {step for _, step in hits(tune)}
        assert all(GENERAL_MIDI.voice_of(note.pitch) is not None for note in drums.notes)


def test_a_groove_is_exact_where_both_hit_the_same_voice(engine: Engine) -> None:
    source, target = beat(1), beat(2)
    where = {
        (cell.step, cell.voice): note for note, cell in zip(source.notes, cells(source, GENERAL_MIDI), strict=True)
    }
    felt = engine.groove(source, target, 1.0, 1.0).clips[0]
    common = 0
    for note, cell in zip(felt.notes, cells(felt, GENERAL_MIDI), strict=True):
        if (cell.step, cell.voice) in where:
            expected = where[cell.step, cell.voice]
            assert note.velocity == pytest.approx(expected.velocity, abs=1e-4)
            assert note.start_quarters == pytest.approx(expected.start_quarters, abs=1e-5)
            common += 1
    assert common > 5
    assert hits(felt) == hits(target)


def test_a_second_request_for_a_clip_finds_its_latents(checkpoints: Path) -> None:
    engine = Engine.load(checkpoints, "cpu")
    first, second = engine.vary(line(9), 2, 0.5), engine.vary(line(9), 2, 0.5)
    assert (first.cached, second.cached) == (False, True)
    assert first.clips == second.clips
    assert engine.cache_stats().misses >= 1
    assert engine.cache_stats().hits >= 1
    assert not engine.vary(line(10), 2, 0.5).cached


def test_latents_are_found_again_after_a_restart(checkpoints: Path, tmp_path: Path) -> None:
    first = Engine.load(checkpoints, "cpu", tmp_path / "latents.sqlite")
    assert not first.prepare(line(9)).cached
    before = first.vary(line(9), 2, 0.5).clips
    first.close()
    again = Engine.load(checkpoints, "cpu", tmp_path / "latents.sqlite")
    answer = again.vary(line(9), 2, 0.5)
    again.close()
    assert answer.cached
    assert answer.clips == before


def test_a_clip_is_prepared_as_what_it_is(engine: Engine) -> None:
    assert engine.prepare(line(1)).kind == MELODY
    assert engine.prepare(beat(1)).kind == DRUMS
    chords = engine.prepare(chord_clip())
    assert (chords.kind, chords.left_out) == (OTHER, 0)
    assert engine.prepare(chord_clip(), kind=MELODY).left_out == 16


def chord_clip() -> Clip:
    return make_clip([Note(float(k), 60 + pitch, 1.0) for k in range(8) for pitch in (0, 4, 7)], 8.0)


def test_chords_are_a_melody_only_where_asked_and_it_is_said_what_was_left_out(engine: Engine) -> None:
    with pytest.raises(WrongKindError, match="set kind to melody"):
        engine.vary(chord_clip(), 1, 0.5)
    assert engine.vary(chord_clip(), 1, 0.5, kind=MELODY).left_out == (16,)


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (lambda engine: engine.interpolate(line(1), beat(1), 3), WrongKindError),
        (lambda engine: engine.vary(line(1), 1, 0.5, kind="noise"), WrongKindError),
        (lambda engine: engine.humanize(make_clip([Note(0, 1)]), 1, 1), WrongKindError),
        (lambda engine: engine.sample("humanize_2bar", 1), WrongKindError),
        (lambda engine: engine.sample("no_model", 1), UnknownModelError),
        (lambda engine: engine.vary(line(1, 4, 5, 32), 1, 0.5, kind=MELODY), UnsupportedMeterError),
        (lambda engine: engine.humanize(beat(1, 4, 5, 32), 1, 1), UnsupportedMeterError),
        (lambda engine: engine.interpolate(line(1), line(1, 4, 3, 4), 3), UnsupportedMeterError),
        (lambda engine: engine.blend([line(1), line(1, 4, 7, 8)], [1, 1]), UnsupportedMeterError),
        (lambda engine: engine.vary(line(1), 0, 0.5), OutOfRangeError),
        (lambda engine: engine.vary(line(1), 129, 0.5), OutOfRangeError),
        (lambda engine: engine.vary(line(1), 1, 1.01), OutOfRangeError),
        (lambda engine: engine.vary(line(1), 1, float("nan")), OutOfRangeError),
        (lambda engine: engine.vary(line(1), 1, 0.5, temperature=2.5), OutOfRangeError),
        (lambda engine: engine.humanize(beat(1), -0.1, 1), OutOfRangeError),
        (lambda engine: engine.drumify(line(1), temperature=-1), OutOfRangeError),
        (lambda engine: engine.interpolate(line(1), line(2), 3, spacing="time"), OutOfRangeError),
        (lambda engine: engine.blend([], []), OutOfRangeError),
        (lambda engine: engine.blend([line(1)], [0]), OutOfRangeError),
        (lambda engine: engine.blend([line(1), line(2)], [1]), OutOfRangeError),
        (lambda engine: engine.blend([line(1), line(2)], [1, -1]), OutOfRangeError),
        (lambda engine: engine.blend([line(1), line(2)], [1, float("inf")]), OutOfRangeError),
        (lambda engine: engine.vary(line(1, bars=4000), 128, 0.5), TooLargeError),
        (lambda engine: engine.blend([replace(line(1), length_quarters=1e-6), line(2)], [1, 1]), TooLargeError),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_class(
    engine: Engine, ask: Callable[[Engine], object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as refused:
        ask(engine)
    assert type(refused.value) is refusal


def test_a_clip_of_20000_notes_is_answered(engine: Engine) -> None:
    notes = [Note(k / 4, 36 if k % 4 == 0 else 42, 0.125, 60.0 + k % 60) for k in range(MAX_NOTES)]
    drums = make_clip(notes, MAX_NOTES / 4)
    assert len(engine.humanize(drums, 1.0, 1.0).clips[0].notes) == MAX_NOTES
    assert engine.vary(drums, 1, 0.5, kind=DRUMS).clips[0].length_quarters == MAX_NOTES / 4
    tune = make_clip((replace(note, pitch=40 + k % 40) for k, note in enumerate(notes)), MAX_NOTES / 4)
    assert engine.vary(tune, 1, 0.5, kind=MELODY).clips[0].length_quarters == MAX_NOTES / 4


@pytest.mark.parametrize("clip", [Clip((), 8.0), Clip((), 0.01), make_clip([Note(0, 60, 1.0, mute=True)], 4.0)])
def test_silence_is_answered_or_refused_but_never_breaks(engine: Engine, clip: Clip) -> None:
    assert engine.prepare(clip).kind == OTHER
    assert engine.vary(clip, 1, 0.5, kind=MELODY).clips[0].length_quarters == clip.length_quarters
    assert engine.vary(clip, 1, 0.5, kind=DRUMS).clips[0].length_quarters == clip.length_quarters
    assert [note for note in engine.drumify(clip).clips[0].notes if not note.mute] == []
    with pytest.raises(WrongKindError):
        engine.humanize(clip, 1.0, 1.0)


def test_a_melody_takes_its_velocities_from_the_clip(engine: Engine) -> None:
    tune = line(1)
    velocities = {note.velocity for note in tune.notes}
    varied = engine.vary(tune, 4, 0.7).clips
    assert {round(note.velocity, 3) for clip in varied for note in clip.notes} <= {round(v, 3) for v in velocities}


def test_sampled_clips_are_as_long_as_the_models_window(engine: Engine) -> None:
    assert {clip_steps(clip) for clip in engine.sample("melody_2bar", 4).clips} == {32}


def test_every_model_is_named_with_its_kind(engine: Engine) -> None:
    assert {(model.name, model.kind) for model in engine.models} == {
        ("melody_2bar", MELODY), ("groove_2bar", DRUMS), ("humanize_2bar", DRUMS), ("drumify_2bar", DRUMS),
    }  # fmt: skip


def test_an_engine_without_models_is_none(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint"):
        Engine.load(tmp_path, "cpu")


def test_a_device_that_is_not_there_is_refused(checkpoints: Path) -> None:
    with pytest.raises(OutOfRangeError, match="abacus"):
        Engine.load(checkpoints, "abacus")
