"""What a card tells of the knobs: the table of what each does, and how much better they are than plain ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.evaluation.attributes import ATTRIBUTES, Attributes
from engine.evaluation.figure_tables import markdown_table, text_of
from engine.evaluation.knobs import CLIPS, TOLD, TOLERANCE_SD
from engine.models.vae import Vae
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.directions import DIRECTIONS_NAME
from engine.runtime.knobs import KNOBS, Knob

FACTS_NAME = "directions"
"""What `trained` of a checkpoint calls how its directions were found."""

Figures = Mapping[str, Any]


def knobs_section(loaded: Checkpoint, figures: Figures) -> Iterator[str]:
    """The section, part by part; nothing where no knobs were measured.

    Args:
        loaded: the checkpoint.
        figures: of each knob, from `evaluation.knobs`.
    """
    if not figures or not isinstance(loaded.model, Vae):
        return
    attributes = ATTRIBUTES[loaded.model.config.music]
    found = loaded.trained.get(FACTS_NAME, {})
    knobs = [knob for knob in KNOBS[loaded.kind] if knob.name in figures]
    yield "## Knobs"
    yield (
        f"{_what_they_are(knobs)} Each was turned from end "
        f"to end in nine steps on {CLIPS} clips of the validation split, the others at rest, and the likeliest music "
        "measured: means at five turns of the knob, and how far the mean goes down and up in standard deviations over "
        f"all clips. Monotone is the share of clips that at no step go back by more than {TOLERANCE_SD:g} of a "
        "deviation, kept the share of the notes that are still there. What else moves most is named, against its own "
        "deviation, as a share of what the knob's own attribute does."
    )
    if found:
        yield f"```\nbridge directions checkpoints/{loaded.name} --data music.lbdata --seed {found['seed']}\n```"
    turns = [f"at {value:g}" for value in TOLD]
    header = ["knob", "", "measured", *turns, "deviations", "monotone", "kept at ±.5", "also moves"]
    yield markdown_table(header, [_row(knob, attributes, figures[knob.name]) for knob in knobs])
    yield from _notes(loaded, attributes, figures)
    plain = found.get("difference_of_means")
    if plain:
        yield (
            "Beside them, plain differences of means (the mean latent of the highest quarter by an attribute less that "
            "of the lowest), with a travel measured out in the same way:"
        )
        yield _beside(knobs, figures, plain)


def _what_they_are(knobs: list[Knob]) -> str:
    if any(knob.in_latent for knob in knobs):
        return f"`{DIRECTIONS_NAME}`: the knobs of a morph that are ways through the latent space."
    return "The knobs of a morph that plan which notes there are, and tilt what the model says towards it."


def _row(knob: Knob, attributes: Attributes, figures: Figures) -> list[str]:
    down, up = figures["change_sd"]
    return [
        knob.name,
        f"{knob.low} … {knob.high}",
        attributes.units[knob.name],
        *map(text_of, figures["at"]),
        f"{_signed(down)} … {_signed(up)}",
        _share(figures["monotone"]),
        f"{_share(figures['kept'][1])}, {_share(figures['kept'][2])}",
        _most_moved(figures),
    ]


def _notes(loaded: Checkpoint, attributes: Attributes, figures: Figures) -> Iterator[str]:
    for whole, parts in attributes.sums.items():
        yield f"{whole.capitalize()} is the sum of {', '.join(parts)}: what follows from that alone is left out."
    others = [knob.name for knob in KNOBS[loaded.kind] if knob.name not in figures]
    if others:
        yield f"Done to what the model has said: {', '.join(others)}."


def _beside(knobs: list[Knob], figures: Figures, plain: Figures) -> str:
    header = ["knob", "monotone", "difference of means", "also moves", "difference of means"]
    rows = []
    for knob in knobs:
        ours, theirs = figures[knob.name], plain.get(knob.name, {})
        monotone = [_share(one.get("monotone")) for one in (ours, theirs)]
        rows.append([knob.name, *monotone, _most_moved(ours), _most_moved(theirs)])
    return markdown_table(header, rows)


def _most_moved(figures: Figures) -> str:
    others = {name: share for name, share in figures.get("others", {}).items() if share is not None}
    if not others:
        return ""
    name = max(others, key=lambda other: others[other])
    return f"{name}, {_share(others[name])}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"
