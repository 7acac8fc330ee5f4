"""Cards: everything that a licence and a reader ask for, and a hash that stays."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from made_up import tiny_feel, tiny_vae

from engine.evaluation import samples
from engine.evaluation.evaluate import evaluate
from engine.models.feel import FeelModel
from engine.models.vae import Vae
from engine.runtime import checkpoint
from engine.training.attribution import ATTRIBUTIONS, attribution_of
from engine.training.card import command, write_card
from engine.training.presets import PRESETS


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 20)


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A checkpoint that says it was trained by a preset, with its curves."""
    schedule = json.loads(json.dumps(asdict(PRESETS["melody_2bar"].schedule)))
    facts = {
        "preset": "melody_2bar", "schedule": schedule, "seed": 7, "steps": 8000, "precision": "bf16", "torch": "2",
        "data_sha256": "abc",
    }  # fmt: skip
    torch.manual_seed(0)
    checkpoint.save(tmp_path / "line", Vae(tiny_vae("melody")), "melody", facts)
    rows = "".join(f"{step},1,2,3,4,5,6\n" for step in range(1, 101))
    (tmp_path / "line" / "curves.csv").write_text("step,a,b,c,d,e,f\n" + rows)
    return tmp_path / "line"


def test_a_card_names_command_data_curves_figures_and_licences(trained: Path, data_file: Path) -> None:
    card = write_card(trained, data_file, evaluate(trained, data_file, limit=4)).read_text()
    assert "bridge train melody_2bar --data" in card
    assert "--seed 7" in card
    assert "Open Hymnal" in card
    assert "posterior mean" in card
    assert "Whether the latent is used: **unknown**; 4 windows are too few" in card
    assert "| 100 | 1 | 2 |" in card
    assert checkpoint.load(trained).hash in card
    assert card.count("\n| ") < 200


def test_a_card_changes_neither_weights_nor_hash(trained: Path, data_file: Path) -> None:
    before = checkpoint.load(trained)
    figures = evaluate(trained, data_file, limit=4)
    write_card(trained, data_file, figures)
    after = checkpoint.load(trained)
    assert after.hash == before.hash
    assert after.trained == {**before.trained, "figures": figures}
    write_card(trained, data_file, figures)
    assert checkpoint.load(trained).trained == after.trained


def test_a_card_of_drums_carries_the_groove_sets_attribution(tmp_path: Path, data_file: Path) -> None:
    checkpoint.save(tmp_path / "feel", FeelModel(tiny_feel()), "drums", {})
    card = write_card(tmp_path / "feel", data_file, evaluate(tmp_path / "feel", data_file)).read_text()
    assert "Google LLC" in card
    assert "creativecommons.org/licenses/by/4.0" in card
    assert "not recorded" in card.split("## Training")[1].split("##")[0]


def test_a_changed_preset_is_told(trained: Path, data_file: Path) -> None:
    config = json.loads((trained / "config.json").read_text())
    config["trained"]["schedule"]["beta"] = 0.123
    (trained / "config.json").write_text(json.dumps(config))
    card = write_card(trained, data_file, evaluate(trained, data_file, limit=4)).read_text()
    assert "beta" in card.split("The preset has changed since: ")[1].splitlines()[0]


def test_a_setting_younger_than_the_checkpoint_is_no_change(trained: Path, data_file: Path) -> None:
    config = json.loads((trained / "config.json").read_text())
    del config["trained"]["schedule"]["borrow"]
    (trained / "config.json").write_text(json.dumps(config))
    card = write_card(trained, data_file, evaluate(trained, data_file, limit=4)).read_text()
    assert "borrow were other" not in card


def test_the_command_names_what_differs_by_run() -> None:
    schedule = {"steps": 500, "batch_size": 64}
    trained = {"preset": "p", "schedule": schedule, "seed": 3, "precision": "bf16", "patience": 5, "threads": None}
    flags = "--steps 500 --batch-size 64 --seed 3 --precision bf16 --patience 5"
    assert command(trained, "mine/p") == f"bridge train p --data music.lbdata --out mine/p {flags}"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Freedoom", "Redistributions in binary form must reproduce"),
        ("OpenEWLD strict-PD subset", "Copyright (c) 2018 00sapo"),
        ("Mutopia guitar", "Silas Brown"),
        ("groove-midi-1.0.0", "Google LLC"),
    ],
)
def test_licences_that_ask_for_a_notice_get_it(source: str, words: str) -> None:
    assert words in ATTRIBUTIONS[source].notice


def test_a_collection_that_nobody_listed_is_said_to_be_so() -> None:
    assert attribution_of("somebody's folder").licence == "not recorded"


def test_a_card_tells_every_run_that_the_weights_went_through(trained: Path, data_file: Path) -> None:
    config = json.loads((trained / "config.json").read_text())
    last = config["trained"]
    first = {**last, "start": None, "hash": "aaaa", "steps": 100}
    last["start"] = {**last, "start": first, "hash": "bbbb", "steps": 200}
    (trained / "config.json").write_text(json.dumps(config))
    card = write_card(trained, data_file, evaluate(trained, data_file, limit=4)).read_text()
    preset = last["preset"]
    assert "In 3 runs, each from the one before, which gave the checkpoint aaaa after 100 steps, bbbb after 200" in card
    lines = [line.split() for line in card.splitlines() if line.startswith("bridge train")]
    assert [line[line.index("--out") + 1] for line in lines] == [
        f"runs/{preset}", f"runs/{preset}_2", f"checkpoints/{trained.name}",
    ]  # fmt: skip
    assert [line[-1] for line in lines[1:]] == [f"runs/{preset}", f"runs/{preset}_2"]
