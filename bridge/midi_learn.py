"""MIDI learn: which controller a person means, told from those that jitter or come along."""

from __future__ import annotations

from typing import NamedTuple

from bridge import midi_arrived
from bridge.midi_arrived import MidiArrived
from bridge.midi_rows import BEND, CC, CC14, FINE_CCS, HIGHEST_CC, NOTE
from bridge.midi_targets import DIAL, Target

_DIFFERENT_VALUES = 3
_STEPS = 4
_FINE_BITS = 7


class Control(NamedTuple):
    """A controller, as a row of the map names it."""

    kind: str
    channel: int
    number: int


class Learner:
    """Listens for one target.

    A controller counts once it gave three different values or moved by four steps of 128. A button also takes the
    first note played; a dial does not, since one may play on meanwhile.

    Args:
        target: what is to be moved.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._values: dict[Control, list[int]] = {}
        self._fine: set[tuple[int, int]] = set()

    def heard(self, arrived: MidiArrived) -> Control | None:
        """The controller that is meant, once it is clear."""
        match arrived.kind:
            case midi_arrived.NOTE_ON if self.target.kind != DIAL:
                return Control(NOTE, arrived.channel, arrived.number)
            case midi_arrived.CC if arrived.number <= HIGHEST_CC:
                return self._heard_cc(arrived)
            case midi_arrived.BEND if self.target.kind == DIAL:
                return self._moved(Control(BEND, arrived.channel, 0), arrived.value >> _FINE_BITS)
        return None

    def _heard_cc(self, arrived: MidiArrived) -> Control | None:
        coarse = Control(CC, arrived.channel, arrived.number - FINE_CCS)
        if self.target.kind == DIAL and coarse.number in range(FINE_CCS) and coarse in self._values:
            self._fine.add((coarse.channel, coarse.number))
            return None
        control = self._moved(Control(CC, arrived.channel, arrived.number), arrived.value)
        if control is not None and (control.channel, control.number) in self._fine:
            return control._replace(kind=CC14)
        return control

    def _moved(self, control: Control, value: int) -> Control | None:
        values = self._values.setdefault(control, [])
        if value not in values:
            values.append(value)
        is_clear = len(values) >= _DIFFERENT_VALUES or abs(value - values[0]) >= _STEPS
        return control if is_clear else None
