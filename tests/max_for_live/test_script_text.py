"""The scripts as text: ES5 by another's parser, and no names made global but those that are meant to be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from acts import OpenDevice
from calmjs.parse import es5
from calmjs.parse.asttypes import FuncDecl, VarDecl
from calmjs.parse.exceptions import ECMASyntaxError
from calmjs.parse.walkers import Walker

from max_for_live.device.script import MODULES, merged_script

JS = Path(__file__).parents[2] / "max_for_live" / "js"
FROM_MAX = {
    "start", "enabled", "param", "press", "hold", "pad", "kept", "anything", "notifydeleted",
    "bang", "msg_int", "msg_float", "list",
}  # fmt: skip
MAXS_OWN = {
    *("Buffer", "Dict", "File", "Folder", "Global", "Image", "JitterMatrix", "LiveAPI", "Max", "Maxobj", "MGraphics"),
    *("MaxobjListener", "ParameterListener", "Patcher", "Pattern", "PolyBuffer", "SQLite", "Sketch", "Task", "Wind"),
}
TEXTS = {"the device": merged_script, "pad": (JS / "pad.js").read_text, "roll": (JS / "roll.js").read_text}
LONGEST_LINE = 120


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_es5(name: str) -> None:
    assert es5(TEXTS[name]()).children()


@pytest.mark.parametrize(
    "later", ["let a = 1;", "var f = () => 1;", "`text`;", "class A {}", "for (var a of []) {}", "f(1,);"]
)
def test_the_parser_refuses_what_came_later(later: str) -> None:
    with pytest.raises(ECMASyntaxError):
        es5(merged_script() + later)


def test_only_modules_and_what_max_calls_are_global(put_device: OpenDevice) -> None:
    device = put_device()
    device.advance(1000)
    modules = {"".join(part.capitalize() for part in name.split("_")) for name in MODULES} | FROM_MAX
    assert device.names <= modules
    assert not device.names & MAXS_OWN
    assert {"start", "param", "press", "kept", "anything"} <= device.names


@pytest.mark.parametrize("name", TEXTS)
def test_every_name_is_declared(name: str) -> None:
    """An assignment to a name that nobody declared would make it global."""
    tree = es5(TEXTS[name]())
    walker = Walker()
    declared = {str(node.identifier) for node in walker.filter(tree, lambda node: isinstance(node, VarDecl | FuncDecl))}
    parameters = {
        str(parameter)
        for node in walker.filter(tree, lambda node: hasattr(node, "parameters"))
        for parameter in node.parameters
    }
    assigned = {
        str(node.left)
        for node in walker.filter(tree, lambda node: type(node).__name__ == "Assign" and hasattr(node, "op"))
        if type(node.left).__name__ == "Identifier"
    }
    assert assigned - declared - parameters <= {"autowatch", "inlets", "outlets", "editfontsize"}


@pytest.mark.parametrize("name", TEXTS)
def test_no_call_that_crashes_max(name: str) -> None:
    assert not re.search(r"\b(outlet|messnamed)\s*\.\s*(apply|call)\b", TEXTS[name]())


@pytest.mark.parametrize("path", sorted(set(JS.glob("*.js")) - {JS / "protocol.js"}), ids=lambda path: path.name)
def test_lines_are_short_and_indented_by_spaces(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= LONGEST_LINE
    assert not any("\t" in line or line != line.rstrip() for line in lines)


def test_every_module_of_the_table_is_a_file_and_the_other_way_round() -> None:
    assert {path.stem for path in JS.glob("*.js")} - {"pad", "roll"} <= set(MODULES)
    assert set(MODULES) - {"protocol"} <= {path.stem for path in JS.glob("*.js")}
