"""A frozen patch: the files that a device carries, and the list that says where each lies.

All numbers are big-endian. A head (`mx@c`, 16, and where the list begins), the files back to back, then `dlst` with
one `dire` a file. The size of a list, an entry or a field counts its own eight bytes of tag and size.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from max_for_live.device.errors import ContainerError

MAGIC = b"mx@c"
HEAD_BYTES = 16
FIELDS = (b"type", b"fnam", b"sz32", b"of32", b"vers", b"flag", b"mdat")
FLAG_OWN_PATCH = 0x11
MOST_BYTES = 2**32 - 1
# Every file of a device that is built here bears this one time, so that the same sources give the same bytes.
BUILT_AT = datetime(2026, 1, 1, tzinfo=UTC)


def seconds_since_1904(moment: datetime) -> int:
    """A time as Max keeps it: whole seconds since 1 January 1904, as the first Macintosh counted."""
    return int((moment - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())


@dataclass(frozen=True)
class Embedded:
    """One file that a frozen device carries.

    Args:
        name: The file's name, without a folder.
        type: What it is, four letters: `TEXT` a script, `JSON` a patch, `svg `, `PNG `.
        data: What it holds.
        flag: 0x11 on the device's own patch, 0 on what it needs.
        modified: When it was last changed, in seconds since 1904.
        version: Always 0 in devices that Max wrote.
    """

    name: str
    type: str
    data: bytes
    flag: int = 0
    modified: int = seconds_since_1904(BUILT_AT)
    version: int = 0


def own_patch(name: str, text: bytes) -> Embedded:
    """The device's own patch, as the first file of a frozen device."""
    return Embedded(name, "JSON", text + b"\0", FLAG_OWN_PATCH)


def is_frozen(patch: bytes) -> bool:
    """Whether the patch of a device is a frozen block rather than an open text."""
    return patch.startswith(MAGIC)


def write_frozen(files: Sequence[Embedded]) -> bytes:
    """The block of a frozen device, the device's own patch first."""
    if not files:
        raise ContainerError("A frozen device holds at least its own patch.")
    data = b"".join(file.data for file in files)
    offset = HEAD_BYTES
    entries = []
    for file in files:
        entries.append(_tagged(b"dire", _fields(file, offset)))
        offset += len(file.data)
    if offset > MOST_BYTES:
        raise ContainerError(f"A frozen device holds at most {MOST_BYTES} bytes, not {offset}.")
    return MAGIC + struct.pack(">IQ", HEAD_BYTES, offset) + data + _tagged(b"dlst", b"".join(entries))


def read_frozen(block: bytes) -> tuple[Embedded, ...]:
    """The files of a frozen device, its own patch first.

    Raises:
        ContainerError: The block is cut short, or its list and the files that it holds do not agree.
    """
    if len(block) < HEAD_BYTES:
        raise ContainerError("The frozen block is cut short: its head takes sixteen bytes.")
    head_bytes, list_at = struct.unpack_from(">IQ", block, 4)
    if head_bytes != HEAD_BYTES or not HEAD_BYTES <= list_at <= len(block):
        raise ContainerError("The head of the frozen block does not say where its list of files begins.")
    lists = list(_each_tagged(block[list_at:]))
    if [tag for tag, _ in lists] != [b"dlst"]:
        raise ContainerError("The frozen block does not end in one list of files (`dlst`).")
    files = []
    offset = HEAD_BYTES
    for tag, entry in _each_tagged(lists[0][1]):
        files.append(_file(tag, entry, block[:list_at], offset))
        offset += len(files[-1].data)
    if not files or offset != list_at:
        raise ContainerError("The list of files does not account for all bytes of the frozen block.")
    return tuple(files)


def _file(tag: bytes, entry: bytes, block: bytes, expected_offset: int) -> Embedded:
    fields = dict(_each_tagged(entry))
    if tag != b"dire" or tuple(fields) != FIELDS:
        raise ContainerError("An entry in the list of files does not have the seven fields that Max writes.")
    size, offset, version, flag, modified = (_number(fields[name]) for name in FIELDS[2:])
    if offset != expected_offset or offset + size > len(block):
        raise ContainerError("An entry in the list of files does not point at the file after the one before it.")
    try:
        name = fields[b"fnam"].rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError as error:
        raise ContainerError("The name of a file in the frozen block is no UTF-8 text.") from error
    kind = fields[b"type"].decode("latin-1")
    return Embedded(name, kind, block[offset : offset + size], flag, modified, version)


def _fields(file: Embedded, offset: int) -> bytes:
    kind, name = _encoded(file.type, "latin-1"), _encoded(file.name, "utf-8")
    if len(kind) != 4:
        raise ContainerError(f"The type of a file is four letters, not {file.type!r}.")
    if not name or b"\0" in name:
        raise ContainerError(f"A file in a frozen device needs a name without NULs, not {file.name!r}.")
    numbers = (len(file.data), offset, file.version, file.flag, file.modified)
    if not all(0 <= number <= MOST_BYTES for number in numbers):
        raise ContainerError(f"A number in the entry of {file.name!r} does not fit in four bytes.")
    padded = name + b"\0" * (4 - len(name) % 4)  # at least the one NUL that ends it
    values = (kind, padded, *(struct.pack(">I", number) for number in numbers))
    return b"".join(_tagged(tag, value) for tag, value in zip(FIELDS, values, strict=True))


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise ContainerError(f"{text!r} cannot be written in the list of files.") from error


def _tagged(tag: bytes, data: bytes) -> bytes:
    return tag + struct.pack(">I", 8 + len(data)) + data


def _each_tagged(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            raise ContainerError("The list of files is cut short.")
        (size,) = struct.unpack_from(">I", data, at + 4)
        if size < 8 or at + size > len(data):
            raise ContainerError(f"The list of files is cut short: {data[at : at + 4]!r} says {size} bytes.")
        yield data[at : at + 4], data[at + 8 : at + size]
        at += size


def _number(field: bytes) -> int:
    if len(field) != 4:
        raise ContainerError(f"A number in the list of files takes four bytes, not {len(field)}.")
    return int.from_bytes(field, "big")
