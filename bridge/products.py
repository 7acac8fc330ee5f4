"""What the studio makes of answers beside their MIDI files: a page of pictures, and sound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.audio import Synth, render
from engine.representations.piano_roll import Roll, write_page

Progress = Callable[[Sequence[Path], str], Iterable[Path]]
"""Shows how far a loop is; gives back what it goes through."""


@dataclass(frozen=True)
class Products:
    """What is made of each answer.

    Attributes:
        out: folder for all of it; made where it is missing.
        pages: a picture of the clips of each request.
        synth: renders each MIDI file; None renders none.
        progress: shows how far the rendering is.
    """

    out: Path
    pages: bool = False
    synth: Synth | None = None
    progress: Progress = lambda files, _what: files

    def make(self, name: str, rolls: Callable[[], Iterator[Roll]], midi_files: Sequence[Path]) -> Iterator[str]:
        """Makes of one answer what is wanted.

        Args:
            name: of the page.
            rolls: what is drawn on it; asked for only where it is drawn.
            midi_files: what is rendered.

        Yields:
            A line for the reader for each file.

        Raises:
            BridgeError: FluidSynth fails.
            EngineError: a file cannot be written.
        """
        if self.pages:
            page = self.out / f"{name}.png"
            write_page(list(rolls()), page, name)
            yield f"{page}: drawn"
        if self.synth is not None:
            for midi_file in self.progress(midi_files, "audio"):
                wav_file = midi_file.with_suffix(".wav")
                render(self.synth, midi_file, wav_file)
                yield f"{wav_file}: rendered"
