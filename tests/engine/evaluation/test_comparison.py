"""Models side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from made_up import tiny_vae, write_checkpoints

from bridge.cli import main
from engine.errors import DataError, OutOfRangeError, WrongKindError
from engine.evaluation.comparison import compare, comparison_table
from engine.evaluation.evaluate import evaluate
from engine.models.vae import Vae
from engine.runtime import checkpoint

TRAINED = {"steps": 30, "schedule": {"batch_size": 8}}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_checkpoints(tmp_path_factory.mktemp("checkpoints"))
    for name, decoder in (("flat", "lstm"), ("two_levels", "bars_lstm"), ("other/flat", "parallel")):
        torch.manual_seed(1)
        model = Vae(tiny_vae("melody", "bars", decoder))
        checkpoint.save(folder / name, model, "melody", {**TRAINED, "start": {"steps": 2, **_of(10)}})
    return folder


def _of(batch_size: int) -> dict[str, object]:
    return {"schedule": {"batch_size": batch_size}}


def test_a_table_has_a_column_for_each_model(checkpoints: Path, data_file: Path) -> None:
    figures = compare([checkpoints / "flat", checkpoints / "two_levels", checkpoints / "melody_2bar"], data_file)
    rows = figures["models"]
    assert [rows[name]["decoder"] for name in rows] == ["flat", "hierarchical", "flat"]
    assert [rows[name]["looks_back"] for name in rows] == ["yes", "yes", "no"]
    assert rows["flat"]["training_windows_seen"] == 30 * 8 + 2 * 10
    assert rows["melody_2bar"]["training_windows_seen"] is None
    assert rows["melody_2bar"]["teacher_forcing_steps_right"] == rows["melody_2bar"]["sampling_steps_right"]
    printed = comparison_table(figures)
    assert "| flat | two_levels | melody_2bar |" in printed
    assert "sampling onsets right" in printed
    assert json.loads(json.dumps(figures)) == figures


def test_figures_are_those_of_evaluate(checkpoints: Path, data_file: Path) -> None:
    row = compare([checkpoints / "flat"], data_file, seed=2)["models"]["flat"]
    alone = evaluate(checkpoints / "flat", data_file, seed=2)
    assert row["sampling_steps_right"] == alone["sampled_latent"]["steps_right"]
    assert row["teacher_forcing_onsets_right"] == alone["teacher_forced_sampled_latent"]["onsets_right"]
    assert row["sampling_drawn_steps_right"] == alone["sampled_latent_drawn"]["steps_right"]
    assert row["verdict"] == alone["collapse"]["verdict"]


def test_two_of_one_name_are_named_by_their_paths(checkpoints: Path, data_file: Path) -> None:
    folders = [checkpoints / "flat", checkpoints / "other" / "flat"]
    assert list(compare(folders, data_file, limit=2)["models"]) == list(map(str, folders))


def test_what_cannot_be_compared_is_refused_with_the_reason(checkpoints: Path, data_file: Path) -> None:
    drums = replace(tiny_vae("drums"), latent_dim=4)
    checkpoint.save(checkpoints / "drums", Vae(drums), "drums", {})
    with pytest.raises(WrongKindError, match=r"flat is of melody, drums is of drums_2bar"):
        compare([checkpoints / "flat", checkpoints / "drums"], data_file)
    for name in ("groove_2bar", "humanize_2bar"):
        with pytest.raises(WrongKindError, match=f"{name} is no autoencoder of melody, drums, trio"):
            compare([checkpoints / name], data_file)
    with pytest.raises(OutOfRangeError, match="twice"):
        compare([checkpoints / "flat", checkpoints / "other" / ".." / "flat"], data_file)
    with pytest.raises(DataError, match="not"):
        compare([checkpoints / "flat"], checkpoints / "nothing")


def test_the_command_prints_the_table_and_writes_the_figures(
    checkpoints: Path, data_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "figures.json"
    words = ["compare", str(checkpoints / "flat"), str(checkpoints / "two_levels"), "--data", str(data_file)]
    done = CliRunner().invoke(main, [*words, "--limit", "3", "--json", str(out)])
    assert done.exit_code == 0, done.output
    assert "| decoder | flat | hierarchical |" in done.output
    assert json.loads(out.read_text())["windows"] == 3
