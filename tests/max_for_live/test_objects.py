"""The table of objects: ports by name and by arguments, and a refusal of all that it does not know."""

from __future__ import annotations

import pytest

from max_for_live.device.errors import UnknownObjectError
from max_for_live.device.objects import FIXED, Shape, shape

# What Max itself wrote into the boxes of published patches.
SEEN = {
    "makenote 100 1000": (3, ("float", "float")),
    "makenote 100 500 1": (4, ("float", "float", "float")),
    "unpack 0 0. s": (1, ("int", "float", "")),
    "pipe 0 0 0 0.": (4, ("", "", "")),
    "pipe 0 0 0 0 0": (5, ("", "", "", "")),
    "sel 0 1 2": (4, ("bang", "bang", "bang", "")),
    "t b i": (1, ("bang", "int")),
    "t b b zlclear b": (1, ("bang", "bang", "zlclear", "bang")),
    "t open": (1, ("open",)),
    "t l l": (1, ("", "")),
    "t 0": (1, ("int",)),
    "route a b c": (4, ("", "", "", "")),
    "routepass signal mode": (3, ("", "", "")),
    "gate 3 1": (2, ("", "", "")),
    "+ 60": (2, ("int",)),
    "* 0.01": (2, ("float",)),
    "!= 1": (2, ("int",)),
    "expr $f1 * $f3 / $f2": (3, ("",)),
    "if $i1 == 1 || $i1 == 2 then out2 $i1 else $i1": (1, ("", "")),
    "if $i1 == 2 then $i2": (2, ("",)),
    "pack i i i": (3, ("",)),
    "pack": (2, ("",)),
    "zl nth 5": (2, ("", "")),
    "zl.group": (2, ("", "")),
    "udpsend 127.0.0.1 5005": (1, ()),
    "udpreceive 7400": (1, ("",)),
    "metro 50 @active 1": (2, ("bang",)),
    "clip 0. 1.": (3, ("",)),
    "pattr @parameter_enable 1": (1, ("", "", "")),
    "freebang": (1, ("bang",)),
    "r ---far": (0, ("",)),
    "live.thisdevice": (1, ("bang", "int", "int")),
    "live.tab": (1, ("", "", "float")),
    "transport": (2, ("int", "int", "float", "float", "float", "", "int", "float", "")),
}


@pytest.mark.parametrize("text", SEEN)
def test_boxes_have_the_ports_that_max_gave_them(text: str) -> None:
    inlets, types = SEEN[text]
    assert shape(text) == Shape(inlets, len(types), types)


def test_a_script_has_the_outlets_that_it_makes() -> None:
    assert shape("js small.js", 6) == Shape(1, 6, ("",) * 6)
    assert shape("jsui", 1) == Shape(1, 1, ("",))


@pytest.mark.parametrize(
    "text", ["", "nothing", "js small.js", "t", "route", "sel", "gate many", "gate 0", "swap 1.5", "live.nothing"]
)
def test_what_the_table_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(UnknownObjectError):
        shape(text)


def test_attributes_are_no_arguments() -> None:
    assert shape("pipe 0 0 @quantize 4n") == shape("pipe 0 0")


@pytest.mark.parametrize("name", FIXED)
def test_every_outlet_in_the_table_has_a_type(name: str) -> None:
    assert len(FIXED[name].outlettypes) == FIXED[name].outlets
