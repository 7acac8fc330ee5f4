"""A result as a client gathers it: from messages in any order, with losses, until it is whole."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.clips import clip_from_wire
from bridge.protocol.message import Message
from bridge.protocol.notes import WireNote
from bridge.protocol.request_messages import ResultResend
from bridge.protocol.result_messages import Done, ResultBegin, ResultEnd, ResultLeftOut, ResultNotes
from bridge.transfer import Transfer
from engine.representations.clip import Clip


@dataclass(frozen=True)
class ReceivedClip:
    """One clip of a result as it came."""

    notes: tuple[WireNote, ...]
    length_quarters: float

    def to_clip(self, like: Clip) -> Clip:
        """The engine's clip, in the meter and tempo of another: a result does not repeat them."""
        clip = clip_from_wire(self.notes, self.length_quarters, like.numerator, like.denominator)
        return Clip(clip.notes, clip.length_quarters, clip.numerator, clip.denominator, like.bpm)


@dataclass(frozen=True)
class Received:
    """A whole result: its clips, what the models left out, and the times that it took."""

    clips: tuple[ReceivedClip, ...]
    left_out: tuple[ResultLeftOut, ...]
    done: Done


class Collector:
    """Gathers one result from its messages, in any order and with losses."""

    def __init__(self, request: int) -> None:
        self.request = request
        self.done: Done | None = None
        self._begun: dict[int, tuple[float, Transfer]] = {}
        self._left_out: dict[int, ResultLeftOut] = {}

    def take(self, message: Message) -> bool:
        """Takes a message in; False where it belongs to something else."""
        if getattr(message, "request", None) != self.request:
            return False
        match message:
            case ResultBegin() if message.index not in self._begun:
                self._begun[message.index] = message.length_quarters, Transfer(message.num_notes)
            case ResultNotes() if message.index in self._begun:
                self._begun[message.index][1].add(message.first_index, message.notes)
            case ResultLeftOut():
                self._left_out[message.clip] = message
            case Done():
                self.done = message
            case ResultBegin() | ResultNotes() | ResultEnd():
                pass
            case _:
                return False
        return True

    def result(self) -> Received | None:
        """The result once it is whole."""
        if self.done is None or self.lost():
            return None
        clips = (self._begun[index] for index in range(self.done.total))
        return Received(
            tuple(ReceivedClip(transfer.notes, length) for length, transfer in clips),
            tuple(self._left_out.values()),
            self.done,
        )

    def lost(self) -> list[ResultResend]:
        """What to ask for again: the holes, as far as they are known."""
        if self.done is None:
            return [ResultResend(self.request, max(self._begun, default=0), 0, 1)] if self._begun else []
        wanted = []
        for index in range(self.done.total):
            if index not in self._begun:
                wanted.append(ResultResend(self.request, index, 0, 0))
                continue
            holes = self._begun[index][1].holes(most=16)
            wanted += [ResultResend(self.request, index, first, count) for first, count in holes]
        return wanted[:16]
