"""The protocol's section Clips: music into the engine, in as many datagrams as it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bridge.protocol.arguments import Arg, ClipId, NoteIndex
from bridge.protocol.limits import MAX_CLIP_NOTES, MAX_CLIP_QUARTERS, MAX_NAME_LETTERS
from bridge.protocol.message import Message, from_client, from_engine
from bridge.protocol.notes import WireNote

NumNotes = Annotated[int, Arg("notes in the clip", 0)]
Length = Annotated[float, Arg("the loop's length", 0, MAX_CLIP_QUARTERS, above_low=True)]


@from_client("/bridge/clip/begin", "nothing")
@dataclass(frozen=True)
class ClipBegin(Message):
    """Opens a clip for its notes; what was sent for it before and not ended is forgotten."""

    clip: ClipId
    num_notes: NumNotes
    length_quarters: Length
    numerator: Annotated[int, Arg("beats a bar", 1, 99)]
    denominator: Annotated[int, Arg("the beat's unit: 1, 2, 4, 8, 16 or 32", 1, 32)]


@from_client("/bridge/clip/notes", "nothing")
@dataclass(frozen=True)
class ClipNotes(Message):
    """Some notes of a clip, in any order of messages; the same notes may come twice."""

    clip: ClipId
    first_index: NoteIndex
    notes: tuple[WireNote, ...] = ()


@from_client("/bridge/clip/end", "`/bridge/clip/ready`, or one `/bridge/clip/missing` a hole")
@dataclass(frozen=True)
class ClipEnd(Message):
    """All notes were sent; the clip is judged and encoded ahead. Said again it is answered again."""

    clip: ClipId


@from_client("/bridge/clip/get", "the clip's notes, framed as a result with request 0")
@dataclass(frozen=True)
class ClipGet(Message):
    """Asks for the notes back, in order of onset, then pitch."""

    clip: ClipId


@from_client("/bridge/clip/drop", "`/bridge/clip/dropped`")
@dataclass(frozen=True)
class ClipDrop(Message):
    """Forgets a clip; one that is not held is answered just the same."""

    clip: ClipId


@from_engine("/bridge/clip/ready")
@dataclass(frozen=True)
class ClipReady(Message):
    """The clip is whole, held, and encoded ahead."""

    clip: ClipId
    num_notes: NumNotes
    kind: Annotated[str, Arg("`melody`, `drums`, … or `other`, as the engine judged it", high=MAX_NAME_LETTERS)]
    bars: Annotated[int, Arg("bars that the clip touches", 0)]
    cached: Annotated[int, Arg("1 where its latents were there already", 0, 1)]


@from_engine("/bridge/clip/missing")
@dataclass(frozen=True)
class ClipMissing(Message):
    """One hole: send these notes again, then `end`."""

    clip: ClipId
    first_index: NoteIndex
    count: Annotated[int, Arg("notes that did not arrive", 1, MAX_CLIP_NOTES)]


@from_engine("/bridge/clip/dropped")
@dataclass(frozen=True)
class ClipDropped(Message):
    """The clip is forgotten."""

    clip: ClipId
