"""Answers as MIDI files: their folder, their names, their channel, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bridge.asks import DRUMS, Ask
from engine.errors import DataError
from engine.representations.clip import Clip
from engine.representations.midi_file import is_drum_file, write_clip
from engine.representations.midi_parts import Part, write_parts
from engine.representations.midi_tracks import DRUM_CHANNEL
from engine.representations.trio import TrioClips

BASS_PROGRAM, BASS_CHANNEL = 33, 1
"""A fingered bass, on channel 2 as a musician counts."""


def make_folder(folder: Path) -> None:
    """Makes a folder for answers where it is missing.

    Raises:
        DataError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"the folder {folder} cannot be made ({error.strerror}); name another with --out") from error


def plays_drums(ask: Ask, kind: str | None) -> bool:
    """Whether the answers are for drums, and so for channel 10.

    Args:
        ask: what was asked.
        kind: what the last clip was judged, or what the model is for; None where nobody knows.
    """
    wanted = ask.makes or ask.hears
    return wanted == DRUMS if wanted else kind == DRUMS or any(is_drum_file(path) for path in ask.files[-1:])


def left_out_lines(ask: Ask, left_out: Iterable[tuple[int, int]]) -> Iterator[str]:
    """A line for each file of which notes were left out, from pairs of a clip's number and how many."""
    for clip, num_notes in left_out:
        if num_notes:
            yield f"{ask.files[clip - 1]}: {num_notes} notes were left out, such as those under a chord's top"


def write_trios(folder: Path, name: str, trios: Sequence[TrioClips]) -> list[tuple[Path, str]]:
    """Writes trios as NAME_01.mid, NAME_02.mid, …, each a file of three tracks: melody, bass and drums.

    Returns:
        Each file, and a line for the reader.
    """
    written = []
    for number, trio in enumerate(trios, start=1):
        path = folder / f"{name}_{number:02d}.mid"
        write_parts(
            [
                Part(trio.melody, "melody"),
                Part(trio.bass, "bass", BASS_PROGRAM, BASS_CHANNEL),
                Part(trio.drums, "drums", 0, DRUM_CHANNEL),
            ],
            path,
        )
        written.append((path, f"{path}: {' + '.join(str(len(clip.notes)) for clip in trio.clips)} notes"))
    return written


def write_answers(folder: Path, name: str, clips: Sequence[Clip], on_drums: bool) -> list[tuple[Path, str]]:
    """Writes clips as NAME_01.mid, NAME_02.mid, …

    Returns:
        Each file, and a line for the reader.
    """
    written = []
    for number, clip in enumerate(clips, start=1):
        path = folder / f"{name}_{number:02d}.mid"
        write_clip(clip, path, channel=DRUM_CHANNEL if on_drums else None)
        written.append((path, f"{path}: {len(clip.notes)} notes"))
    return written
