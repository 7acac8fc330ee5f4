"""How far an amount reaches: from a clip into the prior, evenly by how much the music changes.

By angle alone a simple tune stays itself for half of the way and a busy one changes at once. So the way is measured
from each clip, in a few directions, and an amount is a share of the change. It is kept beside the clip's latents.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.latent.path import by_change
from engine.latent.slerp import slerp
from engine.runtime import translators
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.leaning import Leaning, loosening
from engine.runtime.roster import vae_of
from engine.runtime.translators import PieceT, Translator

_DIRECTIONS = 3
_PROBES = 13
_STOPS = 33
_MOST_STEPS = 64
_SEED = 2018


def measure_reach(loaded: Checkpoint, translator: Translator[PieceT], latents: Tensor, piece: PieceT) -> Tensor:
    """Positions 0..1 on the way from a clip at which equal shares of the change are done, shape `33`.

    Args:
        loaded: the model.
        translator: knows what a change of its music is.
        latents: of the piece, `windows, latent`; the first few windows, or the first alone, speak for a long one.
        piece: a clip or a trio.
    """
    most_windows = max(1, _MOST_STEPS // vae_of(loaded).config.steps)
    start = latents[:most_windows]
    generator = torch.Generator().manual_seed(_SEED)
    prior = torch.randn(_DIRECTIONS, latents.shape[-1], generator=generator)
    ends = translator.attuned(vae_of(loaded), prior, piece, most_windows)
    # Directions lie side by side as windows do, so that a probe's change is the sum over all of them.
    starts = start.repeat(_DIRECTIONS, 1).expand(_PROBES, -1, -1)
    ends = ends.reshape(1, -1, latents.shape[-1]).expand(_PROBES, -1, -1)
    positions = torch.linspace(0, 1, _PROBES)
    z = slerp(starts, ends, positions[:, None])
    lean = None
    if vae_of(loaded).can_lean:
        windows = torch.cat([translator.hear(piece).windows[: len(start)]] * _DIRECTIONS)
        leaning = Leaning.on(vae_of(loaded), [windows])
        lean = None if leaning is None else leaning.at(torch.ones(_PROBES, 1), loosening(positions))
    outputs = translators.decode(vae_of(loaded), z, 0.0, generator, lean)
    return by_change(translator.change(outputs), _STOPS).cpu()


def share_of_way(amount: float, reach: Tensor) -> float:
    """Where on the way an amount 0..1 lies; 0 and 1 are the ends."""
    place = amount * (len(reach) - 1)
    below = min(int(place), len(reach) - 2)
    return float(reach[below] + (place - below) * (reach[below + 1] - reach[below]))
