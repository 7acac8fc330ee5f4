"""The table of Max objects in Pure Data: what each is there, and where Max differs from Pd.

Pd's numbers are all floats of 32 bits, where Max has ints, and floats of 64. What Max makes whole is made whole here by
`int`, which cuts off the fraction as Max does. OSC from Pd has floats alone, where Max sends `playing` as an int.

Source: the reference pages of Cycling '74, and those of Pd.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pd_parts import Make, NotInPdError, Parts, is_float, numbers, same
from retrigger_in_pd import makenote


def _made_whole(at: int, out: bool = False) -> tuple[dict[str, str], str]:
    """What makes numbers whole before inlet or behind outlet `at` of the object `it`; words and bangs pass."""
    if out:
        return {f"whole_{at}": "int"}, f"it.{at} > whole_{at} > outlet:{at}"
    kinds, whole = f"kinds_{at}", f"whole_{at}"
    cords = f"inlet.{at} > {kinds} > it:{at}\n{kinds}.1 > {whole} > it:{at}\n{kinds}.2 > it:{at}"
    return {kinds: "route bang float", whole: "int"}, cords


def _typed(text: str, words: Sequence[str], outlets: int, more: str = "") -> Parts:
    """An object whose inlets take what their arguments are, as those of `pack` and `pipe` do.

    Differs: of a list that comes to the first inlet nothing is made whole. None comes there on the live path.
    """
    objects, cords = {"it": text}, [f"it.{at} > outlet:{at}" for at in range(outlets)]
    for at, word in enumerate(words):
        if is_float(word):
            cords.append(f"inlet.{at} > it:{at}")
        else:
            some, joined = _made_whole(at)
            objects |= some
            cords.append(joined)
    return Parts(objects, "\n".join([*cords, more]))


def _pack(words: Sequence[str]) -> Parts:
    return _typed(f"pack {numbers(words)}", words, 1)


def _pipe(words: Sequence[str]) -> Parts:
    """Differs: in Max the last inlet is a time, whatever its argument; in Pd too it is any number of milliseconds."""
    *values, delay = words
    more = f"inlet.{len(values)} > it:{len(values)}"
    return _typed(f"pipe {numbers(values)} {numbers([delay])}", values, len(values), more)


def _unpack(words: Sequence[str]) -> Parts:
    """Differs: Pd's gives any number as it came; in Max an outlet whose argument is an int makes it whole."""
    objects, cords = {"it": f"unpack {' '.join('f' for _ in words)}"}, ["inlet > it"]
    for at, word in enumerate(words):
        if is_float(word):
            cords.append(f"it.{at} > outlet:{at}")
        else:
            some, joined = _made_whole(at, out=True)
            objects |= some
            cords.append(joined)
    return Parts(objects, "\n".join(cords))


def _arithmetic(sign: str) -> Make:
    """Differs: in Max the result is a whole number unless the argument has a point; so a point is asked for."""

    def make(words: Sequence[str]) -> Parts:
        if len(words) != 1 or not is_float(words[0]):
            raise NotInPdError(f"`{sign} {' '.join(words)}` of whole numbers")
        return same(f"{sign} {numbers(words)}", 2)

    return make


def _clip(words: Sequence[str]) -> Parts:
    """Differs: in Max the arguments' type is the result's; so two floats are asked for."""
    if len(words) != 2 or not all(map(is_float, words)):
        raise NotInPdError(f"`clip {' '.join(words)}`: give two floats")
    return same(f"clip {numbers(words)}", 3)


def _int(words: Sequence[str]) -> Parts:
    """Both cut off the fraction."""
    return same(f"int {numbers(words)}".strip(), 2)


def _trigger(words: Sequence[str]) -> Parts:
    if set(words) - {"b", "f", "l"}:
        raise NotInPdError(f"`t {' '.join(words)}`: Pd has b, f and l alike")
    return same(f"t {' '.join(words)}", 1, len(words))


def _expr(words: Sequence[str]) -> Parts:
    """In both the first inlet sets it off, and the others keep what came."""
    text = " ".join(words)
    found = {int(number) for number in re.findall(r"\$f(\d)", text)}
    if "$i" in text or "$s" in text or found != set(range(1, len(found) + 1)):
        raise NotInPdError(f"`expr {text}`: only floats are known here")
    return same(f"expr {text}", len(found))


def _metro(words: Sequence[str]) -> Parts:
    """In both 1 begins with a bang at once, 0 ends."""
    return same(f"metro {numbers(words)}")


def _clocker(words: Sequence[str]) -> Parts:
    """Milliseconds since the bang, now and again. Pd has none.

    Differs: here the first number comes with the bang; Max's reference leaves open whether it does, or a step later.
    """
    objects = {
        "kinds": "route bang stop",
        "start": "t b b",
        "one": "msg 1",
        "zero": "msg 0",
        "steps": f"metro {numbers(words)}",
        "since": "timer",
    }
    cords = """
        inlet > kinds > start
        start.1 > since
        start > one > steps > since:1
        since > outlet
        kinds.1 > zero > steps
    """
    return Parts(objects, cords)


def _prepend(words: Sequence[str]) -> Parts:
    return Parts({"it": f"list prepend {' '.join(words)}", "said": "list trim"}, "inlet > it > said > outlet")


def _route(words: Sequence[str]) -> Parts:
    """By words as in Max, what is none of them last. By addresses part after part, for Pd's OSC has them in parts."""
    if not any(word.startswith("/") for word in words):
        return same(f"route {' '.join(words)}", 1, len(words) + 1)
    objects, cords = {"begun": "list trim"}, ["inlet > begun > at"]
    for some, joined in _by_parts([word[1:].split("/") for word in words], ()):
        objects |= some
        cords.append(joined)
    return Parts(objects, "\n".join(cords))


def _by_parts(addresses: list[list[str]], before: tuple[str, ...]) -> Iterator[tuple[dict[str, str], str]]:
    """A route for the next part of the addresses, and one behind each part that goes on; what fits none comes whole."""
    here = "_".join(("at", *before))
    mine = [address for address in addresses if tuple(address[: len(before)]) == before]
    heads = list(dict.fromkeys(address[len(before)] for address in mine))
    lines = []
    for at, head in enumerate(heads):
        path = (*before, head)
        if list(path) in addresses:
            lines.append(f"{here}.{at} > outlet:{addresses.index(list(path))}")
        else:
            lines.append(f"{here}.{at} > {here}_{head}")
            yield from _by_parts(addresses, path)
    objects, back = {here: f"route {' '.join(heads)}"}, f"{here}.{len(heads)} > outlet:{len(addresses)}"
    if before:
        objects |= {f"{here}_back": f"list prepend {' '.join(before)}", f"{here}_whole": "list trim"}
        back = f"{here}.{len(heads)} > {here}_back > {here}_whole > outlet:{len(addresses)}"
    yield objects, "\n".join([*lines, back])


def _udpreceive(words: Sequence[str]) -> Parts:
    """`port` before its number, as in Max. What is heard is told to the test on its way, with the time."""
    if words != ["@quiet", "1"]:  # what Max prints in its console is no matter here
        raise NotInPdError(f"`udpreceive {' '.join(words)}`: give no port, and @quiet 1")
    objects = {
        "kinds": "route port",
        "listen": "msg listen $1",
        "net": "netreceive -u -b",
        "parsed": "oscparse",
        "way": "t l l",
        "told": "s from-engine",
    }
    return Parts(objects, "inlet > kinds > listen > net > parsed > way > outlet\nway.1 > told")


def _udpsend(words: Sequence[str]) -> Parts:
    """Aims where its words say until `port` comes. What is sent is told to the test."""
    host, port = words
    objects = {
        "load": "loadbang",
        "first": f"msg connect {host} {port}",
        "kinds": "route port",
        "aim": "t f b",
        "off": "msg disconnect",
        "on": f"msg connect {host} $1",
        "message": "t a a a",
        "sent": "list prepend sent",
        "report": "s report",
        "head": "list split 1",
        "address": "msg set $1",
        "tail": "list split 1",
        "osc": "oscformat",
        "net": "netsend -u -b",
    }
    cords = """
        load > first > net
        inlet > kinds > aim
        aim.1 > off > net
        aim > on > net
        kinds.1 > message
        message.2 > sent > report
        message.1 > head > address > osc
        message > tail
        tail.1 > osc > net
    """
    return Parts(objects, cords)


WITH_ATTRIBUTES = ("makenote", "udpreceive")
"""Objects whose attributes are told to what makes them."""

TABLE: Mapping[str, Make] = {
    "+": _arithmetic("+"),
    "/": _arithmetic("/"),
    "clip": _clip,
    "clocker": _clocker,
    "expr": _expr,
    "int": _int,
    "makenote": makenote,
    "metro": _metro,
    "pack": _pack,
    "pipe": _pipe,
    "prepend": _prepend,
    "route": _route,
    "t": _trigger,
    "udpreceive": _udpreceive,
    "udpsend": _udpsend,
    "unpack": _unpack,
}
