"""A morph may keep the key of where it began: it comes to the other clip's letters, without its accidentals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from made_up import beat, write_checkpoints
from morphing import hits

from engine.errors import OutOfRangeError
from engine.representations.clip import Clip, Note, make_clip
from engine.runtime.engine import Engine
from engine.runtime.position import Anchor, Position

C_MAJOR = {0, 2, 4, 5, 7, 9, 11}
A_MAJOR = {9, 11, 1, 2, 4, 6, 8}


def scale(*pitches: int) -> Clip:
    """Quarters, twice: what is on every bar decides the key."""
    notes = (Note(float(start), pitch, 1.0, 90.0) for start, pitch in enumerate(pitches * 2))
    return make_clip(notes, 8.0)


IN_C, IN_A = scale(60, 64, 65, 71), scale(69, 73, 78, 80)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("checkpoints")
    loaded = Engine.load(write_checkpoints(folder, decoder="guided", keys="apart", scale=0.9), "cpu")
    yield loaded
    loaded.close()


def pitches(clip: Clip) -> list[int]:
    return [note.pitch for note in clip.notes]


def classes(clip: Clip) -> set[int]:
    return {pitch % 12 for pitch in pitches(clip)}


def test_a_path_ends_on_the_letters_of_the_one_in_the_key_of_the_other(engine: Engine) -> None:
    moved, kept = (engine.interpolate(IN_C, IN_A, 5, keep_key=keep).clips for keep in (False, True))
    assert classes(moved[-1]) <= A_MAJOR
    assert hits(moved[-1]) == hits(IN_A)
    assert hits(kept[0]) == hits(IN_C)
    assert pitches(kept[-1]) == [69, 72, 77, 79] * 2  # A, C, F and G without their sharps
    assert all(classes(clip) <= C_MAJOR for clip in kept)
    back = engine.interpolate(IN_A, IN_C, 5, keep_key=True).clips
    assert pitches(back[-1]) == [61, 64, 66, 71] * 2


def test_even_steps_are_measured_in_the_key_that_is_kept(engine: Engine) -> None:
    first = engine.interpolate(IN_C, IN_A, 5, keep_key=True).clips
    engine.interpolate(IN_C, IN_A, 5)
    assert engine.interpolate(IN_C, IN_A, 5, keep_key=True).clips == first


def test_a_morph_keeps_the_key_of_the_first_anchor(engine: Engine) -> None:
    anchors = [Anchor(IN_C, 0, 0), Anchor(IN_A, 1, 0)]
    for given, key in ((anchors, C_MAJOR), (anchors[::-1], A_MAJOR)):
        field = engine.field(given)
        at = [Position(x / 4, 0, keep_key=1) for x in range(5)]
        clips = engine.morph(field, at).clips
        assert all(classes(clip) <= key for clip in clips)
        free = engine.morph(field, [replace(one, keep_key=0) for one in at]).clips
        home, away = (0, -1) if given is anchors else (-1, 0)
        assert clips[home] == free[home]
        assert clips[away] != free[away]
        assert engine.morph(field, [at[1], Position()]).clips[0] == clips[1]


@pytest.mark.parametrize("keys", ["kept", "apart"])
def test_drums_and_models_that_know_no_keys_go_on_as_they_are(tmp_path: Path, keys: str) -> None:
    with_keys = Engine.load(write_checkpoints(tmp_path, decoder="parallel", keys=keys), "cpu")
    make = [beat(1, bars=2), beat(2, bars=2)] if keys == "apart" else [IN_C, IN_A]
    field = with_keys.field([Anchor(clip, x, 0) for x, clip in enumerate(make)])
    free, kept = with_keys.morph(field, [Position(0.6, 0), Position(0.6, 0, keep_key=1)]).clips
    assert free == kept
    free, kept = (with_keys.interpolate(*make, 3, keep_key=keep).clips[1] for keep in (False, True))
    assert free == kept
    with_keys.close()


def test_what_is_no_switch_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="keep_key"):
        Position(keep_key=2)
