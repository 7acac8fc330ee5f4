"""What a controller can move: one table of targets with their ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bridge.errors import UnknownSettingError
from bridge.protocol.arguments import echo
from bridge.protocol.limits import MAX_SNAPSHOT, NUM_KNOBS
from bridge.protocol.message import Message
from bridge.protocol.morph_messages import MorphKnob, MorphLock, MorphSet, MorphX, MorphY
from bridge.protocol.morph_settings import MORPH_SETTINGS, MorphSetting
from bridge.protocol.play_messages import Panic, Play
from bridge.protocol.state_messages import SnapshotRecall, SnapshotStore
from engine.representations.drums import NUM_VOICES, VOICES

DIAL, SWITCH, TRIGGER = "dial", "switch", "trigger"

SEED_HIGH = 127
"""A controller reaches as many seeds as it has steps."""
QUANTIZE_GRIDS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Where `quantize` goes by a controller: at once, the 16th .. four bars of 4/4."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to be moved.

    Attributes:
        name: as the map file and the wire name it.
        kind: `dial` (takes any value of its range), `switch` (0 or 1) or `trigger` (does something each time).
        doc: what it does.
        message: what to send for a value; None where it takes more than the value to tell.
        low: the lowest value that a controller gives, unless its row says otherwise.
        high: the highest.
        is_whole: whether its values are whole numbers.
        choices: the only values, ascending, where there are such.
        bounds: within which a row may choose its own two; None where they are `low` and `high`.
    """

    name: str
    kind: str
    doc: str
    message: Callable[[float], Message] | None = None
    low: float = 0.0
    high: float = 1.0
    is_whole: bool = False
    choices: tuple[float, ...] = ()
    bounds: tuple[float, float] | None = None

    @property
    def range(self) -> str:
        """The values in words."""
        if self.kind == TRIGGER:
            return ""
        if self.choices:
            return ", ".join(f"{choice:g}" for choice in self.choices)
        return f"{self.low:g}..{self.high:g}"


def find_target(name: str) -> Target:
    """The target of a name.

    Raises:
        UnknownSettingError: there is none.
    """
    target = TARGETS.get(name)
    if target is None:
        names = ", ".join(shown for shown, _ in shown_targets())
        raise UnknownSettingError(f"nothing here is called {echo(name)}; choose {names}")
    return target


def shown_targets() -> Iterator[tuple[str, Target]]:
    """All targets with their names, numbered ones in one: `knob 1..8`."""
    numbered = {"knob": NUM_KNOBS, "snapshot": MAX_SNAPSHOT, "store": MAX_SNAPSHOT}
    for name, target in TARGETS.items():
        first, _, number = name.partition(" ")
        if first not in numbered:
            yield name, target
        elif number == "1":
            yield f"{first} 1..{numbered[first]}", target


def _targets() -> Iterator[Target]:
    yield Target("x", DIAL, "the cursor, 0 left, 1 right", MorphX)
    yield Target("y", DIAL, "the cursor, 0 bottom, 1 top", MorphY)
    for number in range(1, NUM_KNOBS + 1):
        yield Target(f"knob {number}", DIAL, "a direction; 0 in the middle: no effect", _knob(number), -1.0)
    yield from map(_setting_target, MORPH_SETTINGS.values())
    yield Target("play", SWITCH, "plays the pattern, or ends it", lambda on: Play(int(on)))
    yield Target("panic", TRIGGER, "all notes off, now", lambda _: Panic())
    yield Target("record", SWITCH, "records what is played as a clip, from bar line to bar line")
    for voice, name in enumerate((*VOICES, "onsets")):
        kept = "onsets of all voices" if voice == NUM_VOICES else name.replace("_", " ")
        yield Target(f"lock {name}", SWITCH, f"keeps the {kept} as now while the rest morphs", _lock(voice))
    for number in range(1, MAX_SNAPSHOT + 1):
        yield Target(f"snapshot {number}", TRIGGER, "goes back to a snapshot", _recall(number))
        yield Target(f"store {number}", TRIGGER, "keeps the present as a snapshot", _store(number))


def _setting_target(row: MorphSetting) -> Target:
    low, high = bounds = (float(row.arg.low or 0), float(row.arg.high or 0))
    if row.name == "seed":
        low, high = 0.0, float(SEED_HIGH)
    is_whole = row.tag == "i"
    return Target(
        row.name,
        SWITCH if is_whole and bounds == (0, 1) else DIAL,
        row.arg.doc,
        lambda value: MorphSet(row.name, value),
        low,
        high,
        is_whole,
        QUANTIZE_GRIDS if row.name == "quantize" else (),
        bounds,
    )


def _knob(number: int) -> Callable[[float], Message]:
    return lambda value: MorphKnob(number, value)


def _lock(voice: int) -> Callable[[float], Message]:
    return lambda on: MorphLock(voice, int(on))


def _recall(number: int) -> Callable[[float], Message]:
    return lambda _: SnapshotRecall(number)


def _store(number: int) -> Callable[[float], Message]:
    return lambda _: SnapshotStore(number)


TARGETS = {target.name: target for target in _targets()}
"""Every target by its name."""
