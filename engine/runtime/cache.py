"""The latent cache: what a clip's encoding gave, kept by the clip's content and the model, across restarts."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from engine.errors import OutOfRangeError
from engine.runtime.latent_store import Latents, LatentStore, is_busy, is_corrupt, move_aside, open_store

logger = logging.getLogger(__name__)

BATCH_ITEMS = 256
# More than this are not waiting for the file; the oldest of them stay in memory only.
MAX_PENDING = 4096
RETRY_S = 0.2


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What the cache did since it was opened.

    Attributes:
        hits: `get` that found its key.
        misses: `get` that did not.
        memory_items: keys in memory.
        on_disk: True while what is put is also written to the file.
    """

    hits: int
    misses: int
    memory_items: int
    on_disk: bool


def cache_key(clip_fingerprint: str, kind: str, model_hash: str) -> str:
    """The key of a clip's latents: its content, what it was taken for, and the weights that encoded it."""
    return f"{model_hash}:{kind}:{clip_fingerprint}"


def default_cache_path() -> Path:
    """The file in the user's own cache folder, as each system has it."""
    return platformdirs.user_cache_path("latent-bridge", appauthor=False) / "latents.sqlite"


class LatentCache:
    """Latents by key, the last used in memory, more of them in a file.

    Any thread may call any method. `put` returns at once: a thread of the cache's own writes the file behind it. A file
    that is broken, foreign, read-only or on a full disk costs a warning, never a request. What was put in the last
    moments before a kill may be missing afterwards; what is there is right.

    Args:
        path: the SQLite file; None keeps all in memory.
        memory_items: keys in memory, the longest unused are dropped first; at least 1.
        disk_items: the same for the file.
        clock: seconds since the epoch; marks when a key was last used, in all processes that share the file.

    Raises:
        OutOfRangeError: a bound below 1.
    """

    def __init__(
        self,
        path: Path | None,
        memory_items: int = 1024,
        disk_items: int = 100_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if memory_items < 1 or disk_items < 1:
            raise OutOfRangeError(f"memory_items is {memory_items} and disk_items {disk_items}; give at least 1")
        self._path, self._memory_items, self._disk_items, self._clock = path, memory_items, disk_items, clock
        self._memory: OrderedDict[str, Latents] = OrderedDict()
        self._pending: OrderedDict[str, Latents] = OrderedDict()
        self._used: set[str] = set()
        self._failure: sqlite3.Error | None = None
        self._hits = self._misses = 0
        self._writing = self._closing = False
        self._state = threading.Condition()
        self._reading = threading.Lock()
        self._reader = open_store(path, disk_items) if path else None
        self._writer = open_store(path, disk_items) if path and self._reader else None
        self._thread = threading.Thread(target=self._write_behind, name="latent-cache", daemon=True)
        if self._writer:
            self._thread.start()

    def get(self, key: str) -> Latents | None:
        """The latents of a key, shape `windows, latent`, the caller's own copy; None where there are none."""
        with self._state:
            found = self._memory.get(key)
            if found is None:
                found = self._pending.get(key)
        if found is None:
            found = self._read(key)
        with self._state:
            if found is None:
                self._misses += 1
                return None
            self._hits += 1
            self._remember(key, found)
            self._used.add(key)
            if len(self._used) >= MAX_PENDING:
                self._state.notify_all()
            return found.copy()

    def put(self, key: str, array: Latents) -> None:
        """Keep latents of shape `windows, latent`; the array is copied, as float32.

        Raises:
            OutOfRangeError: the array has not two axes.
        """
        if array.ndim != 2:
            raise OutOfRangeError(f"latents have {array.ndim} axes; give two, windows and latent")
        kept = np.array(array, dtype=np.float32, order="C")
        with self._state:
            self._remember(key, kept)
            if self._writer and not self._closing:
                self._pending[key] = kept
                while len(self._pending) > MAX_PENDING:
                    self._pending.popitem(last=False)
                self._state.notify_all()

    @property
    def stats(self) -> CacheStats:
        """Hits, misses and what is kept where."""
        with self._state:
            return CacheStats(self._hits, self._misses, len(self._memory), self._writer is not None)

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until what was put is in the file; False where that took longer or there is no file."""
        with self._state:
            done = self._state.wait_for(lambda: not self._pending and not self._writing, timeout_s)
            return done and self._writer is not None

    def close(self) -> None:
        """Write what waits, close the file. Memory still answers; a second call does nothing."""
        with self._state:
            self._closing = True
            self._state.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        with self._reading:
            if self._reader:
                self._reader.close()
                self._reader = None

    def _remember(self, key: str, array: Latents) -> None:
        self._memory[key] = array
        self._memory.move_to_end(key)
        while len(self._memory) > self._memory_items:
            self._memory.popitem(last=False)

    def _read(self, key: str) -> Latents | None:
        with self._reading:
            if self._reader is None:
                return None
            try:
                return self._reader.read(key)
            except sqlite3.Error as error:
                logger.warning("the latent cache cannot be read (%s); the clip is encoded again", error)
                if is_busy(error):
                    return None
                self._reader.close()
                self._reader = None
                failure = error
        with self._state:
            self._failure = failure
            self._state.notify_all()
        return None

    def _has_work(self) -> bool:
        return bool(self._pending) or self._closing or self._failure is not None or len(self._used) >= MAX_PENDING

    def _write_behind(self) -> None:
        while self._writer:
            with self._state:
                self._state.wait_for(self._has_work)
                batch = dict(list(self._pending.items())[:BATCH_ITEMS])
                used, self._used = self._used, set()
                failure, self._failure = self._failure, None
                self._writing = True
                is_last = self._closing and len(batch) == len(self._pending)
            is_stored = self._store(self._writer, batch, used, failure)
            with self._state:
                for key, array in batch.items():
                    if is_stored and self._pending.get(key) is array:
                        del self._pending[key]
                self._writing = False
                self._state.notify_all()
                if is_last:
                    break
                if not is_stored and self._writer:
                    self._state.wait_for(lambda: self._closing, RETRY_S)
        if self._writer:
            self._writer.close()
        with self._state:
            self._pending.clear()
            self._state.notify_all()

    def _store(
        self, writer: LatentStore, batch: dict[str, Latents], used: set[str], failure: sqlite3.Error | None
    ) -> bool:
        """Write a batch; False where it must be tried again, as after a failure, which makes the file anew first."""
        try:
            if failure is None:
                writer.write(batch, used, self._clock())
        except sqlite3.Error as error:
            if not is_busy(error):
                logger.warning("the latent cache cannot be written (%s)", error)
                failure = error
            else:
                return False
        if failure is None:
            return True
        writer.close()
        self._writer = None
        if self._path and is_corrupt(failure):
            self._begin_anew(self._path, failure)
        return False

    def _begin_anew(self, path: Path, failure: sqlite3.Error) -> None:
        with self._reading:
            if self._reader:
                self._reader.close()
            self._reader = open_store(path, self._disk_items) if move_aside(path, failure) else None
            self._writer = open_store(path, self._disk_items) if self._reader else None
