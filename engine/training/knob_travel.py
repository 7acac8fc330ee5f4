"""How far along its direction each knob goes: as far as a listener hears, and as evenly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from engine.runtime.directions import Directions

STOPS = 33
AIM_SD = 1.0
_SHORTEST, _LONGEST, _PROBES = 0.5, 48.0, 20
_NEARLY = 0.8
_RISE = 1e-4


def with_even_travel(directions: Directions, z: Tensor, measure: Callable[[Tensor], Tensor]) -> Directions:
    """The directions with a travel by which each knob changes the mean of its attribute evenly.

    Its ends are where the mean has moved by `AIM_SD` standard deviations, or by nearly all that it can be moved.

    Args:
        directions: their travel is not looked at.
        z: latents that speak for all, `clips, latent`.
        measure: the music of latents as the knobs' attributes, in standard deviations, `clips, knobs`.
    """
    still = measure(z)
    rows = []
    for knob, name in enumerate(directions.names):
        sides = []
        for sign in (-1, 1):
            lengths, effects = [0.0], [0.0]
            while len(lengths) <= _PROBES and effects[-1] < AIM_SD:
                lengths.append(_SHORTEST * (_LONGEST / _SHORTEST) ** ((len(lengths) - 1) / (_PROBES - 1)))
                moved = measure(directions.pushed(z, {name: sign * lengths[-1]}))
                effects.append(sign * float((moved - still)[:, knob].nanmean().nan_to_num()))
            sides.append(sign * _evenly(torch.tensor(lengths), torch.tensor(effects)))
        rows.append(torch.cat([sides[0].flip(0), torch.zeros(1), sides[1]]))
    return replace(directions, travel=torch.stack(rows))


def _evenly(lengths: Tensor, effects: Tensor) -> Tensor:
    """Lengths at which equal shares of the effect are done, the first one over 0, `STOPS // 2` of them."""
    highest = effects.cummax(0).values
    most = float(highest[-1])
    enough = AIM_SD if most >= AIM_SD else _NEARLY * most
    # A rise everywhere keeps stretches without effect from collapsing to a point.
    rising = highest + _RISE * torch.arange(len(highest))
    wanted = torch.linspace(0, 1, STOPS // 2 + 1)[1:] * max(enough, _RISE)
    upper = torch.searchsorted(rising, wanted).clamp(1, len(rising) - 1)
    lower = upper - 1
    share = ((wanted - rising[lower]) / (rising[upper] - rising[lower])).clamp(0, 1)
    return lengths[lower] + share * (lengths[upper] - lengths[lower])
