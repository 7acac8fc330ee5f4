"""Results as messages, and the short memory of them that `/bridge/result/resend` is answered from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bridge.clips import notes_to_wire
from bridge.clock import Clock
from bridge.errors import OutOfRangeError
from bridge.protocol.limits import KEEP_RESULTS_S, MAX_KEPT_NOTES
from bridge.protocol.message import Message
from bridge.protocol.notes import in_messages
from bridge.protocol.request_messages import Request, ResultResend
from bridge.protocol.result_messages import Done, ResultBegin, ResultEnd, ResultLeftOut, ResultNotes
from engine.representations.clip import Clip
from engine.runtime.answers import Answer


@dataclass(frozen=True)
class Result:
    """All that goes back for one request.

    Attributes:
        clips: in order of their index.
        left_out: what is told before `done`.
        done: ends the result.
    """

    clips: tuple[Clip, ...]
    left_out: tuple[ResultLeftOut, ...]
    done: Done

    @property
    def num_notes(self) -> int:
        """Notes in all its clips."""
        return sum(len(clip.notes) for clip in self.clips)

    def messages(self) -> Iterator[Message]:
        """The whole result in the order of the contract."""
        for index in range(len(self.clips)):
            yield from self.clip_messages(index)
        yield from self.left_out
        yield self.done

    def clip_messages(self, index: int, first_index: int = 0, count: int = 0) -> Iterator[Message]:
        """One clip of it, or a span of its notes.

        Args:
            index: which clip.
            first_index: first note to send.
            count: how many notes; 0 sends all from there on.
        """
        clip, request = self.clips[index], self.done.request
        last = first_index + count if count else len(clip.notes)
        yield ResultBegin(request, index, len(self.clips), len(clip.notes), clip.length_quarters)
        for first, notes in in_messages(clip.notes[first_index:last], first_index):
            yield ResultNotes(request, index, first, notes_to_wire(notes))
        yield ResultEnd(request, index)

    def resent(self, wanted: ResultResend) -> Iterator[Message]:
        """A span of one clip once more, with all that frames it, so that whatever was lost is healed."""
        yield from self.clip_messages(wanted.index, wanted.first_index, wanted.count)
        yield from self.left_out
        yield self.done


def make_result(request: Request, answer: Answer, queue_ms: float) -> Result:
    """The result of a request from what the engine answered."""
    left_out = dict(zip(request.sources, answer.left_out, strict=False))
    return Result(
        answer.clips,
        tuple(ResultLeftOut(request.request, clip, count) for clip, count in left_out.items() if count),
        Done(request.request, len(answer.clips), queue_ms, answer.encode_ms, answer.decode_ms, int(answer.cached)),
    )


class KeptResults:
    """The latest results of all sessions, bounded in time and in notes.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[int, int], tuple[float, Result]] = {}
        self._num_notes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, session: int, result: Result) -> None:
        """Remembers a result, in place of an older one of the same request."""
        self._forget((session, result.done.request))
        self._kept[session, result.done.request] = (self._clock(), result)
        self._num_notes += result.num_notes + len(result.clips)
        while self._num_notes > MAX_KEPT_NOTES and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def find(self, session: int, request: int, index: int) -> Result:
        """The result that has this clip.

        Raises:
            OutOfRangeError: it is no longer kept, never was, or has no such clip.
        """
        entry = self._kept.get((session, request))
        if entry is None:
            raise OutOfRangeError(
                f"no result of request {request} is kept; results are kept for {KEEP_RESULTS_S:g} s: ask for it anew"
            )
        if index >= len(entry[1].clips):
            raise OutOfRangeError(f"index is {index}; the result has {len(entry[1].clips)} clips, counted from 0")
        return entry[1]

    def forget_session(self, session: int) -> None:
        """Lets go of all that one client might have asked for again."""
        for key in [key for key in self._kept if key[0] == session]:
            self._forget(key)

    def forget_old(self) -> None:
        """Lets go of results older than the contract keeps them."""
        too_old = self._clock() - KEEP_RESULTS_S
        for key in [key for key, (kept_s, _) in self._kept.items() if kept_s < too_old]:
            self._forget(key)

    def _forget(self, key: tuple[int, int]) -> None:
        entry = self._kept.pop(key, None)
        if entry is not None:
            self._num_notes -= entry[1].num_notes + len(entry[1].clips)
