"""The container: what is read is written back byte for byte, the same input gives the same bytes, hostile bytes end
in one readable error."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_device import FILES, small_patch

from max_for_live.device import amxd
from max_for_live.device.amxd import CODES, Amxd, Frozen, Open
from max_for_live.device.errors import ContainerError
from max_for_live.device.frozen import MOST_BYTES, Embedded, own_patch
from max_for_live.device.patch_text import patch_text

SCRIPTS = tuple(Embedded(name, "TEXT", data) for name, data in FILES.items())
OPEN = amxd.open_device(small_patch())
FROZEN = amxd.frozen_device("Small.amxd", small_patch(), SCRIPTS)

four_bytes = st.integers(0, MOST_BYTES)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
kinds = st.text(st.characters(codec="latin-1"), min_size=4, max_size=4)
files = st.builds(Embedded, names, kinds, st.binary(max_size=60), four_bytes, four_bytes, four_bytes)
open_bodies = st.builds(
    Open,
    st.binary(max_size=60).filter(lambda text: b"\0" not in text and not text.startswith(b"mx@c")),
    st.just(b"") | st.binary(max_size=20).map(lambda rest: b"\0" + rest),
)
frozen_bodies = st.builds(Frozen, st.lists(files, min_size=1, max_size=5).map(tuple))
devices = st.builds(
    Amxd, st.sampled_from(sorted(CODES)), st.none() | st.integers(0, MOST_BYTES), open_bodies | frozen_bodies
)


def chunk(tag: bytes, data: bytes) -> bytes:
    return tag + struct.pack("<I", len(data)) + data


def tagged(tag: bytes, data: bytes) -> bytes:
    return tag + struct.pack(">I", 8 + len(data)) + data


def test_an_open_device_has_the_layout_that_max_writes() -> None:
    text = patch_text(small_patch())
    chunks = [chunk(b"ampf", b"mmmm"), chunk(b"meta", b"\x01\0\0\0"), chunk(b"ptch", text + b"\0")]
    assert b"".join(chunks) == OPEN


def test_a_frozen_device_has_the_layout_that_max_writes() -> None:
    file = Embedded("abc", "TEXT", b"hi", modified=7)
    fields = [
        tagged(b"type", b"TEXT"),
        tagged(b"fnam", b"abc\0"),
        *(tagged(tag, struct.pack(">I", n)) for tag, n in [(b"sz32", 2), (b"of32", 16), (b"vers", 0), (b"flag", 0)]),
        tagged(b"mdat", struct.pack(">I", 7)),
    ]
    block = b"mx@c" + struct.pack(">IQ", 16, 18) + b"hi" + tagged(b"dlst", tagged(b"dire", b"".join(fields)))
    device = Amxd("aaaa", None, Frozen((file,)))
    assert amxd.write(device) == chunk(b"ampf", b"aaaa") + chunk(b"ptch", block)


def test_the_name_of_a_file_is_padded_to_four_bytes_and_always_ends_in_a_nul() -> None:
    for name, padded in [("abc", b"abc\0"), ("abcd", b"abcd\0\0\0\0"), ("a", b"a\0\0\0")]:
        device = Amxd("mmmm", 7, Frozen((Embedded(name, "TEXT", b""),)))
        assert tagged(b"fnam", padded) + b"sz32" in amxd.write(device)


def test_a_frozen_device_carries_its_own_patch_first_and_then_its_files() -> None:
    device = amxd.read(FROZEN)
    assert device.meta == 7
    assert device.embedded is not None
    assert device.embedded[0] == own_patch("Small.amxd", patch_text(small_patch()))
    assert device.embedded[0].flag == 0x11
    assert device.embedded[1:] == SCRIPTS


def test_an_open_device_carries_no_files() -> None:
    assert amxd.read(OPEN).embedded is None


@pytest.mark.parametrize("data", [OPEN, FROZEN], ids=["open", "frozen"])
def test_the_patch_of_a_device_is_the_patch_that_it_was_built_from(data: bytes) -> None:
    device = amxd.read(data)
    assert json.loads(device.patcher) == small_patch()
    assert amxd.document(device) == small_patch()


def test_the_same_patch_gives_the_same_bytes() -> None:
    assert amxd.open_device(small_patch()) == OPEN
    assert amxd.frozen_device("Small.amxd", small_patch(), SCRIPTS) == FROZEN


@given(devices)
def test_every_device_is_read_as_it_was_written(device: Amxd) -> None:
    data = amxd.write(device)
    assert amxd.read(data) == device
    assert amxd.write(amxd.read(data)) == data


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda rest: b"ampf\x04\0\0\0mmmm" + rest))
def test_noise_ends_in_one_kind_of_error(data: bytes) -> None:
    only_refuses(data)


@given(
    st.sampled_from([OPEN, FROZEN]),
    st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_a_device_with_wrong_bytes_is_refused_or_kept_as_it_is(whole: bytes, changes: list[tuple[int, int]]) -> None:
    data = bytearray(whole)
    for at, byte in changes:
        data[at % len(data)] = byte
    only_refuses(bytes(data))


@given(st.integers(0, 1000), st.integers(0, 255))
def test_a_lying_list_of_files_is_refused_or_kept_as_it_is(at: int, byte: int) -> None:
    data = bytearray(FROZEN)
    begin = FROZEN.index(b"dlst")
    data[begin + at % (len(data) - begin)] = byte
    only_refuses(bytes(data))


def only_refuses(data: bytes) -> None:
    """Reading raises nothing but its own error, and what it accepts it keeps unchanged."""
    with suppress(ContainerError):
        device = amxd.read(data)
        assert amxd.write(device) == data
        amxd.document(device)


@pytest.mark.parametrize("whole", [OPEN, FROZEN], ids=["open", "frozen"])
def test_a_device_that_is_cut_short_is_refused(whole: bytes) -> None:
    for length in [*range(40), len(whole) // 2, len(whole) - 1]:
        with pytest.raises(ContainerError):
            amxd.read(whole[:length])


REFUSED = {
    "does not begin with `ampf`": b"RIFF" + OPEN[4:],
    "not `ampf`": chunk(b"ampf", b"mmmm"),
    "cut short: chunk b'ptch' says": OPEN[:-1],
    "bytes remain": OPEN + b"abc",
    "not `ampf meta ptch ptch`": OPEN + chunk(b"ptch", b"{}"),
    "not `ampf \ufffdtch`": chunk(b"ampf", b"mmmm") + chunk(b"\xfftch", b"{}"),
    "encrypted": chunk(b"ampf", b"mmmm") + chunk(b"ciph", b"key") + chunk(b"ptch", b"?"),
    "has the code 'zzzz'": chunk(b"ampf", b"zzzz") + chunk(b"ptch", b"{}"),
    "four bytes, not 2": chunk(b"ampf", b"mmmm") + chunk(b"meta", b"ab") + chunk(b"ptch", b"{}"),
    "its head": chunk(b"ampf", b"mmmm") + chunk(b"ptch", b"mx@c"),
    "where its list": chunk(b"ampf", b"mmmm") + chunk(b"ptch", b"mx@c" + struct.pack(">IQ", 16, 99)),
    "does not end in one list": chunk(b"ampf", b"mmmm") + chunk(b"ptch", b"mx@c" + struct.pack(">IQ", 16, 16)),
    "account for all bytes": chunk(b"ampf", b"mmmm")
    + chunk(b"ptch", b"mx@c" + struct.pack(">IQ", 16, 16) + tagged(b"dlst", b"")),
    "seven fields": FROZEN.replace(b"mdat", b"tadm", 1),
    "after the one before it": FROZEN.replace(tagged(b"of32", struct.pack(">I", 16)), tagged(b"of32", b"\0\0\0\x11")),
    "no UTF-8": FROZEN.replace(b"fnam\0\0\0\x14Small", b"fnam\0\0\0\x14Sm\xffll"),
    "in a way that Max does not use": FROZEN.replace(b"pad.js\0\0", b"pad\0\0\0\0\0"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_the_error_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ContainerError) as refused:
        amxd.read(REFUSED[text])
    assert text in str(refused.value)


@pytest.mark.parametrize(
    "device",
    [
        Amxd("oops", 1, Open(b"{}")),
        Amxd("mmmm", -1, Open(b"{}")),
        Amxd("mmmm", 1, Open(b"{}\0{}")),
        Amxd("mmmm", 1, Open(b"mx@c")),
        Amxd("mmmm", 1, Open(b"{}", b"x")),
        Amxd("mmmm", 7, Frozen(())),
        Amxd("mmmm", 7, Frozen((Embedded("", "TEXT", b""),))),
        Amxd("mmmm", 7, Frozen((Embedded("a\0b", "TEXT", b""),))),
        Amxd("mmmm", 7, Frozen((Embedded("\ud800", "TEXT", b""),))),
        Amxd("mmmm", 7, Frozen((Embedded("a", "TEX", b""),))),
        Amxd("mmmm", 7, Frozen((Embedded("a", "ПАПА", b""),))),
        Amxd("mmmm", 7, Frozen((Embedded("a", "TEXT", b"", flag=-1),))),
    ],
)
def test_what_has_no_place_in_a_device_is_not_written(device: Amxd) -> None:
    with pytest.raises(ContainerError):
        amxd.write(device)


def test_a_device_does_not_hold_two_files_of_one_name() -> None:
    with pytest.raises(ContainerError, match=r"pad\.js"):
        amxd.frozen_device("Small.amxd", small_patch(), [*SCRIPTS, Embedded("pad.js", "TEXT", b"")])


def test_a_patch_is_a_document_with_a_patcher() -> None:
    for text in [b"", b"no JSON", b"[]", b"{}", b'{"patcher": 1}', b"\xff", b"[" * 100_000]:
        with pytest.raises(ContainerError):
            amxd.document(replace(amxd.read(OPEN), body=Open(text)))
    with pytest.raises(ContainerError, match="patcher"):
        amxd.open_device(small_patch()["patcher"])


def test_a_patch_reads_line_by_line() -> None:
    document = {"patcher": {"rect": [0.0, 0.0, 1.0, 2.0], "boxes": [{"box": {"id": "é\n"}}], "lines": [], "x": {}}}
    assert patch_text(document).decode() == (
        '{\n\t"patcher" : {\n\t\t"rect" : [ 0.0, 0.0, 1.0, 2.0 ],\n\t\t"boxes" : [\n\t\t\t{\n\t\t\t\t"box" : {\n'
        '\t\t\t\t\t"id" : "é\\n"\n\t\t\t\t}\n\t\t\t}\n\t\t],\n\t\t"lines" : [],\n\t\t"x" : {}\n\t}\n}\n'
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
).filter(lambda value: "\\ud" not in json.dumps(value))


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), json_values, max_size=4))
def test_a_patch_is_the_same_after_its_text_is_read(document: dict[str, Any]) -> None:
    assert json.loads(patch_text(document)) == document


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: 2}, b"bytes", object(), "\ud800"])
def test_what_has_no_place_in_json_is_refused(value: object) -> None:
    with pytest.raises(ContainerError):
        patch_text({"patcher": {"value": value}})
