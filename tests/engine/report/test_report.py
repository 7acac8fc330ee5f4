"""The whole page: complete, self-contained, escaped, the same by seed."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import torch
from made_up import tiny_vae, write_checkpoints

from engine.data.dataset import load_set
from engine.errors import DataError
from engine.evaluation import groove, paths, samples
from engine.evaluation.evaluate import as_json, evaluate
from engine.models.vae import Vae
from engine.report import report
from engine.report.examples import STOPS, examples_of
from engine.report.page import as_html
from engine.report.passages import Passage
from engine.report.report import Ask, make_page, read_figures
from engine.runtime import checkpoint

NAMES = ("melody_2bar", "groove_2bar", "humanize_2bar", "drumify_2bar")
HOSTILE = "<script>alert('$x_1$')</script> & \"quoted\""


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 20)
    monkeypatch.setattr(paths, "PAIRS", 4)
    monkeypatch.setattr(groove, "SAMPLES", 20)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoints(tmp_path_factory.mktemp("checkpoints"))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take longest, and most tests are not about them."""
    for name in ("pairs_pictures", "ways_picture", "samples_picture", "picture"):
        monkeypatch.setattr(report, name, _no_picture(name))


class Tags(HTMLParser):
    """Every start tag with its attributes, and which of them were left open."""

    VOID = ("meta", "img")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _no_picture(name: str) -> Any:
    return lambda _music: (b"<svg/>",) if name.endswith("s") else b"<svg/>"


def quietly(items: Sequence[Any], _what: str) -> Iterable[Any]:
    return items


def html_of(folders: Sequence[Path], data: Path, sound: Any = None, **settings: Any) -> str:
    return as_html(make_page(Ask(folders, data, limit=4, **settings), sound, quietly, ["a note"]))


def test_a_page_is_well_formed_and_needs_nothing_else(checkpoints: Path, data_file: Path) -> None:
    html = html_of([checkpoints / name for name in ("melody_2bar", "drumify_2bar")], data_file)
    page = Tags(html)
    assert page.open == []
    sources = [attributes[name] or "" for _, attributes in page.tags for name in ("src", "href") if name in attributes]
    assert sources
    assert all(source.startswith(("#", "data:")) for source in sources)
    assert not page.of("script")
    assert not page.of("link")
    assert "url(" not in html
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert {f"#{name}" for name in ids} >= {attributes["href"] for attributes in page.of("a")}
    assert all(attributes["alt"] for attributes in page.of("img"))
    pictures = [base64.b64decode(text) for text in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", html)]
    assert len(pictures) == len(page.of("img")) == 6
    assert all(b"<svg" in picture and b"<script" not in picture for picture in pictures)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", NAMES)
def test_every_role_has_its_chapter(checkpoints: Path, data_file: Path, name: str) -> None:
    page = Tags(html_of([checkpoints / name], data_file))
    assert page.open == []
    assert len(page.of("img")) == {"melody_2bar": 4, "groove_2bar": 4}.get(name, 2)


@pytest.mark.usefixtures("undrawn")
def test_a_page_has_the_figures_and_is_the_same_by_seed(checkpoints: Path, data_file: Path) -> None:
    folder = checkpoints / "melody_2bar"
    html = html_of([folder], data_file, seed=2)
    figures = evaluate(folder, data_file, seed=2, limit=4)
    assert f"{figures['kl_nats']:.4g}" in html
    assert figures["hash"] in html
    assert html == html_of([folder], data_file, seed=2)
    assert html != html_of([folder], data_file, seed=3)


@pytest.mark.usefixtures("undrawn")
def test_a_hostile_name_is_text_and_nothing_else(data_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / HOSTILE.replace("/", ":")
    checkpoint.save(folder, Vae(tiny_vae()), "melody", {"preset": HOSTILE})
    html = html_of([folder], data_file)
    assert not Tags(html).of("script")
    assert "<script" not in html
    assert "&lt;script&gt;alert(" in html


@pytest.mark.usefixtures("undrawn")
def test_every_passage_is_rendered_and_played_where_it_stands(checkpoints: Path, data_file: Path) -> None:
    rendered: list[Passage] = []

    def sound(passage: Passage) -> bytes:
        rendered.append(passage)
        return f"sound {len(rendered)}".encode()

    html = html_of([checkpoints / "melody_2bar", checkpoints / "drumify_2bar"], data_file, sound)
    players = [attributes["src"] for attributes in Tags(html).of("audio")]
    wanted = [f"sound {number}".encode() for number in range(1, len(rendered) + 1)]
    assert [base64.b64decode((src or "").split(",")[1]) for src in players] == wanted
    assert {tuple(passage) for passage in rendered} == {("melody",), ("drums",)}


@pytest.mark.usefixtures("undrawn")
def test_a_page_without_sound_has_no_player(checkpoints: Path, data_file: Path) -> None:
    html = html_of([checkpoints / "melody_2bar"], data_file)
    assert "<audio" not in html
    assert "a note" in html


def test_the_way_begins_and_ends_with_the_first_two_clips(checkpoints: Path, data_file: Path) -> None:
    loaded = checkpoint.load(checkpoints / "melody_2bar")
    found = examples_of(loaded, load_set(data_file, "melody", "valid"))
    first, second = found.pairs[:2]
    assert len(found.latent) == len(found.mixed) == STOPS
    assert found.latent[0]["melody"].notes == first.answer["melody"].notes
    assert found.latent[-1]["melody"].notes == second.answer["melody"].notes
    assert found.mixed[0]["melody"].notes == first.original["melody"].notes
    assert found.mixed[-1]["melody"].notes == second.original["melody"].notes


@pytest.mark.usefixtures("undrawn")
def test_figures_that_were_measured_are_not_measured_again(checkpoints: Path, data_file: Path, tmp_path: Path) -> None:
    folder = checkpoints / "melody_2bar"
    figures = evaluate(folder, data_file, limit=4)
    figures["kl_nats"] = 4321.5
    (tmp_path / "figures.json").write_text(as_json(figures))
    html = html_of([folder], data_file, measured=read_figures([tmp_path / "figures.json"]))
    assert "4322" in html


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"hash": 3}', '{"hash": "a", "group": {"list": ["text"]}}'], ids=str
)
def test_a_file_that_holds_no_figures_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "odd.json").write_text(content)
    with pytest.raises(DataError, match=r"odd\.json"):
        read_figures([tmp_path / "odd.json"])


@pytest.mark.usefixtures("undrawn")
def test_models_of_the_same_windows_are_compared(checkpoints: Path, data_file: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    checkpoint.save(tmp_path / "other", Vae(tiny_vae(decoder="lstm")), "melody", {})
    folders = [checkpoints / "melody_2bar", checkpoints / "groove_2bar", tmp_path / "other"]
    page = make_page(Ask(folders, data_file, limit=4), None, quietly)
    ((heading, table),) = page.comparisons
    assert heading == "4 windows of melody"
    assert table.header == ("", "melody_2bar", "other")


@pytest.mark.usefixtures("undrawn")
def test_curves_beside_a_checkpoint_are_drawn(data_file: Path, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "mine", Vae(tiny_vae()), "melody", {})
    (tmp_path / "mine" / "curves.csv").write_text("step,train/loss,valid/loss\n1,2,3\n2,1,2\n")
    titles = [
        exhibit.title
        for exhibit in make_page(Ask([tmp_path / "mine"], data_file, limit=4), None, quietly).chapters[0].exhibits
    ]
    assert titles == ["Reconstructions", "Between two clips", "Samples", "Figures along the way", "Training"]


def test_json_of_figures_keeps_their_types(checkpoints: Path, data_file: Path, tmp_path: Path) -> None:
    figures = evaluate(checkpoints / "drumify_2bar", data_file, limit=4)
    (tmp_path / "figures.json").write_text(json.dumps(figures))
    assert read_figures([tmp_path / "figures.json"]) == {figures["hash"]: figures}
