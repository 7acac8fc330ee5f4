"""How often a clip's kind is judged right: a table of truth by verdict over 2-bar clips cut out of real files."""

from __future__ import annotations

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import symusic

from benchmarks.machine import describe_machine
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.kind import DRUMS, KINDS, MELODY, OTHER, judge_kind

CLIP_QUARTERS = 8
BASS_PROGRAMS = range(32, 40)
UNLABELLED = "no truth"
MIN_CHORDAL = 0.4


@click.command(help=__doc__)
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--split", default="valid", show_default=True, help="the rows of MANIFEST.csv to take")
@click.option("--per-track", default=8, show_default=True, help="clips of each track, spread over it; 0 takes all")
def main(data: Path, split: str, per_track: int) -> None:
    machine = describe_machine()
    rows = [r for r in csv.DictReader((data / "MANIFEST.csv").open()) if r["split"] == split]
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    spent_s: list[float] = []
    for row in rows:
        for group, truth, clip in _clips(data / row["path"], row["path"], per_track):
            started = time.perf_counter()
            verdict = judge_kind(clip)
            spent_s.append(time.perf_counter() - started)
            table[truth, group][verdict.kind] += 1
            reasons[verdict.reason]["right" if verdict.kind == truth else f"truth {truth}"] += 1
    click.echo(machine)
    click.echo(f"{split}: {len(rows)} files, {len(spent_s)} clips of {CLIP_QUARTERS} quarters")
    click.echo(f"{'truth':9} {'group':16}" + "".join(f"{k:>9}" for k in KINDS) + f"{'right':>9}")
    for (truth, group), found in sorted(table.items()):
        click.echo(_line(truth, group, found))
    for truth in (*KINDS, UNLABELLED):
        click.echo(_line(truth, "all", sum((f for (t, _), f in table.items() if t == truth), Counter())))
    for reason, found in reasons.items():
        click.echo(f"{reason}: {dict(found.most_common())}")
    spent_s.sort()
    click.echo(f"time a clip: median {_ms(spent_s, 0.5):.3f} ms, p99 {_ms(spent_s, 0.99):.3f} ms")


def _line(truth: str, group: str, found: Counter[str]) -> str:
    right = f"{found[truth] / max(1, found.total()):9.1%}" if truth in KINDS else f"{'':>9}"
    return f"{truth:9} {group:16}" + "".join(f"{found[k]:9}" for k in KINDS) + right


def _ms(sorted_s: list[float], quantile: float) -> float:
    return 1000 * sorted_s[int(quantile * (len(sorted_s) - 1))]


def _clips(path: Path, name: str, per_track: int) -> Iterator[tuple[str, str, Clip]]:
    """Each clip with its group and truth; the truth of a track that no folder tells is read off its overlaps."""
    score = symusic.Score(path)
    per_quarter = score.ticks_per_quarter
    for track in score.tracks:
        windows: dict[int, list[Note]] = defaultdict(list)
        for n in track.notes:
            number, tick = divmod(n.time, CLIP_QUARTERS * per_quarter)
            duration = max(1, n.duration) / per_quarter
            windows[number].append(Note(tick / per_quarter, n.pitch, duration, max(1, n.velocity)))
        chosen = sorted(windows)
        if per_track:
            chosen = chosen[:: max(1, len(chosen) // per_track)][:per_track]
        for number in chosen:
            clip = make_clip(windows[number], CLIP_QUARTERS)
            group, truth = _truth(name, track, clip)
            yield group, truth, clip


def _truth(name: str, track: symusic.core.TrackTick, clip: Clip) -> tuple[str, str]:
    folder = "/".join(name.split("/")[:2])
    if folder == "drums/groove" or track.is_drum:
        return ("played drums" if folder == "drums/groove" else "game drums"), DRUMS
    if track.name == "CHORDS":
        return "lead sheet chords", OTHER
    if folder.startswith("melody/"):
        return "song or hymn", MELODY
    group = {"multi": "game music", "guitar": "guitar"}.get(name.split("/")[0], folder)
    if group == "game music" and track.program in BASS_PROGRAMS:
        group = "game bass"
    return group, _by_overlap(clip)


def _by_overlap(clip: Clip) -> str:
    """One voice where no note reaches an eighth of a quarter into the next, chords where many do."""
    share = sum(b.start_quarters < a.end_quarters - 0.125 for a, b in pairwise(clip.notes)) / len(clip.notes)
    return MELODY if share == 0 else OTHER if share >= MIN_CHORDAL else UNLABELLED


if __name__ == "__main__":
    main()
