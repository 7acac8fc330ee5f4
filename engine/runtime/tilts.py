"""How knobs turn a melody: the odds of what its model says are tilted towards what they plan.

A latent that gives clips back says each note so surely that a way through it changes nothing for long and then much at
once; which way a line goes it hardly knows, and what one attribute is told by drags others along. So the knobs of a
melody are no directions of the latent. They plan (`melody_plan.py`), and bend the line; the decoder is told by how much
its odds would have to differ, and chooses what fits: each pitch near its aim and within the key, new notes altogether.

Source: Dathathri et al., Plug and Play Language Models, 2020; Yang and Klein, FUDGE, 2021, for attributes that are
added to the log odds of a decoder as it is. Differs: what is added is planned, not told by a classifier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.representations.grid import WINDOW_STEPS
from engine.representations.key import at_home
from engine.representations.melodic_line import line_through
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, MAX_PITCH, MIN_PITCH, OFF
from engine.runtime.melody_plan import Floats, Plan, Tokens, planned

_BENDING = ("range", "contour")
TURNED = ("density", "syncopation", "length", *_BENDING)
"""The knobs that are turned here."""

STEEPEST = 6.0
"""Semitones a bar that a line rises more with contour at 1."""
WIDEST = 2.5
"""Semitones by which pitches deviate more from their line with range at 1; at -1 they are drawn onto it."""
_FULLY_FROM = 0.25
_SURE = 16.0
_UNLIKELY = 20.0
_NEAR, _NEAR_NEW = 0.6, 2.0
"""Semitones: a pitch so far from its aim has lost half a nat."""
_SAY, _SAY_NEW = 0.25, 0.5
"""What weighs of what the model says of pitches, where it knows the note and where it is to find one."""
_HEARD = 8.0
"""Nats by which one pitch is likelier than another at most: clips that are leant on are surer still."""
_LEAST_DEVIATION, _OCTAVE = 1.0, 12


def strength_of(value: float) -> float:
    """How wholly a knob at -1..1 has taken over: not at all at 0, so that nothing jumps there, soon wholly."""
    return min(1.0, abs(value) / _FULLY_FROM)


def tilted_odds(
    said: Tensor, whole: Tensor, knobs: Sequence[Mapping[str, float]], steady: Sequence[float] | None = None
) -> Tensor:
    """What to add to the log odds of each step, `melodies, windows, steps, 90`; 0 where no knob is turned.

    Args:
        said: what the model says of melodies at rest, logits of that shape, on the CPU.
        whole: the same melodies as they sound, tokens `melodies, steps`: they tell the key.
        knobs: of each melody, by name in `TURNED`, each -1..1.
        steady: how surely all that they do not change is to stay, 0..1; None: of all wholly.
    """
    foreign = ~at_home(whole.numpy())[:, np.arange(MIN_PITCH, MAX_PITCH + 1) % 12]
    odds = said.log_softmax(-1).double().numpy()
    tilts = np.zeros_like(odds)
    for melody, turned in enumerate(knobs):
        strength = max(map(strength_of, turned.values()), default=0.0)
        firm = strength * (1.0 if steady is None else steady[melody])
        if strength:
            for start in range(0, odds.shape[2], WINDOW_STEPS):  # a phrase, whatever the model's length
                for window, heard in enumerate(odds[melody, :, start : start + WINDOW_STEPS]):
                    tilt = _tilt(heard, foreign[melody], turned, strength, firm)
                    tilts[melody, window, start : start + WINDOW_STEPS] = tilt
    return torch.from_numpy(tilts).float()


def _tilt(odds: Floats, foreign: NDArray[np.bool_], knobs: Mapping[str, float], strength: float, firm: float) -> Floats:
    """Of one phrase, `steps, 90`; `firm` says how surely what was at rest is to stay."""
    rest: Tokens = odds.argmax(1)
    hold, off, pitches = odds[:, HOLD], odds[:, OFF], odds[:, FIRST_PITCH_CLASS:]
    kinds = np.stack([hold, off, np.logaddexp.reduce(pitches, 1)], 1)
    plan = planned(rest, kinds[:, 2] - np.logaddexp(hold, off), knobs)
    wanted = np.where(np.arange(3) == _kind(plan.tokens)[:, None], 0.0, -_SURE)
    share = np.where(_kind(plan.tokens) == _kind(rest), firm, 1.0)
    shift = share[:, None] * (wanted - kinds)
    own = strength if any(knobs.get(name) for name in _BENDING) else firm
    bent = pitches + _bend(plan, pitches, knobs, np.where(plan.tokens == rest, own, 1.0)[:, None])
    bent -= strength * _UNLIKELY * foreign
    onto = bent - pitches - np.logaddexp.reduce(bent, 1, keepdims=True) + kinds[:, 2:]
    return np.concatenate([shift[:, :2], shift[:, 2:] + onto], 1)


def _kind(tokens: Tokens) -> Tokens:
    """0 for a step that goes on, 1 for one that ends a note, 2 for one that begins one."""
    return np.minimum(tokens, FIRST_PITCH_CLASS)


def _bend(plan: Plan, pitches: Floats, knobs: Mapping[str, float], share: Floats) -> Floats:
    """What to add to the odds of the pitches, `steps, 88`, so that each note comes near its aim; `share` of it."""
    line = line_through(plan.tokens[None])
    off, time = line.off[0], line.time[0]
    stretch = knobs.get("range", 0.0)
    if stretch > 0:
        deviation = np.sqrt((off**2).sum() / max(1, plan.onsets.sum()))
        stretch *= WIDEST / max(deviation, _LEAST_DEVIATION)
    aims = plan.tokens - FIRST_PITCH_CLASS + stretch * off + knobs.get("contour", 0.0) * STEEPEST * time
    near, say = (np.where(plan.is_new, new, known)[:, None] for new, known in ((_NEAR_NEW, _NEAR), (_SAY_NEW, _SAY)))
    away = np.arange(pitches.shape[1]) - aims[:, None]
    said = pitches - pitches.max(1, keepdims=True)
    quieter = np.where(np.abs(away) <= _OCTAVE, say * np.maximum(said, -_HEARD) - said, 0.0)
    nearer = np.maximum(-(away**2) / (2 * near**2), -_UNLIKELY)
    return np.where(plan.onsets[:, None], share * (nearer + quieter), 0.0)
