"""What a box of Max is made of in Pure Data, and what fails where nothing is known for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from max_for_live.device.patcher import read_cords

CHANNEL_KEYS = 128


class NotInPdError(Exception):
    """A box or a port that nothing in Pd is known for."""


@dataclass(frozen=True)
class Parts:
    """What a box of Max is in Pd.

    Attributes:
        objects: their texts by name; a message box's begins with `msg `.
        cords: between them, in which `inlet.1` and `outlet:1` are the second ports of the box.
    """

    objects: Mapping[str, str]
    cords: str

    def ports(self, end: str) -> set[int]:
        """The box's inlets or outlets that lead somewhere."""
        if end == "inlet":
            return {cord.outlet for cord in read_cords(self.cords) if cord.source == end}
        return {cord.inlet for cord in read_cords(self.cords) if cord.destination == end}


Make = Callable[[Sequence[str]], Parts]


def same(text: str, inlets: int = 1, outlets: int = 1) -> Parts:
    """One object, whose ports are the box's."""
    into = (f"inlet.{at} > it:{at}" for at in range(inlets))
    out = (f"it.{at} > outlet:{at}" for at in range(outlets))
    return Parts({"it": text}, "\n".join([*into, *out]))


def is_float(number: str) -> bool:
    """Whether Max takes a number for a float: it has a point.

    Raises:
        NotInPdError: it is none.
    """
    if not re.fullmatch(r"-?\d+\.?\d*|-?\.\d+", number):
        raise NotInPdError(f"`{number}` is no number")
    return "." in number


def numbers(words: Sequence[str]) -> str:
    """As Pd writes them."""
    return " ".join(f"{float(word) if is_float(word) else int(word):g}" for word in words)
