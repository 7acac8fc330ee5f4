"""MIDI folders to one data set file: read in parallel, skipped with reasons, de-duplicated, the same bytes each time.

The file is safetensors: memory-mapped, loaded in milliseconds, nothing in it can run. Its tensors:

| tensor | shape | what |
|---|---|---|
| `melody/tokens` | windows, 32; uint8 | classes of `representations.melody`; leading note-offs are holds |
| `groove/cells` | windows, 32, 27; float32 | `representations.groove.stack` |
| `melody_16bar/tokens` | windows, 256; uint8 | as `melody` |
| `trio_16bar/tokens` | windows, 256, 3; int16 | `representations.trio.stack` |
| `drums_2bar/classes` | windows, 32; int16 | classes of `representations.drum_classes` |
| `groove_4bar/cells` | windows, 64, 27; float32 | as `groove` |
| `notes_2bar/rows` | windows, 96, 6; int16 | rows of `representations.note_sequence` |
| `notes_4bar/rows` | windows, 160, 6; int16 | as `notes_2bar` |
| `*/source`, `*/split`, `*/file`, `*/bpm` | windows | which source, 0 train or 1 valid, which file, its tempo |

Which kinds it holds is chosen when it is built (`kinds.KINDS`); what it holds of one does not depend on the others.
"""

from __future__ import annotations

import functools
import hashlib
import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from engine.data.extract import Windows, extract
from engine.data.kinds import KINDS, Kind
from engine.data.sources import TRAIN, VALID, SourceFile, find_files
from engine.errors import DataError

FORMAT = "latent-bridge-data-1"


@dataclass
class BuildReport:
    """What a build did: windows kept by kind and split, and each skipped file with its reason."""

    files: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    sha256: str = ""

    def skipped_by_reason(self) -> Counter[str]:
        """How many files were skipped for each kind of reason."""
        return Counter(reason.split(":")[0] for _, reason in self.skipped)


@dataclass
class _Shelf:
    """Windows of one kind, gathered: arrays, and their source, split, file and bpm."""

    arrays: list[NDArray[np.generic]] = field(default_factory=list)
    labels: list[tuple[int, int, int, float]] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)


def build(
    folders: Sequence[Path],
    out: Path,
    *,
    kinds: Sequence[Kind] = tuple(KINDS.values()),
    workers: int | None = None,
    progress: Callable[[Iterator[Windows], int], Iterable[Windows]] = lambda items, _: items,
) -> BuildReport:
    """Read every MIDI file below the folders and write one data set.

    Args:
        folders: folders or files.
        out: the file to write; written beside and moved into place, so a broken build leaves none.
        kinds: of windows, at least one.
        workers: processes; None takes one a core.
        progress: wraps the stream of results (and its length), for a progress bar.

    Raises:
        DataError: there is no MIDI file, or none gave a window.
    """
    files = [file for folder in folders for file in find_files(folder)]
    if not files:
        raise DataError(f"no .mid or .midi file below {', '.join(map(str, folders))}; name a folder that holds some")
    report = BuildReport(files=len(files))
    sources = sorted({file.source for file in files})
    shelves = {kind.name: _Shelf() for kind in kinds}
    results = list(progress(_extract_all(files, kinds, workers), len(files)))
    for split in (TRAIN, VALID):  # train first: a window that both hold stays out of validation
        for number, (file, windows) in enumerate(zip(files, results, strict=True)):
            if windows.split == split and windows.skipped is None:
                label = (sources.index(file.source), split, number, windows.bpm)
                for kind in kinds:
                    _gather(shelves[kind.name], windows.by_kind[kind.name], label, kind, report)
    report.skipped = [(windows.name, windows.skipped) for windows in results if windows.skipped is not None]
    if not report.kept:
        raise DataError(f"none of {len(files)} files gave a window of 4/4: {dict(report.skipped_by_reason())}")
    _write(out, kinds, shelves, sources, [file.name for file in files])
    report.sha256 = hashlib.sha256(out.read_bytes()).hexdigest()
    return report


def _extract_all(files: Sequence[SourceFile], kinds: Sequence[Kind], workers: int | None) -> Iterator[Windows]:
    read = functools.partial(extract, kinds=[kind.name for kind in kinds])
    if workers == 1:
        yield from map(read, files)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        try:
            yield from pool.map(read, files, chunksize=8)
        except BrokenProcessPool as error:
            raise DataError("a process that reads MIDI files died; find the file with one worker") from error


def _gather(
    shelf: _Shelf,
    arrays: Iterable[NDArray[np.generic]],
    label: tuple[int, int, int, float],
    kind: Kind,
    report: BuildReport,
) -> None:
    for array in arrays:
        fingerprint = kind.key(array)
        if fingerprint in shelf.seen:
            report.duplicates[kind.name] += 1
            continue
        shelf.seen.add(fingerprint)
        shelf.arrays.append(array)
        shelf.labels.append(label)
        report.kept[f"{kind.name} {'valid' if label[1] == VALID else 'train'}"] += 1


def _write(out: Path, kinds: Sequence[Kind], shelves: dict[str, _Shelf], sources: list[str], names: list[str]) -> None:
    tensors: dict[str, NDArray[np.generic]] = {}
    for kind in kinds:
        shelf, empty = shelves[kind.name], np.zeros((0, kind.rows, *kind.depth), kind.dtype)
        tensors[f"{kind.name}/{kind.tensor}"] = np.stack(shelf.arrays) if shelf.arrays else empty
        columns = list(zip(*shelf.labels, strict=True)) or [(), (), (), ()]
        for column, label, label_type in zip(
            columns, ("source", "split", "file", "bpm"), (np.uint8, np.uint8, np.int32, np.float32), strict=True
        ):
            tensors[f"{kind.name}/{label}"] = np.array(column, label_type)
    names_hash = hashlib.sha256("\n".join(names).encode()).hexdigest()
    metadata = {"format": FORMAT, "sources": json.dumps(sources), "files_sha256": names_hash}
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(out.name + ".partial")
    save_file(tensors, partial, {"build": json.dumps(metadata, sort_keys=True)})
    partial.replace(out)
