"""The protocol's section Morph: anchors on the unit square, a cursor between them, and the patterns that it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bridge.protocol.arguments import INT32_HIGH, Arg
from bridge.protocol.clip_messages import Length
from bridge.protocol.limits import MAX_NAME_LETTERS, MAX_SLOT, NUM_KNOBS, NUM_VOICES
from bridge.protocol.message import Message, from_client, from_engine
from bridge.protocol.notes import WireNote

Slot = Annotated[int, Arg("the anchor's number, the client's own", 1, MAX_SLOT)]
AnchorClip = Annotated[int, Arg("the clip's number; 0 frees the slot", 0, INT32_HIGH)]
HeldClip = Annotated[int, Arg("the clip's number", 1, INT32_HIGH)]
X = Annotated[float, Arg("0 left, 1 right", 0, 1)]
Y = Annotated[float, Arg("0 bottom, 1 top", 0, 1)]
Knob = Annotated[int, Arg("which knob", 1, NUM_KNOBS)]
KnobValue = Annotated[float, Arg("0 in the middle: no effect", -1, 1)]
_VOICES = ("kick", "snare", "closed hat", "open hat", "low tom", "mid tom", "high tom", "crash", "ride")
_NUMBERED = ", ".join(f"{number} {name}" for number, name in enumerate(_VOICES))
Voice = Annotated[int, Arg(f"{_NUMBERED}; {NUM_VOICES} the onsets of all, while their velocities and timing go on "
                           "morphing", 0, NUM_VOICES)]  # fmt: skip
SettingName = Annotated[str, Arg("name of the setting", high=MAX_NAME_LETTERS)]
SettingValue = Annotated[float, Arg("as the table Morph settings allows; a whole number sent as `i` stays exact")]
Generation = Annotated[int, Arg("the pattern's number, one more than the last one's", 0, INT32_HIGH)]


@from_client("/bridge/morph/anchor", "a new pattern, or `/bridge/error`; the anchors are then as before")
@dataclass(frozen=True)
class MorphAnchor(Message):
    """Puts a clip at a point of the unit square; any number of slots."""

    slot: Slot
    clip: AnchorClip
    x: X
    y: Y


@from_client("/bridge/morph/xy", "a new pattern")
@dataclass(frozen=True)
class MorphXY(Message):
    """Moves the cursor: the pattern is the blend of the anchors by nearness, at an anchor its clip."""

    x: X
    y: Y


@from_client("/bridge/morph/x", "a new pattern")
@dataclass(frozen=True)
class MorphX(Message):
    """Moves the cursor to the side alone."""

    x: X


@from_client("/bridge/morph/y", "a new pattern")
@dataclass(frozen=True)
class MorphY(Message):
    """Moves the cursor up or down alone."""

    y: Y


@from_client("/bridge/morph/knob", "a new pattern")
@dataclass(frozen=True)
class MorphKnob(Message):
    """Turns one of the eight knobs; `/bridge/morph/directions` says what they do."""

    knob: Knob
    value: KnobValue


@from_client("/bridge/morph/set", "a new pattern, where the setting decides it")
@dataclass(frozen=True)
class MorphSet(Message):
    """Sets what the table Morph settings names."""

    name: SettingName
    value: SettingValue


@from_client("/bridge/morph/lock", "a new pattern")
@dataclass(frozen=True)
class MorphLock(Message):
    """Keeps a drum voice as the pattern has it now, while the rest morphs; for drums alone."""

    voice: Voice
    on: Annotated[int, Arg("1 locks, 0 frees", 0, 1)]


@from_client("/bridge/morph/directions", "one `/bridge/morph/direction` a knob of each kind")
@dataclass(frozen=True)
class MorphDirections(Message):
    """Asks what the knobs do."""


@from_engine("/bridge/morph/direction")
@dataclass(frozen=True)
class MorphDirection(Message):
    """What one knob does to one kind of music."""

    knob: Knob
    kind: Annotated[str, Arg("`melody` or `drums`, as the anchors are", high=MAX_NAME_LETTERS)]
    name: Annotated[str, Arg("what it changes", high=MAX_NAME_LETTERS)]
    low: Annotated[str, Arg("what -1 is", high=MAX_NAME_LETTERS)]
    high: Annotated[str, Arg("what 1 is", high=MAX_NAME_LETTERS)]
    latent: Annotated[int, Arg("1 a direction of the model's latent space, 0 applied to what the model says", 0, 1)]


@from_client("/bridge/morph/get", "the newest pattern once more")
@dataclass(frozen=True)
class MorphGet(Message):
    """Asks for the newest pattern, such as after a loss."""


@from_engine("/bridge/morph/pattern")
@dataclass(frozen=True)
class MorphPattern(Message):
    """Opens a new pattern."""

    generation: Generation
    num_notes: Annotated[int, Arg("notes in the pattern", 0)]
    length_quarters: Length


@from_engine("/bridge/morph/notes")
@dataclass(frozen=True)
class MorphNotes(Message):
    """Some notes of the pattern."""

    generation: Generation
    first_index: Annotated[int, Arg("index of the first note within the pattern", 0)]
    notes: tuple[WireNote, ...] = ()


@from_engine("/bridge/morph/end")
@dataclass(frozen=True)
class MorphEnd(Message):
    """The pattern is whole."""

    generation: Generation
    decode_ms: Annotated[float, Arg("what the model took for it; 0 where it was decoded ahead", 0)]


MORPH: tuple[type[Message], ...] = (
    MorphAnchor, MorphXY, MorphX, MorphY, MorphKnob, MorphSet, MorphLock, MorphDirections, MorphDirection, MorphPattern,
    MorphNotes, MorphEnd, MorphGet,
)  # fmt: skip
