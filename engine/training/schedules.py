"""Numbers that change with the step: learning rate, beta, scheduled sampling. Each a pure function of the step."""

from __future__ import annotations

import math

from engine.training.presets import Schedule

_LR_FLOOR = 0.02
_REFERENCE_LR_DECAY = 0.9999
_REFERENCE_MIN_LR = 1e-5


def learning_rate(step: int, schedule: Schedule) -> float:
    """The learning rate of a step, counted from 0."""
    if schedule.lr_shape == "exponential":
        return (schedule.lr - _REFERENCE_MIN_LR) * _REFERENCE_LR_DECAY**step + _REFERENCE_MIN_LR
    if step < schedule.warmup:
        return schedule.lr * (step + 1) / schedule.warmup
    progress = min(1.0, (step - schedule.warmup) / max(1, schedule.steps - schedule.warmup))
    return schedule.lr * (_LR_FLOOR + (1 - _LR_FLOOR) * 0.5 * (1 + math.cos(math.pi * progress)))


def beta(step: int, schedule: Schedule) -> float:
    """The KL's weight at a step."""
    if schedule.beta_rate:
        return schedule.beta * (1 - schedule.beta_rate**step)
    progress = step / schedule.steps
    if progress < schedule.beta_rise:
        return schedule.beta * progress / schedule.beta_rise
    glide_start = 1 - schedule.beta_end_share
    if schedule.beta_end is None or progress < glide_start:
        return schedule.beta
    share = min(1.0, 2 * (progress - glide_start) / schedule.beta_end_share)
    return schedule.beta + (schedule.beta_end - schedule.beta) * share


def sampling_rate(step: int, schedule: Schedule) -> float:
    """Chance that a step follows the decoder's own last one: inverse sigmoid, 1 - k / (k + exp(step / k))."""
    if not schedule.sampling_k:
        return 0.0
    return 1 - schedule.sampling_k / (schedule.sampling_k + math.exp(min(50.0, step / schedule.sampling_k)))
