"""Melody on the 16th grid: one of 90 classes a step.

Source: magenta's OneHotMelodyConverter: 0 nothing new (hold, or go on resting), 1 note off, 2..89 note on for
pitches 21..108; the highest pitch wins at equal onsets, a new onset ends the held note.
Differs: silent bars and gaps are kept; a clip keeps its own length.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.representations.clip import Clip
from engine.representations.grid import STEPS_PER_QUARTER, clip_steps, nearest_step

MIN_PITCH = 21
MAX_PITCH = 108
HOLD = 0
OFF = 1
FIRST_PITCH_CLASS = 2
NUM_CLASSES = MAX_PITCH - MIN_PITCH + 1 + FIRST_PITCH_CLASS
MAX_CHORD_SHARE = 0.25
"""A track with a greater `chord_share` is no line."""

Tokens = NDArray[np.int64]


@dataclass(frozen=True)
class GridNote:
    """A note as a melody model knows it: `step`, `pitch`, `duration_steps` >= 1."""

    step: int
    pitch: int
    duration_steps: int


@dataclass(frozen=True)
class Melody:
    """A melody's `tokens`, shape `steps`, values 0..89, and how many notes of the clip found no place in them."""

    tokens: Tokens
    left_out: int


def to_tensor(clip: Clip) -> Melody:
    """The clip's highest line on the grid; muted notes are not part of it."""
    grid_notes = []
    for note in clip.notes:
        if note.mute:
            continue
        step, _ = nearest_step(note.start_quarters, clip)
        duration = max(1, int(note.duration_quarters * STEPS_PER_QUARTER + 0.5))
        grid_notes.append(GridNote(step, note.pitch, duration))
    return tokens_of(grid_notes, clip_steps(clip))


def from_tensor(tokens: Tokens) -> tuple[GridNote, ...]:
    """The notes that the tokens spell; a note that nothing ends lasts to the last step."""
    notes: list[GridNote] = []
    open_step, open_pitch = 0, -1
    for step, token in enumerate(tokens.tolist()):
        if token == HOLD:
            continue
        if open_pitch >= 0:
            notes.append(GridNote(open_step, open_pitch, step - open_step))
        open_step, open_pitch = step, token_pitch(token)
    if open_pitch >= 0:
        notes.append(GridNote(open_step, open_pitch, len(tokens) - open_step))
    return tuple(notes)


def tokens_of(grid_notes: Iterable[GridNote], steps: int) -> Melody:
    """Tokens of notes on a grid of `steps` steps; pitches out of 21..108 and a chord's lower notes stay out."""
    highest: dict[int, GridNote] = {}
    left_out = 0
    for note in grid_notes:
        if not MIN_PITCH <= note.pitch <= MAX_PITCH:
            left_out += 1
            continue
        rival = highest.get(note.step)
        left_out += rival is not None
        if rival is None or (note.pitch, note.duration_steps) > (rival.pitch, rival.duration_steps):
            highest[note.step] = note
    tokens = np.zeros(steps, np.int64)
    line = sorted(highest.values(), key=lambda n: n.step)
    next_onsets = [note.step for note in line[1:]] + [steps]
    for note, next_onset in zip(line, next_onsets, strict=False):  # an empty line has no next onset to pair
        tokens[note.step] = pitch_token(note.pitch)
        if note.step + note.duration_steps < next_onset:
            tokens[note.step + note.duration_steps] = OFF
    return Melody(tokens, left_out)


def without_leading_off(tokens: Tokens) -> Tokens:
    """A copy in which note-offs before the first onset are holds: nothing sounds yet that could end."""
    onsets = np.flatnonzero(tokens >= FIRST_PITCH_CLASS)
    first = int(onsets[0]) if len(onsets) else len(tokens)
    cleaned = tokens.copy()
    cleaned[:first] = HOLD
    return cleaned


def in_loop(tokens: Tokens) -> Tokens:
    """A copy to be read round and round: where it begins with a rest, that rest ends what sounded last."""
    looped = tokens.copy()
    events = tokens[tokens != HOLD]
    if len(events) and events[-1] != OFF and tokens[0] == HOLD:
        looped[0] = OFF
    return looped


def chord_share(starts_steps: NDArray[np.float64]) -> float:
    """Share of notes that start on the step of another one: a piano part is mostly chords, a line is not."""
    return 1.0 - len(np.unique(np.floor(starts_steps + 0.5))) / max(1, len(starts_steps))


def pitch_token(pitch: int) -> int:
    """The class of a note-on; pitch in 21..108."""
    return pitch - MIN_PITCH + FIRST_PITCH_CLASS


def token_pitch(token: int) -> int:
    """The pitch of a note-on class, -1 for hold and off."""
    return token - FIRST_PITCH_CLASS + MIN_PITCH if token >= FIRST_PITCH_CLASS else -1
