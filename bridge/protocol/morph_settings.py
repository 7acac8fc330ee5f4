"""What `/bridge/morph/set` sets, one row each."""

from __future__ import annotations

from typing import NamedTuple

from bridge.errors import UnknownSettingError
from bridge.protocol.arguments import INT32_HIGH, INT32_LOW, Arg, echo, read_float, read_int


class MorphSetting(NamedTuple):
    """One setting: how its value is typed, what it may be, and whether it belongs to the position or to the playing."""

    name: str
    tag: str
    arg: Arg
    default: float
    of_position: bool


MORPH_SETTINGS = {
    row.name: row
    for row in (
        MorphSetting("temperature", "f", Arg("how freely the model chooses; 0 is the most likely", 0, 2), 0.0, True),
        MorphSetting("seed", "i", Arg("of the noise, which stays the same wherever the cursor is", INT32_LOW,
                                      INT32_HIGH), 0, True),
        MorphSetting("timing", "f", Arg("how much of the timing off the grid is played", 0, 1), 1.0, True),
        MorphSetting("velocity", "f", Arg("how much of the velocities' difference from their mean is played", 0, 1),
                     1.0, True),
        MorphSetting("density", "f", Arg("moves the odds of every onset; 0 leaves them as they are", -1, 1), 0.0, True),
        MorphSetting("keep_key", "i", Arg("1 keeps melodies in the key of the clip in the lowest slot, where the model "
                                          "knows keys apart; 0 lets the key move too", 0, 1), 0, True),
        MorphSetting("quantize", "f", Arg("grid in quarters on which a new pattern takes over; 0 at once, 4 the bar "
                                          "of 4/4", 0, 64), 4.0, False),
        MorphSetting("channel", "i", Arg("MIDI channel of the notes played", 1, 16), 1, False),
        MorphSetting("to_client", "i", Arg("1 sends what is played as `/bridge/play/note`", 0, 1), 1, False),
        MorphSetting("to_midi", "i", Arg("1 plays to the MIDI port, where the engine has one", 0, 1), 1, False),
    )
}  # fmt: skip


def read_morph_setting(name: str, value: float) -> float | int:
    """The value of a setting, in its type and range.

    Raises:
        UnknownSettingError: there is none of that name.
        OutOfRangeError, MalformedError: the value is not allowed.
    """
    row = MORPH_SETTINGS.get(name)
    if row is None:
        raise UnknownSettingError(f"the setting {echo(name)} is not known here; choose {', '.join(MORPH_SETTINGS)}")
    return read_int(name, value, row.arg) if row.tag == "i" else read_float(name, value, row.arg)
