"""The device as it is described, built and committed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bridge.protocol.table import FROM_CLIENT, FROM_ENGINE
from engine.representations.drums import VOICES as DRUM_VOICES
from max_for_live.device.build import HERE, device_files, device_patcher, scripts
from max_for_live.device.check import check
from max_for_live.device.errors import PatchError
from max_for_live.device.layout import ABOVE, CONTROLS
from max_for_live.device.parameters import BANKS, BY_NAME, HIDDEN, KEPT, PARAMETERS, VOICES
from max_for_live.device.patch import sections
from max_for_live.device.patcher import Box, Cord, Section, patcher_json, read_cords
from max_for_live.device.script import JS, MODULES, merged_script

WRITERS = ("vary", "interpolate", "blend", "humanize", "drumify", "groove", "continue", "infill")
TEXT_OF_BOX = {box.name: box.text for section in sections() for box in section.boxes}


def test_what_is_committed_is_what_the_sources_make() -> None:
    stale = [name for name, data in device_files().items() if (HERE / name).read_bytes() != data]
    assert stale == [], "run make device"


def test_the_same_sources_make_the_same_bytes() -> None:
    assert device_files() == device_files()


def test_every_module_is_in_the_table_and_the_last_one_is_what_max_calls() -> None:
    alone = {"pad", "roll"}
    assert {path.stem for path in JS.glob("*.js")} == {*MODULES, *alone}
    assert MODULES[0] == "protocol"
    assert MODULES[-1] == "main"


def test_every_parameter_has_one_place_and_every_place_a_parameter() -> None:
    assert sorted(CONTROLS) == sorted(parameter.name for parameter in PARAMETERS)
    assert set(ABOVE) < set(CONTROLS)


def test_long_names_are_unlike_each_other_and_what_sets_out_there_know() -> None:
    assert len({parameter.long_name for parameter in PARAMETERS}) == len(PARAMETERS)
    frozen = (Path(__file__).parent / "long_names.txt").read_text(encoding="utf-8").splitlines()
    assert set(frozen) <= {parameter.long_name for parameter in PARAMETERS}, "Live recalls by long name: keep them"


def test_the_device_passes_its_checker() -> None:
    files = {name: text.encode() for name, text in scripts().items()}
    assert check(device_patcher(), files, show=[name for name in TEXT_OF_BOX if name.startswith("show_")]) == []


def test_the_locks_are_the_engines_voices_in_its_order() -> None:
    assert [voice.replace(" ", "_") for voice in VOICES] == list(DRUM_VOICES)


def test_every_address_in_the_patch_is_one_of_the_protocol() -> None:
    words = {word for text in TEXT_OF_BOX.values() for word in text.split() if word.startswith("/bridge/")}
    assert words <= {*FROM_CLIENT, *FROM_ENGINE}
    assert {"/bridge/play/note", "/bridge/play/flush", "/bridge/transport", "/bridge/morph/knob"} <= words


def test_every_address_in_the_script_is_one_of_the_protocol_or_how_some_begin() -> None:
    written = {
        address
        for name in MODULES
        for address in re.findall(r"[\"'](/bridge/[a-z/]*)", (JS / f"{name}.js").read_text(encoding="utf-8"))
    }
    known = {*FROM_CLIENT, *FROM_ENGINE}
    assert [address for address in written if not any(each.startswith(address) for each in known)] == []


def test_notes_to_play_never_come_to_the_script() -> None:
    ways = _ways()
    reached, ahead = set(), ["note"]
    while ahead:
        here = ahead.pop()
        reached.add(here)
        ahead += [there for there in ways.get(here, ()) if there not in reached]
    assert "midi_out" in reached
    assert "script" not in reached


@pytest.mark.parametrize("name", [p.name for p in PARAMETERS if p.goes_to != "script"])
def test_what_moves_the_morph_goes_to_the_engine_without_a_detour(name: str) -> None:
    ways = _ways()
    assert "to_engine" in ways[f"say_{name}"]
    assert f"say_{name}" in ways[f"whole_{name}" if BY_NAME[name].is_rounded else name]


def test_only_a_seed_is_rounded_on_its_way() -> None:
    assert [parameter.name for parameter in PARAMETERS if parameter.is_rounded] == ["morph_seed"]
    assert "whole_morph_seed" in _ways()["morph_seed"]


def test_what_writes_into_the_set_is_not_pressed_by_undo() -> None:
    writers = {*WRITERS, "keep", "clear", "self_test"}
    assert {parameter.name for parameter in PARAMETERS if parameter.visibility == HIDDEN} == writers


def test_what_the_set_keeps_comes_back_without_an_object_that_cuts_long_lists() -> None:
    assert all(_ways()[f"kept_{name}"] == {"script"} for name in KEPT)


def test_the_set_keeps_each_captured_clip() -> None:
    assert [f"kept_{name}" in TEXT_OF_BOX for name in KEPT] == [True] * 9


def test_push_shows_banks_of_eight_and_the_directions_first() -> None:
    registry = device_patcher()["patcher"]["parameters"]["parameterbanks"]
    assert all(len(bank["parameters"]) == 8 for bank in registry.values())
    assert registry["0"]["parameters"] == [f"Knob {number}" for number in range(1, 9)]
    assert len(registry) == len(BANKS)


def test_cords_are_read_as_they_are_written() -> None:
    assert list(read_cords("a > b.1 > c:2 # a remark\n\n")) == [Cord("a", 0, "b", 0), Cord("b", 1, "c", 2)]


@pytest.mark.parametrize("line", ["a", "a >", "a > b c", "> b", "a -> b"])
def test_what_is_no_chain_is_refused(line: str) -> None:
    with pytest.raises(PatchError):
        list(read_cords(line))


def test_a_cord_to_nowhere_and_a_name_given_twice_are_refused() -> None:
    with pytest.raises(PatchError, match="nowhere"):
        patcher_json([Section("one", (Box("a", "int"),), "a > nowhere")], {})
    with pytest.raises(PatchError, match="two boxes"):
        patcher_json([Section("one", (Box("a", "int"), Box("a", "float")))], {})


def test_the_script_is_read_from_the_files_that_are_committed() -> None:
    assert (HERE / "unfrozen" / "latent_bridge.js").read_text(encoding="utf-8") == merged_script()
    assert set(scripts()) == {"latent_bridge.js", "latent_bridge_pad.js", "latent_bridge_roll.js"}


def _ways() -> dict[str, set[str]]:
    ways: dict[str, set[str]] = {}
    line: dict[str, Any]
    for line in device_patcher()["patcher"]["lines"]:
        cord = line["patchline"]
        source, destination = (cord[end][0].removeprefix("obj-") for end in ("source", "destination"))
        ways.setdefault(source, set()).add(destination)
    return ways
