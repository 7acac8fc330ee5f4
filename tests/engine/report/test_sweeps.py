"""Sweeps on a page: what is read, which beta is named, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from engine.errors import DataError
from engine.report import sweeps
from engine.report.page import Page, as_html
from engine.report.sweeps import (
    POINTS_NAME,
    Sweep,
    beta_panels,
    epoch_panels,
    last_points,
    read_sweep,
    sweep_chapter,
    verdict,
)

RUN = {"preset": "multi_note", "seed": 1, "limit": 500, "frozen": None}
FEATURES = {1: (9.0, 6.0), 20: (8.0, 4.0), 100: (7.0, 5.0)}
EMBEDDINGS = {1: (3.0, 2.5), 20: (2.0, 2.2), 100: (2.0, 1.2)}


def point(beta: float, step: int, **figures: Any) -> dict[str, Any]:
    return {"beta": beta, "step": step, "epochs": step / 100, "kl_nats": 5.0, **figures}


def points() -> list[dict[str, Any]]:
    """Three betas with two points each, out of order, as a sweep that was gone on with may have them."""
    return [
        point(beta, 100 * (place + 1), fd_features=FEATURES[beta][place], fd_embeddings=EMBEDDINGS[beta][place])
        for place in (1, 0)
        for beta in (100, 1, 20)
    ]


def write(folder: Path, table: Any) -> Path:
    (folder / POINTS_NAME).write_text(table if isinstance(table, str) else json.dumps(table))
    return folder


def read(folder: Path, its: list[dict[str, Any]]) -> Sweep:
    return read_sweep(write(folder, {"run": RUN, "points": its}))


def test_the_best_beta_of_each_distance_is_that_of_the_last_points(tmp_path: Path) -> None:
    assert verdict(read(tmp_path, points()).points) == (
        "The Fréchet distance of features is least at beta 20 (4, the most being 6), "
        "that of embeddings at beta 100 (1.2, the most being 2.5)."
    )


def test_a_beta_that_was_not_trained_as_long_is_left_out_and_said_so(tmp_path: Path) -> None:
    begun = [each for each in points() if (each["beta"], each["step"]) != (20, 200)]
    swept = read(tmp_path, begun)
    assert "features is least at beta 100" in verdict(swept.points)
    assert verdict(swept.points).endswith("Not trained as long so far, and left out: beta 20.")
    (_, (betas, _)), *_ = beta_panels(swept.points)[0].lines.items()
    assert betas == [1, 100]


def test_betas_that_are_alike_are_all_named(tmp_path: Path) -> None:
    swept = read(tmp_path, [point(beta, 10, fd_features=3.0) for beta in (1, 20)])
    assert "beta 1 and 20 (3, the most being 3)" in verdict(swept.points)


def test_a_distance_that_is_no_number_wins_nothing_and_is_an_empty_cell(tmp_path: Path) -> None:
    swept = read(tmp_path, [point(1, 10, fd_features=None), point(20, 10, fd_features=8.0)])
    assert "least at beta 20" in verdict(swept.points)
    assert [row[-1] for row in last_points(swept.points).rows] == ["", "8"]
    none = read(tmp_path, [point(1, 10, fd_features=None), point(20, 10)])
    assert verdict(none.points) == "No Fréchet distance was measured."


def test_lines_go_by_beta_and_step_whatever_the_order_of_points(tmp_path: Path) -> None:
    panels = {panel.title: panel.lines for panel in epoch_panels(read(tmp_path, points()).points)}
    assert list(panels) == ["kl nats", "Fréchet distance, features", "Fréchet distance, embeddings"]
    assert list(panels["kl nats"]) == ["beta 1", "beta 20", "beta 100"]
    assert panels["Fréchet distance, features"]["beta 20"] == ([1, 2], [8, 4])


def test_the_table_has_the_last_point_of_each_beta(tmp_path: Path) -> None:
    table = last_points(read(tmp_path, points()).points)
    assert [row[:3] for row in table.rows] == [
        ("beta 1", "200", "2"),
        ("beta 20", "200", "2"),
        ("beta 100", "200", "2"),
    ]
    assert [row[-2] for row in table.rows] == ["6", "4", "5"]


def test_a_chapter_has_both_curves_and_its_settings(tmp_path: Path) -> None:
    chapter = sweep_chapter(read(tmp_path, points()))
    assert chapter.name == f"Sweep of multi_note in {tmp_path.name}"
    assert chapter.facts == {"preset": "multi_note", "seed": "1", "limit": "500"}
    epochs, betas = chapter.exhibits
    assert all(ElementTree.fromstring(drawn).tag.endswith("svg") for one in (epochs, betas) for drawn in one.pictures)
    assert "least at beta 20" in betas.text
    assert b"beta 100" in epochs.pictures[0]
    assert b">100</text>" in betas.pictures[0]


def test_one_beta_is_compared_with_none(tmp_path: Path) -> None:
    chapter = sweep_chapter(read(tmp_path, [point(20, 10, fd_features=1.0)]))
    assert [exhibit.title for exhibit in chapter.exhibits] == ["Over the epochs"]


def test_hostile_names_are_text_on_the_page(tmp_path: Path) -> None:
    hostile = "<script>alert('$x_1$')</script>"
    its = [{**point(beta, 10), hostile: 1.0} for beta in (1, 2)]
    write(tmp_path, {"run": {"preset": hostile, hostile: [hostile]}, "points": its})
    html = as_html(Page((sweep_chapter(read_sweep(tmp_path)),)))
    assert "<script" not in html
    assert "Side by side" not in html


def test_what_the_sweep_writes_is_what_is_read() -> None:
    from engine.training import sweep

    assert sweep.POINTS_NAME == sweeps.POINTS_NAME


@pytest.mark.parametrize(
    "table",
    [
        "",
        "{",
        "[]",
        "null",
        {"run": RUN},
        {"points": [point(1, 1)]},
        {"run": RUN, "points": []},
        {"run": RUN, "points": [3]},
        {"run": RUN, "points": {"beta": 1}},
        {"run": 3, "points": [point(1, 1)]},
        {"run": RUN, "points": [{"beta": 1, "step": 1}]},
        {"run": RUN, "points": [point(0, 1)]},
        {"run": RUN, "points": [point(-1, 1)]},
        {"run": RUN, "points": [{**point(1, 1), "epochs": None}]},
        {"run": RUN, "points": [point(1, 1, note_f1="much")]},
        {"run": RUN, "points": [point(1, 1, note_f1=[1.0])]},
        '{"run": {}, "points": [{"beta": Infinity, "step": 1, "epochs": 1}]}',
    ],
    ids=str,
)
def test_what_is_no_sweep_is_refused_by_its_name(tmp_path: Path, table: Any) -> None:
    with pytest.raises(DataError, match=r"sweep\.json"):
        read_sweep(write(tmp_path, table))


def test_a_folder_without_a_sweep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="bridge sweep"):
        read_sweep(tmp_path)
