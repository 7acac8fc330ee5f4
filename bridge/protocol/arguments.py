"""One argument of a message: its type, its range with the ends, and the reading of what arrived into it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from bridge.errors import MalformedError, OutOfRangeError
from bridge.protocol.limits import MAX_CLIP_NOTES, MAX_COUNT, MAX_NAME_LETTERS
from bridge.protocol.osc import Value

INT32_LOW, INT32_HIGH = -(2**31), 2**31 - 1
_LONGEST_ECHO = 40


@dataclass(frozen=True, slots=True)
class Arg:
    """What an argument may be.

    Attributes:
        doc: what it means, for the documentation.
        low: smallest value allowed; None where there is no bound.
        high: largest value allowed; for a string the number of letters.
        above_low: True where `low` itself is not allowed.
    """

    doc: str = ""
    low: float | None = None
    high: float | None = None
    above_low: bool = False

    @property
    def allowed(self) -> str:
        """The range in words, empty where any value goes."""
        if self.low is None:
            return "" if self.high is None else f"at most {_plain(self.high)}"
        if self.high is None:
            return f"over {_plain(self.low)}" if self.above_low else f"{_plain(self.low)} or more"
        if self.above_low:
            return f"over {_plain(self.low)}, at most {_plain(self.high)}"
        return f"{_plain(self.low)}..{_plain(self.high)}"

    def admits(self, value: float) -> bool:
        """Whether a number lies in the range."""
        if self.low is not None and (value <= self.low if self.above_low else value < self.low):
            return False
        return self.high is None or value <= self.high


def read_int(name: str, value: Value, arg: Arg) -> int:
    """A whole number in its range; a whole float is taken for it.

    Raises:
        MalformedError: a string, or a float that is not whole.
        OutOfRangeError: outside the range, or not finite.
    """
    if isinstance(value, str):
        raise MalformedError(f"{name} is the text {echo(value)}; send a whole number")
    if isinstance(value, float):
        _check_finite(name, value)
        if value != int(value):
            raise MalformedError(f"{name} is {value:g}; send a whole number")
        value = int(value)
    if not (INT32_LOW <= value <= INT32_HIGH and arg.admits(value)):
        raise OutOfRangeError(f"{name} is {value}; it must be {arg.allowed or 'an int of 32 bits'}")
    return value


def read_float(name: str, value: Value, arg: Arg) -> float:
    """A finite number in its range; an int is taken for it.

    Raises:
        MalformedError: a string.
        OutOfRangeError: outside the range, or not finite.
    """
    if isinstance(value, str):
        raise MalformedError(f"{name} is the text {echo(value)}; send a number")
    value = float(value)
    _check_finite(name, value)
    if not arg.admits(value):
        raise OutOfRangeError(f"{name} is {value:g}; it must be {arg.allowed}")
    return value


def read_str(name: str, value: Value, arg: Arg) -> str:
    """A string not longer than its bound.

    Raises:
        MalformedError: a number.
        OutOfRangeError: too many letters.
    """
    if not isinstance(value, str):
        raise MalformedError(f"{name} is the number {value:g}; send a string")
    if arg.high is not None and len(value) > arg.high:
        raise OutOfRangeError(f"{name} has {len(value)} letters; at most {arg.high:g} are allowed")
    return value


def echo(text: str) -> str:
    """Foreign text, quoted, cut short and made printable, for use in an error."""
    shown = text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + "..."
    return ascii(shown)


def _check_finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        raise OutOfRangeError(f"{name} is {value}; send a finite number")


def _plain(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


RequestId = Annotated[int, Arg("an id that the client picks; every reply carries it", 1, INT32_HIGH)]
KeptId = Annotated[int, Arg("the request that it belongs to; 0 for `/bridge/clip/get`", 0, INT32_HIGH)]
ClipId = Annotated[int, Arg("the client's own number for the clip", 1, INT32_HIGH)]
Count = Annotated[int, Arg("how many clips to make", 1, MAX_COUNT)]
NoteIndex = Annotated[int, Arg("place of the first note within the clip, from 0", 0, MAX_CLIP_NOTES)]
ResultNoteIndex = Annotated[int, Arg("place of the first note within the clip, from 0", 0, INT32_HIGH)]
Index = Annotated[int, Arg("place of the clip within the result, from 0", 0, INT32_HIGH)]
ModelName = Annotated[str, Arg("a model's name, as `/bridge/model` gives it", high=MAX_NAME_LETTERS)]
