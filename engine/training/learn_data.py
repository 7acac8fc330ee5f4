"""A musician's folder as windows to learn from: what was found, what was left out, what is held out.

Windows of one file overlap, and so do their notes: where there are files enough, whole files are held out; where there
are few, the end of each, without the windows that reach into it. Windows that are the same but for a transposition were
made one when the data set was built.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.data.build import BuildReport, build
from engine.data.dataset import MusicSet, data_hash, load_set
from engine.data.extract import Windows
from engine.data.kinds import KINDS, named_kinds
from engine.errors import DataError

HELD_OUT_SHARE = 0.15
MOST_OF_ONE_FILE = 0.25
FILES_TO_HOLD_OUT_WHOLE = 8
FEWEST_TRAINING, FEWEST_HELD_OUT = 6, 2
_FILES_FOR_ONE_WORKER = 100

Progress = Callable[[Iterator[Windows], int], Iterable[Windows]]


@dataclass(frozen=True)
class Found:
    """What a folder holds.

    Attributes:
        data: the data set file that was built of it.
        report: files, windows and skips.
        counts: unique windows, by kind of window.
    """

    data: Path
    report: BuildReport
    counts: dict[str, int]


@dataclass(frozen=True)
class OwnMusic:
    """The windows of one kind.

    Attributes:
        train, held_out: what is learnt from, and what is only measured on.
        files: that windows came from.
        by_file: whether whole files are held out, or the ends of all.
        sha256: of all the windows, as `data_hash` has it.
    """

    train: MusicSet
    held_out: MusicSet
    files: int
    by_file: bool
    sha256: str


def find_music(folder: Path, out: Path, kinds: Sequence[str], progress: Progress | None = None) -> Found:
    """Read every MIDI file of a folder.

    Args:
        folder: where they lie, at any depth.
        out: the data set file to write.
        kinds: of windows to look for, names in `KINDS`.
        progress: wraps the stream of results and its length, for a bar.

    Raises:
        DataError: there is no MIDI file, or none gave a window.
    """
    count = sum(1 for path in folder.rglob("*") if path.suffix.lower() in (".mid", ".midi"))
    workers = 1 if count <= _FILES_FOR_ONE_WORKER else None
    report = build(
        [folder], out, kinds=named_kinds(kinds), workers=workers, progress=progress or (lambda them, _: them)
    )
    counts = {kind: report.kept[f"{kind} train"] + report.kept[f"{kind} valid"] for kind in kinds}
    return Found(out, report, counts)


def own_music(found: Found, kind: str) -> OwnMusic:
    """The windows of one kind, a share of them held out; the same folder gives the same shares.

    Raises:
        DataError: there are too few.
    """
    if not found.counts.get(kind):
        raise DataError(f"the folder gave no {kind} windows of {KINDS[kind].bars} bars of 4/4; add clips that do")
    music = load_set(found.data, kind, None)
    order = torch.argsort(music.file, stable=True)  # a file's windows follow one another as its bars do
    music = _chosen(music, order)
    files = music.file.unique().tolist()
    by_file = len(files) >= FILES_TO_HOLD_OUT_WHOLE
    held_out, dropped = _whole_files(music) if by_file else _ends(music, KINDS[kind].bars - 1)
    train = ~(held_out | dropped)
    if train.sum() < FEWEST_TRAINING or held_out.sum() < FEWEST_HELD_OUT:
        raise DataError(
            f"only {len(music)} different {kind} windows of {KINDS[kind].bars} bars in {len(files)} files; add clips "
            "until there are a dozen (those that differ in nothing but their key count once)"
        )
    return OwnMusic(_chosen(music, train), _chosen(music, held_out), len(files), by_file, data_hash(found.data, kind))


def _whole_files(music: MusicSet) -> tuple[Tensor, Tensor]:
    """Which windows are held out: those of files in an order by their content, until it is the share."""
    wanted, most = HELD_OUT_SHARE * len(music), max(1.0, MOST_OF_ONE_FILE * len(music))
    held_out = torch.zeros(len(music), dtype=torch.bool)
    for mask in sorted((music.file == file for file in music.file.unique()), key=lambda mask: _digest(music, mask)):
        if held_out.sum() < wanted and mask.sum() <= most:
            held_out |= mask
    return held_out, torch.zeros_like(held_out)


def _ends(music: MusicSet, overlap: int) -> tuple[Tensor, Tensor]:
    """Which windows are held out, the last of each file, and which are dropped since they overlap with these."""
    held_out, dropped = torch.zeros(2, len(music), dtype=torch.bool)
    for file in music.file.unique():
        places = (music.file == file).nonzero()[:, 0]
        count = round(HELD_OUT_SHARE * len(places))
        end = len(places) - count
        if count and end > overlap:
            held_out[places[end:]] = True
            dropped[places[end - overlap : end]] = True
    return held_out, dropped


def _digest(music: MusicSet, mask: Tensor) -> bytes:
    return hashlib.sha256(music.music[mask].numpy().tobytes()).digest()


def _chosen(music: MusicSet, which: Tensor) -> MusicSet:
    return MusicSet(music.music[which], music.source[which], music.file[which], music.bpm[which], music.sources)
