"""A checkpoint's card: what it is, whose music it learnt from, how to train it again, and how good it is."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.data.dataset import load_set
from engine.data.kinds import kind_of
from engine.evaluation.figure_tables import markdown_table, markdown_tables, text_of
from engine.models.config import FeelConfig, VaeConfig, music_of, to_dict
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint
from engine.training.attribution import attribution_of
from engine.training.knobs_section import knobs_section
from engine.training.presets import PRESETS, Schedule
from engine.training.prior_section import prior_section
from engine.training.train import CURVES_NAME

CARD_NAME = "card.md"
_MAX_CURVE_ROWS = 16
_SAID_ELSEWHERE = ("checkpoint", "hash", "data_sha256", "seed", "knobs")
_SUBJECTS_BY_TASK = {"humanize": "hits", "tap": "tap"}
_CHANGES = {
    "": "cut every bar, put on a grid, and for drums mapped to nine voices",
    "notes": "cut every bar or two, drums of other kits moved to General MIDI's pitches, velocities in bins of four, "
    "instruments left out of windows that have too many notes, windows with a silent bar left out",
}
"""By kind; what is done to all others stands first."""
_ABOUT = {
    "melody": "An autoencoder of melodies: {bars} bars of 4/4 on a grid of sixteenths, 90 classes a step (hold, off, "
    "the 88 keys of a piano), to a latent and back. It varies, interpolates, blends and samples melodies.",
    "drums": "An autoencoder of drum hits: {bars} bars of 4/4 on a grid of sixteenths, one of 512 classes a step, "
    "which of nine voices are hit, to a latent and back.",
    "trio": "An autoencoder of trios: {bars} bars of 4/4 on a grid of sixteenths, melody and bass of 90 classes a "
    "step, drums of 512, to one latent and back.",
    "groove": "An autoencoder of drum grooves: {bars} bars of 4/4, nine voices with hit, velocity and offset a "
    "sixteenth, to a latent and back. It varies, interpolates, blends and samples drum parts.",
    "notes": "An autoencoder of the notes of up to eight instruments, drums among them: {bars} bars of 4/4, each note "
    "with pitch, velocity, instrument, program, onset and duration, to one latent and back.",
    "spans": "Continues and fills: given the notes of up to eight instruments in {bars} bars of 4/4 outside a span of "
    "half a bar to half of the window, several proposals for the notes inside.",
    "hits": "A player's feel: given where each of nine drums is hit in two bars of 4/4, how hard and how late. It "
    "humanizes quantised drums and carries the feel of one clip onto another.",
    "tap": "Drums on a tapped rhythm: given one rhythm of two bars of 4/4, which of nine drums play it, how hard and "
    "how late. It sounds where the rhythm does, and nowhere else.",
}


def write_card(folder: Path, data: Path, figures: Mapping[str, Any]) -> Path:
    """Write `card.md` and keep the figures in `config.json`; weights and hash stay as they are.

    Args:
        folder: the checkpoint; where it has a `curves.csv`, the card shows it.
        data: the data set that it was trained on.
        figures: from `evaluation.evaluate`.

    Returns:
        The card's path.

    Raises:
        CheckpointError, DataError: one of them cannot be read.
    """
    loaded = checkpoint.load(folder)
    windows = _windows_by_source(loaded, data)
    curves = folder / CURVES_NAME
    parts = [
        f"# {loaded.name}",
        _ABOUT[_subject(loaded)].format(bars=_bars_in_words(loaded)),
        *_model(loaded),
        "## Training",
        *_training(loaded),
        *(["### Curves", _curves(curves)] if curves.is_file() else []),
        "## Figures",
        f"On the validation split, as `bridge evaluate` prints them; seed {figures['seed']}, "
        f"data {figures['data_sha256']}. What each figure is stands in docs/models.md, How models are measured.",
        *_verdict(figures),
        *markdown_tables({name: value for name, value in figures.items() if name not in _SAID_ELSEWHERE}),
        *knobs_section(loaded, figures.get("knobs", {})),
        *prior_section(loaded),
        "## Data",
        *_data(windows, _bars_in_words(loaded), _CHANGES.get(loaded.kind, _CHANGES[""])),
    ]
    checkpoint.annotate(folder, {"figures": dict(figures)})
    card = folder / CARD_NAME
    card.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return card


def _subject(loaded: Checkpoint) -> str:
    config = checkpoint.windowed(loaded).config
    if isinstance(config, FeelConfig):
        return config.condition
    if not isinstance(config, VaeConfig):
        return "spans" if config.is_conditional else "notes"
    task = loaded.trained.get("schedule", {}).get("task", "plain")
    return _SUBJECTS_BY_TASK.get(task, config.music)


def _model(loaded: Checkpoint) -> Iterator[str]:
    parameters = sum(weight.numel() for weight in loaded.model.parameters())
    config = to_dict(loaded.model.config)
    yield f"{parameters:,} parameters, stored as float16; hash {loaded.hash}. Licence of the weights: Apache-2.0."
    yield markdown_table(["setting", "value"], [[name, str(value)] for name, value in config.items()])


def _training(loaded: Checkpoint) -> Iterator[str]:
    trained = loaded.trained
    if "preset" not in trained:
        yield "How it was trained is not recorded."
        return
    *earlier, _ = runs = list(_runs(trained))
    if earlier:
        given = ", ".join(f"{run['hash']} after {run['steps']:,} steps" for run in earlier)
        yield f"In {len(runs)} runs, each from the one before, which gave the checkpoint {given}."
    commands = [command(run, _folder(run, place)) for place, run in enumerate(earlier)]
    commands.append(command(trained, f"checkpoints/{loaded.name}"))
    yield "```\n" + "\n".join(commands) + "\n```"
    yield (
        f"{trained['steps']:,} steps were done, seed {trained['seed']}, precision {trained['precision']}, "
        f"PyTorch {trained['torch']}, data {trained['data_sha256']}."
    )
    changes = _changes(loaded)
    if changes:
        yield f"The preset has changed since: {', '.join(changes)} were other than they are now."
    rows = [[name, text_of(value)] for name, value in trained["schedule"].items() if name != "source_weights"]
    weights = trained["schedule"].get("source_weights", {})
    rows += [[f"weight of {source}", text_of(weight)] for source, weight in weights.items()]
    yield markdown_table(["schedule", "value"], rows)


def _runs(trained: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every run that the weights went through, the first one first."""
    if trained.get("start"):
        yield from _runs(trained["start"])
    yield trained


def _folder(run: Mapping[str, Any], place: int) -> str:
    """Where the card has an earlier run write, counted from 0."""
    return f"runs/{run['preset']}" + (f"_{place + 1}" if place else "")


def command(trained: Mapping[str, Any], out: str) -> str:
    """The command that trains such a checkpoint again, into the folder `out`."""
    schedule = trained["schedule"]
    flags = {
        "steps": schedule["steps"], "batch-size": schedule["batch_size"],
        "seed": trained["seed"], "precision": trained["precision"],
    }  # fmt: skip
    for name in ("patience", "validate_every", "threads"):
        if trained.get(name) is not None:
            flags[name.replace("_", "-")] = trained[name]
    if trained.get("start"):
        start = trained["start"]
        flags["from"] = _folder(start, len(list(_runs(start))) - 1)
    words = " ".join(f"--{name} {value}" for name, value in flags.items())
    return f"bridge train {trained['preset']} --data music.lbdata --out {out} {words}"


def _verdict(figures: Mapping[str, Any]) -> Iterator[str]:
    if "collapse" in figures:
        yield f"Whether the latent is used: **{figures['collapse']['verdict']}**; {figures['collapse']['reason']}."


def _changes(loaded: Checkpoint) -> list[str]:
    """Settings of the preset that are not what this checkpoint was trained with; steps and batch size are flags.

    A setting that is younger than the checkpoint was at its default, which does nothing.
    """
    preset = PRESETS.get(loaded.trained["preset"])
    if preset is None:
        return ["all settings"]
    now = {**asdict(preset.schedule), **to_dict(preset.model)}
    then = {**asdict(Schedule(steps=0)), **loaded.trained["schedule"], **to_dict(loaded.model.config)}
    compared = now.keys() - {"steps", "batch_size"}
    return sorted(name for name in compared if _plain(now[name]) != _plain(then.get(name)))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _curves(path: Path) -> str:
    with path.open(newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    stride = max(1, -(-len(rows) // _MAX_CURVE_ROWS))
    kept = rows[::-1][::stride][::-1]
    return markdown_table(header, kept)


def _windows_by_source(loaded: Checkpoint, data: Path) -> list[tuple[str, int, int]]:
    """Each collection, with its windows in training and in validation."""
    config = loaded.model.config
    kind = kind_of(music_of(config), config.steps).name
    chosen = tuple(loaded.trained.get("schedule", {}).get("sources", ()))
    counts = []
    for split in ("train", "valid"):
        windows = load_set(data, kind, split).only(chosen)
        counts.append(Counter(windows.sources[number] for number in windows.source.tolist()))
    train, valid = counts
    return [(source, train[source], valid[source]) for source in sorted(train | valid)]


def _bars_in_words(loaded: Checkpoint) -> str:
    return "two" if loaded.bars == 2 else str(loaded.bars)


def _data(windows: Sequence[tuple[str, int, int]], bars: str, changes: str) -> Iterator[str]:
    yield f"Windows of {bars} bars, without duplicates. All music was changed for training: {changes}."
    rows = []
    for source, train, valid in windows:
        known = attribution_of(source)
        name = f"[{known.title}]({known.url})" if known.url else known.title
        rows.append([name, known.authors, known.licence, f"{train:,}", f"{valid:,}"])
    yield markdown_table(["collection", "by", "licence", "training windows", "validation windows"], rows)
    notices: dict[str, list[str]] = {}
    for source, _, _ in windows:
        known = attribution_of(source)
        if known.notice:
            notices.setdefault(known.notice, []).append(known.title)
    for notice, titles in notices.items():
        yield f"### {' and '.join(titles)}"
        yield notice
