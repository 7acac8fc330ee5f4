"""The protocol's section Snapshots and state: a morph kept and given back, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bridge.protocol.arguments import INT32_HIGH, INT32_LOW, Arg
from bridge.protocol.limits import MAX_SNAPSHOT
from bridge.protocol.message import Message, from_client, from_engine
from bridge.protocol.morph_messages import HeldClip, KnobValue, SettingName, SettingValue, Slot, Voice, X, Y

Snapshot = Annotated[int, Arg("the snapshot's number", 1, MAX_SNAPSHOT)]
StateNumber = Annotated[int, Arg("0 the present, else a snapshot's number", 0, MAX_SNAPSHOT)]
Temperature = Annotated[float, Arg("how freely the model chooses; 0 is the most likely", 0, 2)]
Seed = Annotated[int, Arg("of the noise", INT32_LOW, INT32_HIGH)]
Timing = Annotated[float, Arg("how much of the timing off the grid is played", 0, 1)]
Velocity = Annotated[float, Arg("how much of the velocities' difference from their mean is played", 0, 1)]
Density = Annotated[float, Arg("moves the odds of every onset; 0 leaves them", -1, 1)]
KeepKey = Annotated[int, Arg("1 keeps the key of the clip in the lowest slot, 0 lets it move", 0, 1)]


@from_client("/bridge/morph/snapshot/store", "`/bridge/morph/snapshot/stored`")
@dataclass(frozen=True)
class SnapshotStore(Message):
    """Keeps cursor, knobs, settings, seed, locks and anchors."""

    snapshot: Snapshot


@from_engine("/bridge/morph/snapshot/stored")
@dataclass(frozen=True)
class SnapshotStored(Message):
    """The snapshot is kept."""

    snapshot: Snapshot


@from_client("/bridge/morph/snapshot/recall", "the same pattern as when it was stored")
@dataclass(frozen=True)
class SnapshotRecall(Message):
    """Goes back to a snapshot; clips dropped since are still known to it."""

    snapshot: Snapshot


@from_client("/bridge/morph/snapshot/drop", "`/bridge/morph/snapshot/dropped`")
@dataclass(frozen=True)
class SnapshotDrop(Message):
    """Forgets a snapshot."""

    snapshot: Snapshot


@from_engine("/bridge/morph/snapshot/dropped")
@dataclass(frozen=True)
class SnapshotDropped(Message):
    """The snapshot is forgotten."""

    snapshot: Snapshot


@from_client("/bridge/morph/state", "`/bridge/morph/state/begin`, the state, `/bridge/morph/state/end`")
@dataclass(frozen=True)
class MorphState(Message):
    """Asks for the present and all snapshots as numbers, for a client to keep; sent back they restore all."""


@from_engine("/bridge/morph/state/begin")
@dataclass(frozen=True)
class StateBegin(Message):
    """Opens the state."""

    num_snapshots: Annotated[int, Arg("snapshots that follow the present", 0)]


@from_engine("/bridge/morph/state/end")
@dataclass(frozen=True)
class StateEnd(Message):
    """The state is whole."""

    num_messages: Annotated[int, Arg("messages between `begin` and this one", 0)]


@dataclass(frozen=True)
class PositionFields(Message):
    """A place of the morph, as numbers; an end of the messages below."""

    x: X
    y: Y
    knob_1: KnobValue
    knob_2: KnobValue
    knob_3: KnobValue
    knob_4: KnobValue
    knob_5: KnobValue
    knob_6: KnobValue
    knob_7: KnobValue
    knob_8: KnobValue
    temperature: Temperature
    seed: Seed
    timing: Timing
    velocity: Velocity
    density: Density
    keep_key: KeepKey


@dataclass(frozen=True)
class _OfState(Message):
    state: StateNumber


@dataclass(frozen=True)
class _OfVoice(_OfState):
    voice: Voice


@dataclass(frozen=True)
class _OfSlot(_OfState):
    slot: Slot
    clip: HeldClip
    x: X
    y: Y


@dataclass(frozen=True)
class _OfSetting(Message):
    name: SettingName
    value: SettingValue


@from_engine("/bridge/morph/state/position")
@dataclass(frozen=True)
class StatePosition(PositionFields, _OfState):
    """Cursor, knobs and settings of a state."""


@from_client("/bridge/morph/state/position", "a new pattern, for state 0")
@dataclass(frozen=True)
class PutPosition(PositionFields, _OfState):
    """Gives a state these; a snapshot that is not there is made."""


@from_engine("/bridge/morph/state/anchor")
@dataclass(frozen=True)
class StateAnchor(_OfSlot):
    """One anchor of a state."""


@from_client("/bridge/morph/state/anchor", "a new pattern, for state 0")
@dataclass(frozen=True)
class PutAnchor(_OfSlot):
    """Gives a state this anchor; the clip must be held. A snapshot that is not there is made."""


@from_engine("/bridge/morph/state/lock")
@dataclass(frozen=True)
class StateLock(PositionFields, _OfVoice):
    """One locked voice of a state, and the place where it was locked."""


@from_client("/bridge/morph/state/lock", "a new pattern, for state 0")
@dataclass(frozen=True)
class PutLock(PositionFields, _OfVoice):
    """Gives a state this lock. A snapshot that is not there is made."""


@from_engine("/bridge/morph/state/setting")
@dataclass(frozen=True)
class StateSetting(_OfSetting):
    """A setting of the playing, which no snapshot changes."""


@from_client("/bridge/morph/state/setting", "nothing")
@dataclass(frozen=True)
class PutSetting(_OfSetting):
    """The same as `/bridge/morph/set`."""


STATE: tuple[type[Message], ...] = (
    SnapshotStore, SnapshotStored, SnapshotRecall, SnapshotDrop, SnapshotDropped, MorphState, StateBegin, StatePosition,
    PutPosition, StateAnchor, PutAnchor, StateLock, PutLock, StateSetting, PutSetting, StateEnd,
)  # fmt: skip
