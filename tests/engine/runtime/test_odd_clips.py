"""What musicians send besides four bars of 4/4: broken bars, silence, layers, notes outside the loop, odd numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up import beat, line, write_checkpoints

from engine.errors import WrongKindError
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.kind import DRUMS, MELODY
from engine.runtime.answers import Answer
from engine.runtime.engine import Engine

LENGTHS_QUARTERS = [0.01, 0.25, 1.0, 3.8, 3.9, 9.0, 17.03]
METERS = [(4, 4), (3, 4), (7, 8), (5, 4), (12, 8), (3, 16)]
COUNTED: dict[str, Callable[[Engine, int], Answer]] = {
    "vary": lambda engine, count: engine.vary(line(1), count, 0.6, temperature=0.8, seed=5),
    "vary drums": lambda engine, count: engine.vary(beat(1), count, 0.6, temperature=0.8, seed=5),
    "sample": lambda engine, count: engine.sample("melody_2bar", count, seed=5),
    "sample drums": lambda engine, count: engine.sample("groove_2bar", count, seed=5),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    loaded = Engine.load(write_checkpoints(tmp_path_factory.mktemp("checkpoints")), "cpu")
    yield loaded
    loaded.close()


@st.composite
def odd_clips(draw: st.DrawFn) -> Clip:
    """Any notes, anywhere, in any loop."""
    length, meter = draw(st.sampled_from(LENGTHS_QUARTERS)), draw(st.sampled_from(METERS))
    starts = st.one_of(st.floats(-1, length + 1), st.sampled_from([0.0, -1e-18, -1e-9, length, length - 1e-9]))
    note = st.builds(
        Note,
        starts,
        st.sampled_from([0, 36, 38, 39, 42, 60, 64, 120, 127]),
        st.one_of(st.floats(0.01, 3), st.just(40.0)),
        st.one_of(st.floats(1e-3, 127), st.just(127.0)),
        st.booleans(),
        st.floats(0, 1),
        st.sampled_from([-127.0, 0.0, 127.0]),
    )
    return make_clip(draw(st.lists(note, max_size=12)), length, *meter)


@given(odd_clips(), odd_clips(), st.sampled_from([0.0, 0.4, 1.0]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_answer_lies_in_its_loop(engine: Engine, clip: Clip, other: Clip, amount: float) -> None:
    answers = [engine.vary(clip, 2, amount, kind=kind, temperature=amount) for kind in (MELODY, DRUMS)]
    answers.append(engine.drumify(clip))
    if clip.meter == other.meter:
        answers += [engine.interpolate(clip, other, 3, kind=kind) for kind in (MELODY, DRUMS)]
    as_they_were = {note.pitch for source in (clip, other) for note in source.notes if note.mute} | {0, 120, 127}
    for answer in answers:
        for made in answer.clips:
            end = np.float32(made.length_quarters)
            new = [note for note in made.notes if note.pitch not in as_they_were]
            assert all(0 <= np.float32(note.start_quarters) < end for note in new)


@pytest.mark.parametrize("name", COUNTED)
def test_the_first_clips_are_the_same_however_many_follow(engine: Engine, name: str) -> None:
    alone, many = COUNTED[name](engine, 1).clips, COUNTED[name](engine, 6).clips
    assert len(alone[0].notes) == len(many[0].notes)
    for note, same in zip(alone[0].notes, many[0].notes, strict=True):
        assert (note.pitch, note.start_quarters) == (same.pitch, pytest.approx(same.start_quarters, abs=1e-4))


@pytest.mark.parametrize("notes", [(), (Note(0, 60, mute=True),)])
def test_a_clip_without_a_sounding_note_is_refused_with_what_to_do(engine: Engine, notes: tuple[Note, ...]) -> None:
    for ask in (lambda clip: engine.vary(clip, 1, 0.5), lambda clip: engine.interpolate(clip, line(1), 3)):
        with pytest.raises(WrongKindError, match="no note that sounds"):
            ask(make_clip(notes, 8.0))


def test_humanize_by_nothing_leaves_even_the_softest_notes_alone(engine: Engine) -> None:
    soft = make_clip([Note(k / 2, 42, 0.1, 0.5) for k in range(16)], 8.0)
    assert engine.humanize(soft, 0.0, 0.0).clips[0] == soft


def test_huge_weights_mix_as_their_ratios_say(engine: Engine) -> None:
    huge, plain = (engine.blend([line(1), line(2)], [3 * size, size]).clips for size in (1e38, 1.0))
    assert huge == plain


def test_a_launched_clip_keeps_its_first_beat_when_it_is_humanized(engine: Engine) -> None:
    straight = make_clip([Note(k / 4, 36 if k % 8 == 0 else 42) for k in range(32)], 8.0)
    for seed in range(8):
        humanized = engine.humanize(straight, 1.0, 1.0, temperature=1.0, seed=seed).clips[0]
        assert [note.pitch for note in humanized.notes if note.start_quarters < 0.125] == [36]
