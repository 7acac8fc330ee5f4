"""Which of the models plays which part, by default and by choice."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_up import tiny_feel, tiny_vae, write_checkpoints
from made_up_songs import INVENTOR
from made_up_songs import loaded as loaded_notes

from engine.errors import UnknownModelError, WrongKindError
from engine.models.config import FeelConfig, VaeConfig
from engine.models.feel import FeelModel
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.roster import Roster
from engine.runtime.shelf import Shelf


def bars(music: str, steps: int) -> VaeConfig:
    return replace(tiny_vae(music, "bars", "bars", steps), latent_dim=32, conductor_width=32, conductor_depth=1)


def loaded(name: str, config: VaeConfig | FeelConfig, task: str | None = None) -> Checkpoint:
    torch.manual_seed(0)
    model = FeelModel(config) if isinstance(config, FeelConfig) else Vae(config)
    music = "groove" if isinstance(config, FeelConfig) else config.music
    kind = "drums" if music == "groove" else music
    trained = {} if task is None else {"schedule": {"task": task}}
    return Checkpoint(name, kind, config.steps // 16, model, "0" * 16, trained, None)


def write(folder: Path, config: VaeConfig | FeelConfig, kind: str) -> None:
    torch.manual_seed(0)
    model = FeelModel(config) if isinstance(config, FeelConfig) else Vae(config)
    checkpoint.save(folder, model, kind, {})


@pytest.fixture
def roster() -> Roster:
    found = [
        loaded("a_long_melody", bars("melody", 256)),
        loaded("a_drum_class_model", tiny_vae("drums")),
        loaded("a_trio", bars("trio", 256)),
        loaded("groove", tiny_vae("groove")),
        loaded("humanize", tiny_feel("hits")),
        loaded("melody", tiny_vae("melody")),
    ]
    return Roster(Shelf.of(found))


def test_two_bars_and_grooves_play_by_default_whatever_the_alphabet_says(roster: Roster) -> None:
    by_default = {role: roster.playing(role).name for role in ("melody", "drums", "trio", "humanize")}
    assert by_default == {"melody": "melody", "drums": "groove", "trio": "a_trio", "humanize": "humanize"}
    assert [model.name for model in roster.models if model.is_default] == ["a_trio", "groove", "humanize", "melody"]


def test_the_shipped_name_plays_before_others_that_are_as_good() -> None:
    found = [loaded(name, tiny_vae()) for name in ("a_melody", "melody_2bar", "z_melody")]
    assert Roster(Shelf.of(found)).playing("melody").name == "melody_2bar"


def test_the_folder_named_first_plays_before_the_second(tmp_path: Path) -> None:
    write(tmp_path / "first" / "z_melody", tiny_vae(), "melody")
    write(tmp_path / "second" / "melody_2bar", tiny_vae(), "melody")
    folders = [tmp_path / "first", tmp_path / "second"]
    assert Roster(Shelf.from_folders(folders)).playing("melody").name == "z_melody"
    assert Roster(Shelf.from_folders(folders[::-1])).playing("melody").name == "melody_2bar"


def test_a_choice_is_played_instead_in_its_own_role_alone(roster: Roster) -> None:
    chosen = {"melody": "a_long_melody", "drums": "a_drum_class_model"}
    assert roster.playing("melody", chosen).name == "a_long_melody"
    assert roster.playing("drums", chosen).name == "a_drum_class_model"
    assert roster.playing("trio", chosen).name == "a_trio"


def test_a_choice_that_cannot_be_played_is_refused_with_what_can(roster: Roster) -> None:
    with pytest.raises(UnknownModelError, match=r"no model 'mine'; loaded are a_long_melody, .*, melody"):
        roster.playing("melody", {"melody": "mine"})
    with pytest.raises(WrongKindError, match="groove does drums, not melody; choose one of a_long_melody, melody"):
        roster.playing("melody", {"melody": "groove"})
    with pytest.raises(WrongKindError, match="no loaded model does drumify"):
        roster.playing("drumify", {"drumify": "groove"})
    with pytest.raises(WrongKindError, match="humanize answers a rhythm and invents none"):
        roster.with_prior("humanize")
    with pytest.raises(UnknownModelError):
        roster.with_prior("mine")


def test_models_without_a_part_are_left_out_and_it_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """An autoencoder that was trained to humanize gives no clip back as it is."""
    found = [loaded("told_to_humanize", tiny_vae("groove"), "humanize"), loaded("groove", tiny_vae("groove"), "plain")]
    with caplog.at_level(logging.WARNING, "engine"):
        roster = Roster(Shelf.of(found))
        roster.adopt(found[1].summary, found[1])
    assert [model.name for model in roster.models] == ["groove"]
    assert [record.getMessage().split()[0] for record in caplog.records] == ["told_to_humanize"]
    with pytest.raises(UnknownModelError):
        roster.with_prior("told_to_humanize")


def test_a_model_for_the_command_line_alone_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    """It has no role, and may lie among those that have one."""
    found = [loaded_notes(INVENTOR, "multi_note"), loaded("groove", tiny_vae("groove"))]
    with caplog.at_level(logging.INFO, "engine"):
        roster = Roster(Shelf.of(found))
        roster.adopt(found[0].summary, found[0])
    assert [model.name for model in roster.models] == ["groove"]
    assert [(record.levelname, record.getMessage().split()[0]) for record in caplog.records] == [("INFO", "multi_note")]


def test_what_comes_while_it_runs_is_known_and_what_changes_has_a_new_edition(roster: Roster) -> None:
    new = loaded("mine", tiny_vae("melody"))
    roster.adopt(new.summary, new)
    assert roster.playing("melody").name == "melody"
    assert roster.playing("melody", {"melody": "mine"}) is new
    newer = loaded("mine", tiny_vae("melody"))
    roster.adopt(newer.summary, newer)
    assert roster.playing("melody", {"melody": "mine"}) is newer
    assert {model.name: model.edition for model in roster.models if model.role == "melody"} == {
        "a_long_melody": 1, "melody": 1, "mine": 2,
    }  # fmt: skip


def test_all_models_are_loaded_where_memory_is_no_concern(tmp_path: Path) -> None:
    roster = Roster(Shelf.from_folders([write_checkpoints(tmp_path)]))
    assert roster.loaded == ()
    roster.load()
    assert sorted(name for _, name in roster.loaded) == ["drumify_2bar", "groove_2bar", "humanize_2bar", "melody_2bar"]
