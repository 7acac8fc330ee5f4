"""`bridge chords`: a system of chords and durations, from a folder of MIDI files to new music and a map of it."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import CHECKPOINT, SEED

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, path_type=Path)
_OUT = click.option("--out", default="out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write.")
_MODEL = click.option("--checkpoint", type=CHECKPOINT, metavar="DIR", help="Which system.  [default: the shipped one]")
_TEMPERATURE = click.option("--temperature", default=0.9, type=click.FloatRange(0, 2), help="0 is the most likely.")
_COUNT = click.option("--count", default=4, type=click.IntRange(1, 128), help="How many.")
_SEEDED = click.option("--seed", default=0, type=SEED, help="The same seed gives the same notes.")


@click.group()
def chords() -> None:
    """Chords and durations: learnt, sampled, continued, and shown as a map to click on."""


@chords.command()
@click.argument("folders", nargs=-1, required=True, type=_FOLDER, metavar="DATA_FOLDER...")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write.")
@click.option("--keys", default="home", type=click.Choice(["home", "kept"]), help="Move all to C major or A minor?")
@click.option("--transpose", is_flag=True, help="With kept keys: train on every passage in other keys too.")
@click.option("--least", default=8, type=click.IntRange(1), help="Shapes of chords that are rarer are no words.")
@click.option("--seed", default=1, type=SEED, help="The same seed gives the same training.")
@click.option("--speed", default=1.0, type=float, help="Share of all steps to do, for trying out.")
@click.option("--threads", type=click.IntRange(1), help="Of the CPU.  [default: torch's choice]")
def train(
    folders: tuple[Path, ...], out: Path, keys: str, transpose: bool, least: int, seed: int, speed: float,
    threads: int | None,
) -> None:  # fmt: skip
    """Train a system on the MIDI files of folders: a checkpoint with its card, its curves and its map."""
    try:
        from engine.training.chord_card import write_chord_card
        from engine.training.chords import ChordOptions, train_chords
    except ModuleNotFoundError as error:
        raise click.ClickException(f"training needs {error.name}: pip install 'latent-bridge[train]'") from error
    import torch
    from tqdm import tqdm

    if threads is not None:
        torch.set_num_threads(threads)
    options = ChordOptions(out, keys, transpose, seed, least, speed)
    with tqdm(leave=False) as bar:

        def show(step: int, steps: int, name: str) -> None:
            bar.total, bar.n = steps, step
            bar.set_description(name, refresh=False)
            bar.update(0)

        train_chords(folders, options, show)
    click.echo(f"{write_chord_card(out)}: what it is, and how good")


@chords.command()
@click.argument("folders", nargs=-1, required=True, type=_FOLDER, metavar="DATA_FOLDER...")
@click.option("--octaves", default="folded", type=click.Choice(["folded", "kept"]), help="Pitch classes, or pitches?")
@click.option("--keys", default="home", type=click.Choice(["home", "kept"]), help="Move all to C major or A minor?")
@click.option("--least", default=1, type=click.IntRange(1), help="Leave out what is rarer.")
@click.option("--count", default=24, type=click.IntRange(1), help="How many of the commonest to show.")
def vocabulary(folders: tuple[Path, ...], octaves: str, keys: str, least: int, count: int) -> None:
    """Count the chords of some music: the commonest by name, and how much of the validation split they cover."""
    from engine.evaluation.chord_counts import count_chords

    for line in count_chords(folders, octaves == "folded", keys, least).lines(count):
        click.echo(line)


@chords.command()
@_COUNT
@_TEMPERATURE
@_SEEDED
@_OUT
@_MODEL
def sample(count: int, temperature: float, seed: int, out: Path, checkpoint: Path | None) -> None:
    """Make new pieces of eight bars, and say their chords."""
    from bridge.chord_files import load_system, write_named

    engine, name = load_system(checkpoint)
    answer = engine.sample(name, count, temperature=temperature, seed=seed)
    for line in write_named(out, "chords", answer.clips):
        click.echo(line)


@chords.command(name="continue")
@click.argument("file", type=_FILE)
@click.option("--bars", default=4, type=click.IntRange(1), help="How long.")
@click.option("--track", type=click.IntRange(1), help="Which track, counted from 1.  [default: the likeliest]")
@_COUNT
@_TEMPERATURE
@_SEEDED
@_OUT
@_MODEL
def continue_(
    file: Path, bars: int, track: int | None, count: int, temperature: float, seed: int, out: Path,
    checkpoint: Path | None,
) -> None:  # fmt: skip
    """Write what may follow FILE, and say its chords; temperature 0 is the most likely of all."""
    from bridge.chord_files import load_system, read_chords, write_named

    clip, said = read_chords(file, track)
    if said:
        click.echo(said)
    engine, _ = load_system(checkpoint)
    answer = engine.continue_clip(clip, bars, count, temperature=temperature, seed=seed)
    for line in write_named(out, f"{file.stem}_continued", answer.clips):
        click.echo(line)


@chords.command(name="map")
@click.option("--out", default="map.html", type=click.Path(dir_okay=False, path_type=Path), help="The page to write.")
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Write a .png or .svg too.")
@click.option("--animation", type=click.Path(dir_okay=False, path_type=Path), help="Write how it was learnt, as .gif.")
@click.option("--between", nargs=2, type=_FILE, help="Two MIDI files for the slider.  [default: two of its own pieces]")
@_MODEL
def map_(
    out: Path, picture: Path | None, animation: Path | None, between: tuple[Path, Path] | None, checkpoint: Path | None
) -> None:
    """Write the map: one page without a network, on which every point is heard when it is clicked."""
    from bridge.chord_files import read_chords, system_folder
    from engine.report.chord_map import shown_map
    from engine.report.chord_map_page import as_html
    from engine.report.chord_map_picture import animate_map, draw_map

    ends = [(path.stem, read_chords(path, None)[0]) for path in between or ()]
    shown = shown_map(checkpoint or system_folder(), ends)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(as_html(shown), encoding="utf-8")
    click.echo(str(out))
    for path, write in ((picture, draw_map), (animation, animate_map)):
        if path is not None:
            write(shown, path)
            click.echo(str(path))
