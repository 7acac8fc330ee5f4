"""A clip of any length through a model of 32 steps: windows with overlap, joined without seams.

Windows read round the loop, so the last one knows the beginning. Where several windows speak of one step, what they
say is averaged, each by how well it sees that step: most in its middle, least at its edges. The notes are drawn once,
from the average, so no note is cut or doubled at a border.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from engine.representations.clip import Clip
from engine.representations.grid import WINDOW_STEPS, bar_steps, clip_steps, window_starts


def window_steps(clip: Clip) -> Tensor:
    """Which step of the clip each step of each window shows, shape `windows, 32`, values 0..clip_steps-1.

    Clips of one form share the tensor: it is not to be changed.
    """
    return _window_steps(window_starts(clip), clip_steps(clip))


@lru_cache(maxsize=64)
def _window_steps(starts: tuple[int, ...], total: int) -> Tensor:
    return (torch.tensor(starts)[:, None] + torch.arange(WINDOW_STEPS)) % total


def looped_steps(clip: Clip) -> Tensor:
    """Which step of two bars of music, played in loop under the clip, each step of each window shows: `windows, 32`.

    The loop is as many whole bars of the clip as fit into a window.
    """
    bar = bar_steps(clip)
    return window_steps(clip) % (max(1, WINDOW_STEPS // bar) * min(bar, WINDOW_STEPS))


def join(parts: Tensor, steps: Tensor, total: int, trust: Tensor | None = None) -> Tensor:
    """Weighted means, step by step, of what the windows say.

    Args:
        parts: `count, windows, 32, …`; numbers that may be averaged, such as probabilities.
        steps: from `window_steps`.
        total: steps of the clip.
        trust: how far each window knows its steps beyond its view of them, `count, windows, 32`, over 0.

    Returns:
        `count, total, …`.
    """
    count, windows = parts.shape[:2]
    if windows == 1:
        return parts[:, 0, :total]
    view = 1.0 - (torch.arange(WINDOW_STEPS) + 0.5 - WINDOW_STEPS / 2).abs() / (WINDOW_STEPS / 2)
    weights = view.expand(count, windows, -1) if trust is None else view * trust
    flat = parts.reshape(count, windows * WINDOW_STEPS, -1)
    spread = weights.reshape(count, -1, 1)
    index = steps.flatten()
    summed = flat.new_zeros(count, total, flat.shape[-1]).index_add_(1, index, flat * spread)
    counted = flat.new_zeros(count, total, 1).index_add_(1, index, spread.to(flat.dtype))
    return (summed / counted).reshape(count, total, *parts.shape[3:])
