"""Where to stop on a path so that the music changes evenly, not the angle.

A faithful decoder changes nothing for a quarter of the way and then jumps; measured out by the change of what it
says, each stop changes about as much as the one before.
"""

from __future__ import annotations

import torch
from torch import Tensor

PROBES = 33
FINE_PROBES = 97


def probe_positions(count: int = PROBES) -> Tensor:
    """Evenly spaced positions 0..1 at which a path is probed, shape `count`."""
    return torch.linspace(0, 1, count)


def by_change(changes: Tensor, stops: int) -> Tensor:
    """Positions 0..1 of `stops` stops between which the music changes equally, both ends included.

    Args:
        changes: how much the music changes from each probe to the next, shape `probes - 1`, none negative.
        stops: at least 2.

    Returns:
        Rising positions, shape `stops`; evenly spaced where nothing changes.
    """
    # A floor keeps stretches without change from collapsing to a point, and gives equal ends an even path.
    changes = changes + changes.sum() * 1e-3 / len(changes) + 1e-9
    travelled = torch.cat([changes.new_zeros(1), changes.cumsum(0)])
    travelled = travelled / travelled[-1]
    wanted = torch.linspace(0, 1, stops, device=changes.device)
    upper = torch.searchsorted(travelled, wanted).clamp(1, len(changes))
    lower = upper - 1
    share = (wanted - travelled[lower]) / (travelled[upper] - travelled[lower])
    return (lower + share.clamp(0, 1)) / len(changes)
