"""Songs of many tracks filled and gone on with: everything outside stays, what is new fits in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_up_songs import FILLER, INVENTOR, loaded, song_tracks

from engine.errors import OutOfRangeError, TooLargeError, WrongKindError
from engine.representations.note_sequence import Track
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.note_filling import Span
from engine.runtime.note_songs import Written, fill_song

OPTIONS = {"count": 2, "temperature": 1.0, "seed": 3}


@pytest.fixture(scope="module")
def filler() -> Checkpoint:
    return loaded(FILLER, "infill_2bar")


def filled(model: Checkpoint, tracks: list[Track], span: Span, length: float = 16, **options: float) -> Written:
    return fill_song(model, tracks, span, length, **{**OPTIONS, **options})  # type: ignore[arg-type]


def alike(one: Written, other: Written) -> bool:
    pairs = zip(one.proposals, other.proposals, strict=False)
    return all(np.array_equal(a, b) for both in pairs for a, b in zip(*both, strict=True))


@pytest.mark.parametrize("span", [Span(4, 8), Span(0, 24), Span(6, 8), Span(12, 32), Span(28, 32)])
def test_what_is_new_lies_in_the_span_and_what_stays_outside(filler: Checkpoint, span: Span) -> None:
    tracks = song_tracks(8)
    written = filled(filler, tracks, span, 32)
    assert len(written.proposals) == 2
    for track, stays in zip(tracks, written.stays, strict=True):
        onsets = track.notes[:, 0]
        np.testing.assert_array_equal(stays, (onsets < span.start_quarters) | (onsets >= span.end_quarters))
    for proposal in written.proposals:
        assert sum(map(len, proposal)) > 0
        for notes in proposal:
            assert ((notes[:, 0] >= span.start_quarters) & (notes[:, 0] < span.end_quarters)).all()


def test_a_player_who_is_early_on_the_next_bar_keeps_that_beat(filler: Checkpoint) -> None:
    played = np.array([(beat - 0.04 + 0.013 * (beat % 5), 0.2, 50, 80) for beat in range(1, 16)])
    stays = filled(filler, [Track(played), *song_tracks()], Span(4, 8)).stays[0]
    assert played[~stays, 0].round().tolist() == [4, 5, 6, 7]


def test_behind_the_song_nothing_is_taken_away_and_the_last_note_ends_in_time(filler: Checkpoint) -> None:
    roll = np.array([[15.9375, 0.0625, 90, 80]])
    tracks = [*song_tracks(), Track(roll)]
    written = filled(filler, tracks, Span(16, 28))
    assert all(stays.all() for stays in written.stays)
    for proposal in written.proposals:
        everything = np.concatenate(proposal)
        assert everything[:, 0].min() >= 16
        assert (everything[:, 0] + everything[:, 1]).max() <= 28 + 1 / 480
    one, other = (np.concatenate(proposal) for proposal in written.proposals)
    assert not np.array_equal(one, other)


def test_what_was_in_the_span_is_not_looked_at(filler: Checkpoint) -> None:
    tracks = song_tracks()
    without = [replace(t, notes=t.notes[(t.notes[:, 0] < 8) | (t.notes[:, 0] >= 12)]) for t in tracks]
    assert alike(filled(filler, tracks, Span(8, 12)), filled(filler, without, Span(8, 12)))


def test_the_same_seed_gives_the_same_notes_and_the_first_ones_whatever_their_number(filler: Checkpoint) -> None:
    two, three = (filled(filler, song_tracks(), Span(4, 8), count=count) for count in (2, 3))
    assert alike(two, three)
    assert not alike(two, filled(filler, song_tracks(), Span(4, 8), seed=4))
    likeliest = filled(filler, song_tracks(), Span(4, 8), temperature=0)
    assert all(np.array_equal(a, b) for a, b in zip(*likeliest.proposals, strict=True))


def test_a_line_stays_a_line(filler: Checkpoint) -> None:
    for proposal in filled(filler, song_tracks(), Span(16, 24), temperature=2.0, seed=1).proposals:
        for place in (0, 2):
            notes = proposal[place]
            assert (notes[:-1, 0] + notes[:-1, 1] <= notes[1:, 0] + 1 / 480).all()


def test_what_is_new_ends_where_its_track_goes_on(filler: Checkpoint) -> None:
    tracks = song_tracks()
    for proposal in filled(filler, tracks, Span(4, 8), temperature=2.0, count=4).proposals:
        for notes, track in zip(proposal, tracks, strict=True):
            goes_on = track.notes[track.notes[:, 0] >= 8, 0].min()
            assert ((notes[:, 0] + notes[:, 1]) <= goes_on + 1 / 480).all()


def test_tracks_without_room_are_told_and_rest(filler: Checkpoint) -> None:
    crowd = [Track(song_tracks()[0].notes[: 9 + place], place) for place in range(9)]
    written = filled(filler, crowd, Span(8, 12))
    assert written.left_out == (0, 1)
    assert all(len(proposal[place]) == 0 for proposal in written.proposals for place in (0, 1))


def test_what_cannot_be_done_is_refused_in_words(filler: Checkpoint) -> None:
    tracks = song_tracks()
    with pytest.raises(OutOfRangeError, match="nothing to go on with"):
        filled(filler, tracks, Span(0, 16))
    with pytest.raises(OutOfRangeError, match="span"):
        filled(filler, tracks, Span(8, 8))
    with pytest.raises(OutOfRangeError, match=r"song's 0\.\.16"):
        filled(filler, tracks, Span(20, 24))
    with pytest.raises(TooLargeError, match="parts"):
        filled(filler, tracks, Span(16, 16 + 512), count=128)
    with pytest.raises(OutOfRangeError, match="temperature"):
        filled(filler, tracks, Span(4, 8), temperature=3)
    with pytest.raises(WrongKindError, match="infill_2bar"):
        filled(loaded(INVENTOR, "multi_note"), tracks, Span(4, 8))
