"""Which checkpoints came or changed in some folders since the last look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.runtime.checkpoint import CONFIG_NAME, OF_THESE_WEIGHTS, WEIGHTS_NAME, find

Stamp = tuple[tuple[int, int, int], ...]
"""When each file was written, how long it is, and which file it is; nothing of it is read."""


class Watch:
    """Remembers how the checkpoints were, from the moment that it is made.

    A checkpoint is told once it was found alike twice running, so that one that is being written is let be, and once
    for each change; one that has gone is not told.

    Args:
        folders: of checkpoints; one that is not there yet may come.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._told = self._stamps()
        self._last: dict[Path, Stamp] = {}

    def changed(self) -> list[Path]:
        """Folders of checkpoints that are new or not what they were."""
        before, self._last = self._last, self._stamps()
        settled = [path for path, stamp in self._last.items() if before.get(path) == stamp != self._told.get(path)]
        self._told |= {path: self._last[path] for path in settled}
        return settled

    def _stamps(self) -> dict[Path, Stamp]:
        found = {}
        for folder in self._folders:
            for path in find(folder):
                stamp = _stamp(path)
                if stamp:
                    found[path] = stamp
        return found


def _stamp(path: Path) -> Stamp:
    """Empty where the checkpoint is not whole."""
    stamp = []
    for name in (CONFIG_NAME, WEIGHTS_NAME, *OF_THESE_WEIGHTS):
        try:
            status = (path / name).stat()
        except OSError:
            if name in OF_THESE_WEIGHTS:
                continue
            return ()
        stamp.append((status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(stamp)
