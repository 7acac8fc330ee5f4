"""One row of a MIDI map: which controller moves which target, and through which values."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import MidiError
from bridge.midi_targets import DIAL, SWITCH, Target

CC, CC14, NOTE, BEND = "cc", "cc14", "note", "bend"
KINDS = (CC, CC14, NOTE, BEND)

HIGHEST_CC = 119
"""The numbers above it are channel mode messages, such as All Notes Off."""
FINE_CCS = 32
"""A controller below this may have 14 bits: the coarse 7 come under its number, the fine ones under 32 more."""

_MIDDLE = {CC: 64, CC14: 8_192, BEND: 8_192}
_TOP = {CC: 127, CC14: 16_383, BEND: 16_383, NOTE: 127}
_HIGHEST_NUMBER = {CC: HIGHEST_CC, CC14: FINE_CCS - 1, NOTE: 127, BEND: 0}


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        kind: `cc`, `cc14` (two controllers 32 apart, 14 bits together), `note` or `bend`.
        number: of the controller, the coarse one of two, or the note's pitch; 0 for `bend`.
        target: what is moved.
        channel: 1..16; None for any.
        low: the target's value at the controller's lowest; None is the target's own. Above `high` it inverts; where
            both are one value, a note goes there.
        high: the value at the highest; a note gives it at velocity 127.
        takeover: whether the controller must first reach the target's present value; None is yes where it can be.
        toggle: whether each press turns a switch over; if not it is on while pressed. None is yes.

    Raises:
        MidiError: a field is outside its range, or does not go with the others.
    """

    kind: str
    number: int
    target: Target
    channel: int | None = None
    low: float | None = None
    high: float | None = None
    takeover: bool | None = None
    toggle: bool | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise MidiError(f"the kind is {self.kind!r}; choose {', '.join(KINDS)}")
        if not 0 <= self.number <= _HIGHEST_NUMBER[self.kind]:
            raise MidiError(f"the number is {self.number}; of a {self.kind} it must be 0..{_HIGHEST_NUMBER[self.kind]}")
        if self.channel is not None and not 1 <= self.channel <= 16:
            raise MidiError(f"the channel is {self.channel}; it must be 1..16, or left out for any")
        if self.target.kind != DIAL and self.kind in (CC14, BEND):
            raise MidiError(f"a {self.kind} cannot move {self.target.name!r}, which is a button; choose cc or note")
        self._check_options()

    @property
    def lowest(self) -> float:
        """The target's value at the controller's lowest."""
        return self.target.low if self.low is None else self.low

    @property
    def highest(self) -> float:
        """The target's value at the controller's highest."""
        return self.target.high if self.high is None else self.high

    @property
    def takes_over(self) -> bool:
        """Whether it waits until the controller reaches the target's present value."""
        return self.target.kind == DIAL and self.kind != NOTE and self.takeover is not False

    def hears(self, kind: str, channel: int, number: int) -> bool:
        """Whether this controller is the row's."""
        return (kind, number) == (self.kind, self.number) and self.channel in (None, channel)

    def value(self, raw: int) -> float:
        """The target's value for one of the controller, which is a dial."""
        share = _share(self.kind, raw)
        if self.target.choices:
            return self._choice(share)
        low, high = sorted((self.lowest, self.highest))
        value = min(max(self.lowest * (1 - share) + self.highest * share, low), high)  # rounding may lie outside
        return float(round(value)) if self.target.is_whole else value

    def reach(self, value: float) -> float:
        """The value nearest to this one that the controller can give."""
        low, high = sorted((self.lowest, self.highest))
        return min(max(value, low), high)

    @property
    def hair(self) -> float:
        """The target's change for one step of a controller of 7 bits."""
        return abs(self.highest - self.lowest) / _TOP[CC]

    def _choice(self, share: float) -> float:
        low, high = sorted((self.lowest, self.highest))
        choices = [choice for choice in self.target.choices if low <= choice <= high] or [low]
        if self.lowest > self.highest:
            choices.reverse()
        return choices[min(int(share * len(choices)), len(choices) - 1)]

    def _check_options(self) -> None:
        target = self.target
        if target.kind != DIAL and (self.low, self.high) != (None, None):
            raise MidiError(f"{target.name!r} is a button and has no low or high; leave them out")
        least, most = target.bounds or (target.low, target.high)
        for name, value in (("low", self.low), ("high", self.high)):
            if value is not None and not least <= value <= most:
                raise MidiError(f"{name} is {value:g}; for {target.name!r} it must be {least:g}..{most:g}")
        if self.takeover is not None and (target.kind != DIAL or self.kind == NOTE):
            raise MidiError("takeover is for controllers of dials; leave it out for notes and buttons")
        if self.toggle is not None and target.kind != SWITCH:
            raise MidiError(f"toggle is for switches such as 'play'; leave it out for {target.name!r}")


def _share(kind: str, raw: int) -> float:
    """How far up a controller is, 0..1, its middle position exactly 0.5; a velocity has no middle.

    Source: MIDI 2.0 Bit Scaling and Resolution (M2-115-U), where 0, the middle and the top stay what they are.
    """
    middle, top = _MIDDLE.get(kind), _TOP[kind]
    if middle is None:
        return raw / top
    return raw / middle / 2 if raw <= middle else 0.5 + (raw - middle) / (top - middle) / 2
