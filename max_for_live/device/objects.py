"""The table of Max objects: how many inlets and outlets each has, and of what type the outlets are.

Max keeps these numbers in every box of a patch and trusts them when it draws the cords. What the table does not
know it refuses, so that no number is guessed.

Source: the boxes of published patches that Max 8 and 9 saved, and the reference pages of Cycling '74.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from max_for_live.device.errors import UnknownObjectError

ANY = ""


@dataclass(frozen=True)
class Shape:
    """The ports of one box.

    Args:
        inlets: How many inlets the box has.
        outlets: How many outlets it has.
        outlettypes: One of "", "bang", "int", "float" (or a fixed word) for each outlet; "" is anything.
    """

    inlets: int
    outlets: int
    outlettypes: tuple[str, ...]


def shape(box: str, script_outlets: int | None = None) -> Shape:
    """The ports of a box, from its text (`route a b`) or, for one with a class of its own, that class (`live.dial`).

    Args:
        box: The text of an object box, or a class of user interface. Attributes (`@defer 1`) are passed over.
        script_outlets: How many outlets the script of a `js` or `jsui` makes: only the script itself says so.

    Raises:
        UnknownObjectError: The table does not know the object, or not with these arguments.
    """
    words = box.split()
    if not words:
        raise UnknownObjectError("An empty box has no ports: give it an object's name.")
    name, arguments = words[0], words_before_attributes(words[1:])
    if name in SCRIPTED:
        return _scripted(name, script_outlets)
    if name in FIXED:
        return FIXED[name]
    if name.startswith("zl."):
        return _ports(2, ANY, ANY)
    if name in SHAPED_BY_ARGUMENTS:
        return SHAPED_BY_ARGUMENTS[name](arguments)
    raise UnknownObjectError(f"The table of objects does not know `{name}`: add its ports to objects.py.")


def words_before_attributes(words: list[str]) -> list[str]:
    """The arguments of an object: all words before the first attribute (`@name`)."""
    return next((words[:index] for index, word in enumerate(words) if word.startswith("@")), words)


def _ports(inlets: int, *outlettypes: str) -> Shape:
    return Shape(inlets, len(outlettypes), outlettypes)


def _scripted(name: str, outlets: int | None) -> Shape:
    if outlets is None:
        raise UnknownObjectError(f"Only the script knows the outlets of a `{name}`: say how many it makes.")
    return _ports(1, *[ANY] * outlets)


def _arithmetic(arguments: list[str]) -> Shape:
    return _ports(2, "float" if any(_is_float(word) for word in arguments) else "int")


def _expression(arguments: list[str]) -> Shape:
    return _ports(_inlets_named_in(arguments), ANY)


def _if(arguments: list[str]) -> Shape:
    outlets = max((int(number) for number in re.findall(r"\bout(\d+)\b", " ".join(arguments))), default=1)
    return _ports(_inlets_named_in(arguments), *[ANY] * outlets)


def _gate(arguments: list[str]) -> Shape:
    return _ports(2, *[ANY] * _count("gate", arguments))


def _switch(arguments: list[str]) -> Shape:
    return _ports(1 + _count("switch", arguments, default=2), ANY)


def _makenote(arguments: list[str]) -> Shape:
    return _ports(4, "float", "float", "float") if len(arguments) >= 3 else _ports(3, "float", "float")


def _pack(arguments: list[str]) -> Shape:
    return _ports(len(arguments) or 2, ANY)


def _unpack(arguments: list[str]) -> Shape:
    return _ports(1, *([_type_of(word) for word in arguments] or ["int", "int"]))


def _pipe(arguments: list[str]) -> Shape:
    values = max(len(arguments) - 1, 1)  # the last argument is the delay
    return _ports(values + 1, *[ANY] * values)


def _route(arguments: list[str]) -> Shape:
    _some("route", arguments)
    return _ports(len(arguments) + 1, *[ANY] * (len(arguments) + 1))


def _select(arguments: list[str]) -> Shape:
    _some("sel", arguments)
    return _ports(len(arguments) + 1, *["bang"] * len(arguments), ANY)


def _swap(arguments: list[str]) -> Shape:
    if any(_is_float(word) for word in arguments):
        raise UnknownObjectError("The table of objects knows `swap` for whole numbers only.")
    return _ports(2, "int", "int")


def _trigger(arguments: list[str]) -> Shape:
    _some("t", arguments)
    return _ports(1, *[TRIGGERED.get(word, _constant(word)) for word in arguments])


def _constant(word: str) -> str:
    """A constant in a trigger comes out with its number's type, or as the word itself."""
    return _type_of(word) or word


def _type_of(word: str) -> str:
    if _is_float(word):
        return "float"
    if re.fullmatch(r"-?\d+", word) or word == "i":
        return "int"
    return "float" if word == "f" else ANY


def _is_float(word: str) -> bool:
    return re.fullmatch(r"-?(\d+\.\d*|\.\d+)", word) is not None


def _inlets_named_in(arguments: list[str]) -> int:
    """`$i1`, `$f2` and `$s3` in an expression each make the inlet of that number; there is always a first one."""
    return max((int(number) for number in re.findall(r"\$[ifs](\d+)", " ".join(arguments))), default=1)


def _count(name: str, arguments: list[str], default: int = 1) -> int:
    if not arguments:
        return default
    if not re.fullmatch(r"[1-9]\d*", arguments[0]):
        raise UnknownObjectError(f"`{name}` takes a count of one or more, not `{arguments[0]}`.")
    return int(arguments[0])


def _some(name: str, arguments: list[str]) -> None:
    if not arguments:
        raise UnknownObjectError(f"The table of objects knows `{name}` only with arguments.")


SCRIPTED = frozenset({"js", "jsui"})

TRIGGERED = {"b": "bang", "bang": "bang", "i": "int", "int": "int", "f": "float", "float": "float"} | dict.fromkeys(
    ("l", "list", "s", "symbol", "a", "anything"), ANY
)

FIXED: dict[str, Shape] = {
    # MIDI
    "midiin": _ports(1, "int"),
    "midiout": _ports(1),
    "midiformat": _ports(7, "int", ANY),
    "midiflush": _ports(1, "int"),
    "midiparse": _ports(1, ANY, ANY, ANY, "int", "int", ANY, "int", ANY),
    "noteout": _ports(3),
    # The network
    "udpsend": _ports(1),
    "udpreceive": _ports(1, ANY),
    # Live
    "live.thisdevice": _ports(1, "bang", "int", "int"),
    "live.path": _ports(1, ANY, ANY, ANY),
    "live.object": _ports(2, ANY),
    "live.observer": _ports(2, ANY, ANY),
    "live.dial": _ports(1, ANY, "float"),
    "live.numbox": _ports(1, ANY, "float"),
    "live.text": _ports(1, ANY, ANY),
    "live.tab": _ports(1, ANY, ANY, "float"),
    "live.menu": _ports(1, ANY, ANY, "float"),
    "live.toggle": _ports(1, ANY),
    "live.button": _ports(1, ANY),
    "live.comment": _ports(1),
    "live.line": _ports(1),
    # Boxes to look at and to click
    "message": _ports(2, ANY),
    "comment": _ports(1),
    "panel": _ports(1),
    "textbutton": _ports(1, ANY, ANY, "int"),
    "button": _ports(1, "bang"),
    "toggle": _ports(1, "int"),
    "number": _ports(1, ANY, "bang"),
    "flonum": _ports(1, ANY, "bang"),
    # Time
    "transport": _ports(2, "int", "int", "float", "float", "float", ANY, "int", "float", ANY),
    "metro": _ports(2, "bang"),
    "clocker": _ports(2, "float"),
    "delay": _ports(2, "bang"),
    "speedlim": _ports(2, ANY),
    "defer": _ports(1, ANY),
    "deferlow": _ports(1, ANY),
    # Messages and numbers
    "prepend": _ports(1, ANY),
    "change": _ports(1, ANY, "int", "int"),
    "clip": _ports(3, ANY),
    "int": _ports(2, "int"),
    "i": _ports(2, "int"),
    "float": _ports(2, "float"),
    "f": _ports(2, "float"),
    "zl": _ports(2, ANY, ANY),
    "==": _ports(2, "int"),
    "!=": _ports(2, "int"),
    "<": _ports(2, "int"),
    "<=": _ports(2, "int"),
    ">": _ports(2, "int"),
    ">=": _ports(2, "int"),
    # Loading, keeping, far cords
    "loadbang": _ports(1, "bang"),
    "loadmess": _ports(1, ANY),
    "freebang": _ports(1, "bang"),
    "onebang": _ports(2, "bang", "bang"),
    "pattr": _ports(1, ANY, ANY, ANY),
    "coll": _ports(1, ANY, ANY, ANY, ANY),
    "send": _ports(1),
    "s": _ports(1),
    "receive": _ports(0, ANY),
    "r": _ports(0, ANY),
    "print": _ports(1),
}

SHAPED_BY_ARGUMENTS: dict[str, Callable[[list[str]], Shape]] = {
    "+": _arithmetic,
    "-": _arithmetic,
    "*": _arithmetic,
    "/": _arithmetic,
    "%": _arithmetic,
    "expr": _expression,
    "gate": _gate,
    "if": _if,
    "makenote": _makenote,
    "pack": _pack,
    "pipe": _pipe,
    "route": _route,
    "routepass": _route,
    "sel": _select,
    "select": _select,
    "swap": _swap,
    "switch": _switch,
    "t": _trigger,
    "trigger": _trigger,
    "unpack": _unpack,
}
