"""Fits the parts of a system of chords, each by a plain loop; the same seed gives the same weights.

The parts are small and trained in minutes on a CPU, so a run is not resumed: it is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.chord_lstm import ChordLstm
from engine.models.chords import plain_loss
from engine.models.vae import Vae
from engine.training import schedules
from engine.training.batches import step_seed
from engine.training.chord_batches import PassageBatches, Passages, window_batch
from engine.training.presets import Schedule

LSTM_SCHEDULE = Schedule(
    steps=500, batch_size=32, lr=3e-3, warmup=50, weight_decay=0.02, grad_norm=1.0, beta=0.0, free_bits=0.0
)
VARIED_SCHEDULE = Schedule(steps=3000, batch_size=128, beta=0.05, beta_rise=0.3, free_bits=8.0, weight_decay=0.02)
MAP_SCHEDULE = Schedule(steps=2000, batch_size=256, beta=0.25, beta_rise=0.5, free_bits=0.0, weight_decay=0.01)
VALIDATIONS = 10
_BETAS = (0.9, 0.98)


@dataclass(frozen=True)
class Point:
    """One validation: `steps` done, the `loss` of the training since the last one, and that of validation."""

    steps: int
    train: float
    valid: float


Show = Callable[[int, int, str], None]
"""Told the step, how many there are, and what is trained."""


def fit_lstm(
    model: ChordLstm, train: PassageBatches, valid: PassageBatches, schedule: Schedule, show: Show
) -> list[Point]:
    """Teach the LSTM, and leave it with the weights of its best validation; nats an event, chord and duration."""

    def loss_at(step: int) -> Tensor:
        cost, events = passage_cost(model, train.at(step))
        return cost / events

    def valid_loss() -> float:
        costs = [passage_cost(model, valid.whole(song)) for song in range(len(valid.tokens))]
        return float(sum(cost for cost, _ in costs) / sum(events for _, events in costs))

    return _fit(model, loss_at, valid_loss, schedule, show, "the LSTM")


def fit_vae(
    model: Vae, train: Tensor, valid: Tensor, schedule: Schedule, seed: int, show: Show, name: str
) -> list[Point]:
    """Teach a variational autoencoder windows `windows, events, 13`; nats a window, with the KL at its last weight."""
    free_bits = schedule.free_bits

    def loss_at(step: int) -> Tensor:
        torch.manual_seed(step_seed(seed, step))
        music = window_batch(train, schedule.batch_size, seed, step)
        return model.loss(music, beta=schedules.beta(step, schedule), free_bits=free_bits).total.mean()

    def valid_loss() -> float:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(step_seed(seed, -1))
            return float(model.loss(valid, beta=schedule.beta, free_bits=free_bits).total.mean())

    return _fit(model, loss_at, valid_loss, schedule, show, name)


def fit_plain(
    model: Vae, train: Tensor, valid: Tensor, schedule: Schedule, seed: int, show: Show, name: str
) -> list[Point]:
    """The same without noise and KL: an autoencoder."""

    def loss_at(step: int) -> Tensor:
        return plain_loss(model, window_batch(train, schedule.batch_size, seed, step)).mean()

    return _fit(model, loss_at, lambda: float(plain_loss(model, valid).mean()), schedule, show, name)


def passage_cost(model: ChordLstm, passages: Passages) -> tuple[Tensor, Tensor]:
    """Nats of chords and durations, summed over all events, and how many these are."""
    chords, hidden, _ = model(passages.inputs)
    durations = model.durations(hidden, passages.chords)
    pairs = ((chords, passages.chords), (durations, passages.durations))
    nats = sum(
        (F.cross_entropy(logits.flatten(0, 1), right.flatten(), reduction="none") for logits, right in pairs),
        torch.zeros(()),
    )
    counts = passages.counts.flatten()
    return (nats * counts).sum(), counts.sum()


def _fit(
    model: nn.Module,
    loss_at: Callable[[int], Tensor],
    valid_loss: Callable[[], float],
    schedule: Schedule,
    show: Show,
    name: str,
) -> list[Point]:
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.0, betas=_BETAS, weight_decay=schedule.weight_decay)
    points: list[Point] = []
    best: dict[str, Tensor] = {}
    since: list[float] = []
    for step in _steps(schedule, show, name):
        model.train()
        for group in optimizer.param_groups:
            group["lr"] = schedules.learning_rate(step, schedule)
        loss = loss_at(step)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), schedule.grad_norm)
        optimizer.step()
        since.append(loss.item())
        if (step + 1) % max(1, schedule.steps // VALIDATIONS) == 0 or step + 1 == schedule.steps:
            model.eval()
            with torch.no_grad():
                points.append(Point(step + 1, sum(since) / len(since), valid_loss()))
            if points[-1].valid <= min(point.valid for point in points):
                best = {key: value.clone() for key, value in model.state_dict().items()}
            since.clear()
    model.load_state_dict(best)
    model.eval()
    return points


def _steps(schedule: Schedule, show: Show, name: str) -> Iterator[int]:
    for step in range(schedule.steps):
        show(step, schedule.steps, name)
        yield step
