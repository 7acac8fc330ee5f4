"""What each connected client has sent and waits for; one thread alone reads and changes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bridge.clips import clip_from_wire
from bridge.clock import Clock
from bridge.errors import BusyError, ClipIncompleteError, TooLargeError, UnknownClipError
from bridge.jobs import Job, PrepareJob, RequestJob
from bridge.protocol.clip_messages import ClipBegin, ClipNotes
from bridge.protocol.limits import (
    MAX_CLIP_NOTES,
    MAX_SESSION_CLIPS,
    MAX_SESSION_NOTES,
    MAX_SESSIONS,
    MAX_TOTAL_NOTES,
    SILENT_S,
)
from bridge.transfer import Transfer
from engine.representations.clip import Clip

Address = tuple[str, int]
NOWHERE: Address = ("", 0)
"""The address of those who hear nothing."""
_HOUSE = -1


@dataclass
class Incoming:
    """A clip that was begun and not yet ended."""

    begin: ClipBegin
    transfer: Transfer


@dataclass
class Session:
    """One client: the address it sends from is its name.

    Attributes:
        number: never used twice.
        address: where its messages come from.
        reply_to: where replies go.
        said_hello: True where it gets status each second.
        last_heard_s: when its last message came.
        clips: held clips by the client's own numbers.
        incoming: clips being received.
        pending: requests that were not answered yet, by id.
        models: names chosen with `/bridge/use`, by the part that they play.
        preparing: clips that are being judged and encoded ahead, by number.
    """

    number: int
    address: Address
    reply_to: Address
    last_heard_s: float
    said_hello: bool = False
    clips: dict[int, Clip] = field(default_factory=dict)
    incoming: dict[int, Incoming] = field(default_factory=dict)
    pending: dict[int, RequestJob] = field(default_factory=dict)
    preparing: dict[int, PrepareJob] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)

    @property
    def num_notes(self) -> int:
        """Notes held or announced."""
        held = sum(len(clip.notes) for clip in self.clips.values())
        return held + sum(coming.transfer.num_notes for coming in self.incoming.values())

    def clip(self, number: int) -> Clip:
        """A clip that is held whole.

        Raises:
            ClipIncompleteError: it is being sent, or sent anew.
            UnknownClipError: it was never sent, or dropped.
        """
        if number in self.incoming:
            raise ClipIncompleteError(f"clip {number} is still being sent; finish it with /bridge/clip/end")
        if number not in self.clips:
            raise UnknownClipError(f"clip {number} is not held here; send it with /bridge/clip/begin, notes, end")
        return self.clips[number]

    def begin(self, begin: ClipBegin) -> None:
        """Opens a clip; one held under the number stays until the new one is whole.

        Raises:
            TooLargeError: too many notes for a clip, or too many clips.
            UnsupportedMeterError: the meter cannot be.
        """
        clip_from_wire((), begin.length_quarters, begin.numerator, begin.denominator)
        if begin.num_notes > MAX_CLIP_NOTES:
            raise TooLargeError(f"num_notes is {begin.num_notes}; a clip may have {MAX_CLIP_NOTES:,}: send it in parts")
        self.incoming.pop(begin.clip, None)
        if begin.clip not in self.clips and len(self.clips) + len(self.incoming) >= MAX_SESSION_CLIPS:
            raise TooLargeError(f"{MAX_SESSION_CLIPS:,} clips are held; drop some with /bridge/clip/drop")
        if self.num_notes + begin.num_notes > MAX_SESSION_NOTES:
            raise TooLargeError(f"{self.num_notes:,} notes are held of {MAX_SESSION_NOTES:,}; drop some clips")
        self.incoming[begin.clip] = Incoming(begin, Transfer(begin.num_notes))

    def add(self, message: ClipNotes) -> None:
        """Puts notes into a clip that was begun.

        Raises:
            UnknownClipError: it was not.
            OutOfRangeError: the notes lie beyond its end.
        """
        incoming = self.incoming.get(message.clip)
        if incoming is None:
            raise UnknownClipError(f"clip {message.clip} was not begun; send /bridge/clip/begin before its notes")
        incoming.transfer.add(message.first_index, message.notes)

    def finish(self, number: int) -> Clip:
        """The clip, held from now on, that was received whole; or the one held already when `end` comes again."""
        incoming = self.incoming.get(number)
        if incoming is not None and incoming.transfer.complete:
            begin = incoming.begin
            notes = incoming.transfer.notes
            self.clips[number] = clip_from_wire(notes, begin.length_quarters, begin.numerator, begin.denominator)
            del self.incoming[number]
        return self.clip(number)

    def settle(self, job: Job) -> bool:
        """Ends the wait for a job; False where nobody waits for it any more."""
        if isinstance(job, PrepareJob):
            waited = self.preparing.get(job.message.clip) is job
            if waited:
                del self.preparing[job.message.clip]
        else:
            waited = self.pending.get(job.message.request) is job
            if waited:
                del self.pending[job.message.request]
        return waited

    def drop(self, number: int) -> None:
        """Forgets a clip, held or being received."""
        self.clips.pop(number, None)
        self.incoming.pop(number, None)


class Sessions:
    """All clients, each by the address it sends from.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_address: dict[Address, Session] = {}
        self._by_number: dict[int, Session] = {}
        self._opened = 0

    def __len__(self) -> int:
        return len(self._by_address)

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._by_address.values()))

    def heard(self, address: Address) -> Session | None:
        """The client at an address, now known to be alive; None where there is none."""
        session = self._by_address.get(address)
        if session is not None:
            session.last_heard_s = self._clock()
        return session

    def known(self, address: Address) -> Session:
        """The client at an address, or an empty session that is not kept."""
        return self.heard(address) or Session(0, address, address, self._clock())

    def open(self, address: Address) -> Session:
        """The client at an address, made where there is none.

        Raises:
            BusyError: all places are taken.
        """
        session = self.heard(address)
        if session is not None:
            return session
        if len(self._by_address) >= MAX_SESSIONS:
            raise BusyError(f"{MAX_SESSIONS} clients are connected, which is all; let one say /bridge/bye")
        self._opened += 1
        session = Session(self._opened, address, address, self._clock())
        self._by_address[address] = self._by_number[session.number] = session
        return session

    def house(self) -> Session:
        """The engine's own stage, that no client sends to: a session which is never silent and hears nothing."""
        session = Session(_HOUSE, NOWHERE, NOWHERE, self._clock())
        self._by_number[_HOUSE] = session
        return session

    def by_number(self, number: int) -> Session | None:
        """The client of a session's number, None where it has gone."""
        return self._by_number.get(number)

    def close(self, session: Session) -> None:
        """Forgets a client and all its clips."""
        self._by_address.pop(session.address, None)
        self._by_number.pop(session.number, None)

    def silent(self) -> list[Session]:
        """Clients that have said nothing for too long and wait for nothing."""
        too_old = self._clock() - SILENT_S
        return [session for session in self if session.last_heard_s < too_old and not session.pending]

    def check_room(self, num_notes: int) -> None:
        """Raises TooLargeError where so many more notes would be too many for all clients together."""
        held = sum(session.num_notes for session in self)
        if held + num_notes > MAX_TOTAL_NOTES:
            raise TooLargeError(f"{held:,} notes are held for all clients, which is all; drop some clips")
