"""A clip of any length through a model of so many steps: windows with overlap, joined without seams.

A clip that is shorter than a window fills it in loop, as it would sound on; of what comes back, its own length is kept.
Longer ones have windows that read round the loop, so the last one knows the beginning. Where several windows speak of
one step, what they say is averaged, each by how well it sees that step: most in its middle, least at its edges. The
notes are drawn once, from the average, so no note is cut or doubled at a border.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from engine.representations.clip import Clip
from engine.representations.grid import WINDOW_STEPS, bar_steps, clip_steps, window_starts


def window_steps(clip: Clip, length_steps: int = WINDOW_STEPS) -> Tensor:
    """Which step of the clip each step of each window shows, shape `windows, length_steps`, values 0..clip_steps-1.

    Clips of one form share the tensor: it is not to be changed.
    """
    return _window_steps(window_starts(clip, length_steps), length_steps, clip_steps(clip))


@lru_cache(maxsize=64)
def _window_steps(starts: tuple[int, ...], length_steps: int, total: int) -> Tensor:
    return (torch.tensor(starts)[:, None] + torch.arange(length_steps)) % total


def looped_steps(clip: Clip, length_steps: int = WINDOW_STEPS) -> Tensor:
    """Which step of one window of music, played in loop under the clip, each step of each window shows.

    The loop is as many whole bars of the clip as fit into a window.

    Returns:
        `windows, length_steps`.
    """
    bar = bar_steps(clip)
    loop = max(1, length_steps // bar) * min(bar, length_steps)
    return window_steps(clip, length_steps) % loop


def join(parts: Tensor, steps: Tensor, total: int, trust: Tensor | None = None) -> Tensor:
    """Weighted means, step by step, of what the windows say.

    Args:
        parts: `count, windows, length_steps, …`; numbers that may be averaged, such as probabilities.
        steps: from `window_steps`.
        total: steps of the clip.
        trust: how far each window knows its steps beyond its view of them, `count, windows, length_steps`, over 0.

    Returns:
        `count, total, …`.
    """
    count, windows, length = parts.shape[:3]
    if windows == 1:
        return parts[:, 0, :total]
    view = 1.0 - (torch.arange(length) + 0.5 - length / 2).abs() / (length / 2)
    weights = view.expand(count, windows, -1) if trust is None else view * trust
    flat = parts.reshape(count, windows * length, -1)
    spread = weights.reshape(count, -1, 1)
    index = steps.flatten()
    summed = flat.new_zeros(count, total, flat.shape[-1]).index_add_(1, index, flat * spread)
    counted = flat.new_zeros(count, total, 1).index_add_(1, index, spread.to(flat.dtype))
    return (summed / counted).reshape(count, total, *parts.shape[3:])
