"""The .amxd container: a device's kind, and its patch, open or frozen with all files that it needs.

A file is a flat run of chunks, each a tag of four letters, a little-endian size and the data: `ampf` (the code of the
kind), mostly `meta` (a number that tells how Max saved it) and `ptch` (the patch). An open patch is its JSON text,
ended by a NUL; a frozen one is a block of its own (`frozen.py`). Reading is strict, so that whatever was read can be
written back byte for byte.

Source: maxdiff of Ableton's maxdevtools, and the bytes of published devices.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from max_for_live.device.errors import ContainerError
from max_for_live.device.frozen import Embedded, is_frozen, own_patch, read_frozen, write_frozen
from max_for_live.device.patch_text import patch_text

CODES = {
    "aaaa": "audio effect",
    "iiii": "instrument",
    "mmmm": "MIDI effect",
    "nagg": "MIDI generator",
    "natt": "MIDI transformation",
}
META_OPEN = 1
META_FROZEN = 7


@dataclass(frozen=True)
class Open:
    """A patch that its author goes on working on: scripts and pictures lie beside it.

    Args:
        text: The JSON text, with the line end that mostly closes it.
        after: What follows the text: one NUL, and seldom remains of an earlier, longer text.
    """

    text: bytes
    after: bytes = b"\0"


@dataclass(frozen=True)
class Frozen:
    """A patch that carries all its files, the patch itself first."""

    files: tuple[Embedded, ...]


@dataclass(frozen=True)
class Amxd:
    """One device file.

    Args:
        code: The kind of device, one of `CODES`.
        meta: How Max saved it (1 open, 7 frozen); None where the file does not say.
        body: The patch, open or frozen.
    """

    code: str
    meta: int | None
    body: Open | Frozen

    @property
    def patcher(self) -> bytes:
        """The JSON text of the patch, without the NUL that ends it."""
        text = self.body.text if isinstance(self.body, Open) else self.body.files[0].data
        return text.partition(b"\0")[0]

    @property
    def embedded(self) -> tuple[Embedded, ...] | None:
        """All files of a frozen device, the patch itself first; None for an open one."""
        return self.body.files if isinstance(self.body, Frozen) else None


def read(data: bytes) -> Amxd:
    """A device file in its parts.

    Raises:
        ContainerError: The bytes are no device, are cut short, encrypted, or laid out as Max lays none out.
    """
    chunks = _chunks(data)
    code, meta, patch = _ordered(chunks)
    if is_frozen(patch):
        body: Open | Frozen = Frozen(read_frozen(patch))
    else:
        text, nul, rest = patch.partition(b"\0")
        body = Open(text, nul + rest)
    device = Amxd(code, meta, body)
    if write(device) != data:
        raise ContainerError("The device is laid out in a way that Max does not use, so it cannot be kept unchanged.")
    return device


def write(device: Amxd) -> bytes:
    """The bytes of a device file: of one that was read, the very bytes that it was read from.

    Raises:
        ContainerError: A part has no place in a device file.
    """
    if device.code not in CODES:
        raise ContainerError(f"No kind of device has the code {device.code!r}: use one of {', '.join(CODES)}.")
    patch = _open_patch(device.body) if isinstance(device.body, Open) else write_frozen(device.body.files)
    return _chunk(b"ampf", device.code.encode("ascii")) + _meta(device.meta) + _chunk(b"ptch", patch)


def open_device(patcher: Mapping[str, Any], code: str = "mmmm") -> bytes:
    """A device to work on, whose scripts lie beside it. The same patch gives the same bytes.

    Args:
        patcher: The whole document, `{"patcher": {...}}`.
        code: The kind of device, one of `CODES`.
    """
    return write(Amxd(code, META_OPEN, Open(_text(patcher))))


def frozen_device(name: str, patcher: Mapping[str, Any], files: Sequence[Embedded], code: str = "mmmm") -> bytes:
    """A device to hand out: one file that holds all that it needs. The same input gives the same bytes.

    Args:
        name: The name of the device file, with its `.amxd`.
        patcher: The whole document, `{"patcher": {...}}`.
        files: The scripts and pictures that the patch names, in the order in which they are kept.
        code: The kind of device, one of `CODES`.
    """
    names = [name, *(file.name for file in files)]
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise ContainerError(f"A device holds a file's name once, but these come twice: {', '.join(twice)}.")
    return write(Amxd(code, META_FROZEN, Frozen((own_patch(name, _text(patcher)), *files))))


def document(device: Amxd) -> dict[str, Any]:
    """The patch of a device as a JSON document, `{"patcher": {...}}`.

    Raises:
        ContainerError: The text is no JSON, or no patch.
    """
    try:
        found = json.loads(device.patcher)
    except (ValueError, RecursionError) as error:
        raise ContainerError(f"The patch is no JSON text: {error}.") from error
    if not isinstance(found, dict) or not isinstance(found.get("patcher"), dict):
        raise ContainerError("The JSON text is no patch: it has no `patcher`.")
    return found


def _text(patcher: Mapping[str, Any]) -> bytes:
    if not isinstance(patcher.get("patcher"), Mapping):
        raise ContainerError('A patch is a whole document, `{"patcher": {...}}`.')
    return patch_text(patcher)


def _open_patch(body: Open) -> bytes:
    if b"\0" in body.text or is_frozen(body.text) or body.after[:1].strip(b"\0"):
        raise ContainerError("An open patch is a text without a NUL, and what follows it begins with one.")
    return body.text + body.after


def _meta(number: int | None) -> bytes:
    if number is None:
        return b""
    if not 0 <= number < 2**32:
        raise ContainerError(f"The number of `meta` fits in four bytes, {number} does not.")
    return _chunk(b"meta", struct.pack("<I", number))


def _chunk(tag: bytes, data: bytes) -> bytes:
    return tag + struct.pack("<I", len(data)) + data


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    if data[:4] != b"ampf":
        raise ContainerError("This is no Max for Live device: it does not begin with `ampf`.")
    found = []
    at = 0
    while at < len(data):
        tag = data[at : at + 4]
        if at + 8 > len(data):
            raise ContainerError(f"The device is cut short: {len(data) - at} bytes remain where a chunk should begin.")
        (size,) = struct.unpack_from("<I", data, at + 4)
        if at + 8 + size > len(data):
            held = len(data) - at - 8
            raise ContainerError(f"The device is cut short: chunk {tag!r} says {size} bytes, the file holds {held}.")
        found.append((tag, data[at + 8 : at + 8 + size]))
        at += 8 + size
    return found


def _ordered(chunks: list[tuple[bytes, bytes]]) -> tuple[str, int | None, bytes]:
    """The code, the meta number and the patch, of chunks that stand in the one order that Max writes."""
    tags = [tag for tag, _ in chunks]
    if b"ciph" in tags:
        raise ContainerError("The device is encrypted: only Max with its key can read it.")
    if tags not in ([b"ampf", b"ptch"], [b"ampf", b"meta", b"ptch"]):
        named = " ".join(tag.decode("ascii", "replace") for tag in tags)
        raise ContainerError(f"A device holds the chunks `ampf meta ptch` (or no `meta`), not `{named}`.")
    code = chunks[0][1].decode("latin-1")
    if code not in CODES:
        raise ContainerError(f"No kind of device has the code {code!r}.")
    if len(tags) == 2:
        return code, None, chunks[1][1]
    if len(chunks[1][1]) != 4:
        raise ContainerError(f"`meta` holds one number of four bytes, not {len(chunks[1][1])} bytes.")
    (meta,) = struct.unpack("<I", chunks[1][1])
    return code, meta, chunks[2][1]
