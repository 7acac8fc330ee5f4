"""OSC 1.0 bytes to plain values and back: types `i`, `f`, `s`, bundles within bundles, and nothing trusted.

Each value is read and written by python-osc. The walk through message and bundle is ours: python-osc's loops for ever
on a bundle element of negative size, delays by time tags, and takes foreign types and trailing bytes without a word.

Source: https://opensoundcontrol.stanford.edu/spec-1_0.html
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pythonosc.parsing import osc_types

from bridge.errors import MalformedError, TooLargeError
from bridge.protocol.limits import MAX_BUNDLE_DEPTH, MAX_DATAGRAM_BYTES

Value = int | float | str

_READERS: dict[str, Callable[[bytes, int], tuple[Value, int]]] = {
    "i": osc_types.get_int,
    "f": osc_types.get_float,
    "s": osc_types.get_string,
}
_WRITERS: dict[str, Callable[..., bytes]] = {
    "i": osc_types.write_int,
    "f": osc_types.write_float,
    "s": osc_types.write_string,
}
_BUNDLE = b"#bundle\0"
_BUNDLE_HEADER_BYTES = len(_BUNDLE) + 8  # the name and a time tag, which is not looked at


class OscMessage(NamedTuple):
    """An address and its arguments."""

    address: str
    args: tuple[Value, ...]


def pack(address: str, tags: str, values: Sequence[Value]) -> bytes:
    """The datagram of one message.

    Args:
        address: begins with a slash.
        tags: one of `i`, `f`, `s` for each value.
        values: in the same order; floats are rounded to 32 bits.

    Raises:
        TooLargeError: the datagram would be over 1,400 bytes.

    >>> pack("/bridge/ping", "i", (7,))
    b'/bridge/ping\\x00\\x00\\x00\\x00,i\\x00\\x00\\x00\\x00\\x00\\x07'
    """
    head = (osc_types.write_string(address), osc_types.write_string("," + tags))
    datagram = b"".join((*head, *(_WRITERS[tag](value) for tag, value in zip(tags, values, strict=True))))
    if len(datagram) > MAX_DATAGRAM_BYTES:
        raise TooLargeError(
            f"a message to {address} takes {len(datagram)} bytes; a datagram holds {MAX_DATAGRAM_BYTES}: split it"
        )
    return datagram


def unpack(datagram: bytes) -> list[OscMessage]:
    """The messages of a datagram, bundles taken apart in order; a time tag never delays.

    Raises:
        MalformedError: the datagram, or any part of its bundle, cannot be read; then none of it is taken.

    >>> unpack(pack("/bridge/ping", "i", (7,)))
    [OscMessage(address='/bridge/ping', args=(7,))]
    """
    return list(_messages(datagram, depth=0))


def _messages(packet: bytes, depth: int) -> Iterator[OscMessage]:
    if not packet.startswith(_BUNDLE):
        yield _message(packet)
        return
    if depth == MAX_BUNDLE_DEPTH:
        raise MalformedError(f"bundles lie more than {MAX_BUNDLE_DEPTH} deep; send the messages one by one")
    if len(packet) < _BUNDLE_HEADER_BYTES:
        raise MalformedError(f"a bundle of {len(packet)} bytes is cut short; it begins with a name and a time tag")
    start = _BUNDLE_HEADER_BYTES
    while start < len(packet):
        if start + 4 > len(packet):
            raise MalformedError("a bundle ends within the size of an element; send it whole")
        (size,) = struct.unpack_from(">i", packet, start)
        start += 4
        if size <= 0 or size % 4 or start + size > len(packet):
            raise MalformedError(f"a bundle's element claims {size} bytes of {len(packet) - start} left; send it whole")
        yield from _messages(packet[start : start + size], depth + 1)
        start += size


def _message(packet: bytes) -> OscMessage:
    if not packet.startswith(b"/"):
        raise MalformedError("the datagram is no OSC: an address begins with '/', a bundle with '#bundle'")
    address, at = _string(packet, 0)
    if at == len(packet):
        return OscMessage(address, ())  # senders of old leave out the type tags where there are no arguments
    tags, at = _string(packet, at)
    if not tags.startswith(","):
        raise MalformedError("the type tags are missing; after the address comes ',' and one letter an argument")
    tags = tags[1:]
    foreign = tags.strip("ifs")
    if foreign or not set(tags) <= set("ifs"):
        letter = next(tag for tag in tags if tag not in "ifs")
        raise MalformedError(f"the type tag {letter!r} is not read here; send i (int32), f (float32) or s (string)")
    return OscMessage(address, tuple(_values(packet, tags, at)))


def _values(packet: bytes, tags: str, at: int) -> Iterator[Value]:
    for tag in tags:
        try:
            value, at = _READERS[tag](packet, at)
        except (osc_types.ParseError, UnicodeDecodeError) as error:
            raise MalformedError(f"an argument of the type tags ',{tags[:20]}' cannot be read: {error}") from error
        yield value
    if at > len(packet):  # python-osc fills up a float that is cut short
        raise MalformedError(f"the arguments end before the type tags ',{tags[:20]}' do; send them all")
    if at != len(packet):
        raise MalformedError(f"{len(packet) - at} bytes follow the last argument; the type tags must name them all")


def _string(packet: bytes, at: int) -> tuple[str, int]:
    try:
        return osc_types.get_string(packet, at)
    except (osc_types.ParseError, UnicodeDecodeError) as error:
        raise MalformedError(f"an address or its type tags cannot be read: {error}; send whole OSC strings") from error
