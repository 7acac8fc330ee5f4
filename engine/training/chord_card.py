"""The card of a system of chords: what it is, whose music it learnt, how to train it again, and how good it is."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.errors import CheckpointError
from engine.evaluation.figure_tables import markdown_table, markdown_tables
from engine.models.config import ChordsConfig, to_dict
from engine.representations.chord_vocabulary import DURATION_STEPS, closed
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint
from engine.training.attribution import attribution_of
from engine.training.card import CARD_NAME
from engine.training.train import CURVES_NAME

_ABOUT = (
    "A system of chords and durations. An event is all that sounds between one change and the next, on a grid of "
    "sixteenths, its octaves folded: {words} words, the rest among them, and {durations} durations. In it are an LSTM "
    "that goes on from any chords for any length, an autoencoder of {window} events with a latent of {latent} in which "
    "clips are varied, and two maps with a latent of 2 for {few} events each, one variational, one plain."
)
_AT_HOME = " All music is moved to C major or A minor before a model hears it, and back."
_MEASURED = (
    "On the validation split, accuracies 0..1; a chord counts as right where all its pitch classes are, a duration "
    "where its class is. `recall` repeats what followed the last time that the same eight, four, two or one came in "
    "the piece; the LSTM is shown the same."
)
_WHY_MAPS = (
    "The maps are drawings, not memories: two numbers stand for {few} chords with their durations. Where a guess by "
    "the chord before beats them, it is told the true chord before each; a map is told nothing but its two numbers."
)
_CHANGED = (
    "Whole pieces of any meter, one sequence a file, of the tracks that play several notes at a time, else of all but "
    "drums. All music was changed for training: put on a grid, its octaves folded, moved to another key."
)


def write_chord_card(folder: Path) -> Path:
    """Write `card.md` from what the checkpoint says of itself.

    Returns:
        The card's path.

    Raises:
        CheckpointError: it cannot be read, or is no system of chords.
    """
    loaded = checkpoint.load(folder)
    config = loaded.model.config
    if not isinstance(config, ChordsConfig):
        raise CheckpointError(f"{folder} is a model of {loaded.kind}; describe it with bridge card")
    parts = [
        f"# {loaded.name}",
        _about(config),
        *_model(loaded, config),
        "## Training",
        *_training(loaded, config),
        "### Curves",
        _curves(folder / CURVES_NAME),
        "## Figures",
        _MEASURED,
        *markdown_tables(loaded.trained["figures"]),
        _WHY_MAPS.format(few=config.map_events),
        "## Data",
        *_data(loaded.trained),
    ]
    card = folder / CARD_NAME
    card.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return card


def command(trained: Mapping[str, Any], config: ChordsConfig, out: str) -> str:
    """The command that trains such a checkpoint again."""
    flags = f"--keys {config.keys} --least {trained['least']} --seed {trained['seed']}"
    if trained["transpose"]:
        flags += " --transpose"
    if trained["speed"] != 1:
        flags += f" --speed {trained['speed']:g}"
    return f"bridge chords train DATA_FOLDER... --out {out} {flags} --threads 1"


def _about(config: ChordsConfig) -> str:
    text = _ABOUT.format(
        words=len(closed(config.shapes)), durations=len(DURATION_STEPS), window=config.window_events,
        latent=config.latent_dim, few=config.map_events,
    )  # fmt: skip
    home = (
        " All music is moved to C major or A minor before a model hears it, and back." if config.keys == "home" else ""
    )
    return " ".join(text.split()) + home


def _model(loaded: Checkpoint, config: ChordsConfig) -> Iterator[str]:
    parameters = sum(weight.numel() for weight in loaded.model.parameters())
    yield f"{parameters:,} parameters, stored as float16; hash {loaded.hash}. Licence of the weights: Apache-2.0."
    settings = {**to_dict(config), "shapes": f"{len(config.shapes)} of chords"}
    yield markdown_table(["setting", "value"], [[name, str(value)] for name, value in settings.items()])


def _training(loaded: Checkpoint, config: ChordsConfig) -> Iterator[str]:
    trained = loaded.trained
    yield f"```\n{command(trained, config, f'checkpoints/{loaded.name}')}\n```"
    yield (
        f"Seed {trained['seed']}, PyTorch {trained['torch']}, data {trained['data_sha256']}: "
        f"{trained['events'][0]:,} events for training, "
        f"{trained['events'][1]:,} for validation. Each part keeps the weights of its best validation."
    )
    schedules = trained["schedules"]
    names = ("steps", "batch_size", "lr", "warmup", "weight_decay", "grad_norm", "beta", "beta_rise", "free_bits")
    rows = [[name, *(f"{schedule[name]:g}" for schedule in schedules.values())] for name in names]
    yield markdown_table(["schedule", *schedules], rows)


def _curves(path: Path) -> str:
    with path.open(newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    return markdown_table(header, rows)


def _data(trained: Mapping[str, Any]) -> Iterator[str]:
    yield _CHANGED
    rows: list[list[str]] = []
    notices: dict[str, list[str]] = {}
    for source, (train, valid) in trained["songs"].items():
        known = attribution_of(source)
        name = f"[{known.title}]({known.url})" if known.url else known.title
        rows.append([name, known.authors, known.licence, f"{train:,}", f"{valid:,}"])
        if known.notice:
            notices.setdefault(known.notice, []).append(known.title)
    yield markdown_table(["collection", "by", "licence", "training pieces", "validation pieces"], rows)
    for notice, titles in notices.items():
        yield f"### {' and '.join(titles)}"
        yield notice
