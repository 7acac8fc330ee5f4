"""Judges that others wrote look at a small device and at the one that is handed out: py2max and m4l-builder.

What they are not asked, and why: py2max reads no device that has a `meta` chunk, as Max writes it, and m4l-builder
reads no frozen one. Neither knows what Live makes of a parameter; our own checker does that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import m4l_builder.container
import pytest
from m4l_builder.constants import MIDI_EFFECT
from m4l_builder.device import Device
from py2max import Patcher
from py2max.lint import lint
from py2max.m4l import pack_amxd, unpack_amxd
from py2max.maxref import get_inlet_count, get_object_info, get_outlet_count
from small_device import FILES, SHOW, small_patch

from max_for_live.device import amxd
from max_for_live.device.check import check
from max_for_live.device.frozen import BUILT_AT, Embedded, seconds_since_1904
from max_for_live.device.objects import FIXED
from max_for_live.device.patch_text import patch_text

PASSED_OVER = {
    "W-OFFCANVAS": "A patch is larger than its window; one scrolls.",
}
# Where py2max's reference is silent or counts for an object without its argument.
REFERENCE_ERRS = {
    "midiformat": "py2max gives it no inlets; Max writes 7",
    "udpsend": "py2max gives it no inlet; Max writes 1",
    "live.path": "py2max gives it no ports; Max writes 1 and 3",
    "live.object": "py2max gives it no ports; Max writes 2 and 1",
    "live.observer": "py2max gives it no ports; Max writes 2 and 2",
    "receive": "with a name, as it stands in any patch, it has no inlet",
    "r": "with a name, as it stands in any patch, it has no inlet",
}
WITHOUT_CORDS = frozenset({"panel", "comment", "live.comment", "live.line"})

Files = dict[str, bytes]


def small_files() -> Files:
    embedded = [Embedded(name, "TEXT", data) for name, data in FILES.items()]
    return {
        "LatentBridge.amxd": amxd.frozen_device("LatentBridge.amxd", small_patch(), embedded),
        "unfrozen/LatentBridge.amxd": amxd.open_device(small_patch()),
        **{f"unfrozen/{name}": data for name, data in FILES.items()},
    }


def handed_out() -> Files:
    from max_for_live.device.build import device_files  # late, so that the small device is judged in any case

    return device_files()


@pytest.fixture(scope="module", params=[small_files, handed_out], ids=["small", "handed out"])
def files(request: pytest.FixtureRequest) -> Files:
    build: Callable[[], Files] = request.param
    return build()


@pytest.fixture
def open_document(files: Files) -> dict[str, Any]:
    return amxd.document(amxd.read(files["unfrozen/LatentBridge.amxd"]))


@pytest.fixture
def on_disk(files: Files, tmp_path: Path) -> Path:
    path = tmp_path / "LatentBridge.amxd"
    path.write_bytes(files["unfrozen/LatentBridge.amxd"])
    return path


def show_routes(document: dict[str, Any]) -> list[str]:
    """The boxes by which the script alone reaches the controls."""
    names = [str(each["box"].get("varname")) for each in document["patcher"]["boxes"]]
    return [name for name in names if name in SHOW or name.startswith("show_")]


def test_our_own_checker_has_nothing_to_say_of_the_open_device(files: Files, open_document: dict[str, Any]) -> None:
    beside = {name.removeprefix("unfrozen/"): data for name, data in files.items() if name.startswith("unfrozen/")}
    assert list(map(str, check(open_document, beside, show=show_routes(open_document)))) == []


def test_our_own_checker_has_nothing_to_say_of_the_frozen_device(files: Files) -> None:
    device = amxd.read(files["LatentBridge.amxd"])
    assert device.embedded is not None
    within = {file.name: file.data for file in device.embedded[1:]}
    document = amxd.document(device)
    assert list(map(str, check(document, within, show=show_routes(document)))) == []


def test_the_frozen_device_holds_the_patch_and_the_scripts_of_the_open_one(files: Files) -> None:
    frozen = amxd.read(files["LatentBridge.amxd"])
    assert frozen.embedded is not None
    assert frozen.patcher == amxd.read(files["unfrozen/LatentBridge.amxd"]).patcher
    for file in frozen.embedded[1:]:
        assert file.data == files[f"unfrozen/{file.name}"]


def test_py2max_reads_the_patch_and_finds_nothing_wrong(open_document: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "LatentBridge.maxpat"
    path.write_bytes(patch_text(open_document))
    findings = [str(finding) for finding in lint(Patcher.from_file(path)) if finding.code not in PASSED_OVER]
    assert findings == []


def test_py2max_finds_what_is_wrong(tmp_path: Path) -> None:
    document = small_patch()
    document["patcher"]["lines"].append({"patchline": {"source": ["obj-show", 7], "destination": ["obj-nobody", 0]}})
    path = tmp_path / "broken.maxpat"
    path.write_bytes(patch_text(document))
    assert [finding.code for finding in lint(Patcher.from_file(path))] == ["E-ORPHAN-LINE"]


def test_py2max_packs_the_same_frozen_device(files: Files) -> None:
    """Its writer knows a device without files and without `meta`."""
    ours = amxd.read(files["LatentBridge.amxd"])
    assert ours.embedded is not None
    alone = replace(ours, meta=None, body=amxd.Frozen(ours.embedded[:1]))
    theirs = pack_amxd(
        ours.patcher,
        device_type="midi_effect",
        patcher_filename="LatentBridge.amxd",
        mtime=seconds_since_1904(BUILT_AT),
    )
    assert amxd.write(alone) == theirs
    assert unpack_amxd(amxd.write(alone)) == (ours.patcher, "midi_effect")


def test_m4l_builder_reads_the_open_device(on_disk: Path, open_document: dict[str, Any]) -> None:
    device = Device.from_amxd(str(on_disk))
    patcher = open_document["patcher"]
    assert device.device_type == "midi_effect"
    assert (device.width, device.height) == (patcher["openrect"][2], 169)
    assert device.boxes == patcher["boxes"]
    assert device.lines == patcher["lines"]


def test_m4l_builder_finds_nothing_wrong_with_the_open_device(on_disk: Path, open_document: dict[str, Any]) -> None:
    """It wants a cord at every box; words and grounds have none."""
    decoration = {
        f"Orphan box (no connections): {each['box']['id']}"
        for each in open_document["patcher"]["boxes"]
        if each["box"]["maxclass"] in WITHOUT_CORDS
    }
    assert sorted(set(Device.from_amxd(str(on_disk)).validate()) - decoration) == []


def test_what_m4l_builder_packs_is_read(open_document: dict[str, Any]) -> None:
    device = amxd.read(m4l_builder.container.build_amxd(open_document, MIDI_EFFECT))
    assert (device.code, device.meta, device.embedded) == ("mmmm", 0, None)
    assert amxd.document(device) == open_document


@pytest.mark.parametrize("name", sorted(set(FIXED) - set(REFERENCE_ERRS)))
def test_the_table_of_objects_agrees_with_the_reference_of_py2max(name: str) -> None:
    assert get_object_info(name) is not None
    assert (FIXED[name].inlets, FIXED[name].outlets) == (get_inlet_count(name), get_outlet_count(name))


@pytest.mark.parametrize("name", REFERENCE_ERRS)
def test_where_the_reference_of_py2max_errs_is_known(name: str) -> None:
    assert (FIXED[name].inlets, FIXED[name].outlets) != (get_inlet_count(name), get_outlet_count(name))
