"""The protocol's section MIDI: controllers learnt, phrases recorded, where the engine has a MIDI input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bridge.protocol.arguments import Arg
from bridge.protocol.limits import MAX_NAME_LETTERS
from bridge.protocol.message import Message, from_client, from_engine
from bridge.protocol.morph_messages import HeldClip

Target = Annotated[str, Arg("what a controller moves: `x`, `y`, `knob 1`, `temperature`, `snapshot 3`, `play` ... as "
                            "the map file names it", high=MAX_NAME_LETTERS)]  # fmt: skip


@from_client("/bridge/midi/learn", "`/bridge/midi/learned`, once a controller was moved or a note played")
@dataclass(frozen=True)
class MidiLearn(Message):
    """Binds the next controller or note that is heard to a target, in the map file too, where there is one."""

    target: Target


@from_client("/bridge/midi/forget", "`/bridge/midi/learned` with number -1")
@dataclass(frozen=True)
class MidiForget(Message):
    """Unbinds whatever moves a target, and ends learning for it."""

    target: Target


@from_engine("/bridge/midi/learned")
@dataclass(frozen=True)
class MidiLearned(Message):
    """What moves a target from now on."""

    target: Target
    kind: Annotated[str, Arg("`cc`, `cc14`, `note` or `bend`; empty where nothing moves it", high=MAX_NAME_LETTERS)]
    channel: Annotated[int, Arg("MIDI channel, 0 for any", 0, 16)]
    number: Annotated[int, Arg("of the controller or note, 0 for `bend`; -1 where nothing moves it", -1, 127)]


@from_engine("/bridge/midi/moved")
@dataclass(frozen=True)
class MidiMoved(Message):
    """A controller has moved a target of this client's morph."""

    target: Target
    value: Annotated[float, Arg("the target's new value, in its own range")]


@from_client("/bridge/midi/record", "`/bridge/midi/recording`, and in the end `/bridge/clip/ready`")
@dataclass(frozen=True)
class MidiRecord(Message):
    """Records what is played on the MIDI input as a clip, from the next bar on."""

    clip: HeldClip
    bars: Annotated[int, Arg("how many bars; 0 records until `/bridge/midi/record/stop`, and to the end of that bar",
                             0, 64)]  # fmt: skip


@from_client("/bridge/midi/record/stop", "`/bridge/midi/recording`")
@dataclass(frozen=True)
class MidiRecordStop(Message):
    """Punches out at the next bar; what waits for its first bar is given up."""


@from_engine("/bridge/midi/recording")
@dataclass(frozen=True)
class MidiRecording(Message):
    """How a recording goes on."""

    clip: HeldClip
    state: Annotated[int, Arg("0 over, 1 waiting for the bar, 2 recording", 0, 2)]
    num_notes: Annotated[int, Arg("notes so far", 0)]


MIDI: tuple[type[Message], ...] = (
    MidiLearn, MidiForget, MidiLearned, MidiMoved, MidiRecord, MidiRecordStop, MidiRecording,
)  # fmt: skip
