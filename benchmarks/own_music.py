"""What `bridge learn` makes of a dozen, 40 and more clips: fine-tuned, from nothing, and the shipped model as it is.

python -m benchmarks.own_music clips DATA OUT
python -m benchmarks.own_music measure OUT melody --sizes 12,40,150 --minutes 2
python -m benchmarks.own_music measure OUT drums --sizes 12,40,70 --minutes 2

DATA is a folder with a manifest, as the shipped models were trained on. Clips of four bars are cut from the game music
of its *valid* split, which no shipped model saw; `groove_2bar` saw none of that collection. Measured is on other clips
of the songs that the folders' clips are from, and on clips of songs that no folder holds; no window of them is in a
folder in any key. A smaller folder's clips are all in the larger ones.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from symusic import Note, Score, Tempo, TimeSignature, Track

from benchmarks.machine import describe_machine
from engine.data.extract import extract
from engine.data.kinds import KINDS
from engine.data.song import four_four
from engine.data.sources import MANIFEST_NAME, SourceFile
from engine.evaluation.figure_tables import markdown_table
from engine.runtime import checkpoint
from engine.training.learn import LearnOptions, learn
from engine.training.learn_look import measure as measured

SOURCES = ("Freedoom", "Freedoom (git history)")
SUBJECTS = {"melody": ("melody", "melody_2bar"), "drums": ("groove", "groove_2bar")}
CLIP_BARS = 4
SAME_SONG_SHARE = 0.2
HELD_OUT_SHARE = 0.3


@click.group()
def main() -> None:
    """Cut the clips, then measure."""


@main.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
def clips(data: Path, out: Path) -> None:
    """Cut clips of four bars from the game music of DATA's valid split."""
    seen: dict[str, set[bytes]] = {subject: set() for subject in SUBJECTS}
    counts: Counter[str] = Counter()
    for song, path in _songs(data):
        part = "held_out" if _place(song) < HELD_OUT_SHARE else "train"
        for subject, (kind, _) in SUBJECTS.items():
            for number, clip in enumerate(_cut(path, subject == "drums")):
                target = out / subject / part / f"{path.stem}_{number:03d}.mid"
                counts[f"{subject}, {part}"] += _is_new(clip, target, kind, seen[subject])
    for name, count in sorted(counts.items()):
        click.echo(f"{name:<20} {count:>5} clips")


def _songs(data: Path) -> Iterator[tuple[str, Path]]:
    """Each file with the name of its song: files that have many windows in common are versions of one song."""
    with (data / MANIFEST_NAME).open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["source"] in SOURCES and row["split"] == "valid"]
    keys: dict[Path, set[bytes]] = {}
    songs: dict[Path, str] = {}
    for path in sorted(data / row["path"] for row in rows):
        keys[path], songs[path] = _keys(path, [kind for kind, _ in SUBJECTS.values()]), path.stem
        for other in list(songs):
            if len(keys[path] & keys[other]) > SAME_SONG_SHARE * min(len(keys[path]), len(keys[other])):
                old, new = songs[path], songs[other]
                songs = {each: new if song == old else song for each, song in songs.items()}
    for path, song in songs.items():
        yield song, path


def _keys(path: Path, kinds: Sequence[str]) -> set[bytes]:
    found = extract(SourceFile(path, path.name), kinds).by_kind
    return {KINDS[kind].key(window) for kind, windows in found.items() for window in windows}


def _place(text: str) -> float:
    """A number in [0, 1) that hangs on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32


def _cut(path: Path, drums: bool) -> Iterator[Score]:
    score = Score(path)
    per_quarter = score.ticks_per_quarter
    length = CLIP_BARS * 4 * per_quarter
    for section in four_four(score):
        for start in range(round(section.start * per_quarter), round(section.end * per_quarter) - length + 1, length):
            for track in score.tracks:
                if track.is_drum == drums:
                    yield _clip(track, start, length, score)


def _clip(track: Any, start: int, length: int, score: Any) -> Score:
    clip = Score(score.ticks_per_quarter)
    part = Track(track.name, track.program, track.is_drum)
    for note in track.notes:
        if start <= note.time < start + length:
            duration = min(note.duration, start + length - note.time)
            part.notes.append(Note(note.time - start, duration, note.pitch, note.velocity))
    clip.tracks.append(part)
    clip.time_signatures.append(TimeSignature(0, 4, 4))
    clip.tempos.append(Tempo(0, score.tempos[0].qpm if len(score.tempos) else 120.0))
    return clip


def _is_new(clip: Score, target: Path, kind: str, seen: set[bytes]) -> bool:
    """Writes the clip; takes it back where it gives no window, or only those that earlier clips have given."""
    if clip.note_num() < 4:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    clip.dump_midi(target)
    windows = extract(SourceFile(target, target.name), [kind]).by_kind.get(kind, [])
    keys = {KINDS[kind].key(window) for window in windows}
    if not keys or keys & seen:
        target.unlink()
        return False
    seen |= keys
    return True


@main.command()
@click.argument("clips_folder", metavar="OUT", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("subject", type=click.Choice(list(SUBJECTS)))
@click.option("--sizes", default="12,40,150", show_default=True, help="Clips in a folder.")
@click.option("--seeds", default="1,2", show_default=True, help="All of them at the second size, the first elsewhere.")
@click.option("--ways", default="shipped,nothing", show_default=True, help="What to begin with.")
@click.option("--minutes", default=2.0, show_default=True, help="Of learning, each.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all figures there.")
def measure(
    clips_folder: Path,
    subject: str,
    sizes: str,
    seeds: str,
    ways: str,
    minutes: float,
    json_file: Path | None,
) -> None:
    """Learn from folders of several sizes, and measure on the same clips."""
    kind, start = SUBJECTS[subject]
    counts, all_seeds = [int(size) for size in sizes.split(",")], [int(seed) for seed in seeds.split(",")]
    pool = _in_order(clips_folder / subject / "train")
    tests = {"same songs": pool[max(counts) :], "other songs": _in_order(clips_folder / subject / "held_out")}
    windows = _test_windows(tests, pool[: max(counts)], kind)
    model = checkpoint.load(checkpoint.default_checkpoints() / start).model
    rows = [{"clips": 0, "way": f"{start} as it is", "seed": 0, **_figures(model, windows)}]
    for count in counts:
        for seed in all_seeds if count in counts[1:2] else all_seeds[:1]:
            for way in ({"shipped": start, "nothing": "none"}[way] for way in ways.split(",")):
                rows.append(_learnt(pool[:count], way, subject, minutes, seed, windows))
                click.echo(json.dumps(rows[-1]), err=True)
    click.echo(describe_machine())
    click.echo(", ".join(f"{name}: {len(music)} windows" for name, music in windows.items()))
    click.echo(_table(rows))
    if json_file is not None:
        json_file.write_text(json.dumps(rows, indent=2))


def _in_order(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.mid"), key=lambda path: _place(path.name))


def _test_windows(tests: dict[str, list[Path]], folder: Sequence[Path], kind: str) -> dict[str, torch.Tensor]:
    seen = set().union(*(_keys(path, [kind]) for path in folder))
    windows = {}
    for name, paths in tests.items():
        found = []
        for path in paths:
            for window in extract(SourceFile(path, path.name), [kind]).by_kind.get(kind, []):
                if KINDS[kind].key(window) not in seen:
                    seen.add(KINDS[kind].key(window))
                    found.append(window)
        windows[name] = torch.from_numpy(np.stack(found))
    return windows


def _learnt(
    clips: Sequence[Path], way: str, subject: str, minutes: float, seed: int, windows: dict[str, torch.Tensor]
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "clips"
        folder.mkdir()
        for clip in clips:
            shutil.copy(clip, folder)
        options = LearnOptions(folder, "own", Path(place) / "models", way, subject, minutes, seed=seed, progress=False)
        story = learn(options, lambda line: click.echo(line, err=True)).story
    row: dict[str, Any] = {
        "clips": len(clips),
        "way": "from nothing" if way == "none" else f"from {way}",
        "seed": seed,
        **story.trained()["learnt"],
    }
    return row if story.model is None else {**row, **_figures(story.model, windows)}


def _figures(model: Any, windows: dict[str, torch.Tensor]) -> dict[str, Any]:
    return {name: measured(model, music).as_dict() for name, music in windows.items()}


def _table(rows: Sequence[dict[str, Any]]) -> str:
    """A row a run: notes that come back and their F1, reconstruction and KL; steps, and copies among the samples."""
    header = ["clips", "", "seed", "steps kept"]
    header += [f"{name}: {what}" for name in ("same songs", "other songs") for what in ("notes, F1", "nats, KL")]
    cells = []
    for row in rows:
        told = [str(row["clips"] or ""), row["way"], str(row["seed"] or ""), str(row.get("step", ""))]
        for name in ("same songs", "other songs"):
            found = row.get(name)
            told += ["", ""] if found is None else [
                f"{found['notes_right']:.3f}, {found['notes_f1']:.3f}",
                f"{found['reconstruction']:.1f}, {found['kl']:.1f}",
            ]  # fmt: skip
        cells.append(told)
    return markdown_table(header, cells)


if __name__ == "__main__":
    main()
