"""The MIDI map at work: what arrives becomes moves, with soft takeover, and new controllers are learnt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bridge import midi_arrived
from bridge.midi_arrived import MidiArrived
from bridge.midi_learn import Control, Learner
from bridge.midi_rows import BEND, CC, CC14, FINE_CCS, NOTE, Row
from bridge.midi_targets import DIAL, SWITCH, Target, find_target
from bridge.protocol.message import Message

LEARN_S = 30.0
"""How long a controller is waited for."""

_PRESSED = 64
_FINE_BITS = 7


@dataclass(frozen=True, slots=True)
class Move:
    """A target is to have a value; a trigger's is 1."""

    target: Target
    value: float

    @property
    def message(self) -> Message | None:
        """The same as a client would ask for it; None for `record`, which needs a clip."""
        return None if self.target.message is None else self.target.message(self.value)


@dataclass(frozen=True, slots=True)
class Learnt:
    """A controller moves a target from now on; the map has this row."""

    row: Row


@dataclass(slots=True)
class _Bound:
    """A row and where its controller is: its last value, and whether the target follows it."""

    row: Row
    value: float | None = None
    follows: bool = False
    is_pressed: bool = False


class MidiMap:
    """Rows, what each target is now, and where each controller stands.

    Args:
        rows: to begin with.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._bound = [_Bound(row) for row in rows]
        self._present: dict[str, float] = {}
        self._coarse: dict[tuple[int, int], int] = {}
        self._learner: Learner | None = None
        self._learns_until_s = 0.0

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, those learnt included."""
        return tuple(bound.row for bound in self._bound)

    def now(self, name: str, value: float) -> None:
        """A target has this value now; controllers that are elsewhere must find it first."""
        self._present[name] = value
        for bound in self._bound:
            if bound.row.target.name == name:
                bound.follows = bound.value is not None and _is_near(bound.row, bound.value, value)

    def moved(self, arrived: MidiArrived) -> tuple[Move | Learnt, ...]:
        """What a message leads to. While a controller is being learnt, none moves anything."""
        controls = [*self._controls(arrived)]
        if self._learner is None or arrived.at_s > self._learns_until_s:
            self._learner = None
            return tuple(move for control, raw in controls for move in self._moves(control, raw, arrived))
        meant = self._learner.heard(arrived)
        if meant is None:
            return ()
        row = self._bind(self._learner.target, meant)
        self._learner = None
        return (Learnt(row),)

    def learn(self, name: str, now_s: float) -> None:
        """Binds the next controller that is clearly moved to a target, instead of what moves it now.

        Asked again for the same target, it goes on waiting.

        Raises:
            UnknownSettingError: there is no such target.
        """
        target = find_target(name)
        if self._learner is None or self._learner.target is not target or now_s > self._learns_until_s:
            self._learner = Learner(target)
        self._learns_until_s = now_s + LEARN_S

    def forget(self, name: str) -> None:
        """Nothing moves a target any more, nor is anything learnt for it.

        Raises:
            UnknownSettingError: there is no such target.
        """
        target = find_target(name)
        self._bound = [bound for bound in self._bound if bound.row.target is not target]
        if self._learner is not None and self._learner.target is target:
            self._learner = None

    def _controls(self, arrived: MidiArrived) -> Iterator[tuple[Control, int]]:
        """Each controller that a message moves, and where to."""
        channel, number, value = arrived.channel, arrived.number, arrived.value
        match arrived.kind:
            case midi_arrived.NOTE_ON:
                yield Control(NOTE, channel, number), value
            case midi_arrived.NOTE_OFF:
                yield Control(NOTE, channel, number), 0
            case midi_arrived.BEND:
                yield Control(BEND, channel, 0), value
            case midi_arrived.CC:
                yield Control(CC, channel, number), value
                self._coarse[channel, number] = value
                coarse = self._coarse.get((channel, number - FINE_CCS))
                if FINE_CCS <= number < 2 * FINE_CCS and coarse is not None:
                    yield Control(CC14, channel, number - FINE_CCS), coarse << _FINE_BITS | value

    def _moves(self, control: Control, raw: int, arrived: MidiArrived) -> Iterator[Move]:
        for bound in self._bound:
            if not bound.row.hears(*control):
                continue
            target, present = bound.row.target, self._present.get(bound.row.target.name)
            value = self._turned(bound, raw) if target.kind == DIAL else self._pressed(bound, raw, arrived)
            if value is not None:
                self.now(target.name, value)  # this row follows; others on the target must find it
                if target.kind != DIAL or value != present:
                    yield Move(target, value)

    def _turned(self, bound: _Bound, raw: int) -> float | None:
        """The value of a dial; None where it has no effect yet."""
        if bound.row.kind == NOTE and raw == 0:
            return None
        value, before = bound.row.value(raw), bound.value
        bound.value = value
        present = self._present.get(bound.row.target.name)
        if bound.row.takes_over and present is not None and not bound.follows:
            has_passed = before is not None and (before - present) * (value - present) < 0
            if not (has_passed or _is_near(bound.row, value, present)):
                return None
        return value

    def _pressed(self, bound: _Bound, raw: int, arrived: MidiArrived) -> float | None:
        """The value of a button; None where it was pressed before, or let go of to no effect."""
        is_pressed = raw >= _PRESSED if bound.row.kind == CC else raw > 0
        was_pressed, bound.is_pressed = bound.is_pressed, is_pressed
        is_news = is_pressed != was_pressed or arrived.kind == midi_arrived.NOTE_ON
        if not is_news:
            return None
        if bound.row.target.kind == SWITCH:
            if bound.row.toggle is False:
                return float(is_pressed)
            return 1.0 - self._present.get(bound.row.target.name, 0.0) if is_pressed else None
        return 1.0 if is_pressed else None

    def _bind(self, target: Target, control: Control) -> Row:
        """Gives a target this controller instead of others; the first of their rows keeps what else it says."""
        replaced = [bound for bound in self._bound if _is_replaced(bound.row, target)]
        old = replaced[0].row if replaced else Row(control.kind, control.number, target)
        row = replace(old, kind=control.kind, number=control.number, channel=control.channel)
        at = self._bound.index(replaced[0]) if replaced else len(self._bound)
        others = [bound for bound in self._bound[at:] if not _is_replaced(bound.row, target)]
        self._bound = [*self._bound[:at], _Bound(row), *others]
        return row


def _is_replaced(row: Row, target: Target) -> bool:
    """Whether what is learnt for a target takes this row's place; notes that have a dial leap stay."""
    return row.target is target and (target.kind != DIAL or row.kind != NOTE)


def _is_near(row: Row, value: float, present: float) -> bool:
    return abs(value - row.reach(present)) <= row.hair
