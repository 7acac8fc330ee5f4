"""From a folder of songs to a system, its figures, its card and its map."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_up import line, write_checkpoints
from made_up_chords import progression, write_songs, write_system

from engine.data.chord_songs import LEAST_EVENTS, ChordSongs, read_songs
from engine.data.sources import TRAIN, VALID
from engine.errors import CheckpointError, DataError, OutOfRangeError, WrongKindError
from engine.evaluation.chord_baselines import bigram, majority, recalling, repeated
from engine.evaluation.chord_counts import count_chords
from engine.evaluation.evaluate import evaluate
from engine.models.chords import ChordsModel
from engine.report.chord_map import GRID, STOPS, ShownMap, shown_map
from engine.report.chord_map_page import as_html
from engine.report.chord_map_picture import animate_map, draw_map
from engine.representations.chord_vocabulary import closed
from engine.representations.midi_file import write_clip
from engine.representations.midi_parts import Part, write_parts
from engine.runtime import checkpoint
from engine.runtime.chord_map import MAP_NAME, load_map
from engine.training import chords as training
from engine.training.chord_batches import PassageBatches, windows_of
from engine.training.chord_card import write_chord_card
from engine.training.chords import ChordOptions, config_of, train_chords

SPEED = 0.01


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("songs")
    write_songs(place)
    return place


@pytest.fixture(scope="module")
def songs(folder: Path) -> ChordSongs:
    return read_songs([folder])


@pytest.fixture(scope="module")
def system(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "mine"
    train_chords([folder], ChordOptions(out, speed=SPEED))
    write_chord_card(out)
    return out


@pytest.fixture(scope="module")
def shown(system: Path) -> ShownMap:
    return shown_map(system)


def test_songs_are_read_with_their_splits_and_led_home(songs: ChordSongs, folder: Path) -> None:
    assert (len(songs.of(TRAIN)), len(songs.of(VALID))) == (6, 2)
    for song in songs.songs:
        chords = {tuple(sorted((p + song.shift) % 12 for p in event.pitch_classes)) for event in song.events}
        assert (0, 4, 7) in chords
    assert songs.hash() == read_songs([folder]).hash()


def test_tracks_of_chords_are_taken_before_lines_and_files_without_chords_are_left_out(tmp_path: Path) -> None:
    write_songs(tmp_path)
    song = progression(" ".join(["C", "F", "G", "C"] * 6))
    write_parts([Part(line(1)), Part(song)], tmp_path / "with_a_tune.mid")
    write_clip(line(2), tmp_path / "tune.mid")
    write_clip(song, tmp_path / "again.mid")
    (tmp_path / "broken.mid").write_bytes(b"MThd no")
    found = read_songs([tmp_path])
    reasons = {name: reason.split(":")[0] for name, reason in found.skipped}
    assert reasons.keys() == {"tune.mid", "broken.mid"} | (reasons.keys() & {"again.mid", "with_a_tune.mid"})
    assert reasons["tune.mid"] == "no chords"
    assert sum(reason == "twice" for reason in reasons.values()) == 1
    assert max(len(event.pitches) for song in found.songs for event in song.events) == 4


def test_too_little_music_is_refused(tmp_path: Path) -> None:
    write_clip(progression(" ".join(["C", "F"] * LEAST_EVENTS)), tmp_path / "one.mid")
    with pytest.raises(DataError, match="give more"):
        read_songs([tmp_path])


def test_guesses_know_nothing_of_what_they_guess() -> None:
    train, piece = [np.array([1, 2, 1, 2, 3])], np.array([1, 2, 1, 2, 1])
    assert majority(train)(piece).tolist() == [1] * 5
    assert bigram(train, 4)(piece).tolist() == [1, 2, 1, 2, 1]
    assert repeated(train)(piece).tolist() == [1, 1, 2, 1, 2]
    for guess in (majority(train), bigram(train, 4), repeated(train), recalling(train, 4)):
        other = piece.copy()
        other[3:] = 0
        assert guess(other)[:4].tolist() == guess(piece)[:4].tolist()


def test_passages_are_the_same_for_a_step_and_transposed_as_a_whole(songs: ChordSongs) -> None:
    vocabulary = closed(config_of(songs, ChordOptions(Path())).shapes)
    given = {"keys": "home", "events": 12, "batch_size": 6, "seed": 3}
    plain, moved = (PassageBatches(songs.of(TRAIN), vocabulary, transpose=by, **given) for by in ((0, 0), (2, 2)))
    a, b, again = plain.at(5), moved.at(5), plain.at(5)
    assert torch.equal(a.chords, again.chords)
    up = {place: vocabulary.place([(p + 2) % 12 for p in chord]) for place, chord in enumerate(vocabulary.chords)}
    up[len(vocabulary)] = len(vocabulary)
    events = a.counts > 0
    assert [up[word] for word in a.chords[events].tolist()] == b.chords[events].tolist()
    assert [up[w] for w in a.inputs.recalled[events].flatten().tolist()] == b.inputs.recalled[events].flatten().tolist()
    assert torch.equal(a.inputs.chords[:, 1:][events[:, 1:]], a.chords[:, :-1][events[:, 1:]])


def test_windows_do_not_reach_over_two_songs(songs: ChordSongs) -> None:
    windows = windows_of(songs.of(VALID), 8, "home")
    assert len(windows) == sum(len(song.events) - 7 for song in songs.of(VALID))


def test_a_system_is_trained_measured_and_described(system: Path, songs: ChordSongs) -> None:
    loaded = checkpoint.load(system)
    assert isinstance(loaded.model, ChordsModel)
    figures = loaded.trained["figures"]
    assert {"lstm", "majority", "bigram", "repeat the last", "recall"} == set(figures["next_event"])
    assert all(0 <= value <= 1 for row in figures["next_event"].values() for value in row.values())
    assert figures["keys"]["files_with_signature"] == 0
    card = (system / "card.md").read_text(encoding="utf-8")
    assert songs.hash() in card
    assert (
        "bridge chords train DATA_FOLDER... --out checkpoints/mine --keys home --least 8 --seed 1 --speed 0.01" in card
    )
    assert "Mutopia" in card


def test_the_same_seed_gives_the_same_weights(folder: Path, system: Path, tmp_path: Path) -> None:
    train_chords([folder], ChordOptions(tmp_path / "again", speed=SPEED))
    assert (tmp_path / "again" / "weights.safetensors").read_bytes() == (system / "weights.safetensors").read_bytes()


@pytest.mark.parametrize("wrong", [{"keys": "lost"}, {"transpose": True}, {"speed": 0.0}])
def test_options_without_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(OutOfRangeError):
        ChordOptions(Path(), **wrong)  # type: ignore[arg-type]


def test_chords_that_are_too_rare_leave_no_vocabulary(songs: ChordSongs) -> None:
    with pytest.raises(OutOfRangeError, match="lower least count"):
        training.config_of(songs, ChordOptions(Path(), least=10_000))


def test_other_measures_send_a_system_to_its_card(system: Path, data_file: Path) -> None:
    with pytest.raises((WrongKindError, OutOfRangeError)):
        evaluate(system, data_file)


def test_chords_are_counted_folded_and_with_their_octaves(folder: Path) -> None:
    folded, kept = (count_chords([folder], folds, "home", 1) for folds in (True, False))
    assert folded.events == kept.events
    assert len(folded.counts) <= len(kept.counts)
    assert folded.covered == 1.0
    assert any(text.endswith("C E G") for text in folded.lines(5))


def test_the_map_knows_where_its_windows_were_after_each_epoch(system: Path) -> None:
    found = load_map(system)
    assert found.epochs.shape == (len(found.steps), len(found.windows), 2)
    assert found.steps[0] == 0
    assert len(found.pieces) == len(found.windows)
    (system / MAP_NAME).rename(system / "elsewhere")
    with pytest.raises(CheckpointError, match="no map"):
        load_map(system)
    (system / "elsewhere").rename(system / MAP_NAME)


def test_every_point_of_the_map_can_be_heard_and_so_can_the_way(shown: ShownMap) -> None:
    assert len(shown.grid) == GRID * GRID
    assert len(shown.way) == STOPS
    assert all(len(passage) == 4 for passage in shown.grid)
    assert all(0 <= pitch <= 127 and one.steps >= 1 for p in shown.grid for one in p for pitch in one.pitches)


def test_the_way_ends_at_the_two_pieces_given(system: Path) -> None:
    a, b = progression("C F G C"), progression("Am Dm E Am")
    there, back = shown_map(system, [("a", a), ("b", b)]), shown_map(system, [("b", b), ("a", a)])
    assert there.way[0] == back.way[-1]
    assert there.way == back.way[::-1]
    with pytest.raises(OutOfRangeError, match="give two"):
        shown_map(system, [("a", a)])


def test_the_page_needs_nothing_from_elsewhere_and_lets_no_name_break_out(system: Path) -> None:
    shown = shown_map(system, [("</script><b>", progression()), ("b", progression("Am Dm E Am"))])
    page = as_html(shown)
    assert not re.search(r"""(src|href)\s*=|url\(|https?:|@import""", page)
    assert "</script><b>" not in page
    found = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    assert data["ends"][0]["name"] == "</script><b>"
    assert len(data["grid"]) == data["size"] ** 2
    assert len(data["frames"]) == len(data["steps"])


def test_the_map_is_drawn_and_its_learning_shown(shown: ShownMap, tmp_path: Path) -> None:
    draw_map(shown, tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes()[:4] == b"\x89PNG"
    animate_map(_short(shown), tmp_path / "map.gif")
    assert (tmp_path / "map.gif").read_bytes()[:3] == b"GIF"
    with pytest.raises(DataError, match="cannot be written"):
        draw_map(shown, tmp_path / "nowhere" / "map.png")


def _short(shown: ShownMap) -> ShownMap:
    return replace(shown, frames=shown.frames[:2], steps=shown.steps[:2])


def test_only_a_system_of_chords_has_a_map(tmp_path: Path) -> None:
    folder = write_checkpoints(tmp_path)
    with pytest.raises(WrongKindError, match="only systems of chords"):
        shown_map(next(checkpoint.find(folder)))
    with pytest.raises(CheckpointError, match="no map"):
        shown_map(write_system(tmp_path))
