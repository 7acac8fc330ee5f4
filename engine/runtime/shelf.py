"""A shelf of checkpoints: what each is, is known from the start; weights are loaded when they are first asked for."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import torch

from engine.errors import CheckpointError, OutOfRangeError
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint, Summary
from engine.runtime.watch import Watch

MIB = 1 << 20
MAX_NAME_LETTERS = 64

log = logging.getLogger("engine")


class Shelf:
    """Checkpoints by name. Not thread-safe.

    With a budget, whoever was not asked for the longest is let go when the weights in memory become more. Those that
    are `favoured` go last, those that are `playing` and the one asked for never: they may go over the budget alone.

    Args:
        device: where models work.
        budget_bytes: of weights in memory, counted in float32; None is no budget.

    Attributes:
        favoured: names that stay as long as others can go.
        playing: names that stay.
        folders: where they came from, the preferred first.
        watch: over these folders, from before they were read.

    Raises:
        OutOfRangeError: the budget is not above 0.
    """

    def __init__(self, device: torch.device | str = "cpu", budget_bytes: float | None = None) -> None:
        if budget_bytes is not None and not budget_bytes > 0:
            raise OutOfRangeError(f"the memory for models is {budget_bytes / MIB:g} MiB; give more than 0, or no limit")
        self.device, self._budget = device, budget_bytes
        self._summaries: dict[str, Summary] = {}
        self._loaded: OrderedDict[str, Checkpoint] = OrderedDict()
        self.favoured: Collection[str] = ()
        self.playing: Collection[str] = ()
        self.folders: tuple[Path, ...] = ()
        self.watch = Watch(())

    @classmethod
    def of(cls, checkpoints: Sequence[Checkpoint]) -> Self:
        """A shelf of checkpoints that are loaded already."""
        shelf = cls()
        for loaded in checkpoints:
            shelf.put(loaded.summary, loaded)
        return shelf

    @classmethod
    def from_folders(
        cls, folders: Sequence[Path], device: torch.device | str = "cpu", budget_bytes: float | None = None
    ) -> Self:
        """Whatever lies in these folders, unloaded; where two have one name, the first.

        What is broken in the user's own folder is left out, and said so.

        Raises:
            CheckpointError: there is none at all, or one elsewhere is broken.
        """
        shelf = cls(device, budget_bytes)
        shelf.folders, shelf.watch = tuple(folders), Watch(folders)
        for folder in folders:
            for path in checkpoint.find(folder):
                try:
                    shelf.add(checkpoint.summarize(path))
                except CheckpointError as error:
                    if not _may_be_broken(path):
                        raise
                    log.warning("%s is left out: %s", path.name, error)
        if not shelf.summaries:
            where = " or ".join(map(str, folders))
            raise CheckpointError(f"no checkpoint in {where}; name a folder that holds some")
        return shelf

    def __contains__(self, name: str) -> bool:
        return name in self._summaries

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """All that stand here, in the order in which they came."""
        return tuple(self._summaries.values())

    @property
    def loaded(self) -> tuple[str, ...]:
        """Names of those whose weights are in memory, the longest unused first."""
        return tuple(self._loaded)

    @property
    def num_bytes(self) -> int:
        """Of the weights in memory."""
        return sum(self._summaries[name].num_bytes for name in self._loaded)

    def add(self, summary: Summary) -> bool:
        """Puts one on the shelf, its weights unread; one of the same name from elsewhere stays, and it is said so.

        So it is where the name is longer than a client can be told, 64 letters.

        Returns:
            Whether it stands there now.
        """
        if len(summary.name) > MAX_NAME_LETTERS:
            log.warning("%s is left out: its name has over %d letters; rename it", summary.folder, MAX_NAME_LETTERS)
            return False
        before = self._summaries.get(summary.name)
        if before is not None and before.folder != summary.folder:
            log.warning("%s is left out: %s has that name already; rename its folder", summary.folder, before.folder)
            return False
        self._loaded.pop(summary.name, None)
        self._summaries[summary.name] = summary
        return True

    def put(self, summary: Summary, loaded: Checkpoint) -> bool:
        """Puts one on the shelf as `add` does, loaded; its weights stay in memory where there is room for them."""
        stands = self.add(summary)
        if stands and (summary.folder is None or self.has_room(summary.name)):
            self._loaded[summary.name] = loaded
        return stands

    def load(self, name: str) -> bool:
        """Loads one at the start.

        Returns:
            False where it is broken and the user's own: it is then taken off the shelf, and it is said so.

        Raises:
            CheckpointError: it is broken, and not the user's own.
        """
        try:
            self.get(name)
        except CheckpointError as error:
            folder = self._summaries[name].folder
            if folder is None or not _may_be_broken(folder):
                raise
            log.warning("%s is left out: %s", name, error)
            del self._summaries[name]
        return name in self._summaries

    def has_room(self, name: str) -> bool:
        """Whether the weights of one that is not loaded fit in beside those that are."""
        return self._budget is None or self.num_bytes + self._summaries[name].num_bytes <= self._budget

    def get(self, name: str) -> Checkpoint:
        """The checkpoint of a name that stands here, loaded where it is not; others are let go where that needs room.

        Raises:
            CheckpointError: it is not there any more, or broken.
        """
        loaded = self._loaded.get(name)
        if loaded is None:
            loaded = self._load(name)
        self._loaded.move_to_end(name)
        return loaded

    def _load(self, name: str) -> Checkpoint:
        summary = self._summaries[name]
        if summary.folder is None:
            raise CheckpointError(f"{name} came without a folder and cannot be loaded again; start the engine anew")
        self._make_room(summary)
        loaded = replace(checkpoint.load(summary.folder, self.device), name=name)
        self._loaded[name] = loaded
        log.debug("%s is loaded: %.1f MiB of models in memory", name, self.num_bytes / MIB)
        return loaded

    def _make_room(self, summary: Summary) -> None:
        """Lets the longest unused go until the budget holds, as far as it can."""
        for name in sorted(self._loaded, key=lambda name: name in self.favoured):  # each half stays in order of use
            if self.has_room(summary.name):
                return
            if name not in self.playing and self._summaries[name].folder is not None:
                del self._loaded[name]
                log.info("%s is let go, to make room for %s; it is loaded again when asked for", name, summary.name)
        if not self.has_room(summary.name):
            total = (self.num_bytes + summary.num_bytes) / MIB
            log.warning("with %s, models take %.1f MiB: more than was given; nothing else can go", summary.name, total)


def _may_be_broken(folder: Path) -> bool:
    """What the user has made must not keep the engine from starting."""
    return folder.parent == checkpoint.user_checkpoints()
