"""Curves: what is read of a training, and which lists are drawn beside each other."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.errors import DataError
from engine.report.curves import CURVES_NAME, Panel, picture, training_panels, way_panels

NINE = [float(stop) for stop in range(9)]


def test_training_has_a_panel_for_each_figure_with_both_splits(tmp_path: Path) -> None:
    (tmp_path / CURVES_NAME).write_text("step,train/loss,train/kl,valid/loss,valid/kl\n100,3.0,1.0,4.0,\n200,2,1,3,2\n")
    loss, kl = training_panels(tmp_path)
    assert (loss.title, kl.title) == ("loss", "kl")
    assert loss.lines == {"train": ([100, 200], [3, 2]), "valid": ([100, 200], [4, 3])}
    assert math.isnan(kl.lines["valid"][1][0])


def test_a_checkpoint_without_curves_has_no_panels(tmp_path: Path) -> None:
    assert training_panels(tmp_path) == []


def test_curves_are_read_where_training_writes_them() -> None:
    from engine.training import train

    assert train.CURVES_NAME == CURVES_NAME


@pytest.mark.parametrize("content", ["", "step,train/loss\n1,high\n", "train/loss\n1\n", "step,train/loss\n1\n"])
def test_a_broken_table_of_curves_is_told_by_its_name(tmp_path: Path, content: str) -> None:
    (tmp_path / CURVES_NAME).write_text(content)
    with pytest.raises(DataError, match=CURVES_NAME):
        training_panels(tmp_path)


def test_lists_of_nine_with_the_same_name_share_a_panel() -> None:
    figures = {
        "paths": {"in_key": NINE, "pairs": 3, "short": [1.0, 2.0]},
        "paths_by_mixing_steps": {"in_key": NINE[::-1], "bass": {"cost": [*NINE[1:], None]}},
    }
    in_key, cost = way_panels(figures)
    assert in_key.title == "in key"
    assert {name: list(up) for name, (_, up) in in_key.lines.items()} == {
        "paths": NINE,
        "paths by mixing steps": NINE[::-1],
    }
    assert cost.title == "bass, cost"
    assert math.isnan(cost.lines["paths by mixing steps"][1][8])


def test_a_picture_is_svg_and_the_same_again_whatever_its_names() -> None:
    panel = Panel("$\\frac{<&>\x00", "steps", {"$_$": ([1, 2], [1.0, math.nan]), "b": ([1, 2], [2.0, 1.0])})
    drawn = picture([panel] * 2)
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert drawn == picture([panel] * 2)
