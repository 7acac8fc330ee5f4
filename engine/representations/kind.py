"""What a clip is, judged by its notes alone: a melody, drums, chords, or none of them.

Over OSC a clip has no channel and no instrument, so the rules ask what only drums do: a kit's voices struck
together that form no chord, or short hits on a kit's pitches with a velocity of their own each. Thresholds were
set on training files and compared on others too: `benchmarks/kind_accuracy.py` prints how often each kind is right.
A bass line and a single drum can be the same notes; there the rules take what is more usual, and the person who knows
better overrules them.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.representations.clip import Clip, Note
from engine.representations.drums import GENERAL_MIDI, KICK, ROLAND, VOICES

MELODY, DRUMS, CHORDS, OTHER = "melody", "drums", "chords", "other"
KINDS = (MELODY, DRUMS, CHORDS, OTHER)

# The pitches on which kits, General MIDI or Roland, have kick to ride; percussion lies above, melodies do too.
KIT_PITCHES = frozenset({22, 26, *range(35, 60)})
_ROLAND_CORE = {p for v, ps in zip(VOICES, ROLAND.pitches, strict=True) if "tom" not in v for p in ps}
# Kick, snare, hats and cymbals; a tom may be any low note.
CORE_PITCHES = frozenset(_ROLAND_CORE | {35, 39, 54, 56, 69, 70})
KICK_PITCHES = frozenset(GENERAL_MIDI.pitches[KICK])
_SNARES = frozenset({38, 40})
_HATS = frozenset({22, 26, 42, 44, 46})
# Pitches of which one alone, again and again, is taken for a drum: kick, snare, closed hat.
LONE_DRUMS = frozenset({36, 38, 42})

TOGETHER_QUARTERS = 1 / 16
MIN_TOGETHER_SHARE = 0.1
MIN_KIT_SHARE = 0.8
MIN_PLAYED_KIT_SHARE = 0.95
MAX_FIFTHS_SHARE = 0.75
MAX_FIFTHS_SHARE_WITHOUT_KICK = 0.25
MAX_HELD_QUARTERS = 3.0
SHORT_QUARTERS = 0.25
MIN_VELOCITIES_SHARE = 0.4
MAX_DRUMS_IN_TURN = 4
# Notes that sound for half of the shorter one's length together are no legato; a fifth of them makes a texture.
LEGATO_SHARE = 0.5
MAX_OVERLAPPING_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class KindVerdict:
    """A `kind` out of `KINDS`, and the `reason`, one of a fixed few sentences without numbers."""

    kind: str
    reason: str


NO_NOTES = KindVerdict(OTHER, "no notes")
KIT = KindVerdict(DRUMS, "a kick and other drums struck together")
KIT_WITHOUT_KICK = KindVerdict(DRUMS, "snare, hats or cymbals struck together")
PLAYED = KindVerdict(DRUMS, "short hits on drum pitches, each with a velocity of its own")
IN_TURN = KindVerdict(DRUMS, "a kick and other drums in turn")
LONE_DRUM = KindVerdict(DRUMS, "a single drum")
ONE_VOICE = KindVerdict(MELODY, "one note at a time")
SEVERAL = KindVerdict(CHORDS, "several notes at a time")
VERDICTS = (NO_NOTES, KIT, KIT_WITHOUT_KICK, PLAYED, IN_TURN, LONE_DRUM, ONE_VOICE, SEVERAL)


def judge_kind(clip: Clip) -> KindVerdict:
    """The kind of a clip by its notes that sound; one of `VERDICTS`. Takes time in proportion to the notes."""
    notes = sorted(note for note in clip.notes if not note.mute)
    if not notes:
        return NO_NOTES
    return _drums(notes) or (SEVERAL if _overlapping_share(notes) > MAX_OVERLAPPING_SHARE else ONE_VOICE)


def _drums(notes: Sequence[Note]) -> KindVerdict | None:
    pitches = {note.pitch for note in notes}
    if len(pitches) == 1:
        return LONE_DRUM if pitches <= LONE_DRUMS else None
    has_kick = bool(pitches & KICK_PITCHES)
    in_core = pitches <= CORE_PITCHES
    kit_share = sum(note.pitch in KIT_PITCHES for note in notes) / len(notes)
    held = statistics.median_low([note.duration_quarters for note in notes])
    together, fifths = _together_and_fifths(notes)
    if together >= MIN_TOGETHER_SHARE:
        if has_kick and kit_share >= MIN_KIT_SHARE and fifths <= MAX_FIFTHS_SHARE and held <= MAX_HELD_QUARTERS:
            return KIT
        if in_core and not has_kick and fifths <= MAX_FIFTHS_SHARE_WITHOUT_KICK:
            return KIT_WITHOUT_KICK
    velocities = len({note.velocity for note in notes}) / len(notes)
    if kit_share >= MIN_PLAYED_KIT_SHARE and held <= SHORT_QUARTERS and velocities >= MIN_VELOCITIES_SHARE:
        return PLAYED
    return IN_TURN if has_kick and in_core and together < MIN_TOGETHER_SHARE and _is_in_turn(pitches) else None


def _is_in_turn(pitches: set[int]) -> bool:
    """One pitch a drum, as a kit has it and a scale does not: never two kicks or two snares side by side."""
    drums = [pitches & KICK_PITCHES, pitches & _SNARES]
    return len(pitches) <= MAX_DRUMS_IN_TURN and all(len(d) <= 1 for d in drums) and bool(pitches & (_SNARES | _HATS))


def _together_and_fifths(notes: Sequence[Note]) -> tuple[float, float]:
    """The share of notes struck with another one, and the share of octaves, fourths and fifths among such pairs."""
    near = [b.start_quarters - a.start_quarters < TOGETHER_QUARTERS for a, b in pairwise(notes)]
    struck = sum(before or after for before, after in zip([False, *near], [*near, False], strict=True))
    pairs = [b.pitch - a.pitch for (a, b), is_near in zip(pairwise(notes), near, strict=True) if is_near]
    fifths = sum(interval % 12 in (0, 5, 7) for interval in pairs)
    return struck / len(notes), fifths / max(1, len(pairs))


def _overlapping_share(notes: Sequence[Note]) -> float:
    """The share of notes that sound with the one held longest so far for half of the shorter one's length."""
    held = notes[0]
    overlapping = 0
    for note in notes[1:]:
        shorter = min(note.duration_quarters, held.duration_quarters)
        overlap = min(note.end_quarters, held.end_quarters) - note.start_quarters
        overlapping += overlap >= LEGATO_SHARE * shorter
        held = max(held, note, key=lambda n: n.end_quarters)
    return overlapping / len(notes)
