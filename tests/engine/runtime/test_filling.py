"""Clips filled and continued: all that lies outside stays to the last bit of every field, and what is new fits in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_up import beat, line, write_checkpoints

from engine.errors import OutOfRangeError, TooLargeError, UnsupportedMeterError, WrongKindError
from engine.models.config import NoteConfig
from engine.models.note_vae import NoteVae
from engine.representations.clip import Clip, Note, make_clip
from engine.runtime import checkpoint
from engine.runtime.engine import Engine

SPANS = [(4.0, 8.0), (0.0, 2.0), (3.3, 5.1), (6.0, 16.0), (0.5, 15.5)]


def write_filler(folder: Path) -> Path:
    torch.manual_seed(0)
    model = NoteVae(NoteConfig("looks_back", True, 64, 96, latent_dim=8, embedding=8, width=16, heads=2)).eval()
    checkpoint.save(folder / "infill_2bar", model, "notes", {})
    return folder


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("checkpoints")
    return Engine.load(write_filler(write_checkpoints(folder)))


def outside(clip: Clip, start: float, end: float) -> list[Note]:
    return [note for note in clip.notes if not start <= note.start_quarters < end]


def marked(clip: Clip) -> Clip:
    """With fields that no model knows, and a muted note."""
    notes = [replace(n, probability=0.5, velocity_deviation=3.0, release_velocity=k) for k, n in enumerate(clip.notes)]
    return make_clip([replace(notes[0], mute=True), *notes[1:]], clip.length_quarters, bpm=97.0)


@pytest.mark.parametrize("make", [line, beat])
@pytest.mark.parametrize("span", SPANS)
def test_everything_outside_the_span_stays_to_the_last_bit(
    engine: Engine, make: object, span: tuple[float, float]
) -> None:
    clip = marked(make(3))  # type: ignore[operator]
    answer = engine.infill(clip, *span, 3, temperature=1.0, seed=5)
    assert len(answer.clips) == 3
    for filled in answer.clips:
        assert outside(filled, *span) == outside(clip, *span)
        assert (filled.length_quarters, filled.bpm, filled.meter) == (clip.length_quarters, 97.0, "4/4")
    if span[1] - span[0] > 2:
        assert len({filled.notes for filled in answer.clips}) > 1


def test_what_was_in_the_span_is_not_looked_at(engine: Engine) -> None:
    clip = line(2)
    emptied = replace(clip, notes=tuple(outside(clip, 4.0, 8.0)))
    assert engine.infill(clip, 4.0, 8.0, 2, seed=1).clips == engine.infill(emptied, 4.0, 8.0, 2, seed=1).clips


def test_the_same_seed_gives_the_same_notes_and_the_first_ones_whatever_their_number(engine: Engine) -> None:
    four = engine.infill(line(1), 4.0, 8.0, 4, temperature=1.0, seed=9).clips
    assert engine.infill(line(1), 4.0, 8.0, 2, temperature=1.0, seed=9).clips == four[:2]
    assert engine.infill(line(1), 4.0, 8.0, 1, temperature=1.0, seed=10).clips[0] != four[0]
    likeliest = engine.infill(line(1), 4.0, 8.0, 3, temperature=0.0).clips
    assert len(set(likeliest)) == 1


@pytest.mark.parametrize("span", SPANS)
def test_a_melody_stays_one_note_at_a_time(engine: Engine, span: tuple[float, float]) -> None:
    (filled,) = engine.infill(line(4), *span, 1, temperature=1.5, seed=3).clips
    new = [note for note in filled.notes if span[0] <= note.start_quarters < span[1]]
    later = min((n.start_quarters for n in filled.notes if n.start_quarters >= span[1]), default=filled.length_quarters)
    ends = [*(note.start_quarters for note in new), later][1:]
    assert all(note.end_quarters <= end + 1 / 16 for note, end in zip(new, ends, strict=True))


@pytest.mark.parametrize("make", [line, beat])
@pytest.mark.parametrize(("length_bars", "bars"), [(2, 1), (4, 3), (1, 5), (2.6, 2)])
def test_what_follows_is_as_long_as_was_asked_for(engine: Engine, make: object, length_bars: float, bars: int) -> None:
    clip = make(6, bars=length_bars)  # type: ignore[operator]
    answer = engine.continue_clip(clip, bars, 2, temperature=1.0, seed=4)
    for followed in answer.clips:
        assert followed.length_quarters == bars * 4
        assert followed.notes
        assert all(0 <= note.start_quarters < bars * 4 for note in followed.notes)
        assert all(note.end_quarters <= bars * 4 + 1 / 16 for note in followed.notes)
    assert engine.continue_clip(clip, bars, 1, temperature=1.0, seed=4).clips == answer.clips[:1]


@pytest.mark.parametrize("span", [(4.0, 4.0), (8.0, 4.0), (-1.0, 4.0), (8.0, 17.0), (float("nan"), 4.0)])
def test_a_span_that_is_none_is_refused(engine: Engine, span: tuple[float, float]) -> None:
    with pytest.raises(OutOfRangeError, match="span"):
        engine.infill(line(1), *span, 1)


def test_what_cannot_be_done_is_refused_in_words(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(OutOfRangeError, match="nothing to go on with"):
        engine.infill(line(1), 0.0, 16.0, 1)
    with pytest.raises(UnsupportedMeterError, match="4/4"):
        engine.infill(line(1, numerator=3), 0.0, 4.0, 1)
    with pytest.raises(TooLargeError, match="parts"):
        engine.continue_clip(line(1), 128, 128)
    with pytest.raises(OutOfRangeError, match="bars"):
        engine.continue_clip(line(1), 0, 1)
    with pytest.raises(WrongKindError, match="no note that sounds"):
        engine.infill(Clip((), 8.0), 0.0, 4.0, 1)
    with pytest.raises(WrongKindError, match="around a span"):
        engine.sample("infill_2bar", 1)
    with pytest.raises(WrongKindError, match="infill"):
        Engine.load(write_checkpoints(tmp_path)).infill(line(1), 0.0, 4.0, 1)
