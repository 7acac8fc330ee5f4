"""How a run behaves on a terminal: it gives no advice, and Ctrl-C ends it cleanly."""

from __future__ import annotations

import logging
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from lightning import Trainer

# What Lightning says of choices that were made on purpose: one process reads data that lies in memory, without end.
_CHATTER = (
    ".*does not have many workers.*",
    ".*IterableDataset.*",
    ".*isinstance.treespec, LeafSpec.*",
    ".*mid-epoch.*",
    ".*Checkpoint directory.*",
    ".*You're resuming from a checkpoint that ended before the epoch ended.*",
)


@contextmanager
def quiet() -> Iterator[None]:
    """Without Lightning's advice; its real warnings stay."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.pytorch.utilities.rank_zero")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for message in _CHATTER:
                warnings.filterwarnings("ignore", message)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def stopped_by_interrupt(trainer: Trainer) -> Iterator[threading.Event]:
    """Ctrl-C lets the step end and the state be written; a second one ends the process at once."""
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        interrupted.set()
        loop = trainer.fit_loop.epoch_loop  # should_stop would add a validation that a run without a stop has not
        loop.max_steps = min(loop.max_steps, trainer.global_step + 1)
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
