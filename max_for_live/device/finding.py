"""What a checker reads and what it says: a patch taken apart once, and findings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a patch.

    Attributes:
        where: The box (its name, or else its id), the cord or the part of the patch.
        what: What is wrong there, as a readable sentence.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Patch:
    """A patch as its checkers see it.

    Attributes:
        top: Everything that stands in `patcher`.
        files: The names of the files beside the patch, or within the frozen device; a mapping also holds their bytes.
        code: The code of the device that the patch is meant for.
        show: The names or ids of the boxes that alone may set a parameter which Live automates and stores.
    """

    top: Mapping[str, Any]
    files: Collection[str]
    code: str
    show: Collection[str]

    @cached_property
    def boxes(self) -> list[Mapping[str, Any]]:
        """All boxes, in their order."""
        return [each["box"] for each in self.top.get("boxes", [])]

    @cached_property
    def by_id(self) -> dict[str, Mapping[str, Any]]:
        """The boxes by their ids."""
        return {str(box.get("id")): box for box in self.boxes}

    @cached_property
    def cords(self) -> list[tuple[str, int, str, int]]:
        """All cords: from which box and outlet, to which box and inlet."""
        lines = [each["patchline"] for each in self.top.get("lines", [])]
        return [(*line["source"], *line["destination"]) for line in lines]

    @cached_property
    def parameters(self) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """The boxes that are parameters of Live, each with what Max calls its `valueof`."""
        return [(box, value_of(box)) for box in self.boxes if is_parameter(box)]


def name_of(box: Mapping[str, Any]) -> str:
    """What a person calls the box."""
    return str(box.get("varname") or box.get("id"))


def is_parameter(box: Mapping[str, Any]) -> bool:
    """Whether Live sees the box as a parameter."""
    return bool(box.get("parameter_enable") or box.get("saved_object_attributes", {}).get("parameter_enable"))


def value_of(box: Mapping[str, Any]) -> Mapping[str, Any]:
    """The description of the parameter that Max keeps in a box."""
    found: Mapping[str, Any] = box.get("saved_attribute_attributes", {}).get("valueof", {})
    return found


def words_of(box: Mapping[str, Any]) -> list[str]:
    """The words of an object box; none for other boxes."""
    return str(box.get("text", "")).split() if box.get("maxclass") == "newobj" else []


def texts_in(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, with the key that it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from texts_in(each, name)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each, key)
