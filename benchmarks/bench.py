"""The measurements of the project, beside the machine that made them: writes results.json and results.md."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import torch

from benchmarks import decode_speed, engine_speed, morph_speed, osc_speed
from benchmarks.bench_models import CheckpointFolder, checkpoint_folder
from benchmarks.machine import describe_machine
from benchmarks.report import Figure, Part, as_markdown, keep

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Measurement:
    """A part of the bench: its title, what measures it, and how often, at length and quickly."""

    title: str
    measure: Callable[[CheckpointFolder, int], list[Figure]]
    repeats: int
    quick_repeats: int
    note: str


PARTS = {
    "engine": Measurement(
        "Engine only: one 2-bar clip in, notes out",
        engine_speed.measure, 100, 15,
        "CPU, one thread. Batch 8: eight clips (models) or eight variations (`vary`). Encoded anew each time, but for "
        "the known clip. The faithful LSTM has random weights.",
    ),
    "decode": Measurement(
        "Decoding alone: latents to outputs of two bars",
        decode_speed.measure, 100, 15,
        "CPU, one thread, no notes made of the outputs.",
    ),
    "osc": Measurement(
        "Over loopback OSC: knob to answer",
        osc_speed.measure, 500, 40,
        "A `bridge serve --device cpu` of its own, one client, one request after the other.",
    ),
    "morph": Measurement(
        "Live morph: move to pattern",
        morph_speed.measure, 60, 5,
        "A `bridge serve --device cpu` of its own; four anchors; a hand that sweeps the square for a minute each, then "
        "floods it.",
    ),
    "start": Measurement("Start and memory", osc_speed.measure_start, 5, 1, "Files warm in the system's cache."),
    "gpu": Measurement(
        "Engine only on CUDA", engine_speed.measure_gpu, 100, 15, "The same round trip; notes are made on the CPU."
    ),
}  # fmt: skip


@click.command(help=__doc__)
@click.option("--part", "names", type=click.Choice(list(PARTS)), multiple=True, help="Only this; may be repeated.")
@click.option("--quick", is_flag=True, help="Few repeats: to see that it works, not for figures to keep.")
@click.option("--checkpoints", type=click.Path(path_type=Path), help="Folder of models.  [default: those shipped]")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=_HERE, help="Folder of the results.",
    show_default="benchmarks/",
)  # fmt: skip
def main(names: tuple[str, ...], quick: bool, checkpoints: Path | None, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = checkpoint_folder(checkpoints, Path(scratch))
        for name in names or PARTS:
            if name == "gpu" and not torch.cuda.is_available():
                click.echo("gpu: skipped, this machine has no CUDA that torch can use")
                continue
            part = _measured(name, folder, quick)
            parts = keep(part, name, out / "results.json")
            (out / "results.md").write_text(as_markdown({each: parts[each] for each in PARTS if each in parts}))
            for figure in part.figures:
                click.echo("  ".join(filter(None, (figure.what, figure.value, figure.share, figure.spread))))


def _measured(name: str, folder: CheckpointFolder, quick: bool) -> Part:
    measurement = PARTS[name]
    torch.set_num_threads(1)
    machine = describe_machine()
    click.echo(f"{measurement.title} ({folder.weights})\n{machine}")
    figures = measurement.measure(folder, measurement.quick_repeats if quick else measurement.repeats)
    command = f"python -m benchmarks.bench --part {name}" + " --quick" * quick
    note = f"{measurement.note} Default model with {folder.weights}."
    return Part(measurement.title, machine, command, note, tuple(figures))


if __name__ == "__main__":
    main()
