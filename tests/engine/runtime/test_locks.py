"""Locked voices of a drum morph: they stay, the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from made_up import beat, write_checkpoints
from morphing import field_of, hits, pattern, wander

from engine.representations.clip import Clip, Note, make_clip
from engine.representations.drums import GENERAL_MIDI
from engine.representations.grid import nearest_step
from engine.runtime import translators
from engine.runtime.engine import Engine
from engine.runtime.locks import ONSETS
from engine.runtime.position import Anchor, Position


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    loaded = Engine.load(write_checkpoints(tmp_path_factory.mktemp("checkpoints")), "cpu")
    yield loaded
    loaded.close()


def voices(clip: Clip, voice: int) -> list[Note]:
    return [note for note in clip.notes if GENERAL_MIDI.voice_of(note.pitch) == voice and not note.mute]


@pytest.mark.parametrize("bars", [2, 5])
def test_a_locked_voice_stays_while_the_rest_morphs(engine: Engine, bars: int) -> None:
    field = field_of(engine, beat, 4, bars=bars)
    at = Position(0.2, 0.3, temperature=0.7, seed=3, density=0.2)
    held = engine.morph(field, [at]).clips[0]
    for position in wander(6, temperature=0.7, seed=3):
        free = engine.morph(field, [position]).clips[0]
        locked = engine.morph(field, [position], {0: at, 2: replace(at, x=0.9)}).clips[0]
        assert voices(locked, 0) == voices(held, 0)
        assert voices(locked, 2) == voices(engine.morph(field, [replace(at, x=0.9)]).clips[0], 2)
        assert all(voices(locked, voice) == voices(free, voice) for voice in (1, 3, 4, 5, 6, 7, 8))
    assert voices(free, 0) != voices(held, 0)


def test_locked_onsets_stay_while_their_feel_morphs(engine: Engine) -> None:
    field = field_of(engine, beat, 4, bars=2)
    at, there = Position(0.2, 0.3, seed=3), Position(0.8, 0.6, seed=3)
    held, free = engine.morph(field, [at, there]).clips
    locked = engine.morph(field, [there], {ONSETS: at}).clips[0]
    assert hits(locked) == hits(held) != hits(free)
    touch = {(n.pitch, nearest_step(n.start_quarters, free)): n.velocity for n in free.notes}
    common = [(n, touch.get((n.pitch, nearest_step(n.start_quarters, locked)))) for n in locked.notes]
    assert [note.velocity for note, velocity in common if velocity] == [v for _, v in common if v]
    assert sum(velocity is not None for _, velocity in common) > 5
    both = engine.morph(field, [there], {ONSETS: at, 1: there}).clips[0]
    assert voices(both, 1) == voices(free, 1)
    assert voices(both, 2) == voices(locked, 2)


def test_what_is_locked_is_decoded_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    field, passes, before = field_of(engine, beat, 4), [], translators.decode
    monkeypatch.setattr(translators, "decode", lambda *given: passes.append(given) or before(*given))
    locks = {0: Position(0.11, 0.7), 3: Position(0.11, 0.7), ONSETS: Position(0.12, 0.7)}
    for position in wander(5):
        engine.morph(field, [position], locks)
    assert len(passes) == 2 + 5


def test_what_no_model_hears_stays_under_a_lock(engine: Engine) -> None:
    strange = [Note(0.3, 1, 0.5, 77.0, False, 0.5, 3.0, 9), Note(2.0, 36, 0.25, 55.0, mute=True)]
    field = engine.field([Anchor(make_clip([*beat(1).notes, *strange], 16.0), 0.5, 0.5)])
    assert field.left_out == (2,)
    locked = pattern(engine, field), engine.morph(field, [Position(density=-1.0)], {0: Position()}).clips[0]
    for clip in locked:
        assert {(n.pitch, n.start_quarters) for n in strange} <= {(n.pitch, n.start_quarters) for n in clip.notes}
