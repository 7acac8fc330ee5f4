"""Where each file comes from: its source, licence and split, from a manifest where there is one."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TRAIN, VALID = 0, 1
MANIFEST_NAME = "MANIFEST.csv"
UNLISTED = "unlisted"
_MANIFEST_COLUMNS = {"path", "source", "split"}
_SUFFIXES = {".mid", ".midi"}
_VALID_SHARE = 0.1


@dataclass(frozen=True, order=True)
class SourceFile:
    """A MIDI file to read.

    Attributes:
        path: where it lies.
        name: its path below the folder that was named, with forward slashes; what skips and splits are keyed by.
        source: collection, from the manifest, else `unlisted`.
        licence: from the manifest, else empty.
        split: `TRAIN` or `VALID`; None: decided by the file's content hash.
    """

    path: Path
    name: str
    source: str = UNLISTED
    licence: str = ""
    split: int | None = None


def find_files(folder: Path) -> Iterator[SourceFile]:
    """Every MIDI file below the folder, in order of name.

    A `MANIFEST.csv` in the folder or in one above it says source and split; it has the columns path, source and split,
    and may have licence and others.
    """
    manifest = _read_manifest(folder)
    paths = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES)
    for path in paths:
        row = manifest.get(path.resolve())
        name = path.name if path == folder else path.relative_to(folder).as_posix()
        if row is None:
            yield SourceFile(path, name)
        else:
            split = {"train": TRAIN, "valid": VALID}.get(row["split"])
            yield SourceFile(path, name, row["source"], row.get("licence", ""), split)


def split_by_hash(content: bytes) -> int:
    """`VALID` for a tenth of all contents, the same in every process."""
    return VALID if hashlib.sha256(content).digest()[0] < 256 * _VALID_SHARE else TRAIN


def _read_manifest(folder: Path) -> dict[Path, dict[str, str]]:
    for place in (folder.resolve(), *folder.resolve().parents):
        manifest = place / MANIFEST_NAME
        if manifest.is_file():
            with manifest.open(newline="", encoding="utf-8") as stream:
                reader = csv.DictReader(stream)
                if not set(reader.fieldnames or ()) >= _MANIFEST_COLUMNS:
                    continue  # some other program's
                return {place / row["path"]: row for row in reader}
    return {}
