"""Writes the device: `python -m max_for_live.device.build`, or `make device`.

Twice: frozen, one file that a player installs, and open beside its scripts, to be looked into in Max. The same sources
give the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from max_for_live.device.amxd import frozen_device, open_device
from max_for_live.device.controls import registry
from max_for_live.device.document import with_parameters
from max_for_live.device.frozen import BUILT_AT, Embedded, seconds_since_1904
from max_for_live.device.layout import HEIGHT, WIDTH
from max_for_live.device.patch import PICTURE_FILES, SCRIPT_FILE, sections
from max_for_live.device.patcher import patcher_json
from max_for_live.device.protocol_js import protocol_js
from max_for_live.device.script import merged_script, source

HERE = Path(__file__).parents[1]
NAME = "LatentBridge.amxd"
MIDI_EFFECT = "mmmm"
_WRITTEN_AT = seconds_since_1904(BUILT_AT)


def device_patcher() -> dict[str, Any]:
    """The document that Max keeps: `{"patcher": {...}}`."""
    parts = sections()
    boxes = [box for section in parts for box in section.boxes]
    top = {**_TOP, "parameters": registry(boxes), "dependency_cache": _dependencies()}
    return {"patcher": patcher_json(parts, top)}


def scripts() -> dict[str, str]:
    """The scripts that the patch names: file name and text."""
    pictures = {file: source(name) for name, file in PICTURE_FILES.items()}
    return {SCRIPT_FILE: merged_script(), **pictures}


def device_files() -> dict[str, bytes]:
    """Everything that is written, by its path in `max_for_live/`."""
    texts = {name: text.encode() for name, text in scripts().items()}
    patcher = device_patcher()
    embedded = [Embedded(name, "TEXT", data) for name, data in texts.items()]
    return {
        NAME: frozen_device(NAME, patcher, embedded, MIDI_EFFECT),
        f"unfrozen/{NAME}": open_device(patcher, MIDI_EFFECT),
        **{f"unfrozen/{name}": data for name, data in texts.items()},
        "js/protocol.js": protocol_js().encode(),
        "README.md": with_parameters((HERE / "README.md").read_text(encoding="utf-8")).encode(),
    }


def main() -> None:
    """Writes what has changed."""
    for name, data in device_files().items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


def _dependencies() -> list[dict[str, Any]]:
    return [
        {"name": name, "bootpath": ".", "patcherrelativepath": ".", "type": "TEXT", "implicit": 1}
        for name in (SCRIPT_FILE, *PICTURE_FILES.values())
    ]


_TOP: dict[str, Any] = {
    "fileversion": 1,
    "appversion": {"major": 8, "minor": 5, "revision": 8, "architecture": "x64", "modernui": 1},
    "classnamespace": "box",
    "rect": [60.0, 80.0, 1100.0, 800.0],
    "openrect": [0.0, 0.0, float(WIDTH), float(HEIGHT)],
    "bglocked": 0,
    "openinpresentation": 1,
    "default_fontsize": 10.0,
    "default_fontface": 0,
    "default_fontname": "Arial Bold",
    "gridonopen": 1,
    "gridsize": [8.0, 8.0],
    "gridsnaponopen": 1,
    "objectsnaponopen": 1,
    "statusbarvisible": 2,
    "toolbarvisible": 1,
    "boxanimatetime": 500,
    "enablehscroll": 1,
    "enablevscroll": 1,
    "devicewidth": float(WIDTH),
    "description": "Varies, grooves and morphs clips through latent space, with the Latent Bridge engine.",
    "digest": "",
    "tags": "",
    "style": "",
    "subpatcher_template": "",
    "assistshowspatchername": 0,
    "latency": 0,
    "is_mpe": 0,
    "minimum_live_version": "11.0",
    "minimum_max_version": "8.1",
    "platform_compatibility": 0,
    "autosave": 0,
    "project": {
        "version": 1,
        "creationdate": _WRITTEN_AT,
        "modificationdate": _WRITTEN_AT,
        "viewrect": [0.0, 0.0, 300.0, 500.0],
        "autoorganize": 1,
        "hideprojectwindow": 1,
        "showdependencies": 1,
        "autolocalize": 0,
        "contents": {"patchers": {}},
        "layout": {},
        "searchpath": {},
        "detailsvisible": 0,
        "amxdtype": int.from_bytes(MIDI_EFFECT.encode(), "big"),
        "readonly": 0,
        "devpathtype": 0,
        "devpath": ".",
        "sortmode": 0,
        "viewmode": 0,
        "includepackages": 0,
    },
}

if __name__ == "__main__":
    main()
