"""All figures of models of classes, together."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from known_models import Parrot, some_music, windows
from made_up import DRUM_SOURCE, tiny_vae

from engine.evaluation import paths, samples
from engine.evaluation.classes import evaluate_classes, evaluate_reconstruction, language_of
from engine.models.vae import Vae

STEPS, CLIPS = 64, 24
GROUPS = ("posterior_mean", "sampled_latent", "shuffled_latent", "sampled_latent_drawn", "teacher_forced")


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 6)
    monkeypatch.setattr(paths, "PAIRS", 3)


@pytest.mark.parametrize("decoder", ["bars", "bars_lstm", "parallel", "lstm"])
@pytest.mark.parametrize("music", ["melody", "drums", "trio"])
def test_figures_have_one_shape_whatever_the_music_and_the_decoder(music: str, decoder: str) -> None:
    valid = windows(some_music(music, CLIPS, STEPS), DRUM_SOURCE)
    figures = evaluate_classes(Vae(tiny_vae(music, "bars", decoder, STEPS)).eval(), valid, valid)
    shares = {"steps_right", "onsets_right", "clips_right"}
    for name in GROUPS:
        group = figures[name]
        parts = [group] if music != "trio" else [group[part] for part in ("melody", "bass", "drums")]
        assert all(shares <= set(part) and all(0 <= part[share] <= 1 for share in shares) for part in parts)
    assert figures["collapse"]["verdict"] in ("collapsed", "partly", "healthy")
    assert len(_first_list(figures["paths"])) == len(_first_list(figures["paths_by_mixing_steps"])) == paths.STOPS
    assert ("hits" in figures) is (music == "drums")


def _first_list(group: dict[str, object]) -> list[float]:
    inner = group.get("drums", group)
    assert isinstance(inner, dict)
    distances = inner["distance_to_first"]
    assert isinstance(distances, list)
    return distances


def test_drums_that_come_back_whole_have_every_hit() -> None:
    valid = windows(some_music("drums", CLIPS, STEPS), DRUM_SOURCE)
    figures = evaluate_classes(Parrot("drums", valid.music), valid, valid)
    assert figures["hits"]["human"] == {"windows": CLIPS, "precision": 1, "recall": 1, "f1": 1}
    assert figures["hits"]["human_by_voice"]["ride"]["f1"] == 1
    assert "groove_windows" not in figures["hits"]


def test_a_trio_is_told_part_by_part() -> None:
    valid = windows(some_music("trio", CLIPS, STEPS))
    figures = evaluate_classes(Parrot("trio", valid.music), valid, valid)
    assert list(figures["posterior_mean"]) == ["melody", "bass", "drums"]
    assert {"data_melody", "samples_bass", "samples_drums"} <= set(figures)
    assert set(figures["collapse"]) >= {"gain_melody", "saved_bass", "gain_drums"}


def test_reconstruction_alone_is_the_same_as_with_all_the_rest() -> None:
    valid = windows(some_music("melody", CLIPS, STEPS))
    model = Vae(tiny_vae("melody", "bars", "bars_lstm", STEPS)).eval()
    alone, whole = evaluate_reconstruction(model, valid, 5), evaluate_classes(model, valid, valid, 5)
    assert alone == {name: whole[name] for name in alone}


def test_the_language_of_lines_knows_them_in_every_key_and_drums_as_they_are() -> None:
    phrase = torch.tensor([40, 0, 42, 0, 44, 0, 45, 0]).repeat(400, 8)
    melody = language_of("melody", windows(phrase))[0]
    onsets = phrase[:1] >= 2
    for semitones in range(-5, 7):
        assert melody.nats(torch.where(onsets, phrase[:1] + semitones, phrase[:1]).numpy()).mean() < 0.35
    assert melody.nats(torch.where(onsets, phrase[:1] + 9, phrase[:1]).numpy()).mean() > 1
    drums = language_of("drums", windows(phrase))[0]
    assert drums.nats(phrase[:1].numpy()).mean() < 0.05 < drums.nats((phrase[:1] + 1).numpy()).mean()


def test_a_line_that_would_leave_the_keyboard_stays() -> None:
    low = torch.full((200, 8), 2)
    assert language_of("melody", windows(low))[0].nats(np.full((1, 8), 2)).mean() < 0.8


def test_the_music_is_not_changed() -> None:
    music = some_music("trio", CLIPS, STEPS).to(torch.int16)
    before = music.clone()
    evaluate_classes(Vae(tiny_vae("trio", "bars", "bars", STEPS)).eval(), windows(music), windows(music))
    assert torch.equal(music, before)
