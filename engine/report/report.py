"""From checkpoints and a data set to the page: measured, drawn, and rendered by whoever can."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from engine.data.dataset import MusicSet, load_set
from engine.data.kinds import kind_of
from engine.errors import DataError
from engine.evaluation.comparison import compare
from engine.evaluation.evaluate import evaluate
from engine.evaluation.figure_tables import Table, figure_tables, in_words, text_of
from engine.evaluation.parts import PARTS
from engine.models.config import music_of
from engine.models.note_vae import NoteVae
from engine.models.vae import Vae
from engine.report.curves import picture, training_panels, way_panels
from engine.report.examples import TEMPERATURE, Examples, examples_of
from engine.report.facts import facts, summary_table
from engine.report.note_exhibits import note_exhibits
from engine.report.page import Chapter, Exhibit, Heard, Page
from engine.report.passages import Band, Passage, strung
from engine.report.rolls import PATH_BARS, pairs_pictures, samples_picture, ways_picture
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint

Sound = Callable[[Passage | Band], bytes]
"""Renders a passage or a band as the bytes of an MP3 file."""
ItemT = TypeVar("ItemT")
_FIRST_LEVEL = 4


class Progress(Protocol):
    """Shows how far a loop is."""

    def __call__(self, items: Sequence[ItemT], what: str, /) -> Iterable[ItemT]:
        """Gives back what it goes through."""
        ...


@dataclass(frozen=True)
class Ask:
    """What a report is made of.

    Attributes:
        folders: the checkpoints.
        data: the data set file.
        seed: of all that is drawn and chosen.
        limit: measure only so many windows, evenly spread; None takes all.
        measured: figures that need not be measured again, by the hash of their checkpoint.
    """

    folders: Sequence[Path]
    data: Path
    seed: int = 0
    limit: int | None = None
    measured: Mapping[str, Mapping[str, Any]] | None = None


def make_page(ask: Ask, sound: Sound | None, progress: Progress, notes: Sequence[str] = ()) -> Page:
    """The page of these checkpoints.

    Args:
        ask: which, and on what.
        sound: renders; None leaves the page silent.
        progress: shows how far it is.
        notes: for the reader.

    Raises:
        CheckpointError, DataError: one of the files cannot be read.
    """
    all_loaded = {folder: checkpoint.load(folder) for folder in ask.folders}
    figures, chapters = [], []
    for folder in progress(ask.folders, "figures"):
        found = (ask.measured or {}).get(all_loaded[folder].hash)
        figures.append(found or evaluate(folder, ask.data, ask.seed, ask.limit))
        chapters.append(_chapter(all_loaded[folder], folder, figures[-1], ask))
    about = [chapter.facts for chapter in chapters]
    return Page(
        chapters=tuple(_heard(chapters, sound, progress)),
        summary=summary_table([chapter.name for chapter in chapters], about, figures),
        comparisons=tuple(_comparisons(all_loaded, ask)),
        notes=notes,
    )


def read_figures(paths: Iterable[Path]) -> dict[str, Mapping[str, Any]]:
    """What `bridge evaluate --json` wrote, by the hash of the checkpoint.

    Raises:
        DataError: a file cannot be read, or holds something else.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for path in paths:
        try:
            figures = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(f"{path} cannot be read: {error}; name what `bridge evaluate --json` wrote") from error
        if not (isinstance(figures, dict) and isinstance(figures.get("hash"), str) and _are_figures(figures)):
            raise DataError(f"{path} holds no figures of a checkpoint; name what `bridge evaluate --json` wrote")
        found[figures["hash"]] = figures
    return found


def _are_figures(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_are_figures(item) for item in value.values())
    if isinstance(value, list):
        return all(item is None or isinstance(item, int | float) for item in value)
    return value is None or isinstance(value, int | float | str)


def _chapter(loaded: Checkpoint, folder: Path, figures: Mapping[str, Any], ask: Ask) -> Chapter:
    exhibits = [*_music_exhibits(loaded, _valid(loaded, ask.data), ask.seed), *_curve_exhibits(folder, figures)]
    tables = tuple(figure_tables(figures, _FIRST_LEVEL))
    return Chapter(loaded.name, facts(loaded), tables, tuple(exhibits))


def _valid(loaded: Checkpoint, data: Path) -> MusicSet:
    config = loaded.model.config
    sources = tuple(loaded.trained.get("schedule", {}).get("sources", ()))
    return load_set(data, kind_of(music_of(config), config.steps).name, "valid").only(sources)


def _music_exhibits(loaded: Checkpoint, valid: MusicSet, seed: int) -> Iterator[Exhibit]:
    if isinstance(loaded.model, NoteVae):
        yield from note_exhibits(loaded.model, valid, seed)
        return
    examples = examples_of(loaded, valid, seed)
    is_vae = isinstance(loaded.model, Vae)
    heard = (
        Heard(f"{number}, {what}", passage)
        for number, pair in enumerate(examples.pairs, start=1)
        for what, passage in (("the clip", pair.original), ("the answer", pair.answer))
    )
    answer = "what comes back of its latent, each step the likeliest" if is_vae else "the likeliest answer"
    yield Exhibit(
        "Reconstructions" if is_vae else "Answers",
        f"Validation clips, chosen by the seed, and under each {answer}. Orange with a dark edge: notes that the "
        "other has not; of drums, hits that it has not, however hard or late. Green: the bass of a trio.",
        pairs_pictures(examples.pairs),
        tuple(heard),
    )
    if examples.latent:
        yield _way_exhibit(examples)
    yield Exhibit(
        "Samples" if is_vae else "Drawn answers",
        f"{'From the prior' if is_vae else 'To the same clips'}, temperature {TEMPERATURE}, as they came.",
        (samples_picture(examples.samples),),
        tuple(Heard(str(number), passage) for number, passage in enumerate(examples.samples, start=1)),
    )


def _way_exhibit(examples: Examples) -> Exhibit:
    ways = (("through the latent", examples.latent), ("by mixing steps", examples.mixed))
    return Exhibit(
        "Between two clips",
        f"{len(examples.latent)} stops from clip 1 to clip 2, {PATH_BARS} bars of each, one after the other: above "
        "through the latent space, below by taking each step from either clip by chance.",
        (ways_picture(examples),),
        tuple(Heard(name, strung(way, PATH_BARS)) for name, way in ways),
    )


def _curve_exhibits(folder: Path, figures: Mapping[str, Any]) -> Iterator[Exhibit]:
    ways = way_panels(figures)
    if ways:
        yield Exhibit(
            "Figures along the way",
            "Means over pairs of validation clips, from the first clip to the second: paths through the latent space, "
            "and the same by mixing steps. The numbers stand in the tables.",
            (picture(ways),),
        )
    training = training_panels(folder)
    if training:
        yield Exhibit(
            "Training", "As the training run wrote them down, a point each time it was validated.", (picture(training),)
        )


def _comparisons(loaded: Mapping[Path, Checkpoint], ask: Ask) -> Iterator[tuple[str, Table]]:
    """A table for each kind of windows that several autoencoders of classes share."""
    kinds: dict[tuple[str, int], list[Path]] = {}
    for folder, one in loaded.items():
        if isinstance(one.model, Vae) and one.model.config.music in PARTS:
            kinds.setdefault((one.model.config.music, one.model.config.steps), []).append(folder)
    for folders in kinds.values():
        if len(folders) > 1:
            compared = compare(folders, ask.data, ask.seed, ask.limit)
            models = compared["models"]
            names = dict.fromkeys(name for row in models.values() for name in row)
            rows = ((in_words(name), *(text_of(row.get(name)) for row in models.values())) for name in names)
            yield f"{compared['windows']:,} windows of {compared['kind']}", Table(("", *models), tuple(rows))


def _heard(chapters: Sequence[Chapter], sound: Sound | None, progress: Progress) -> Iterator[Chapter]:
    """The chapters with their sounds."""
    if sound is None:
        yield from chapters
        return
    everything = [heard for chapter in chapters for exhibit in chapter.exhibits for heard in exhibit.heard]
    rendered = iter([replace(heard, sound=sound(heard.passage)) for heard in progress(everything, "sound")])
    for chapter in chapters:
        exhibits = (replace(one, heard=tuple(next(rendered) for _ in one.heard)) for one in chapter.exhibits)
        yield replace(chapter, exhibits=tuple(exhibits))
