"""A morph's pattern, and the messages that carry it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bridge.clips import notes_to_wire
from bridge.protocol.message import Message
from bridge.protocol.morph_messages import MorphEnd, MorphNotes, MorphPattern
from bridge.protocol.notes import in_messages
from engine.representations.clip import Clip


@dataclass(frozen=True)
class Pattern:
    """What a scene sounds like.

    Attributes:
        generation: its number, from 1.
        clip: the notes.
        decode_ms: what the model took.
    """

    generation: int
    clip: Clip
    decode_ms: float

    def messages(self) -> Iterator[Message]:
        """The whole pattern in the order of the contract."""
        yield MorphPattern(self.generation, len(self.clip.notes), self.clip.length_quarters)
        for first, notes in in_messages(self.clip.notes):
            yield MorphNotes(self.generation, first, notes_to_wire(notes))
        yield MorphEnd(self.generation, self.decode_ms)
