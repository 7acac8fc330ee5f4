"""What was played beside what the pattern says: each note once, each ended, and how far off its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bridge.protocol.message import Message
from bridge.protocol.morph_messages import MorphEnd, MorphNotes, MorphPattern
from bridge.protocol.notes import WireNote


class Pattern(NamedTuple):
    """A pattern as it was announced; it is played in loop, its start on a multiple of its length."""

    generation: int
    length_quarters: float
    notes: tuple[WireNote, ...]


class Onset(NamedTuple):
    """Where a pitch begins, in quarters or seconds."""

    pitch: int
    at: float


class Match(NamedTuple):
    """Played onsets paired with those expected.

    Attributes:
        pairs: expected and played, in order of the expected.
        missing: expected and not played.
        extra: played and not expected, a doubled note among them.
    """

    pairs: list[tuple[Onset, Onset]]
    missing: list[Onset]
    extra: list[Onset]

    @property
    def skipped(self) -> list[Onset]:
        """Those missing between the first and the last that were played."""
        first, last = self.pairs[0][0].at, self.pairs[-1][0].at
        return [onset for onset in self.missing if first <= onset.at <= last]

    @property
    def errors(self) -> list[float]:
        """How much later than expected each was played."""
        return [played.at - expected.at for expected, played in self.pairs]


def patterns_of(messages: Iterable[Message]) -> dict[int, Pattern]:
    """The patterns that came whole, by their number."""
    whole: dict[int, Pattern] = {}
    opened: dict[int, tuple[MorphPattern, list[WireNote]]] = {}
    for message in messages:
        match message:
            case MorphPattern():
                opened[message.generation] = message, []
            case MorphNotes() if message.generation in opened:
                opened[message.generation][1].extend(message.notes)
            case MorphEnd() if message.generation in opened:
                head, notes = opened.pop(message.generation)
                if len(notes) == head.num_notes:
                    whole[head.generation] = Pattern(head.generation, head.length_quarters, tuple(notes))
    return whole


def onsets_between(pattern: Pattern, start_quarters: float, end_quarters: float) -> list[Onset]:
    """The onsets of the looped pattern in a stretch of the song, its end not included."""
    loops = range(int(start_quarters // pattern.length_quarters), int(end_quarters // pattern.length_quarters) + 1)
    places = (
        Onset(note.pitch, loop * pattern.length_quarters + note.start_quarters)
        for loop in loops
        for note in pattern.notes
    )
    return sorted((onset for onset in places if start_quarters <= onset.at < end_quarters), key=_by_time)


def paired(expected: Sequence[Onset], played: Sequence[Onset], tolerance: float) -> Match:
    """Pairs each expected onset with the first one of its pitch that is left and lies within the tolerance."""
    left = sorted(played, key=_by_time)
    pairs, missing = [], []
    for onset in sorted(expected, key=_by_time):
        near = next((one for one in left if one.pitch == onset.pitch and abs(one.at - onset.at) <= tolerance), None)
        if near is None:
            missing.append(onset)
        else:
            left.remove(near)
            pairs.append((onset, near))
    return Match(pairs, missing, left)


def aligned(expected: Sequence[Onset], played: Sequence[Onset], tolerance: float) -> Match:
    """Pairs onsets of two clocks that run alike: they are moved by what pairs most of them."""
    pitch, start = played[0]
    shifts = [start - onset.at for onset in expected if onset.pitch == pitch]
    moved = ([Onset(onset.pitch, onset.at + shift) for onset in expected] for shift in shifts)
    return max((paired(some, played, tolerance) for some in moved), key=lambda match: len(match.pairs))


def left_sounding(events: Iterable[tuple[object, bool]]) -> Mapping[object, int]:
    """Keys that are not silent in the end, and how many note-ons each lacks an end for (negative: ends too many).

    Args:
        events: a key and True for its note-on, False for its note-off, in order.
    """
    balance: Counter[object] = Counter()
    for key, is_on in events:
        balance[key] += 1 if is_on else -1
    return {key: count for key, count in balance.items() if count}


def doubled(events: Iterable[tuple[object, bool]]) -> list[object]:
    """Keys that were begun while they sounded."""
    sounding: set[object] = set()
    twice = []
    for key, is_on in events:
        if is_on and key in sounding:
            twice.append(key)
        (sounding.add if is_on else sounding.discard)(key)
    return twice


def _by_time(onset: Onset) -> tuple[float, int]:
    return onset.at, onset.pitch
