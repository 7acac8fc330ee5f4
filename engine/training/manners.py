"""How a run behaves on a terminal: it gives no advice, and Ctrl-C ends it cleanly."""

from __future__ import annotations

import logging
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from lightning import Callback, LightningModule, Trainer

# What Lightning says of choices that were made on purpose: one process reads data that lies in memory, without end.
_CHATTER = (
    ".*does not have many workers.*",
    ".*IterableDataset.*",
    ".*isinstance.treespec, LeafSpec.*",
    ".*mid-epoch.*",
    ".*no `val_dataloader`.*",
    ".*Checkpoint directory.*",
    ".*You're resuming from a checkpoint that ended before the epoch ended.*",
)
_CHATTERERS = ("lightning.pytorch", "lightning.pytorch.utilities.rank_zero", "lightning.fabric.utilities.distributed")


@contextmanager
def quiet() -> Iterator[None]:
    """Without Lightning's advice; its real warnings stay."""
    loggers = [logging.getLogger(name) for name in _CHATTERERS]
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


class EndOnInterrupt(Callback):
    """Ctrl-C lets the step end and the state be written; a second one ends the process at once.

    Where several processes train together they end after the same step, whichever of them was interrupted.

    Attributes:
        interrupted: whether one of them was.
    """

    def __init__(self) -> None:
        self.interrupted = threading.Event()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While Ctrl-C is heard; outside the main thread it never is."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def note(*_: object) -> None:
            self.interrupted.set()
            signal.signal(signal.SIGINT, before)

        signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        """After each step the processes agree whether it was the last."""
        del pl_module
        if trainer.strategy.reduce_boolean_decision(self.interrupted.is_set(), all=False):
            self.interrupted.set()
            loop = trainer.fit_loop.epoch_loop  # should_stop would add a validation that a run without a stop has not
            loop.max_steps = min(loop.max_steps, trainer.global_step)
