"""Each knob for itself: directions mixed so that what one moves, the others leave alone.

Directions that were found in data say how latents differ; what a decoder makes of a move is another thing, and drags
other attributes along. So each direction is tried on clips, and all are mixed by the inverse of what they did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from engine.runtime.directions import Directions

AIM_SD = 0.7
"""How far each attribute is moved to see what comes along, in standard deviations."""
_SHORTEST, _LONGEST, _LONGER = 0.5, 48.0, 1.4
_LEAST = 0.05
_DAMPING = 0.02


def effects(directions: Directions, z: Tensor, measure: Callable[[Tensor], Tensor]) -> Tensor:
    """What a push along each direction does to each attribute, by unit of its length, `directions, attributes`.

    Half the difference between a push there and one back: what comes along both ways is no matter of direction.

    Args:
        directions: their travel is not looked at.
        z: latents that speak for all, `clips, latent`.
        measure: the music of latents as attributes, one for each direction in their order, in standard deviations.
    """
    rows = []
    for place, name in enumerate(directions.names):
        length, change = _SHORTEST, torch.zeros(len(directions.names))
        while length < _LONGEST:
            there, back = (measure(directions.pushed(z, {name: sign * length})).nanmean(0) for sign in (1, -1))
            change = (there - back) / 2 / length
            if change[place] * length >= AIM_SD:
                break
            length *= _LONGER
        rows.append(change)
    return torch.stack(rows).nan_to_num()


def unmixed(directions: Directions, wanted: Tensor, done: Tensor) -> Directions:
    """Directions that do what is wanted and nothing else, as far as what was done adds up.

    Args:
        directions: of all attributes.
        wanted: of each new direction, what it is to do to each attribute, `new directions, attributes`.
        done: from `effects`.

    Returns:
        As many as `wanted` has rows, each about as long as the directions it is made of; the names are not changed.
    """
    shares = wanted @ _inverse(done)
    own = wanted @ directions.straight
    mixed = shares @ directions.straight
    scale = own.norm(dim=1) / mixed.norm(dim=1).clamp_min(1e-6)
    shares = shares * scale[:, None]
    return replace(
        directions,
        straight=shares @ directions.straight,
        turn=torch.einsum("ka,afl->kfl", shares, directions.turn),
    )


def _inverse(done: Tensor) -> Tensor:
    """Of a matrix of effects, damped: an attribute that its own direction hardly moves is not divided by."""
    size = done.diagonal().abs().clamp_min(_LEAST * float(done.abs().max()))
    even = (done / size[:, None]).double()
    inverse = torch.linalg.solve(even.T @ even + _DAMPING * torch.eye(len(even)).double(), even.T)
    of_all: Tensor = inverse / size.double()[None]
    return of_all.float()
