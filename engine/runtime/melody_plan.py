"""What knobs make of a melody's rhythm: where notes are added, left out, anticipated, cut short or held.

A plan begins with the melody at rest and the odds that its model gives to a note at each step. Each knob orders what it
may change by these odds and by the metre, and goes as far down that order as it is turned: so the further it is
turned, the more is changed, and what was changed stays so.

Source: Lerdahl and Jackendoff, A Generative Theory of Tonal Music, 1983, for what a reduction leaves out first: notes
on weak steps, those at turns of the line last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.representations.melodic_line import line_through
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, OFF
from engine.representations.metre import levels, strengths, syncopation

Tokens = NDArray[np.int64]
Floats = NDArray[np.float64]

FEWEST, MOST = 0.5, 1.75
"""How many times as many notes there are with density at -1 and at 1."""
ANTICIPATED = 0.25
"""Share of the notes that come before their beat with syncopation at 1; at -1 none does."""
SHORTEST = 0.65
"""Of its length, a note's with length at -1; at 1 it lasts to the next."""
_METRE, _TURN = 3.0, 1.5
"""Nats that a degree of strength is worth, and a semitone off the line."""


@dataclass(frozen=True)
class Plan:
    """What is to be played.

    Attributes:
        tokens: `steps`; the pitch of a new note says only about where it is to be.
        is_new: which notes are new, `steps`.
    """

    tokens: Tokens
    is_new: NDArray[np.bool_]

    @property
    def onsets(self) -> NDArray[np.bool_]:
        """Where notes begin, `steps`."""
        return self.tokens >= FIRST_PITCH_CLASS


def planned(rest: Tokens, odds: Floats, knobs: Mapping[str, float]) -> Plan:
    """The plan of one phrase.

    Args:
        rest: tokens `steps`; they are not changed.
        odds: of a note at each step, in nats, `steps`.
        knobs: by name, each -1..1; those of the pitches are not looked at.
    """
    plan = Plan(rest.copy(), np.zeros(len(rest), np.bool_))
    if not plan.onsets.any():
        return plan
    for name, change in (("density", _filled), ("syncopation", _shifted), ("length", _lengthened)):
        if value := knobs.get(name, 0.0):
            plan = change(plan, odds, value)
    return plan


def _filled(plan: Plan, odds: Floats, value: float) -> Plan:
    """With more notes, on likely steps where a note sounds; or with fewer."""
    onsets, count = plan.onsets, int(plan.onsets.sum())
    wanted = max(1, round(count * (MOST**value if value > 0 else FEWEST**-value)))
    worth = odds + _METRE * strengths(len(odds))
    if wanted < count:
        off = line_through(plan.tokens[None]).off[0]
        return _without(plan, _lowest(worth + _TURN * np.abs(off), onsets, count - wanted))
    new = _lowest(-worth, _sounds(plan.tokens) & ~onsets, wanted - count)
    struck = np.flatnonzero(onsets)
    around = np.append(struck, len(odds)), np.append(plan.tokens[struck], plan.tokens[struck[0]])
    tokens, is_new = plan.tokens.copy(), plan.is_new.copy()
    tokens[new], is_new[new] = np.interp(new, *around).round(), True
    return Plan(tokens, is_new)


def _without(plan: Plan, steps: Tokens) -> Plan:
    """Without some notes; the ones before them are held in their place, but over a long silence."""
    tokens = plan.tokens.copy()
    for step in steps:
        before, after = np.flatnonzero(tokens[:step] != HOLD), np.flatnonzero(tokens[step + 1 :] != HOLD)
        length = 1 + int(after[0]) if len(after) else len(tokens) - step
        tokens[step] = HOLD
        if len(before) and tokens[before[-1]] == OFF and step - before[-1] < length:
            tokens[before[-1]] = HOLD
    return Plan(tokens, plan.is_new & (tokens >= FIRST_PITCH_CLASS))


def _shifted(plan: Plan, odds: Floats, value: float) -> Plan:
    """With notes on strong steps one weaker step earlier, or with those that are held over a stronger step on it."""
    moves = _anticipations(plan.onsets) if value > 0 else _resolutions(plan.onsets)
    left = round(value * ANTICIPATED * int(plan.onsets.sum())) if value > 0 else round(-value * len(moves))
    for start, end in sorted(moves, key=lambda move: -odds[move[1]]):
        if not left:
            break
        moved = _moved(plan, start, end)
        before, after = syncopation(np.stack([plan.onsets, moved.onsets]))
        if (after - before) * value > 0:
            plan, left = moved, left - 1
    return plan


def _anticipations(onsets: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Quarters to the eighth before them, eighths to the sixteenth, where that is free."""
    back = 2 + levels(len(onsets))
    steps = [(int(step), int(step - back[step])) for step in np.flatnonzero(onsets & (back > 0))]
    return [(start, end) for start, end in steps if end >= 0 and not onsets[end:start].any()]


def _resolutions(onsets: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Notes that are held over a stronger step, to the strongest of these."""
    level, struck, moves = levels(len(onsets)), np.flatnonzero(onsets), []
    for step, following in zip(struck, np.append(struck[1:], len(onsets)), strict=True):
        after = level[step + 1 : following]
        if len(after) and after.max() > level[step]:
            moves.append((int(step), int(step + 1 + after.argmax())))
    return moves


def _moved(plan: Plan, start: int, end: int) -> Plan:
    tokens, is_new = plan.tokens.copy(), plan.is_new.copy()
    tokens[end], is_new[end] = tokens[start], is_new[start]
    tokens[start], is_new[start] = HOLD, False
    return Plan(tokens, is_new)


def _lengthened(plan: Plan, odds: Floats, value: float) -> Plan:
    """With each note cut to a share of its length, or held for a share of the silence after it."""
    del odds
    tokens, struck = plan.tokens.copy(), np.flatnonzero(plan.onsets)
    for start, following in zip(struck, np.append(struck[1:], len(tokens)), strict=True):
        ends = start + np.flatnonzero(tokens[start:following] == OFF)
        tokens[ends] = HOLD
        length, room = int(ends[0] if len(ends) else following) - start, following - start
        shorter, longer = max(1, round(length * SHORTEST**-value)), length + round(value * (room - length))
        wanted = longer if value > 0 else shorter
        if wanted < room:
            tokens[start + wanted] = OFF
    return Plan(tokens, plan.is_new)


def _sounds(tokens: Tokens) -> NDArray[np.bool_]:
    """Where a note sounds, `steps`."""
    event = np.maximum.accumulate(np.where(tokens != HOLD, np.arange(len(tokens)), -1))
    sounds: NDArray[np.bool_] = (event >= 0) & (tokens[np.maximum(event, 0)] >= FIRST_PITCH_CLASS)
    return sounds


def _lowest(worth: Floats, among: NDArray[np.bool_], count: int) -> Tokens:
    """So many steps of least worth, fewer where there are no more."""
    order = np.argsort(worth, kind="stable")
    return order[among[order]][:count]
