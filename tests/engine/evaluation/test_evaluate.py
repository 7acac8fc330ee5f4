"""Figures of whole checkpoints: printed, deterministic, and right for models whose answers are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from known_models import Parrot
from made_up import tiny_feel, tiny_vae, write_checkpoints
from torch import Tensor

from engine.data.dataset import MusicSet, load_set
from engine.errors import CheckpointError, DataError
from engine.evaluation import groove, paths, samples
from engine.evaluation.classes import evaluate_classes
from engine.evaluation.evaluate import as_json, evaluate, table
from engine.evaluation.figure_tables import markdown_tables
from engine.evaluation.groove import evaluate_drumify, evaluate_groove, evaluate_humanize
from engine.models.feel import Feel, FeelModel
from engine.models.vae import Vae
from engine.representations.drums import NUM_VOICES

NAMES = ("melody_2bar", "groove_2bar", "humanize_2bar", "drumify_2bar")


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 20)
    monkeypatch.setattr(paths, "PAIRS", 4)
    monkeypatch.setattr(groove, "SAMPLES", 20)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoints(tmp_path_factory.mktemp("checkpoints"))


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_printed_and_written_and_the_same_by_seed(checkpoints: Path, data_file: Path, name: str) -> None:
    figures = evaluate(checkpoints / name, data_file, seed=3)
    assert json.loads(as_json(figures)) == figures == evaluate(checkpoints / name, data_file, seed=3)
    printed = table(figures)
    assert all(name in printed for name in _names(figures))
    assert "\n| " in "\n".join(markdown_tables(figures))


def _names(figures: dict[str, Any]) -> Iterator[str]:
    for name, value in figures.items():
        yield name
        if isinstance(value, dict):
            yield from _names(value)


def test_figures_of_a_limit_are_of_so_many_windows(checkpoints: Path, data_file: Path) -> None:
    assert evaluate(checkpoints / "melody_2bar", data_file, limit=3)["windows"] == 3


def test_of_one_window_there_is_no_way_to_another_and_no_verdict(checkpoints: Path, data_file: Path) -> None:
    figures = evaluate(checkpoints / "melody_2bar", data_file, limit=1)
    assert figures["paths"] == figures["paths_by_mixing_steps"] == {"pairs": 0}
    assert figures["collapse"]["verdict"] == "unknown"
    assert figures["active_units"] == 0


def test_what_few_windows_cannot_tell_is_null(checkpoints: Path, data_file: Path) -> None:
    figures = evaluate(checkpoints / "humanize_2bar", data_file, limit=1)
    assert figures["feel_of_the_bar_before"]["with"]["timing_mae_ms"] is None


def test_a_checkpoint_or_data_set_that_is_not_there_is_said_so(checkpoints: Path, data_file: Path) -> None:
    with pytest.raises(CheckpointError):
        evaluate(checkpoints / "nothing", data_file)
    with pytest.raises(DataError):
        evaluate(checkpoints / "melody_2bar", checkpoints / "nothing")


class GrooveParrot(Vae):
    """Knows the windows by heart: the latent is their number, and decoding gives them back."""

    def __init__(self, windows: Tensor) -> None:
        super().__init__(replace(tiny_vae("groove"), latent_dim=2))
        self.windows = windows

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        where = [int((self.windows == row).flatten(1).all(1).nonzero()[0]) for row in music]
        mu = torch.tensor(where, dtype=torch.float)[:, None].expand(-1, 2)
        return mu, torch.full_like(mu, -40.0)

    def decode(self, z: Tensor, *_: object) -> Tensor:
        music = self.windows[z[:, 0].round().long().clamp(0, len(self.windows) - 1)]
        hits, velocities, offsets = music.split(NUM_VOICES, -1)
        return torch.cat([60 * hits - 30, torch.logit(velocities, 1e-6), torch.atanh(2 * offsets)], -1)


def test_a_model_that_knows_every_melody_by_heart_is_right_everywhere(data_file: Path) -> None:
    valid, train = (load_set(data_file, "melody", split) for split in ("valid", "train"))
    figures = evaluate_classes(Parrot("melody", valid.music), train, valid)
    for latent in ("posterior_mean", "sampled_latent"):
        assert {figures[latent][share] for share in ("steps_right", "onsets_right", "clips_right")} == {1}
    assert figures["paths"]["distance_to_first"][0] == 0
    assert figures["paths"]["distance_to_second"][-1] == 0
    assert len(figures["paths"]["in_key"]) == paths.STOPS


def test_a_model_that_knows_every_groove_by_heart_makes_no_error(data_file: Path) -> None:
    valid = load_set(data_file, "groove", "valid")
    found = evaluate_groove(GrooveParrot(valid.music), valid)
    assert found["collapse"]["gain"] == 1
    assert found["shuffled_latent"]["hit_f1"] < 1
    figures = found["posterior_mean"]
    assert figures["hit_f1"] == figures["exact"] == 1
    assert figures["velocity_mae"] == pytest.approx(0, abs=1e-4)
    assert figures["timing_mae_ms"] == pytest.approx(0, abs=0.01)


class Late(FeelModel):
    """Plays each hit a tenth of a step late and at half of full velocity, without doubt."""

    def decode(self, condition: Tensor, *_: object) -> Feel:
        cells = condition.new_zeros(*condition.shape[:2], NUM_VOICES)
        return Feel(cells + 1, cells + 0.5, cells + 1e-9, cells + 0.1, cells + 1e-9)


def even_beats(bpm: float) -> MusicSet:
    music = torch.zeros(4, 32, 3 * NUM_VOICES)
    music[:, ::4, 0], music[:, ::4, NUM_VOICES] = 1.0, 0.7
    music[1::2, 0, NUM_VOICES] = 0.8
    music[0, 4, 2 * NUM_VOICES] = 0.01
    return MusicSet(music, torch.zeros(4), torch.zeros(4), torch.full((4,), bpm), ("s",))


def test_grooves_of_any_length_are_counted_by_the_bar() -> None:
    beats = even_beats(120.0)
    longer = replace(beats, music=beats.music.repeat(1, 2, 1))
    told = [evaluate_groove(GrooveParrot(each.music), each)["data"] for each in (beats, longer)]
    assert told[0]["hits_a_bar"] == told[1]["hits_a_bar"] == 4
    assert told[0]["downbeat_kick"] == told[1]["downbeat_kick"] == 1
    assert told[0]["backbeat"] == told[1]["backbeat"] == 0


def test_timing_errors_are_in_milliseconds_at_each_clips_tempo() -> None:
    for bpm, late_ms in ((120.0, 12.5), (60.0, 25.0)):
        figures = evaluate_humanize(Late(tiny_feel()).eval(), even_beats(bpm))["most_likely"]
        assert figures["timing_mae_ms"] == pytest.approx(late_ms, rel=0.01)
        assert figures["bias_ms"] == pytest.approx(late_ms, rel=0.01)
        assert figures["velocity_mae"] == pytest.approx(0.2, abs=0.02)


def test_drums_on_a_tap_sound_where_it_does_and_are_compared_with_the_most_frequent_pattern() -> None:
    beats = even_beats(120)
    figures = evaluate_drumify(Late(tiny_feel("tap")).eval(), beats, beats)
    assert figures["most_likely"]["onset_f1"] == 1
    assert figures["most_frequent_pattern"]["kick_f1"] == 1
    assert figures["most_likely"]["snare_f1"] == 0
