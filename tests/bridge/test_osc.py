"""OSC bytes: our walk through them against python-osc's, and everything that must be refused."""

from __future__ import annotations

import doctest
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage as JudgeMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from wire_strategies import hostile_datagrams

from bridge.errors import MalformedError, TooLargeError
from bridge.protocol import osc
from bridge.protocol.osc import OscMessage, pack, unpack

LATER = b"\xff" * 8
PING = pack("/bridge/ping", "i", (7,))
argument = (
    st.tuples(st.just("i"), st.integers(-(2**31), 2**31 - 1))
    | st.tuples(st.just("f"), st.floats(width=32, allow_nan=False))
    | st.tuples(st.just("s"), st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20))
)


def bundle(*elements: bytes, time_tag: bytes = bytes(7) + b"\x01") -> bytes:
    return b"#bundle\0" + time_tag + b"".join(struct.pack(">i", len(e)) + e for e in elements)


@given(st.lists(argument, max_size=12))
def test_the_bytes_are_those_of_python_osc(arguments: list[tuple[str, int | float | str]]) -> None:
    builder = OscMessageBuilder("/bridge/x")
    for tag, value in arguments:
        builder.add_arg(value, tag)
    ours = pack("/bridge/x", "".join(tag for tag, _ in arguments), [value for _, value in arguments])
    assert ours == builder.build().dgram
    assert unpack(ours) == [OscMessage("/bridge/x", tuple(JudgeMessage(ours).params))]


def test_a_message_without_type_tags_has_no_arguments() -> None:
    assert unpack(b"/bridge/bye\0") == [OscMessage("/bridge/bye", ())]


def test_a_bundle_is_taken_apart_in_order_however_late_its_time_tag() -> None:
    inner = bundle(pack("/b", "", ()), pack("/c", "", ()), time_tag=LATER)
    assert [m.address for m in unpack(bundle(pack("/a", "", ()), inner, time_tag=LATER))] == ["/a", "/b", "/c"]


def test_an_empty_bundle_is_nothing() -> None:
    assert unpack(bundle()) == []


def test_bundles_eight_deep_are_taken_and_nine_deep_are_not() -> None:
    packet = PING
    for _ in range(8):
        packet = bundle(packet)
    assert len(unpack(packet)) == 1
    with pytest.raises(MalformedError, match="deep"):
        unpack(bundle(packet))


@pytest.mark.parametrize("size", [-4, -(2**31), 0, 3, 400, 2**31 - 1])
def test_a_bundle_whose_element_lies_about_its_size_is_refused(size: int) -> None:
    with pytest.raises(MalformedError):
        unpack(b"#bundle\0" + bytes(8) + struct.pack(">i", size) + PING)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"noise",
        b"/never ended",
        b"/x\0\0i\0\0\0\0\0\0\1",  # the type tags lack their comma
        b"/x\0\0,i\0\0",  # an int without its bytes
        b"/x\0\0,i\0\0\0\0\0\1\0\0\0\2",  # an int too many
        b"/x\0\0,s\0\0ab",  # a string without its end
        b"/x\0\0,s\0\0\xff\xfe\0\0",  # no UTF-8
        b"/\xff\xfe\0,\0\0\0",
        b"/x\0\0,T\0\0",
        b"/x\0\0,d\0\0" + bytes(8),
        b"#bundle\0",
        b"#bundle\0" + bytes(8) + b"\0\0",
    ],
)
def test_what_is_no_osc_is_malformed(datagram: bytes) -> None:
    with pytest.raises(MalformedError):
        unpack(datagram)


@given(hostile_datagrams())
def test_hostile_bytes_are_read_or_malformed_and_nothing_else(datagram: bytes) -> None:
    try:
        messages = unpack(datagram)
    except MalformedError:
        return
    assert all(message.address.startswith("/") for message in messages)


def test_a_datagram_over_1400_bytes_is_never_made() -> None:
    assert len(pack("/x", "s", ("a" * 1_388,))) == 1_400
    with pytest.raises(TooLargeError, match="1404"):
        pack("/x", "s", ("a" * 1_392,))


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(osc).failed == 0
