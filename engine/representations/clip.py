"""Note and Clip: music as Live knows it, in quarters from the clip's start."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from operator import attrgetter

from engine.errors import OutOfRangeError, UnsupportedMeterError

MAX_NOTES = 20_000
EARLY_QUARTERS = 0.125
"""An onset so much before a beat belongs to it: half a 16th."""
_NOTE_STRUCT = struct.Struct("<i d d f i f f i")


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note with the eight fields of a Live note.

    Attributes:
        start_quarters: onset from the clip's start, in quarters; may be negative or beyond the clip's end.
        pitch: MIDI pitch, 0..127.
        duration_quarters: length in quarters, > 0.
        velocity: 0 < velocity <= 127, not necessarily whole.
        mute: True where the note is switched off in the clip.
        probability: chance that Live plays it, 0..1.
        velocity_deviation: Live's random velocity range, -127..127.
        release_velocity: 0..127.

    Raises:
        OutOfRangeError: a field is outside its range or not finite.
    """

    start_quarters: float
    pitch: int
    duration_quarters: float = 0.25
    velocity: float = 100.0
    mute: bool = False
    probability: float = 1.0
    velocity_deviation: float = 0.0
    release_velocity: int = 64

    def __post_init__(self) -> None:
        _check("pitch", self.pitch, 0, 127)
        if not math.isfinite(self.start_quarters):
            raise OutOfRangeError(f"a note's start is {self.start_quarters}; give a finite number of quarters")
        if not (math.isfinite(self.duration_quarters) and self.duration_quarters > 0):
            raise OutOfRangeError(f"a note's duration is {self.duration_quarters}; it must be more than 0 quarters")
        if not 0 < self.velocity <= 127:
            raise OutOfRangeError(f"a note's velocity is {self.velocity}; it must be over 0 and at most 127")
        _check("probability", self.probability, 0, 1)
        _check("velocity_deviation", self.velocity_deviation, -127, 127)
        _check("release_velocity", self.release_velocity, 0, 127)

    @property
    def end_quarters(self) -> float:
        """Where the note ends, in quarters from the clip's start."""
        return self.start_quarters + self.duration_quarters


IN_ORDER = attrgetter(*(field.name for field in fields(Note)))
"""Sort key of notes: the order that `<` gives them, read once a note instead of once a comparison."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A loop of notes.

    Attributes:
        notes: in order of onset, then pitch (sorted on construction by `make_clip`).
        length_quarters: the loop's length in quarters, > 0.
        numerator: beats a bar, 1..99.
        denominator: the beat's unit, one of 1, 2, 4, 8, 16, 32.
        bpm: quarters a minute, > 0; what turns an offset into milliseconds, not part of the music itself.
    """

    notes: tuple[Note, ...]
    length_quarters: float
    numerator: int = 4
    denominator: int = 4
    bpm: float = 120.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.length_quarters) and self.length_quarters > 0):
            raise OutOfRangeError(f"a clip's length is {self.length_quarters}; it must be more than 0 quarters")
        _check("numerator", self.numerator, 1, 99)
        if self.denominator not in (1, 2, 4, 8, 16, 32):
            raise UnsupportedMeterError(f"the meter is {self.meter}; the denominator must be 1, 2, 4, 8, 16 or 32")
        if not (math.isfinite(self.bpm) and self.bpm > 0):
            raise OutOfRangeError(f"the tempo is {self.bpm}; it must be more than 0 quarters a minute")

    @property
    def meter(self) -> str:
        """The meter as a musician writes it, such as `6/8`."""
        return f"{self.numerator}/{self.denominator}"

    @property
    def bar_quarters(self) -> float:
        """Length of one bar in quarters."""
        return self.numerator * 4.0 / self.denominator

    @property
    def num_bars(self) -> int:
        """Bars that the clip touches, at least 1; a last, broken bar counts."""
        return max(1, math.ceil(self.length_quarters / self.bar_quarters - 1e-6))

    def fingerprint(self) -> str:
        """A hash of the notes, length and meter, the same in every process; the tempo does not enter."""
        digest = hashlib.blake2b(digest_size=16)
        digest.update(struct.pack("<dii", self.length_quarters, self.numerator, self.denominator))
        for n in self.notes:
            digest.update(
                _NOTE_STRUCT.pack(
                    n.pitch, n.start_quarters, n.duration_quarters, n.velocity, n.mute,
                    n.probability, n.velocity_deviation, n.release_velocity,
                )
            )  # fmt: skip
        return digest.hexdigest()


def make_clip(
    notes: Iterable[Note],
    length_quarters: float | None = None,
    numerator: int = 4,
    denominator: int = 4,
    bpm: float = 120.0,
) -> Clip:
    """A clip of these notes, sorted.

    Args:
        notes: in any order.
        length_quarters: None takes the notes' end, rounded up to a whole bar.
        numerator: beats a bar.
        denominator: the beat's unit.
        bpm: quarters a minute.
    """
    ordered = tuple(sorted(notes, key=IN_ORDER))
    if length_quarters is None:
        bar = numerator * 4.0 / denominator
        end = max((n.end_quarters for n in ordered), default=0.0)
        length_quarters = max(1, math.ceil(end / bar - 1e-6)) * bar
    return Clip(ordered, length_quarters, numerator, denominator, bpm)


def loop_to(clip: Clip, length_quarters: float) -> Clip:
    """The clip played in loop for `length_quarters`; what would begin after that is left off.

    Onsets outside the loop are taken into it. One just before its end is the early first beat of the next turn, and
    so of the first turn too: it then starts before 0.
    """
    if length_quarters == clip.length_quarters:
        return clip
    turns = math.ceil(length_quarters / clip.length_quarters - 1e-9)
    firsts = [(note.start_quarters + EARLY_QUARTERS) % clip.length_quarters - EARLY_QUARTERS for note in clip.notes]
    notes = (
        replace(note, start_quarters=first + turn * clip.length_quarters)
        for turn in range(turns)
        for note, first in zip(clip.notes, firsts, strict=True)
    )
    kept = (note for note in notes if note.start_quarters < length_quarters - EARLY_QUARTERS)
    return make_clip(kept, length_quarters, clip.numerator, clip.denominator, clip.bpm)


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise OutOfRangeError(f"{name} is {value}; it must lie in {low}..{high}")
