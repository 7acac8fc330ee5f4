"""The page: what was measured, drawn and rendered, as one HTML file that needs no other."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.evaluation.figure_tables import Heading, Table
from engine.report.passages import Band, Passage

_TEMPLATE = "page.html.j2"
_NO_TABLE = Table(("",), ())


@dataclass(frozen=True)
class Heard:
    """Something to listen to.

    Attributes:
        label: what it is.
        passage: its notes, by part or with the program of each.
        sound: the bytes of an MP3 file; None where nothing was rendered.
    """

    label: str
    passage: Passage | Band
    sound: bytes | None = None


@dataclass(frozen=True)
class Exhibit:
    """A picture with its sounds.

    Attributes:
        title: above it.
        text: what is to be seen.
        pictures: SVG, at least one.
        heard: what is to be heard.
    """

    title: str
    text: str
    pictures: tuple[bytes, ...]
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A checkpoint, or a sweep.

    Attributes:
        name: of its folder.
        facts: what it is, or how it was made.
        figures: as tables.
        exhibits: pictures of its figures, of its training and of its music.
    """

    name: str
    facts: Mapping[str, str]
    figures: tuple[Heading | Table, ...]
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True)
class Page:
    """A whole report.

    Attributes:
        chapters: a checkpoint or a sweep each.
        summary: the checkpoints side by side; no row where there is none.
        comparisons: checkpoints of the same windows side by side, with what they were measured on.
        notes: what a reader should know of how this came to be, such as why nothing is to be heard.
    """

    chapters: tuple[Chapter, ...]
    summary: Table = _NO_TABLE
    comparisons: tuple[tuple[str, Table], ...] = ()
    notes: Sequence[str] = ()


def as_html(page: Page) -> str:
    """The page as one HTML file; every text is escaped, whatever stands in it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["base64"] = lambda content: base64.b64encode(content).decode("ascii")
    environment.tests["heading"] = lambda part: isinstance(part, Heading)
    return environment.get_template(_TEMPLATE).render(page=page)
