"""Models that come or change while the engine runs: found, loaded and warmed beside it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

import torch

from engine.errors import EngineError
from engine.runtime import checkpoint
from engine.runtime.checkpoint import Checkpoint, Summary
from engine.runtime.watch import Watch

log = logging.getLogger("engine")


class Arrived(NamedTuple):
    """A checkpoint that came or changed."""

    summary: Summary
    loaded: Checkpoint


class PickUp:
    """Looks for models; one thread alone uses it, and it need not be the engine's.

    Args:
        watch: over the folders where models may come.
        device: where they are to work.
        warm_up: runs a model once; the engine has not seen it yet.
    """

    def __init__(self, watch: Watch, device: torch.device | str, warm_up: Callable[[Checkpoint], None]) -> None:
        self._watch, self._device, self._warm_up = watch, device, warm_up

    def look(self) -> list[Arrived]:
        """What came or changed since the last look; what is broken is said once, and tried again when it changes."""
        found = []
        for path in self._watch.changed():
            try:
                arrived = Arrived(checkpoint.summarize(path), checkpoint.load(path, self._device))
                self._warm_up(arrived.loaded)
            except (EngineError, RuntimeError) as error:  # torch's own, where a config names what cannot be built
                log.warning("%s is not picked up: %s; it is tried again when it changes", path.name, error)
            else:
                found.append(arrived)
        return found
