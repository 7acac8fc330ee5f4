"""Whether a latent space is worth playing: what is asked of models of two bars, and which of it a checkpoint reaches.

All bounds stand in one table here; the figures themselves are measured elsewhere and hang together by their names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from engine.evaluation.figure_tables import text_of
from engine.evaluation.parts import Figures

Find = Callable[[Mapping[str, Any]], float | None]


@dataclass(frozen=True)
class Row:
    """One thing that is asked.

    Attributes:
        name: what a person calls it.
        find: the figure, among all that were measured; None where it was not.
        at_least: its lower bound; None: it has none.
        at_most: its upper bound; None: it has none.
    """

    name: str
    find: Find
    at_least: float | None = None
    at_most: float | None = None

    @property
    def bound(self) -> str:
        """The bounds in words."""
        if self.at_least is None:
            return f"at most {text_of(self.at_most)}"
        if self.at_most is None:
            return f"at least {text_of(self.at_least)}"
        return f"{text_of(self.at_least)} to {text_of(self.at_most)}"

    def verdict(self, value: float | None) -> str:
        """`yes`, `no`, or `not measured`."""
        if value is None or math.isnan(value):
            return "not measured"
        is_high = self.at_least is None or value >= self.at_least
        return "yes" if is_high and (self.at_most is None or value <= self.at_most) else "no"


def playable(figures: Mapping[str, Any], rows: Sequence[Row]) -> Figures:
    """What is asked, beside what was measured: the groups `value`, `bound` and `reached`, each by the rows' names.

    Args:
        figures: of `evaluate`; what they lack is not measured.
        rows: one of `ASKED`.
    """
    values = {row.name: row.find(figures) for row in rows}
    return {
        "value": values,
        "bound": {row.name: row.bound for row in rows},
        "reached": {row.name: row.verdict(values[row.name]) for row in rows},
    }


def playable_lines(asked: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The groups of `playable` as text, a line a row, under a line of their names."""
    table = [["", *asked], *([name, *(text_of(group[name]) for group in asked.values())] for name in asked["bound"])]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table)
    return [line.rstrip() for line in lines]


def _at(*names: str) -> Find:
    """The figure that lies under these names, group in group; None where there is none."""

    def find(figures: Mapping[str, Any]) -> float | None:
        found: Any = figures
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return None if found is None else float(found)

    return find


def _rising(figures: Mapping[str, Any]) -> float | None:
    """Share of the knobs whose attribute rises, in the mean over clips, at every turn from -1 to 1."""
    knobs = figures.get("knobs") or {}
    rising = [_rises(knob["at"]) for knob in knobs.values()]
    return sum(rising) / len(rising) if rising else None


def _rises(means: Sequence[float | None]) -> bool:
    """Whether each is known and above the one before."""
    known = [mean for mean in means if mean is not None]
    return len(known) == len(means) and all(low < high for low, high in pairwise(known))


def _dragging(figures: Mapping[str, Any]) -> float | None:
    """The most that a knob moves another attribute, as a share of its own."""
    knobs = figures.get("knobs") or {}
    shares = (share for knob in knobs.values() for share in knob["others"].values())
    return max((share for share in shares if share is not None), default=None)


def _between(most_of_judge: float = 1.1) -> tuple[Row, ...]:
    """Rows that melodies and grooves share."""
    return (
        Row("evenness by slerp, worst deviation", _at("paths", "worst_deviation"), at_most=0.2),
        Row("evenness measured out, worst deviation", _at("paths_measured_out", "worst_deviation"), at_most=0.08),
        Row("distinct clips of 9 by slerp", _at("paths", "distinct_clips"), at_least=7),
        Row("distinct clips of 9 measured out", _at("paths_measured_out", "distinct_clips"), at_least=7),
        Row("judge: samples, of validation", _at("judge", "of_validation", "samples"), at_most=most_of_judge),
        Row("judge: inner by slerp, of validation", _at("judge", "of_validation", "paths"), at_most=most_of_judge),
        Row(
            "judge: inner measured out, of validation",
            _at("judge", "of_validation", "paths_measured_out"),
            at_most=most_of_judge,
        ),
        Row(
            "judge: inner by mixing, of validation",
            _at("judge", "of_validation", "paths_by_mixing_steps"),
            at_least=most_of_judge,
        ),
        Row("knobs that rise at every turn", _rising, at_least=1),
        Row("knobs: most that another is moved", _dragging, at_most=1 / 3),
    )


ASKED: dict[str, tuple[Row, ...]] = {
    "melody": (
        Row("rebuilt from the mean: onsets right", _at("posterior_mean", "onsets_right"), at_least=0.985),
        Row("rebuilt from the mean: whole clips", _at("posterior_mean", "clips_right"), at_least=0.93),
        Row("rebuilt from a sampled latent: steps right", _at("sampled_latent", "steps_right"), at_least=0.95),
        Row("samples: in key", _at("samples", "in_key"), at_least=0.955),
        Row("samples: onsets", _at("samples", "onsets"), at_least=8, at_most=10.5),
        Row("samples: on a beat", _at("samples", "on_beat"), at_least=0.6, at_most=0.75),
        Row("samples: degenerate", _at("samples", "degenerate"), at_most=0.01),
        Row("in key by slerp, least of the inner seven", _at("paths", "least_in_key"), at_least=0.965),
        Row("in key measured out, least of the inner seven", _at("paths_measured_out", "least_in_key"), at_least=0.965),
        *_between(),
    ),
    "groove": (
        Row("rebuilt from the mean: hit F1", _at("posterior_mean", "hit_f1"), at_least=0.95),
        Row("rebuilt from the mean: velocity MAE", _at("posterior_mean", "velocity_mae"), at_most=0.09),
        Row("rebuilt from the mean: timing, ms", _at("posterior_mean", "timing_mae_ms"), at_most=9.5),
        Row("rebuilt from a sampled latent: hit F1", _at("sampled_latent", "hit_f1"), at_least=0.9),
        Row("samples: worst deviation from the players", _at("samples_from_data", "worst"), at_most=0.1),
        Row("backbeat F1 by slerp, beside the ends", _at("paths", "backbeat_beside_ends"), at_least=0),
        Row("backbeat F1 measured out, beside the ends", _at("paths_measured_out", "backbeat_beside_ends"), at_least=0),
        Row("downbeat kick F1 by slerp, beside the ends", _at("paths", "downbeat_kick_beside_ends"), at_least=0),
        Row(
            "downbeat kick F1 measured out, beside the ends",
            _at("paths_measured_out", "downbeat_kick_beside_ends"),
            at_least=0,
        ),
        *_between(),
    ),
}
"""By the kind of the windows, a name in `engine.data.kinds.KINDS`."""
