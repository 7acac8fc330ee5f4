"""Voices of a drum pattern that stay where they were locked, while the rest morphs on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor

from engine.errors import OutOfRangeError, WrongKindError
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.drums import NUM_VOICES, VOICES, DrumMap
from engine.representations.kind import DRUMS
from engine.runtime.drum_kit import is_unheard
from engine.runtime.position import Position

ONSETS = NUM_VOICES
"""Locks where all voices hit, and leaves how."""


@dataclass(frozen=True)
class Held:
    """What a lock keeps of the pattern at its position.

    Attributes:
        hits: 0 or 1, `steps, 9`.
        notes: of each voice.
    """

    hits: Tensor
    notes: tuple[tuple[Note, ...], ...]

    @classmethod
    def of(cls, groove: Tensor, clip: Clip, drum_map: DrumMap) -> Held:
        """Of a groove `steps, 27` and the notes that it became."""
        by_voice: list[list[Note]] = [[] for _ in VOICES]
        for note in clip.notes:
            voice = None if is_unheard(note, drum_map) else drum_map.voice_of(note.pitch)
            if voice is not None:
                by_voice[voice].append(note)
        return cls(groove[:, :NUM_VOICES].clone(), tuple(map(tuple, by_voice)))

    def numbers(self) -> int:
        """About how many numbers it holds."""
        return self.hits.numel() + 8 * sum(map(len, self.notes))


def check_locks(kind: str, locks: Mapping[int, Position]) -> None:
    """Voices 0..8 or all onsets, of drums."""
    if locks and kind != DRUMS:
        raise WrongKindError(f"a {kind} has no voices to lock; lock voices of drums only")
    for voice in locks:
        if not 0 <= voice <= ONSETS:
            raise OutOfRangeError(f"voice {voice} is locked; lock 0 to {ONSETS - 1}, or {ONSETS} for all onsets")


def with_locked(clip: Clip, held: Mapping[int, Held], drum_map: DrumMap) -> Clip:
    """The clip with the notes of these voices instead of its own; what no model hears stays."""
    notes = [note for note in clip.notes if is_unheard(note, drum_map) or drum_map.voice_of(note.pitch) not in held]
    return make_clip(notes + _notes_of(held.items()), clip.length_quarters, clip.numerator, clip.denominator, clip.bpm)


def _notes_of(held: Iterable[tuple[int, Held]]) -> list[Note]:
    return [note for voice, kept in held for note in kept.notes[voice]]
