"""From words and durations back to notes: voiced and played as the clip that they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.representations.chord_vocabulary import Chord
from engine.representations.chord_voicing import PLAIN, voiced
from engine.representations.chords import ChordEvent, fold, notes_of
from engine.representations.clip import Clip, make_clip
from engine.runtime.chord_hearing import HeardChords
from engine.runtime.likeness import Source, dress, put_on
from engine.runtime.writers import unpiled

_BEAT_STEPS = 4
_NEAR_EVENTS = 32


@dataclass(frozen=True)
class Spoken:
    """A chord as a model says it.

    Attributes:
        chord: pitch classes, rising, in the result's key.
        duration_steps: at least 1.
        place: the source's event that it stands for; None where it stands for none.
    """

    chord: Chord
    duration_steps: int
    place: int | None = None


def write_chords(
    spoken: Sequence[Spoken], frame: Clip, voicer: HeardChords | None, sources: Sequence[Clip], weights: Sequence[float]
) -> Clip:
    """The chords as a clip.

    A chord that the source has too sounds as there, from the event that it stands for or the nearest one; others are
    laid out by the shortest way. Velocity, feel and articulation are lent by the nearest notes of the sources.

    Args:
        spoken: fills the frame from its beginning; what goes beyond its end is cut.
        frame: gives length, meter and tempo.
        voicer: whose voicings are used; None: plain ones.
        sources: lend what models do not know; may be none. The weightiest one's muted notes are kept.
        weights: of the sources.
    """
    line = notes_of(_laid_out(spoken, voicer))
    (fields,) = dress([line], frame, [Source.of(clip) for clip in sources], [tuple(weights)])
    notes = put_on(line, frame, fields)
    if sources:
        weightiest = sources[max(range(len(sources)), key=lambda k: weights[k])]
        notes += [note for note in weightiest.notes if note.mute]
    return make_clip(unpiled(notes), frame.length_quarters, frame.numerator, frame.denominator, frame.bpm)


def _laid_out(spoken: Sequence[Spoken], voicer: HeardChords | None) -> list[ChordEvent]:
    events: list[ChordEvent] = []
    last: tuple[int, ...] = PLAIN if voicer is None else _first(voicer)
    step, before = 0, tuple[int, ...]()
    for one in spoken:
        pitches, is_own = _voicing(one, voicer, last)
        if is_own and voicer is not None and one.place is not None:
            held = frozenset(voicer.events[one.place].held) & set(before)
        else:
            holds = step % _BEAT_STEPS != 0 if voicer is None else voicer.holds
            held = frozenset(set(pitches) & set(before)) if holds and pitches != before else frozenset()
        events.append(ChordEvent(step, one.duration_steps, pitches, held))
        step, last, before = step + one.duration_steps, pitches or last, pitches
    return events


def _voicing(one: Spoken, voicer: HeardChords | None, last: tuple[int, ...]) -> tuple[tuple[int, ...], bool]:
    """Pitches, and whether they are those of the event that the chord stands for."""
    if voicer is None:
        return voiced(one.chord, last), False
    if one.place is not None:
        own = voicer.events[one.place]
        if own.pitch_classes == one.chord:
            return own.pitches, True
        alike = _alike(one.chord, voicer, one.place)
        if alike is not None:
            return alike, False
        wanted = max(len(own.pitches), len(one.chord)) if len(one.chord) > 1 else None
        return voiced(one.chord, last, wanted), False
    known = [event.pitches for event in voicer.events if event.pitch_classes == one.chord]
    if known and one.chord:
        return min(known, key=lambda pitches: abs(sum(pitches) / len(pitches) - sum(last) / len(last))), False
    return voiced(one.chord, last, len(one.chord) + voicer.extra_voices), False


def _alike(chord: Chord, voicer: HeardChords, place: int) -> tuple[int, ...] | None:
    """The voicing of the nearest event with the same pitch classes, the earlier of two as near."""
    near = range(max(0, place - _NEAR_EVENTS), min(len(voicer.events), place + _NEAR_EVENTS + 1))
    for other in sorted(near, key=lambda k: (abs(k - place), k)):
        if voicer.events[other].pitch_classes == chord:
            return voicer.events[other].pitches
    return None


def _first(voicer: HeardChords) -> tuple[int, ...]:
    return next((event.pitches for event in voicer.events if event.pitches), PLAIN)


def moved(chord: Chord, semitones: int) -> Chord:
    """Pitch classes moved up."""
    return fold(pitch_class + semitones for pitch_class in chord)
