"""How far along its direction each knob goes: as far as a listener hears, and as evenly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from engine.runtime.directions import Directions

STOPS = 33
AIM_SD = 0.85
_SHORTEST, _LONGEST, _LONGER = 0.5, 48.0, 1.4
_PROBES = 16
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

    def effects(knob: int, sign: int) -> Callable[[float], float]:
        def effect(length: float) -> float:
            moved = measure(directions.pushed(z, {directions.names[knob]: sign * length}))
            return sign * float((moved - still)[:, knob].nanmean().nan_to_num())

        return effect

    rows = []
    for knob in range(len(directions.names)):
        down, up = _lengths(effects(knob, -1)), _lengths(effects(knob, 1))
        rows.append(torch.cat([-down.flip(0), torch.zeros(1), up]))
    return replace(directions, travel=torch.stack(rows))


def _lengths(effect: Callable[[float], float]) -> Tensor:
    """Lengths of way at which equal shares of the whole effect are done, `STOPS // 2`; all 0 where there is none."""
    tried = [_SHORTEST]
    heard = [effect(_SHORTEST)]
    while heard[-1] < AIM_SD and tried[-1] < _LONGEST:
        tried.append(tried[-1] * _LONGER)
        heard.append(effect(tried[-1]))
    most = max(0.0, *heard)
    whole = AIM_SD if most >= AIM_SD else _NEARLY * most
    longest = next((length for length, found in zip(tried, heard, strict=True) if found >= whole), _SHORTEST)
    probes = torch.linspace(0, longest, _PROBES + 1)
    effects = torch.tensor([0.0] + [effect(float(length)) for length in probes[1:]])
    # A rise everywhere keeps stretches without effect from collapsing to a point.
    rising = effects.cummax(0).values + _RISE * torch.arange(len(probes))
    wanted = torch.linspace(0, 1, STOPS // 2 + 1)[1:] * whole
    upper = torch.searchsorted(rising, wanted).clamp(1, _PROBES)
    share = (wanted - rising[upper - 1]) / (rising[upper] - rising[upper - 1])
    return probes[upper - 1] + share.clamp(0, 1) * probes.diff()[0]
