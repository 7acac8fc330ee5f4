"""Samples a second by how windows of notes are kept: a file a clip, one mapped array, one array in memory.

Each way gives the same windows in the same order to the same model. Files are on this machine's disk and, after the
first reading, in its cache: what is measured is the work a sample, not a cold disk.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.machine import describe_machine
from engine.data.dataset import load_set
from engine.data.note_windows import note_windows
from engine.data.song import four_four, read_song
from engine.data.sources import find_files
from engine.models.note_vae import NoteVae
from engine.representations.drums import GENERAL_MIDI
from engine.training.heap import keep_freed_memory
from engine.training.presets import PRESETS

PRESET = "multi_note"
Way = Callable[[NDArray[np.int64]], Tensor]


@click.command(help=__doc__)
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--midi", type=click.Path(exists=True, path_type=Path), help="MIDI files, to be parsed on the fly")
@click.option("--windows", default=4096, show_default=True, help="windows that each way draws from")
@click.option("--batch", default=64, show_default=True)
@click.option("--batches", default=20, show_default=True, help="measured, after two that are not")
@click.option("--device", default="cpu", show_default=True)
def main(data: Path, midi: Path | None, windows: int, batch: int, batches: int, device: str) -> None:
    torch.set_num_threads(1)
    keep_freed_memory()
    machine = describe_machine()
    kept = load_set(data, PRESETS[PRESET].windows, "train").music[:windows]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, way in _ways(kept, Path(folder), midi, device):
            alone = _speed(way, len(kept), batch, batches, lambda _: None)
            rows.append((name, alone, _speed(way, len(kept), batch, batches, _step(device))))
    click.echo(f"{machine}\n")
    click.echo(f"{batches} batches of {batch} out of {len(kept)} windows, model of `{PRESET}`, device {device}\n")
    click.echo("| how windows are kept | loading alone, samples/s | with training, samples/s |\n|---|---|---|")
    for name, alone, trained in rows:
        click.echo(f"| {name} | {alone:,.0f} | {trained:,.1f} |")


def _ways(kept: Tensor, folder: Path, midi: Path | None, device: str) -> Iterator[tuple[str, Way]]:
    if midi is not None:
        files = [file.path for file in find_files(midi) if file.path.stat().st_size < 100_000][:512]
        yield "a MIDI file a clip, parsed on the fly", lambda places: _parsed(files, places, kept.shape[1]).to(device)
    for place, window in enumerate(kept.numpy()):
        np.savez(folder / f"{place}.npz", rows=window)
    yield "a file a clip (.npz)", lambda places: _files(folder, places).to(device)
    np.save(folder / "all.npy", kept.numpy())
    mapped = np.load(folder / "all.npy", mmap_mode="r")
    yield "one array, memory-mapped", lambda places: torch.from_numpy(mapped[places]).to(device)
    resident = kept.to(device)
    yield "one array, resident on the device", lambda places: resident[torch.from_numpy(places).to(device)]


def _files(folder: Path, places: NDArray[np.int64]) -> Tensor:
    found = []
    for place in places:
        with np.load(folder / f"{place}.npz") as stream:
            found.append(stream["rows"])
    return torch.from_numpy(np.stack(found))


def _parsed(files: list[Path], places: NDArray[np.int64], slots: int) -> Tensor:
    return torch.from_numpy(np.stack([_window(files, int(place), slots) for place in places]))


def _window(files: list[Path], place: int, slots: int) -> NDArray[np.int16]:
    """A window of a file; of the next one where it has none."""
    import symusic

    while True:
        score = symusic.Score(files[place % len(files)])
        found = list(note_windows(read_song(score, four_four(score), GENERAL_MIDI), 2, slots))
        if found:
            return found[place % len(found)]
        place += 1


def _speed(way: Way, total: int, batch: int, batches: int, step: Callable[[Tensor], None]) -> float:
    chosen = np.random.default_rng(0).integers(0, total, (batches + 2, batch))
    for places in chosen[:2]:
        step(way(places))
    started = time.perf_counter()
    for places in chosen[2:]:
        step(way(places))
    return batch * batches / (time.perf_counter() - started)


def _step(device: str) -> Callable[[Tensor], None]:
    torch.manual_seed(0)
    config = PRESETS[PRESET].model
    model = NoteVae(config).to(device)  # type: ignore[arg-type]
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)

    def step(music: Tensor) -> None:
        with torch.autocast(device, torch.bfloat16):
            loss = model.loss(music.long(), beta=0.2, free_bits=0.0).total.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


if __name__ == "__main__":
    main()
