"""Filling clips of several tracks: the outside bit by bit, the span alone rewritten, odd spans refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import OutOfRangeError
from engine.models.config import NoteConfig
from engine.models.note_vae import NoteVae
from engine.representations.note_sequence import Track
from engine.runtime import checkpoint
from engine.runtime.note_filling import Span, fill
from engine.runtime.roster import INFILL, Roster
from engine.runtime.shelf import Shelf


@pytest.fixture(scope="module")
def model() -> NoteVae:
    torch.manual_seed(0)
    return NoteVae(NoteConfig("looks_back", True, 64, 60, latent_dim=8, embedding=8, width=16, heads=2)).eval()


def band(bars: int = 8) -> list[Track]:
    """A bass, a played lead off the grid, drums, and a track that rests."""
    generator = np.random.default_rng(0)
    lead = [(beat + generator.uniform(-0.05, 0.05), 0.4, 60 + beat % 12, 90.5) for beat in range(1, bars * 4)]
    bass = [(bar * 4.0, 5.0, 36, 80) for bar in range(bars)]
    drums = [(beat * 2.0, 0.1, 38, 100) for beat in range(bars * 2)]
    parts = ((bass, 33, False), (lead, 80, False), (drums, 0, True), ([], 12, False))
    return [Track(np.array(rows, float).reshape(-1, 4), program, drum) for rows, program, drum in parts]


def outside(track: Track, span: Span) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    onsets = track.notes[:, 0] + 0.125
    return track.notes[(onsets < span.start_quarters) | (onsets >= span.end_quarters)]


@pytest.mark.parametrize("span", [Span(12, 16), Span(0, 8), Span(30, 32), Span(32, 40), Span(2, 4)])
def test_everything_outside_the_span_stays_to_the_last_bit(model: NoteVae, span: Span) -> None:
    tracks = band()
    proposals = fill(model, tracks, span, 32, count=3, temperature=1.0, seed=1)
    assert len(proposals) == 3
    written = 0
    for proposal in proposals:
        assert [(one.program, one.is_drum) for one in proposal] == [(one.program, one.is_drum) for one in tracks]
        for before, after in zip(tracks, proposal, strict=True):
            np.testing.assert_array_equal(outside(after, span), outside(before, span))
            written += len(after.notes) - len(outside(after, span))
    assert written > 0


def test_what_was_inside_the_span_is_not_looked_at(model: NoteVae) -> None:
    span, tracks = Span(12, 16), band()
    without = [Track(outside(track, span), track.program, track.is_drum) for track in tracks]
    for one, other in zip(fill(model, tracks, span, 32), fill(model, without, span, 32), strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a.notes, b.notes)


def test_a_loop_shorter_than_the_window_is_filled_too(model: NoteVae) -> None:
    span = Span(4, 8)
    (proposal,) = fill(model, band(2), span, 8, count=1)
    for track in proposal:
        assert (track.notes[:, 0] < 8).all()


@pytest.mark.parametrize(
    "span", [Span(1, 4), Span(4, 4), Span(8, 4), Span(0, 10), Span(-2, 2), Span(34, 36), Span(0, float("inf"))]
)
def test_odd_spans_are_refused(model: NoteVae, span: Span) -> None:
    with pytest.raises(OutOfRangeError):
        fill(model, band(), span, 32)


def test_silence_is_not_continued(model: NoteVae) -> None:
    with pytest.raises(OutOfRangeError, match="outside the span"):
        fill(model, [Track(np.zeros((0, 4)))], Span(8, 12), 8)


def test_a_saved_model_fills_alike_whenever_it_is_loaded_and_has_its_role(tmp_path: Path, model: NoteVae) -> None:
    checkpoint.save(tmp_path / "infill_2bar", model, "notes", {})
    loaded = checkpoint.load(tmp_path / "infill_2bar")
    assert isinstance(loaded.model, NoteVae)
    assert (loaded.kind, loaded.bars, loaded.summary.config) == ("notes", 4, model.config)
    again = checkpoint.load(tmp_path / "infill_2bar").model
    assert isinstance(again, NoteVae)
    for one, other in zip(*(fill(each, band(), Span(12, 16), 32) for each in (loaded.model, again)), strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a.notes, b.notes)
    assert [one.role for one in Roster(Shelf.from_folders([tmp_path])).models] == [INFILL]
