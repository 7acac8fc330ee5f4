"""A patch as text: the JSON that Max reads, laid out so that a change of one box is a change of a few lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from max_for_live.device.errors import ContainerError


def patch_text(patcher: Mapping[str, Any]) -> bytes:
    """The text of a patch, UTF-8 with a line end. The order of keys is kept; the same patch gives the same bytes.

    As Max does it, levels are indented by tabs, and a list of plain values (a rectangle, the ends of a cord) stands on
    one line.

    Raises:
        ContainerError: A value has no place in JSON: not finite, or of a type of Python's own.
    """
    try:
        return (_laid_out(patcher, "") + "\n").encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise ContainerError(f"The patch cannot be written as JSON: {error}.") from error


def _laid_out(value: object, indent: str) -> str:
    inner = indent + "\t"
    if isinstance(value, Mapping) and value:
        pairs = [f"{inner}{_plain(_key(key))} : {_laid_out(each, inner)}" for key, each in value.items()]
        return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
    if isinstance(value, list | tuple) and value:
        if any(isinstance(each, Mapping | list | tuple) for each in value):
            return "[\n" + ",\n".join(inner + _laid_out(each, inner) for each in value) + f"\n{indent}]"
        return "[ " + ", ".join(_plain(each) for each in value) + " ]"
    return _plain(value)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"the key {key!r} is no text")
    return key


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
