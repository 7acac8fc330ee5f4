"""Learning from little music by the clock: rates that follow the time that is left, and a watch over held-out music.

A small set is learnt by heart within minutes. So the weights that are kept are those that rebuilt held-out music best
while the model did not copy, and learning ends where these get no better.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from engine.data.dataset import MusicSet
from engine.evaluation.memorisation import Memorisation
from engine.training.batches import Batches
from engine.training.heap import keep_freed_memory
from engine.training.learn_module import ByTheClock, Model, teachable
from engine.training.manners import EndOnInterrupt, quiet

LOOK_EVERY_STEPS = 20
COPIED_IN_A_ROW = 3
_ENDLESS = 10**9


@dataclass(frozen=True)
class Look:
    """A look at a model under way: its loss on held-out music, and whether it copies; None where nobody asked."""

    loss: float
    memorisation: Memorisation | None


@dataclass(frozen=True)
class Kept:
    """Weights worth keeping, after so many steps, and what was seen of them; step 0 is the model begun with."""

    step: int
    look: Look
    weights: dict[str, Tensor]


@dataclass(frozen=True)
class Fit:
    """How learning ended.

    Attributes:
        kept: the weights to use; None where it was interrupted, or nothing was good enough.
        steps: that were done.
        seconds: that it took.
        why: `time`, `patience` (held-out music got no better), `copying` or `interrupted`.
    """

    kept: Kept | None
    steps: int
    seconds: float
    why: str


class Budget(Callback):
    """Tells the module how much of its time has gone by, and ends the run when it has.

    Args:
        minutes: of the clock.
        steps: counted instead of time, where a run is to be the same again; None goes by the clock.
        clock: seconds, monotonic.
    """

    def __init__(self, minutes: float, steps: int | None, clock: Callable[[], float], progress: bool) -> None:
        self.limit_s, self.steps, self.clock = minutes * 60, steps, clock
        self.started = clock()
        self.bar = tqdm(
            total=100,
            unit="%",
            disable=not progress,
            bar_format="learning {percentage:3.0f}% |{bar}| {elapsed}{postfix}",
        )

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return self.clock() - self.started

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """From here on the time counts."""
        del trainer, pl_module
        self.started = self.clock()

    def on_train_batch_start(self, trainer: Trainer, pl_module: ByTheClock, *_: Any) -> None:  # type: ignore[override]
        """Before a step."""
        pl_module.share = self._share(trainer.global_step)

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: Any) -> None:
        """After a step."""
        del pl_module
        share = self._share(trainer.global_step)
        self.bar.update(round(100 * share) - self.bar.n)
        if share >= 1.0:
            trainer.should_stop = True

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Leave the terminal clean."""
        del trainer, pl_module
        self.bar.close()

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """The same, where it went wrong."""
        del trainer, pl_module, exception
        self.bar.close()

    def _share(self, step: int) -> float:
        return min(1.0, step / self.steps if self.steps else self.seconds / self.limit_s)


class Watch(Callback):
    """Looks at the model now and then, keeps the best weights that do not copy, and ends a run that no longer helps.

    Args:
        look: at a model on the CPU in evaluation mode.
        patience: steps without better weights after which the run ends.
        from_start: whether the model begun with is worth keeping.
    """

    def __init__(self, look: Callable[[Model, bool], Look], patience: int, from_start: bool, budget: Budget) -> None:
        self.look, self.patience, self.from_start, self.budget = look, patience, from_start, budget
        self.kept: Kept | None = None
        self.why, self._copied = "time", 0

    def on_train_start(self, trainer: Trainer, pl_module: ByTheClock) -> None:  # type: ignore[override]
        """At the model begun with."""
        if self.from_start:
            self._look(trainer, pl_module)

    def on_train_batch_end(self, trainer: Trainer, pl_module: ByTheClock, *_: Any) -> None:  # type: ignore[override]
        """After a step, where it is due or the last one."""
        if trainer.global_step % LOOK_EVERY_STEPS and not trainer.should_stop:
            return
        self._look(trainer, pl_module)
        if self._copied >= COPIED_IN_A_ROW:
            self.why, trainer.should_stop = "copying", True
        elif trainer.global_step - (self.kept.step if self.kept else 0) >= self.patience:
            self.why, trainer.should_stop = "patience", True

    def _look(self, trainer: Trainer, module: ByTheClock) -> None:
        model = copy.deepcopy(teachable(module.model)).cpu().eval()
        best = self.kept.look.loss if self.kept else float("inf")
        seen = self.look(model, False)
        if seen.loss >= best:
            return
        seen = self.look(model, True)
        is_copying = seen.memorisation is not None and seen.memorisation.is_learnt_by_heart
        if is_copying and trainer.global_step:
            self._copied += 1
            return
        self._copied = 0
        self.kept = Kept(trainer.global_step, seen, model.state_dict())
        self.budget.bar.set_postfix_str(f"step {trainer.global_step}, held-out loss {seen.loss:.2f}")


def fit(module: ByTheClock, train: MusicSet, watch: Watch, budget: Budget, device: str = "cpu") -> Fit:
    """Learn until the time is over, held-out music gets no better, or the model copies. Ctrl-C ends it with nothing."""
    keep_freed_memory()
    schedule = module.preset.schedule
    batches = Batches(_repeated(train, schedule.batch_size), schedule, module.seed, lambda: module.global_step)
    end = EndOnInterrupt()
    with quiet():
        trainer = Trainer(
            accelerator=device,
            devices=1,
            precision="32-true",
            max_steps=_ENDLESS,
            max_epochs=-1,
            gradient_clip_val=schedule.grad_norm,
            callbacks=[budget, watch, end],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
    with quiet(), end.listening():
        trainer.fit(module, DataLoader(batches, batch_size=None))
    steps = trainer.global_step
    if end.interrupted.is_set():
        return Fit(None, steps, budget.seconds, "interrupted")
    return Fit(watch.kept, steps, budget.seconds, watch.why)


def _repeated(music: MusicSet, least: int) -> MusicSet:
    """The same windows so often that they fill a batch: each is then seen in several keys at once."""
    times = -(-least // len(music))
    again = torch.arange(len(music)).repeat(times)
    return replace(
        music, music=music.music[again], source=music.source[again], file=music.file[again], bpm=music.bpm[again]
    )
