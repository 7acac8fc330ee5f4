"""The protocol's section Playing: the client's clock in, notes in time out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bridge.protocol.arguments import Arg
from bridge.protocol.limits import MAX_QUARTERS
from bridge.protocol.message import Message, from_client, from_engine
from bridge.protocol.morph_messages import Generation

Bpm = Annotated[float, Arg("quarters a minute", 1, 1_000)]
SongQuarters = Annotated[float, Arg("position in quarters since the song's start", -MAX_QUARTERS, MAX_QUARTERS)]


@from_client("/bridge/transport")
@dataclass(frozen=True)
class Transport(Message):
    """The client's clock, some 20 times a second; between messages it is carried on. Without any, the engine's own."""

    quarters: SongQuarters
    bpm: Bpm
    playing: Annotated[int, Arg("1 while the transport runs", 0, 1)]


@from_client("/bridge/play", "`/bridge/play/status`")
@dataclass(frozen=True)
class Play(Message):
    """Plays the pattern in loop, in time, or ends it; a pattern that comes later takes over on the quantize grid."""

    on: Annotated[int, Arg("1 plays, 0 ends", 0, 1)]


@from_client("/bridge/panic", "`/bridge/play/flush`")
@dataclass(frozen=True)
class Panic(Message):
    """All notes off, now; playing ends."""


@from_engine("/bridge/play/note")
@dataclass(frozen=True)
class PlayNote(Message):
    """One note ahead of its time, by less where the music begins; it ends one of its pitch that still sounds."""

    pitch: Annotated[int, Arg("MIDI pitch", 0, 127)]
    velocity: Annotated[float, Arg("need not be whole", 0, 127, above_low=True)]
    duration_ms: Annotated[float, Arg("how long it sounds", 0)]
    channel: Annotated[int, Arg("MIDI channel", 1, 16)]
    delay_ms: Annotated[float, Arg("how long from now it begins", 0)]


@from_engine("/bridge/play/flush")
@dataclass(frozen=True)
class PlayFlush(Message):
    """End what sounds and forget what has not begun: playing ended, or the transport jumped."""


@from_engine("/bridge/play/switched")
@dataclass(frozen=True)
class PlaySwitched(Message):
    """A pattern has taken over, or will at that position, a moment ahead."""

    generation: Generation
    quarters: SongQuarters


@from_engine("/bridge/play/status")
@dataclass(frozen=True)
class PlayStatus(Message):
    """Sent each second to a client that plays, and whenever it begins or ends."""

    playing: Annotated[int, Arg("1 while the pattern is played", 0, 1)]
    quarters: SongQuarters
    bpm: Annotated[float, Arg("quarters a minute", 0)]
    generation: Annotated[int, Arg("the pattern that plays; 0 where there is none", 0)]
    late: Annotated[int, Arg("patterns so far that were not ready for their grid and waited for the next", 0)]


PLAY: tuple[type[Message], ...] = (Transport, Play, Panic, PlayNote, PlayFlush, PlaySwitched, PlayStatus)
