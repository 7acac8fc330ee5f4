"""Hypothesis strategies made from the table: any message that the contract allows, and bytes that it does not."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import strategies as st

from bridge.protocol.arguments import INT32_HIGH, INT32_LOW, Arg
from bridge.protocol.message import Message, Weight
from bridge.protocol.notes import NOTE_ARGS, NOTES_PER_MESSAGE, WireNote
from bridge.protocol.settings import KINDS, SETTINGS, Settings
from bridge.protocol.table import MESSAGES

FLOAT32_MAX = struct.unpack(">f", b"\x7f\x7f\xff\xff")[0]


def values(tag: str, arg: Arg) -> st.SearchStrategy[Any]:
    low, high = arg.low, arg.high
    if tag == "i":
        return st.integers(int(low if low is not None else INT32_LOW), int(high if high is not None else INT32_HIGH))
    if tag == "s":
        letters = st.characters(codec="ascii", exclude_characters="\0")
        return st.text(letters, max_size=int(high) if high is not None else 40)
    bounds = (low if low is not None else -FLOAT32_MAX, high if high is not None else FLOAT32_MAX)
    return st.floats(*bounds, width=32, exclude_min=arg.above_low)


notes = st.lists(st.builds(WireNote, *(values(tag, arg) for _, tag, arg in NOTE_ARGS)), max_size=NOTES_PER_MESSAGE)
weights = st.lists(st.builds(Weight, st.integers(1, 99), st.floats(0, 9, width=32)), min_size=1, max_size=60)


def settings_of(names: tuple[str, ...]) -> st.SearchStrategy[Settings]:
    known: dict[str, st.SearchStrategy[Any]] = {n: values(SETTINGS[n].tag, SETTINGS[n].arg) for n in names}
    if "kind" in known:
        known["kind"] = st.sampled_from(KINDS)
    return st.builds(Settings, **{name: st.none() | value for name, value in known.items()})


def messages_of(kind: type[Message]) -> st.SearchStrategy[Message]:
    parts = {field.name: values(field.tag, field.arg) for field in kind.spec.fields}
    if kind.spec.tail == "notes":
        parts["notes"] = notes.map(tuple)
    if kind.spec.tail == "weights":
        parts["weights"] = weights.map(tuple)
    if kind.spec.settings:
        parts["settings"] = settings_of(kind.spec.settings)
    return st.builds(kind, **parts)


any_message = st.sampled_from(MESSAGES).flatmap(messages_of)
client_message = st.sampled_from([kind for kind in MESSAGES if kind.spec.from_client]).flatmap(messages_of)


@st.composite
def hostile_datagrams(draw: st.DrawFn) -> bytes:
    """Bytes of any kind: noise, bundles of noise, and valid messages bent, cut, lengthened or put together."""
    datagram = bytearray(draw(client_message).to_osc())
    match draw(st.integers(0, 5)):
        case 0:
            return draw(st.binary(max_size=200))
        case 1:
            del datagram[draw(st.integers(0, len(datagram))) :]
        case 2:
            datagram += draw(st.binary(min_size=1, max_size=16))
        case 3:
            for _ in range(draw(st.integers(1, 6))):
                datagram[draw(st.integers(0, len(datagram) - 1))] = draw(st.integers(0, 255))
        case 4:
            size = draw(st.just(len(datagram)) | st.integers(INT32_LOW, INT32_HIGH))
            bundle = b"#bundle\0" + draw(st.binary(min_size=8, max_size=8)) + struct.pack(">i", size)
            return bundle + bytes(datagram) + draw(st.binary(max_size=8))
        case 5:
            for _ in range(draw(st.integers(1, 12))):
                datagram = bytearray(b"#bundle\0" + bytes(8) + struct.pack(">i", len(datagram)) + datagram)
    return bytes(datagram)
