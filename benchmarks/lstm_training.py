"""One optimiser step of the reference's 2-bar melody model: torch's LSTMs in float32 against ours in bfloat16.

python -m benchmarks.lstm_training

Each way has a process of its own, for how freed memory is treated holds for a whole process. They take turns, a few
steps each, and the figures are medians over all turns. A way that waits uses no processor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter
from unittest.mock import patch

import click
import torch
from torch import Tensor, nn

from benchmarks.machine import describe_machine
from engine.models import decoders, encoders
from engine.models.config import VaeConfig
from engine.models.trained_lstm import State, TrainedLstm
from engine.models.vae import Vae
from engine.training.heap import keep_freed_memory

DECODER_WIDTHS = {"2 x 256": 256, "2 x 512": 512}
STEPS = (32, 64, 128, 256)


@dataclass(frozen=True)
class Way:
    """One way to train: whose LSTMs, whether products are in bfloat16, whether freed memory is kept."""

    name: str
    is_ours: bool
    bfloat16: bool
    keeps_memory: bool


WAYS = (
    Way("torch, float32", False, False, False),
    Way("torch, float32, freed memory kept", False, False, True),
    Way("ours, bfloat16 autocast, freed memory kept", True, True, True),
)


@dataclass(frozen=True)
class Job:
    """A model and batch to time."""

    decoder_width: int
    batch: int
    steps: int


class TorchsLstm(TrainedLstm):
    """torch's own way, whatever is asked."""

    def forward(  # type: ignore[override]
        self, input: Tensor, hx: State | None = None, constant: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """See `TrainedLstm.forward`."""
        if constant is not None:
            input = torch.cat([input, constant[:, None].expand(*input.shape[:2], -1)], -1)
        return nn.LSTM.forward(self, input, hx)

    def last(self, input: Tensor, hx: State | None = None, constant: Tensor | None = None) -> State:
        """See `TrainedLstm.last`."""
        return self.forward(input, hx, constant)[1]


@click.command()
@click.option("--threads", default=2, show_default=True)
@click.option("--rounds", default=5, show_default=True, help="Turns of each way at 32 steps.")
@click.option("--batch", "batches", multiple=True, default=(256, 512), show_default=True)
@click.option("--long/--no-long", "with_long", default=True, show_default=True, help="Also 64, 128 and 256 steps.")
def main(threads: int, rounds: int, batches: tuple[int, ...], with_long: bool) -> None:
    """Prints two tables, samples a second and time by the number of steps."""
    torch.set_num_threads(threads)
    print(describe_machine())
    print(f"products of 256 x 608 by 608 x 2048: {_product_speed(torch.float32):.0f} GFLOP/s in float32, "
          f"{_product_speed(torch.bfloat16):.0f} in bfloat16\n")  # fmt: skip
    with workers(threads) as lines:
        _print_speeds(lines, rounds, batches)
        if with_long:
            _print_lengths(lines, max(2, rounds // 2))


def _print_speeds(lines: dict[Way, Connection], rounds: int, batches: tuple[int, ...]) -> None:
    print("| decoder | batch | way | seconds a step | samples a second | of torch, float32 |\n" + "|---" * 6 + "|")
    for name, width in DECODER_WIDTHS.items():
        for batch in batches:
            times = take_turns(lines, Job(width, batch, 32), rounds)
            for way, seconds in times.items():
                share = times[WAYS[0]] / seconds
                print(f"| {name} | {batch} | {way.name} | {seconds:.3f} | {batch / seconds:.0f} | {share:.2f} |")


def _print_lengths(lines: dict[Way, Connection], rounds: int) -> None:
    print("\nseconds a step, decoder 2 x 256, batch 64\n")
    print("| steps | " + " | ".join(way.name for way in lines) + " | first to last |")
    print("|---" * (len(lines) + 2) + "|")
    for steps in STEPS:
        seconds = list(take_turns(lines, Job(256, 64, steps), rounds).values())
        print(f"| {steps} | " + " | ".join(f"{one:.3f}" for one in seconds) + f" | {seconds[0] / seconds[-1]:.2f} |")


def take_turns(lines: dict[Way, Connection], job: Job, rounds: int) -> dict[Way, float]:
    """Median seconds of an optimiser step for each way; the first turn warms up."""
    times: dict[Way, list[float]] = {way: [] for way in lines}
    for turn in range(rounds + 1):
        for way, line in lines.items():
            line.send(job)
            seconds = line.recv()
            times[way] += seconds if turn else []
    return {way: median(seconds) for way, seconds in times.items()}


@contextmanager
def workers(threads: int) -> Iterator[dict[Way, Connection]]:
    """A process for each way, and the line to it."""
    context, lines, processes = get_context("spawn"), {}, []
    for way in WAYS:
        lines[way], far_end = context.Pipe()
        processes.append(context.Process(target=_work, args=(far_end, way, threads), daemon=True))
        processes[-1].start()
    yield lines
    for line, process in zip(lines.values(), processes, strict=True):
        line.send(None)
        process.join()


def _work(line: Connection, way: Way, threads: int) -> None:
    torch.set_num_threads(threads)
    if way.keeps_memory:
        keep_freed_memory()
    known: Job | None = None
    while (job := line.recv()) is not None:
        if job != known:
            trainer, known = _Trainer(way, job), job
        line.send([trainer.step() for _ in range(2 if job.steps <= 64 else 1)])


class _Trainer:
    def __init__(self, way: Way, job: Job) -> None:
        torch.manual_seed(0)
        self.way, kind = way, TrainedLstm if way.is_ours else TorchsLstm
        with patch.object(encoders, "TrainedLstm", kind), patch.object(decoders, "TrainedLstm", kind):
            self.model = Vae(
                VaeConfig(
                    "melody", encoder="bilstm", decoder="lstm", encoder_width=512, steps=job.steps,
                    decoder_width=job.decoder_width, decoder_depth=2, latent_dim=256,
                )
            )  # fmt: skip
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3)
        self.music = torch.randint(0, 90, (job.batch, job.steps))

    def step(self) -> float:
        """Seconds of one optimiser step."""
        started = perf_counter()
        with torch.autocast("cpu", torch.bfloat16) if self.way.bfloat16 else nullcontext():
            loss = self.model.loss(self.music, beta=0.2, free_bits=48.0).total.mean()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return perf_counter() - started


def _product_speed(kind: torch.dtype) -> float:
    """GFLOP a second of a product of an LSTM's step."""
    rows, weight, taken = torch.randn(256, 608).to(kind), torch.randn(608, 2048).to(kind), []
    for _ in range(200):
        started = perf_counter()
        torch.mm(rows, weight)
        taken.append(perf_counter() - started)
    return 2 * 256 * 608 * 2048 / median(taken) / 1e9


if __name__ == "__main__":
    main()
