"""Latents in one SQLite file that may be killed at any moment and shared by processes.

A row is a key, a shape, the raw float32 bytes and their checksum: nothing that is read is ever executed. WAL with
`synchronous=NORMAL` loses at most the last writes on a power cut and never the file.
"""

from __future__ import annotations

import logging
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

Latents = NDArray[np.float32]

# "LBlc": says whose file it is; the version changes with the table, and a file of another version is started anew.
APPLICATION_ID = 0x4C426C63
VERSION = 1
BUSY_TIMEOUT_S = 2.0
_DTYPE = np.dtype("<f4")
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_TABLE = """
CREATE TABLE latents (
    key TEXT PRIMARY KEY, windows INTEGER NOT NULL, latent INTEGER NOT NULL,
    data BLOB NOT NULL, checksum INTEGER NOT NULL, used REAL NOT NULL)
"""


class ForeignFileError(Exception):
    """The file is whole but not a store of this version."""


class LatentStore:
    """One connection to the file; for one thread at a time.

    Args:
        path: made where it does not exist, with its folders.
        max_items: rows kept, the latest used first; at least 1.

    Raises:
        ForeignFileError: the file belongs to another program or version.
        sqlite3.Error, OSError: it cannot be opened; `is_corrupt` tells whether starting anew would help.
    """

    def __init__(self, path: Path, max_items: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._max_items = max_items
        self._connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def read(self, key: str) -> Latents | None:
        """The latents of a key, shape `windows, latent`; None where there are none, or where a row is damaged."""
        row = self._connection.execute(
            "SELECT windows, latent, data, checksum FROM latents WHERE key = ?", (key,)
        ).fetchone()
        if row is None:
            return None
        windows, latent, data, checksum = row
        if (
            not isinstance(data, bytes)
            or len(data) != windows * latent * _DTYPE.itemsize
            or zlib.crc32(data) != checksum
        ):
            logger.warning("a damaged row of the latent cache is left out")
            return None
        return np.frombuffer(data, _DTYPE).reshape(windows, latent).astype(np.float32)

    def write(self, latents: Mapping[str, Latents], used: Iterable[str], now_s: float) -> None:
        """Store these latents, mark these keys as used now, and drop the longest unused beyond the bound."""
        with self._transaction():
            self._connection.executemany("UPDATE latents SET used = ? WHERE key = ?", [(now_s, key) for key in used])
            self._connection.executemany(
                "INSERT OR REPLACE INTO latents VALUES (?, ?, ?, ?, ?, ?)",
                [_row(key, array, now_s) for key, array in latents.items()],
            )
            surplus = self.count() - self._max_items
            if surplus > 0:
                self._connection.execute(
                    "DELETE FROM latents WHERE key IN (SELECT key FROM latents ORDER BY used LIMIT ?)", (surplus,)
                )

    def count(self) -> int:
        """Rows in the file."""
        return int(self._connection.execute("SELECT COUNT(*) FROM latents").fetchone()[0])

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._connection.close()

    def _prepare(self) -> None:
        with self._transaction():
            found = tuple(self._pragma(name) for name in ("application_id", "user_version", "schema_version"))
            if found == (0, 0, 0):
                self._connection.execute(_TABLE)
                self._connection.execute("CREATE INDEX latents_used ON latents (used)")
                self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {VERSION}")
            elif found[:2] != (APPLICATION_ID, VERSION):
                raise ForeignFileError("the file is not a latent cache of this version")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self.read("")  # a table of other columns shows itself here, not in the middle of a request

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    def _transaction(self) -> _Transaction:
        return _Transaction(self._connection)


class _Transaction:
    """All or nothing; takes the write lock at once, so that two processes wait instead of failing half way."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK" if kind else "COMMIT")


def open_store(path: Path, max_items: int) -> LatentStore | None:
    """Open the file, or start it anew where it is corrupt or foreign; None, with a warning, where neither can be done.

    What was there is kept beside it with the ending `.corrupt`, the last one only.
    """
    for _ in range(2):
        try:
            return LatentStore(path, max_items)
        except (sqlite3.Error, OSError, ForeignFileError) as error:
            if not is_corrupt(error):
                logger.warning("the latent cache %s cannot be used (%s); latents are kept in memory only", path, error)
                return None
            if not move_aside(path, error):
                return None
    logger.warning("the latent cache %s cannot be started anew; latents are kept in memory only", path)
    return None


def is_corrupt(error: Exception) -> bool:
    """True where the file itself is broken, not the disk, the rights or the moment."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT
    return isinstance(error, ForeignFileError)


def is_busy(error: sqlite3.Error) -> bool:
    """True where another process holds the file just now."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def move_aside(path: Path, error: Exception) -> bool:
    """Rename a broken file to `.corrupt` and drop its journals; False, with a warning, where that fails too."""
    try:
        path.replace(path.with_name(path.name + ".corrupt"))
        for journal in ("-wal", "-shm"):
            path.with_name(path.name + journal).unlink(missing_ok=True)
    except OSError as failure:
        logger.warning("the latent cache %s is broken (%s) and cannot be moved (%s)", path, error, failure)
        return False
    logger.warning("the latent cache %s was broken (%s); it is now %s.corrupt, a new one is begun", path, error, path)
    return True


def _row(key: str, array: Latents, now_s: float) -> tuple[str, int, int, bytes, int, float]:
    data = array.astype(_DTYPE).tobytes()
    return key, array.shape[0], array.shape[1], data, zlib.crc32(data), now_s
