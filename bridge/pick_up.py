"""The thread that looks for models while the engine runs, and hands what it finds to the worker."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from bridge.engine_interface import PickUp
from bridge.jobs import Adoption

log = logging.getLogger("bridge")

EVERY_S = 1.0


class Pause(Protocol):
    """Waits between two looks; `threading.Event` is one."""

    def wait(self, timeout: float) -> bool: ...  # True where it is over

    def set(self) -> None: ...


class PickingUp:
    """Looks every second, in a thread of its own: loading and warming never hold up receiver or worker.

    Args:
        pause: waits, until it is set.
    """

    def __init__(self, pause: Pause | None = None) -> None:
        self._pause = pause or threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, finder: PickUp, adopt: Callable[[Adoption], None]) -> None:
        """Begins to look.

        Args:
            finder: looks once.
            adopt: takes what was found; called in the thread of the looks, must not block.
        """
        self._thread = threading.Thread(target=self._run, args=(finder, adopt), name="pick-up", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Looks no more; a look under way goes on to its end."""
        self._pause.set()

    def join(self, timeout_s: float) -> bool:
        """Waits for the end of a look under way.

        Returns:
            False where it was not done in time, and is left behind: the process must then not tidy up under it.
        """
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self, finder: PickUp, adopt: Callable[[Adoption], None]) -> None:
        while not self._pause.wait(EVERY_S):
            try:
                arrived = finder.look()
            except Exception:  # whatever lies in a folder, the engine goes on, and looks again
                log.exception("looking for models failed")
            else:
                if arrived:
                    adopt(Adoption(arrived))
