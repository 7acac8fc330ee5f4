"""The conductor: one thread that has every player send its notes in time."""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from bridge.clock import Clock

log = logging.getLogger("bridge")

_LONGEST_WAIT_S = 0.02


class Playing(Protocol):
    """What is conducted."""

    def advance(self, now_s: float) -> float:
        """Sends what is due, and says when it wants to be asked again."""
        ...


class Conductor:
    """Calls players in time; whoever else uses them holds `lock`.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lock = threading.Condition(threading.RLock())
        self._players: list[Playing] = []
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="conductor", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Ends; players are not told."""
        with self.lock:
            self._stopping = True
            self.lock.notify()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def conduct(self, player: Playing) -> None:
        """Takes a player in; twice is once."""
        with self.lock:
            if player not in self._players:
                self._players.append(player)
            self.lock.notify()

    def dismiss(self, player: Playing) -> None:
        """Lets a player go."""
        with self.lock:
            if player in self._players:
                self._players.remove(player)

    def _run(self) -> None:
        with self.lock:
            while not self._stopping:
                now_s = self._clock()
                wanted_s = min((self._advance(player, now_s) for player in tuple(self._players)), default=now_s + 1.0)
                wait_s = min(wanted_s - self._clock(), _LONGEST_WAIT_S) if self._players else None
                if wait_s is None or wait_s > 0:
                    self.lock.wait(wait_s)

    def _advance(self, player: Playing, now_s: float) -> float:
        try:
            return player.advance(now_s)
        except Exception:  # one player's failure must not silence the others
            log.exception("a player failed")
            self._players.remove(player)
            return now_s + _LONGEST_WAIT_S
