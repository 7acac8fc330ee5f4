"""Results on their way to the client: begin, notes and end for each clip, then done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bridge.protocol.arguments import Arg, ClipId, Index, KeptId, RequestId, ResultNoteIndex
from bridge.protocol.clip_messages import Length
from bridge.protocol.message import Message, from_engine
from bridge.protocol.notes import WireNote

Total = Annotated[int, Arg("clips in the result", 0)]


@from_engine("/bridge/result/begin")
@dataclass(frozen=True)
class ResultBegin(Message):
    """Opens one clip of a result."""

    request: KeptId
    index: Index
    total: Total
    num_notes: Annotated[int, Arg("notes in this clip", 0)]
    length_quarters: Length


@from_engine("/bridge/result/notes")
@dataclass(frozen=True)
class ResultNotes(Message):
    """Some notes of one clip of a result."""

    request: KeptId
    index: Index
    first_index: ResultNoteIndex
    notes: tuple[WireNote, ...] = ()


@from_engine("/bridge/result/end")
@dataclass(frozen=True)
class ResultEnd(Message):
    """All notes of this clip were sent; holes are asked for with `/bridge/result/resend`."""

    request: KeptId
    index: Index


@from_engine("/bridge/result/left_out")
@dataclass(frozen=True)
class ResultLeftOut(Message):
    """Notes of a source clip that the model could not take in, such as the lower notes of chords in a melody."""

    request: RequestId
    clip: ClipId
    num_notes: Annotated[int, Arg("notes left out", 1)]


@from_engine("/bridge/done")
@dataclass(frozen=True)
class Done(Message):
    """The whole result was sent."""

    request: KeptId
    total: Total
    queue_ms: Annotated[float, Arg("how long the request waited for others", 0)]
    encode_ms: Annotated[float, Arg("from clips to latents; 0 where all were cached", 0)]
    decode_ms: Annotated[float, Arg("from latents to notes", 0)]
    cached: Annotated[int, Arg("1 where the latents of all its clips were there already", 0, 1)]


@from_engine("/bridge/cancelled")
@dataclass(frozen=True)
class Cancelled(Message):
    """The request is given up."""

    request: RequestId
