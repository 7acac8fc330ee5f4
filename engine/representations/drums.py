"""Voices and drum maps: which pitch is which drum.

Source: the nine classes of magenta's GrooVAE (Roland TD-11, the kit of the Groove MIDI Dataset) and the General
MIDI classes of its drum converter.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.errors import OutOfRangeError

VOICES = ("kick", "snare", "closed_hat", "open_hat", "low_tom", "mid_tom", "high_tom", "crash", "ride")
NUM_VOICES = len(VOICES)
KICK, SNARE, CLOSED_HAT = 0, 1, 2


@dataclass(frozen=True)
class DrumMap:
    """Pitches of each voice; the first of each is the one that a new hit is written on.

    Attributes:
        name: what a person calls the map.
        pitches: nine tuples of MIDI pitches in the order of `VOICES`; no pitch twice.

    Raises:
        OutOfRangeError: a voice without a pitch, a pitch outside 0..127 or in two voices.
    """

    name: str
    pitches: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        flat = [pitch for voice in self.pitches for pitch in voice]
        if len(self.pitches) != NUM_VOICES or not all(self.pitches):
            raise OutOfRangeError(f"drum map {self.name}: give at least one pitch to each of {', '.join(VOICES)}")
        if len(set(flat)) != len(flat) or not all(0 <= pitch <= 127 for pitch in flat):
            raise OutOfRangeError(f"drum map {self.name}: pitches must lie in 0..127, each in one voice only")

    @cached_property
    def _voices(self) -> dict[int, int]:
        return {pitch: voice for voice, pitches in enumerate(self.pitches) for pitch in pitches}

    def voice_of(self, pitch: int) -> int | None:
        """The voice that plays this pitch, 0..8, or None where the map has none."""
        return self._voices.get(pitch)

    def exemplar(self, voice: int) -> int:
        """The pitch on which a new hit of this voice is written."""
        return self.pitches[voice][0]


GENERAL_MIDI = DrumMap(
    "General MIDI",
    (
        (36, 35),
        (38, 27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85),
        (42, 44, 54, 68, 69, 70, 71, 73, 78, 80, 22),
        (46, 67, 72, 74, 79, 81, 26),
        (45, 29, 41, 43, 61, 64, 84),
        (48, 47, 60, 63, 77, 86, 87),
        (50, 30, 62, 76, 83),
        (49, 52, 55, 57, 58),
        (51, 53, 59, 82),
    ),
)
ROLAND = DrumMap(
    "Roland TD-11",
    ((36,), (38, 37, 40), (42, 22, 44), (46, 26), (43, 58), (47, 45), (50, 48), (49, 52, 55, 57), (51, 53, 59)),
)


def read_drum_map(path: Path) -> DrumMap:
    """A map from a TOML file with a `name` and one list of pitches for each voice, such as `kick = [36, 35]`.

    Raises:
        OutOfRangeError: the file cannot be read, a voice is missing or unknown, or a pitch is impossible.
    """
    try:
        table = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise OutOfRangeError(f"drum map {path} cannot be read: {error}; give a TOML file") from error
    name = str(table.pop("name", path.stem))
    unknown = sorted(set(table) - set(VOICES))
    if unknown:
        raise OutOfRangeError(f"drum map {path}: unknown voice {unknown[0]}; the voices are {', '.join(VOICES)}")
    return DrumMap(name, tuple(tuple(int(p) for p in table.get(voice, ())) for voice in VOICES))
