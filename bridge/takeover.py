"""Takeover: where on the grid a new pattern takes over from the one that plays."""

from __future__ import annotations

import math
from typing import NamedTuple

from bridge.looped_pattern import NEARLY, LoopedPattern
from bridge.playhead import Playhead
from engine.representations.clip import EARLY_QUARTERS


class Takeover(NamedTuple):
    """A pattern that waits.

    Attributes:
        pattern: what is to be played.
        boundary_quarters: song position at which it takes over.
        cut_quarters: song position from which its notes are played: the boundary's early ones belong to it.
    """

    pattern: LoopedPattern
    boundary_quarters: float
    cut_quarters: float

    def moved(self, quarters: float) -> Takeover:
        """The same, so much later in the song."""
        return Takeover(self.pattern, self.boundary_quarters + quarters, self.cut_quarters + quarters)


def find_takeover(head: Playhead, pattern: LoopedPattern, soonest_quarters: float, grid_quarters: float) -> Takeover:
    """The first boundary that can still be had: no note about it was sent, none of the new pattern would be missing.

    Args:
        head: what plays.
        pattern: what is to take over.
        soonest_quarters: the boundary lies after this song position.
        grid_quarters: boundaries are its multiples.
    """
    boundary = next_on_grid(soonest_quarters, grid_quarters)
    early, sent = boundary - EARLY_QUARTERS, head.sent_quarters
    if early < sent and (head.pattern.has_notes(early, sent) or pattern.has_notes(early, sent)):
        boundary = next_on_grid(sent + EARLY_QUARTERS, grid_quarters)
    return Takeover(pattern, boundary, max(boundary - EARLY_QUARTERS, sent))


def next_on_grid(quarters: float, grid_quarters: float) -> float:
    """The first multiple of the grid after a position; one that is nearly there counts as passed."""
    return (math.floor((quarters + NEARLY) / grid_quarters) + 1) * grid_quarters


def next_decision(quarters: float, grid_quarters: float) -> float:
    """The first position after this one past which nothing is sent while a pattern may still come for its boundary."""
    boundary = next_on_grid(quarters, grid_quarters)
    early = boundary - EARLY_QUARTERS
    return early if early > quarters + NEARLY else boundary
