"""The data set file, read: memory-mapped tensors that can sit on the device whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from engine.data.build import FORMAT
from engine.data.kinds import KINDS
from engine.data.sources import TRAIN, VALID
from engine.errors import DataError

SPLITS = {"train": TRAIN, "valid": VALID}


@dataclass(frozen=True)
class MusicSet:
    """Windows of one kind and split.

    Attributes:
        music: `windows, steps[, depth]`, as `engine.data.build` has its kind.
        source: index into `sources`, shape `windows`.
        file: index of the file, shape `windows`.
        bpm: tempo, shape `windows`.
        sources: names of the collections.
    """

    music: Tensor
    source: Tensor
    file: Tensor
    bpm: Tensor
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.music)

    def only(self, names: tuple[str, ...]) -> MusicSet:
        """The windows of these sources; all of them where `names` is empty or none of them is here."""
        wanted = torch.tensor([name in names for name in self.sources])
        keep = wanted[self.source.long()]
        if not keep.any():
            return self
        return MusicSet(self.music[keep], self.source[keep], self.file[keep], self.bpm[keep], self.sources)

    def weights(self, by_source: Mapping[str, float]) -> Tensor:
        """A weight a window, 1 where its source is not named, scaled to a mean of 1; shape `windows`."""
        table = torch.tensor([by_source.get(name, 1.0) for name in self.sources])
        weights = table[self.source.long()]
        return weights / weights.mean()


def load_set(path: Path, kind: str, split: str | None) -> MusicSet:
    """One kind of window, named as in `KINDS`, of one split (`train` or `valid`), or of both where it is None.

    Raises:
        DataError: no such file, not a data set, another version, or nothing of that kind in it.
    """
    try:
        with safe_open(path, "pt") as stream:
            header = json.loads((stream.metadata() or {}).get("build", "{}"))
            if header.get("format") != FORMAT:
                raise DataError(f"{path} is not a data set of format {FORMAT}; build it again with `bridge data build`")
            if f"{kind}/split" not in set(stream.keys()):
                raise DataError(f"{path} was built without {kind} windows; build it again with `bridge data build`")
            splits = stream.get_tensor(f"{kind}/split")
            keep = slice(None) if split is None else splits == SPLITS[split]
            windows = stream.get_tensor(f"{kind}/{KINDS[kind].tensor}")[keep]
            source, file, bpm = (stream.get_tensor(f"{kind}/{label}")[keep] for label in ("source", "file", "bpm"))
    except (OSError, SafetensorError) as error:
        raise DataError(f"cannot read the data set {path}: {error}; build one with `bridge data build`") from error
    if not len(windows):
        place = "" if split is None else f" in its {split} split"
        raise DataError(f"{path} holds no {kind} windows{place}; build it from MIDI files that do")
    return MusicSet(windows, source, file, bpm, tuple(json.loads(header["sources"])))


def data_hash(path: Path, kind: str) -> str:
    """sha256 of all tensors of one kind of window, first 16 digits: what a card names the data by.

    Other kinds in the same file do not enter: a melody model's data are the same whatever drums lie beside them.

    Raises:
        DataError: no such file, or not a data set.
    """
    digest = hashlib.sha256()
    try:
        with safe_open(path, "np") as stream:
            for name in sorted(stream.keys()):
                if name.startswith(f"{kind}/"):
                    digest.update(name.encode())
                    digest.update(stream.get_tensor(name).tobytes())
    except (OSError, SafetensorError) as error:
        raise DataError(f"cannot read the data set {path}: {error}; build one with `bridge data build`") from error
    return digest.hexdigest()[:16]
