"""An autoencoder of notes on songs of many tracks: samples, variations by the song's own tracks, ways between two."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from made_up_songs import FILLER, INVENTOR, loaded, song_tracks

from engine.errors import OutOfRangeError, TooLargeError, WrongKindError
from engine.models.note_filling import heard
from engine.models.note_heads import Reading
from engine.models.note_vae import NoteVae
from engine.models.spans import is_note, whole
from engine.representations.note_sequence import PITCH, Track, to_tensor
from engine.runtime.bands import band_of
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.note_inventing import interpolate, sample, vary
from engine.runtime.note_keys import into_key
from engine.runtime.note_songs import Written

OPTIONS = {"count": 2, "amount": 0.5, "temperature": 0.0, "seed": 1}


@pytest.fixture(scope="module")
def inventor() -> Checkpoint:
    return loaded(INVENTOR, "multi_note")


def varied(model: Checkpoint, tracks: list[Track], length: float = 16, **options: float) -> Written:
    return vary(model, tracks, length, **{**OPTIONS, **options})  # type: ignore[arg-type]


def tables(answer: tuple[object, ...]) -> list[object]:
    return [track.notes.tolist() for band in answer for track in band]  # type: ignore[attr-defined]


def test_samples_are_the_same_for_a_seed_and_the_first_ones_whatever_their_number(inventor: Checkpoint) -> None:
    two, three = (sample(inventor, count, temperature=1.0, seed=5) for count in (2, 3))
    assert tables(two) == tables(three[:2])
    assert tables(two) != tables(sample(inventor, 2, temperature=1.0, seed=6))
    for band in three:
        together = np.concatenate([track.notes for track in band])
        assert together[:, 0].min() >= 0
        assert (together[:, 0] + together[:, 1]).max() <= 8 + 1 / 480
        assert len({(track.program, track.is_drum) for track in band}) == len(band)


def test_by_nothing_all_variations_are_what_the_model_gives_back_of_the_song(inventor: Checkpoint) -> None:
    tracks = song_tracks(2)
    written = varied(inventor, tracks, 8, amount=0.0)
    again = varied(inventor, tracks, 8, amount=0.0, seed=9)
    assert all(np.array_equal(a, b) for a, b in zip(*written.proposals, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(written.proposals[0], again.proposals[0], strict=True))
    kit = Track(np.concatenate([track.notes for track in tracks[3:]]), 0, True)
    given = torch.from_numpy(to_tensor([*tracks[:3], kit], 8, 48).astype(np.int64))[None]
    model = inventor.model
    assert isinstance(model, NoteVae)
    with torch.inference_mode():
        mu, span = model.encode(given)[0], whole(given, 32)
        back = model.decode(
            mu, span, model.outside(given, span), Reading("softmax", 0.0, None, *heard(given, is_note(given)), False)
        )
    ours = np.concatenate(written.proposals[0])
    theirs = back[is_note(back)].numpy()
    assert set(ours[:, 2].astype(int)) <= set(theirs[:, PITCH])
    assert 0 < len(ours) <= len(theirs)


def test_variations_differ_and_the_first_ones_are_the_same_whatever_their_number(inventor: Checkpoint) -> None:
    two, three = (varied(inventor, song_tracks(), amount=1.0, count=count) for count in (2, 3))
    for a, b in zip(two.proposals, three.proposals, strict=False):
        assert all(np.array_equal(one, other) for one, other in zip(a, b, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(*two.proposals, strict=True))


def test_new_notes_lie_in_the_song_and_no_old_one_stays_where_the_model_hears_its_track(inventor: Checkpoint) -> None:
    written = varied(inventor, song_tracks(3), 12, temperature=1.5)
    assert written.left_out == ()
    assert not any(stays.any() for stays in written.stays)
    for proposal in written.proposals:
        together = np.concatenate(proposal)
        assert together[:, 0].max() < 12
        assert (together[:, 0] + together[:, 1]).max() <= 12 + 1 / 480


def test_a_track_without_room_stays_as_it_is(inventor: Checkpoint) -> None:
    busy = Track(np.array([(k / 8, 0.1, 40 + k % 9, 80) for k in range(63)]), 20)
    written = varied(inventor, [*song_tracks(4), busy])
    assert written.left_out == (5,)
    assert written.stays[5].all()
    assert all(len(proposal[5]) == 0 for proposal in written.proposals)


def test_silent_bars_stay_silent(inventor: Checkpoint) -> None:
    late = [Track(track.notes + np.array([16, 0, 0, 0]), track.program, track.is_drum) for track in song_tracks(2)]
    for proposal in varied(inventor, late, 24, amount=1.0).proposals:
        assert np.concatenate(proposal)[:, 0].min() > 16 - 1 / 8


def test_a_way_has_both_ends_as_the_model_gives_them_back(inventor: Checkpoint) -> None:
    a, b = (song_tracks(2), 8.0), (song_tracks(4)[1:4], 16.0)
    bands, length = interpolate(inventor, [a, b], 3, temperature=0.0, seed=0)
    assert (len(bands), length) == (3, 16.0)
    back, _ = interpolate(inventor, [b, a], 3, temperature=0.0, seed=0)
    assert tables((bands[0], bands[2])) == tables((back[2], back[0]))


def test_what_cannot_be_done_is_refused_in_words(inventor: Checkpoint) -> None:
    with pytest.raises(OutOfRangeError, match="amount"):
        varied(inventor, song_tracks(), amount=1.5)
    with pytest.raises(WrongKindError, match="no note sounds"):
        varied(inventor, [Track(np.zeros((0, 4)))])
    with pytest.raises(TooLargeError, match="parts"):
        varied(inventor, song_tracks(8), 32, count=128)
    with pytest.raises(OutOfRangeError, match="temperature"):
        sample(inventor, 1, temperature=-1, seed=0)
    with pytest.raises(WrongKindError, match="multi_note"):
        sample(loaded(FILLER, "infill_2bar"), 1, temperature=0, seed=0)


def test_a_window_is_moved_into_the_key_of_others_by_the_smallest_interval_and_its_drums_stay() -> None:
    def scale(tonic: int) -> Track:
        pitches = [tonic + degree for degree in (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0)]
        return Track(np.array([(k / 2, 0.5, pitch, 80) for k, pitch in enumerate(pitches)]))

    drums = Track(np.array([(0, 0.1, 36, 80)]), 0, True)
    c, d = (torch.from_numpy(to_tensor([scale(t), drums], 8, 20).astype(np.int64))[None] for t in (60, 62))
    assert torch.equal(into_key(d, c), c)
    assert torch.equal(into_key(c, c), c)
    silent = torch.from_numpy(to_tensor([drums], 8, 20).astype(np.int64))[None]
    assert torch.equal(into_key(d, silent), d)


def test_windows_are_joined_to_a_track_for_each_sound() -> None:
    lead, second = (Track(np.array([(0, 1, pitch, 80), (7, 4, pitch, 80)]), 40) for pitch in (60, 72))
    drums = Track(np.array([(0, 0.1, 36, 80)]), 0, True)
    rows = torch.from_numpy(np.stack([to_tensor([lead, second, drums], 8, 8), to_tensor([lead], 8, 8)]))
    band = band_of(rows, 8)
    assert [(track.program, track.is_drum, len(track.notes)) for track in band] == [(40, False, 6), (0, True, 1)]
    held = band[0].notes[band[0].notes[:, 0] == 7]
    assert sorted(held[:, 1:3].tolist()) == [[1, 60], [4, 72]]
