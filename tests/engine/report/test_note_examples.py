"""Scenes of models of notes: the outside untouched, the same by seed, heard as they are played."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_up import LINE_FOLDER

from engine.data.build import build
from engine.data.dataset import load_set
from engine.data.kinds import KINDS
from engine.errors import DataError, WrongKindError
from engine.models.config import NoteConfig
from engine.models.note_vae import NoteVae
from engine.report import note_exhibits
from engine.report.examples import examples_of
from engine.report.note_examples import FILLED, SAMPLES, WINDOWS, Group, Scene, filled, invented, rebuilt
from engine.report.note_exhibits import note_exhibits as exhibits_of
from engine.report.report import Ask, make_page
from engine.representations.note_sequence import Track, from_tensor
from engine.runtime import checkpoint
from engine.runtime.note_filling import Span

TINY = NoteConfig(steps=32, slots=96, latent_dim=8, embedding=8, width=16, heads=2)
FOUR_BARS = replace(TINY, is_conditional=True, steps=64, slots=160)


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take longest, and `test_note_rolls` has them."""
    monkeypatch.setattr(note_exhibits, "scenes_picture", lambda _scenes: b"<svg/>")


def model(config: NoteConfig = TINY) -> NoteVae:
    torch.manual_seed(0)
    return NoteVae(config).eval()


def places(scene: Scene, is_inside: bool) -> set[tuple[object, ...]]:
    """The notes inside or outside the scene's span, each with its instrument."""
    span = scene.span or Span(0, scene.length_quarters)
    return {
        (track.is_drum, track.program, *row)
        for track in scene.tracks
        for row in track.notes.tolist()
        if (span.start_quarters <= row[0] + 0.125 < span.end_quarters) is is_inside
    }


def numbers(groups: tuple[Group, ...]) -> list[list[object]]:
    return [[scene.title, *places(scene, True), *places(scene, False)] for group in groups for scene in group]


def test_windows_are_shown_as_they_are_beside_what_comes_back(data_file: Path) -> None:
    valid = load_set(data_file, "notes_2bar", "valid")
    groups = rebuilt(model(), valid, seed=1)
    picks = torch.randperm(len(valid), generator=torch.Generator().manual_seed(1))[:WINDOWS]
    assert len(groups) == len(picks)
    for (original, answer), place in zip(groups, picks.tolist(), strict=True):
        assert [t.program for t in original.tracks] == [
            t.program for t in from_tensor(valid.music[place].numpy()).values()
        ]
        assert original.bpm == answer.bpm == float(valid.bpm[place])
        assert original.length_quarters == 8


def test_proposals_leave_everything_outside_their_span_to_the_bit(data_file: Path) -> None:
    groups = filled(model(FOUR_BARS), load_set(data_file, "notes_4bar", "valid"))
    assert len(groups) == FILLED
    for original, one, other, onward in groups:
        assert original.span is not None
        assert original.span.end_quarters - original.span.start_quarters >= 4
        assert original.span.end_quarters < original.length_quarters == 16
        assert original.span == one.span == other.span
        assert places(original, False) == places(one, False) == places(other, False)
        assert onward.span == Span(8, 16)
        assert places(replace(original, span=onward.span), False) == places(onward, False)
        assert all(places(scene, True) for scene in (one, other, onward))


def test_the_same_seed_gives_the_same_scenes_and_another_gives_others(data_file: Path) -> None:
    two, four = (load_set(data_file, kind, "valid") for kind in ("notes_2bar", "notes_4bar"))
    conditional, plain = model(FOUR_BARS), model()
    assert numbers(filled(conditional, four, 2)) == numbers(filled(conditional, four, 2))
    assert numbers(rebuilt(plain, two, 2)) == numbers(rebuilt(plain, two, 2))
    assert numbers(invented(plain, 2)) == numbers(invented(plain, 2))
    assert numbers(filled(conditional, four, 2)) != numbers(filled(conditional, four, 3))


def test_samples_are_numbered_two_by_two() -> None:
    titles = [[scene.title for scene in group] for group in invented(model())]
    assert titles == [[f"sample {n}", f"sample {n + 1}"] for n in range(1, SAMPLES, 2)]


def test_a_band_has_the_drums_on_their_channel_and_every_program() -> None:
    table = np.array([(-0.1, 1.0, 60, 90.0), (4.0, 1.0, 62, 90.0)])
    tracks = (Track(table, is_drum=True), *(Track(table, program) for program in range(40, 47)))
    band = Scene("full", tracks, 8.0, bpm=90).band
    assert [part.channel for part in band] == [9, *range(7)]
    assert [part.program for part in band] == [0, *range(40, 47)]
    assert {(note.start_quarters, part.clip.bpm) for part in band for note in part.clip.notes} == {(0.0, 90), (4.0, 90)}


def test_what_is_written_twice_is_played_once_and_as_long_as_the_longest() -> None:
    twice = np.array([(0.0, 1.0, 60, 90.0), (-0.1, 2.0, 60, 70.0), (0.0, 1.0, 64, 90.0)])
    (part,) = Scene("twice", (Track(twice),), 8.0).band
    assert [(note.pitch, note.duration_quarters) for note in part.clip.notes] == [(60, 2.0), (64, 1.0)]


def test_a_silent_scene_is_seen_and_not_heard(data_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    silent, heard = Scene("silent", (), 8.0), Scene("heard", (Track(np.array([(0.0, 1.0, 60, 90.0)])),), 8.0)
    monkeypatch.setattr(note_exhibits, "invented", lambda _model, _seed: ((silent, heard),))
    _, samples = exhibits_of(model(), load_set(data_file, "notes_2bar", "valid"), 0)
    assert len(samples.pictures) == 1
    assert [one.label for one in samples.heard] == ["heard"]


@pytest.mark.parametrize(
    ("config", "titles"),
    [(TINY, ["Reconstructions", "Samples"]), (FOUR_BARS, ["Spans filled"])],
    ids=["plain", "spans"],
)
def test_each_sort_has_its_exhibits_with_pictures_and_sounds(
    data_file: Path, tmp_path: Path, config: NoteConfig, titles: list[str]
) -> None:
    checkpoint.save(tmp_path / "mine", model(config), "notes", {})
    rendered = []

    def sound(band: object) -> bytes:
        rendered.append(band)
        return b"sound"

    measured = {checkpoint.load(tmp_path / "mine").hash: {"windows": 4}}
    ask = Ask([tmp_path / "mine"], data_file, measured=measured)
    (chapter,) = make_page(ask, sound, lambda items, _what: items).chapters
    assert [exhibit.title for exhibit in chapter.exhibits] == titles
    assert all(exhibit.pictures and exhibit.heard for exhibit in chapter.exhibits)
    assert all(heard.sound == b"sound" for exhibit in chapter.exhibits for heard in exhibit.heard)
    assert len(rendered) == sum(len(exhibit.heard) for exhibit in chapter.exhibits)


def test_without_windows_of_its_kind_a_model_is_refused_by_the_name_of_the_kind(
    data_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "melodies.lbdata"
    build([data_file.parent / LINE_FOLDER], out, workers=1, kinds=(KINDS["melody"],))
    checkpoint.save(tmp_path / "mine", model(), "notes", {})
    with pytest.raises(DataError, match="notes_2bar"):
        make_page(Ask([tmp_path / "mine"], out), None, lambda items, _what: items)


def test_the_other_examples_refuse_notes(data_file: Path, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "mine", model(), "notes", {})
    with pytest.raises(WrongKindError, match="note_examples"):
        examples_of(checkpoint.load(tmp_path / "mine"), load_set(data_file, "notes_2bar", "valid"))
