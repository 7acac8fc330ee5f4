"""`bridge data`: folders of MIDI files to the one file that models train on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from engine.data.build import BuildReport

_MAX_REASONS = 12
ItemT = TypeVar("ItemT")


@click.group()
def data() -> None:
    """Make data sets."""


@data.command()
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--kinds", metavar="KIND,...", help="Windows to keep, such as melody,drums_2bar.  [default: all]")
@click.option("--workers", type=click.IntRange(1), help="Processes that read files.  [default: one a core]")
def build(folders: tuple[Path, ...], out: Path, kinds: str | None, workers: int | None) -> None:
    """Every MIDI file below each FOLDER, as one data set.

    A file that is broken, empty, too large or not in 4/4 is skipped; all of them, with reasons, are listed beside the
    data set, in OUT.skipped.txt. A MANIFEST.csv in FOLDER or above it says the source and the split of each file.
    """
    from engine.data.build import build as build_data
    from engine.data.kinds import KINDS, named_kinds

    chosen = named_kinds(KINDS if kinds is None else kinds.split(","))
    report = build_data(folders, out, kinds=chosen, workers=workers, progress=_bar)
    skipped = out.with_name(out.name + ".skipped.txt")
    skipped.write_text("".join(f"{name}\t{reason}\n" for name, reason in report.skipped), encoding="utf-8")
    for line in summary(report, out, skipped):
        click.echo(line)


def summary(report: BuildReport, out: Path, skipped: Path) -> Iterator[str]:
    """What a build did, a line each."""
    yield f"{report.files:,} files, {report.files - len(report.skipped):,} of them used"
    for kind, count in sorted(report.kept.items()):
        yield f"  {kind:<20} {count:>9,} windows"
    for kind, count in sorted(report.duplicates.items()):
        yield f"  {kind:<20} {count:>9,} duplicates dropped"
    if report.skipped:
        yield f"{len(report.skipped):,} files skipped; all are listed in {skipped}"
        for reason, count in report.skipped_by_reason().most_common(_MAX_REASONS):
            yield f"  {reason:<20} {count:>9,}"
    yield f"{out}: {out.stat().st_size / 1e6:,.1f} MB, sha256 {report.sha256}"


def _bar(items: Iterator[ItemT], total: int) -> Iterable[ItemT]:
    from tqdm import tqdm

    return tqdm(items, total=total, unit=" files", smoothing=0.05)
