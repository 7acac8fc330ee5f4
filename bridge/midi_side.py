"""The MIDI side of a server: its ports opened, started and closed together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bridge.clock import Clock
from bridge.midi_arrived import MidiArrived
from bridge.midi_in import MidiIn
from bridge.midi_out import MidiOut
from bridge.midi_ports import open_ports


@dataclass(frozen=True)
class MidiConfig:
    """What of MIDI is wanted.

    Attributes:
        output: part of the name of the port to play to; None for none.
        input: part of the name of the port to hear; None for none.
        map_file: which controllers move what; None for none.
        clock_in: whether the song follows the MIDI clock that the input hears.
        clock_out: whether the output gets MIDI clock.
    """

    output: str | None = None
    input: str | None = None
    map_file: Path | None = None
    clock_in: bool = False
    clock_out: bool = False


NO_MIDI = MidiConfig()


class MidiSide:
    """Open ports.

    Args:
        config: which.
        deliver: takes what the input hears; must not wait.
        clock: seconds, monotonic.

    Raises:
        MidiError: a port cannot be had.
    """

    def __init__(self, config: MidiConfig, deliver: Callable[[MidiArrived], None], clock: Clock) -> None:
        output, input_ = open_ports(config.output, config.input)
        self.output = None if output is None else MidiOut(output, clock)
        self.input = None if input_ is None else MidiIn(input_, deliver, clock, config.clock_in)

    @property
    def names(self) -> list[str]:
        """What is open, in words."""
        outputs = [] if self.output is None else [f"playing to {self.output.name}"]
        return outputs + ([] if self.input is None else [f"hearing {self.input.name}"])

    def start(self) -> None:
        """Begins to play and to hear."""
        if self.output is not None:
            self.output.start()
        if self.input is not None:
            self.input.start()

    def close(self) -> None:
        """Ends what sounds, and closes all."""
        if self.input is not None:
            self.input.close()
        if self.output is not None:
            self.output.close()
