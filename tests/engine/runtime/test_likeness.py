"""What a note of a result takes from the notes of its sources."""

from __future__ import annotations

import pytest

from engine.representations.clip import Clip, Note, make_clip
from engine.representations.melody import GridNote
from engine.runtime.likeness import Line, Source, dress, put_on
from engine.runtime.touch import Touch

LINE = (GridNote(0, 60, 2), GridNote(8, 67, 1))


def make_source(*notes: Note) -> Source:
    return Source.of(make_clip(notes, 8.0))


def frame() -> Clip:
    return Clip((), 8.0)


def dressed(line: Line, clip: Clip, sources: list[Source], weights: list[float]) -> list[Note]:
    return put_on(line, clip, dress([line], clip, sources, [weights])[0])


def test_each_note_takes_the_fields_of_the_nearest_one() -> None:
    source = make_source(Note(0.1, 60, 0.25, 30.0, release_velocity=10), Note(2.0, 67, 0.25, 90.0, probability=0.5))
    first, second = dressed(LINE, frame(), [source], [1.0])
    assert (first.velocity, first.release_velocity, first.start_quarters) == (30.0, 10, pytest.approx(0.1))
    assert (second.velocity, second.probability) == (90.0, 0.5)


def test_nearest_is_found_round_the_loops_end() -> None:
    source = make_source(Note(3.5, 60, 0.25, 20.0), Note(7.5, 60, 0.25, 80.0))
    assert dressed(LINE[:1], frame(), [source], [1.0])[0].velocity == 80.0


def test_fields_of_several_sources_are_weighed() -> None:
    soft, loud = make_source(Note(0, 60, 0.25, 20.0)), make_source(Note(0, 60, 0.25, 100.0))
    assert dressed(LINE[:1], frame(), [soft, loud], [3.0, 1.0])[0].velocity == pytest.approx(40.0)
    assert dressed(LINE[:1], frame(), [soft, loud], [0.0, 2.0])[0].velocity == pytest.approx(100.0)


def test_sources_without_notes_are_passed_over() -> None:
    loud, muted = make_source(Note(0, 60, 0.25, 100.0)), make_source(Note(0, 60, 0.25, 1.0, mute=True))
    assert dressed(LINE[:1], frame(), [make_source(), loud, muted], [5.0, 1.0, 5.0])[0].velocity == 100.0


def test_without_sources_the_meter_gives_the_accents() -> None:
    downbeat, beat = dressed(LINE, frame(), [], [])
    assert downbeat.velocity > beat.velocity


def test_an_empty_line_has_no_notes() -> None:
    assert dressed((), frame(), [make_source(Note(0, 60))], [1.0]) == []


def test_the_overlap_of_legato_does_not_grow_with_the_note() -> None:
    source = make_source(Note(0, 60, 0.35))
    assert dressed([GridNote(0, 60, 8)], frame(), [source], [1.0])[0].duration_quarters == pytest.approx(2.1)


def test_staccato_is_a_share_of_the_note() -> None:
    source = make_source(Note(0, 60, 0.125))
    assert dressed([GridNote(0, 60, 8)], frame(), [source], [1.0])[0].duration_quarters == pytest.approx(1.0)


def test_a_first_note_does_not_borrow_an_early_offset_that_would_put_it_at_the_loops_end() -> None:
    borrowed = dressed(LINE[:1], frame(), [make_source(Note(0.95, 60))], [1.0])[0]
    own = dressed(LINE[:1], frame(), [make_source(Note(7.95, 60))], [1.0])[0]
    assert (borrowed.start_quarters, own.start_quarters) == (0.0, pytest.approx(7.95))


def test_a_mean_of_loudest_notes_is_no_louder() -> None:
    loudest = make_source(Note(0, 60, 0.25, 127.0, velocity_deviation=127.0))
    for share in range(1, 100):
        note = dressed(LINE[:1], frame(), [loudest] * 3, [share / 7, share / 3, 1 / share])[0]
        assert note.velocity == pytest.approx(127.0)


def test_lines_together_are_dressed_as_each_alone() -> None:
    sources = [
        make_source(Note(0.1, 60, 0.25, 30.0), Note(2.0, 67)),
        make_source(Note(1.0, 67, 0.5, 90.0)),
        make_source(),
    ]
    lines, weights = [LINE, (), LINE[1:], LINE], [[1.0, 3.0, 0.0], [1.0, 1.0, 1.0], [0.0, 2.0, 1.0], [0.0, 0.0, 1.0]]
    together = dress(lines, frame(), sources, weights)
    for line, row, fields in zip(lines, weights, together, strict=True):
        assert put_on(line, frame(), fields) == dressed(line, frame(), sources, row)


def test_a_source_that_is_hardly_there_lends_nothing() -> None:
    soft, loud = make_source(Note(0, 60, 0.25, 20.0)), make_source(Note(0, 60, 0.25, 120.0))
    assert dressed(LINE[:1], frame(), [soft, loud], [1.0, 9e-4])[0].velocity == 20.0
    assert dressed(LINE[:1], frame(), [soft, loud], [1.0, 2e-3])[0].velocity > 20.1


def test_a_touch_plays_the_same_line_otherwise() -> None:
    source = make_source(Note(0.1, 60, 0.25, 30.0), Note(1.9, 67, 0.25, 90.0))
    fields = dress([LINE], frame(), [source], [[1.0]])[0]
    straight = put_on(LINE, frame(), fields, Touch(timing=0.0, dynamics=0.0))
    assert [(note.start_quarters, note.velocity) for note in straight] == [(0.0, 60.0), (2.0, 60.0)]
    assert put_on(LINE, frame(), fields) == dressed(LINE, frame(), [source], [1.0])
