"""What a checkpoint is, in rows, and the figures by which several are told apart at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.evaluation.figure_tables import Table, in_words, text_of
from engine.models.config import NoteConfig, VaeConfig, music_of
from engine.runtime.checkpoint import Checkpoint, windowed

_REBUILT = ("steps_right", "onsets_right", "clips_right", "hit_f1", "exact", "velocity_mae", "timing_mae_ms")
_INVENTED = ("in_key", "hits_a_bar", "ngram_nats_a_step")
_KEY_FIGURES = {
    "": ("windows", "kl_nats", "active_units"),
    "posterior_mean": _REBUILT,
    "sampled_latent": (*_REBUILT, "nats_a_step"),
    "teacher_forced": ("steps_right", "nats_a_step"),
    "collapse": ("verdict",),
    "most_likely": ("velocity_mae", "timing_mae_ms", "onset_f1", "kick_f1", "snare_f1", "hit_f1"),
    "data": _INVENTED,
    "samples": (*_INVENTED, "jsd_pitch"),
}
"""What the summary shows where it was measured, group by group; the rest stands in each chapter."""


def facts(loaded: Checkpoint) -> dict[str, str]:
    """What it is and how it came to be; what is not recorded is left out."""
    config, trained = loaded.model.config, loaded.trained
    found: dict[str, Any] = {
        "kind": loaded.kind,
        "music": music_of(config),
        "bars": loaded.bars,
        "latent": config.latent_dim,
        "parameters": sum(weight.numel() for weight in loaded.model.parameters()),
        **_parts(loaded),
        "preset": trained.get("preset"),
        "trained on data": trained.get("data_sha256"),
        "seed": trained.get("seed"),
        "training steps": trained.get("steps"),
        "precision": trained.get("precision"),
        "hash": loaded.hash,
        "directions": ", ".join(loaded.directions.names) if loaded.directions is not None else None,
    }
    return {name: text_of(value) for name, value in found.items() if value is not None}


def summary_table(
    names: Sequence[str], about: Sequence[Mapping[str, str]], figures: Sequence[Mapping[str, Any]]
) -> Table:
    """A column for each checkpoint: its facts, then its key figures; a row that says nothing is left out."""
    rows = []
    for columns in (about, [dict(_key_figures(one)) for one in figures]):
        for name in dict.fromkeys(name for column in columns for name in column):
            cells = [column.get(name, "") for column in columns]
            if any(cells):
                rows.append((name, *cells))
    return Table(("", *names), tuple(rows))


def _parts(loaded: Checkpoint) -> dict[str, Any]:
    config = windowed(loaded).config
    if isinstance(config, VaeConfig):
        return {"encoder": config.encoder, "decoder": config.decoder}
    if isinstance(config, NoteConfig):
        given = "the notes outside a span" if config.is_conditional else None
        return {"given": given, "decoder": config.decoder, "guesses of times": config.guesses}
    return {"given": config.condition, "members": config.members}


def _key_figures(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every key figure, empty where it was not measured, so that all checkpoints have the same order of rows."""
    for group, names in _KEY_FIGURES.items():
        values = figures.get(group) if group else figures
        yield from _named(values if isinstance(values, Mapping) else {}, names, in_words(group))


def _named(values: Mapping[str, Any], names: Sequence[str], group: str) -> Iterator[tuple[str, str]]:
    """The figures of these names in a group, and in each of its parts."""
    for name in names:
        value = values.get(name)
        text = "" if isinstance(value, Mapping | list) else text_of(value)
        yield ", ".join(filter(None, (group, in_words(name)))), text
    for part, inner in values.items() if group else ():
        if isinstance(inner, Mapping):
            yield from _named(inner, names, f"{group}, {in_words(part)}")
