"""A small device that has one of everything: what the checker passes, and what its tests break."""

from __future__ import annotations

from typing import Any

from max_for_live.device.objects import shape

FILES = {
    "small.js": b"inlets = 1;\noutlets = 2;\n\nfunction bang() {\n    outlet(0, 'hello');\n}\n",
    "pad.js": b"mgraphics.init();\n",
}
SHOW = ("show",)

PROJECT = {
    "version": 1,
    "viewrect": [0.0, 0.0, 300.0, 500.0],
    "contents": {"patchers": {}},
    "layout": {},
    "searchpath": {},
    "amxdtype": 1835887981,
    "devpathtype": 0,
    "devpath": ".",
}


def dependency(name: str) -> dict[str, Any]:
    return {"name": name, "bootpath": ".", "patcherrelativepath": ".", "type": "TEXT", "implicit": 1}


def box(name: str, text: str, outlets: int | None = None, /, **attributes: Any) -> dict[str, Any]:
    """One box; a text that is a class of user interface (`live.dial`) makes a box of that class."""
    own_class = text in ("jsui", "panel", "message", "comment") or (text.startswith("live.") and " " not in text)
    is_object = not own_class or text == "live.thisdevice"
    ports = shape(text, outlets)
    found: dict[str, Any] = {
        "id": f"obj-{name}",
        "maxclass": "newobj" if is_object else text,
        "varname": name,
        "numinlets": ports.inlets,
        "numoutlets": ports.outlets,
        "outlettype": list(ports.outlettypes),
        **attributes,
    }
    if is_object:
        found["text"] = text
    return found


def value(long_name: str, short_name: str, kind: int, **more: Any) -> dict[str, Any]:
    names = {"parameter_longname": long_name, "parameter_shortname": short_name, "parameter_type": kind}
    return {"valueof": names | {f"parameter_{key}": each for key, each in more.items()}}


def shown(x: float, y: float, width: float, height: float) -> dict[str, Any]:
    return {"presentation": 1, "presentation_rect": [x, y, width, height]}


def boxes() -> list[dict[str, Any]]:
    amount = value("Amount", "Amount", 0, mmin=0.0, mmax=1.0, initial=[0.3], initial_enable=1)
    count = value("Count", "Count", 1, mmin=1, mmax=16, initial=[4], initial_enable=1)
    vary = value("Vary", "Vary", 2, mmax=1, enum=["off", "on"])
    kept = value("Kept", "Kept", 3, invisible=1)
    return [
        box("midi_in", "midiin"),
        box("midi_out", "midiout"),
        box("ready", "live.thisdevice"),
        box("start", "prepend start"),
        box("listen", "udpreceive 9100 @defer 0"),
        box("script", "js small.js", 2),
        box("engine", "udpsend 127.0.0.1 9000"),
        box("show", "route amount status"),
        box("far", "send ---far"),
        box("amount", "live.dial", parameter_enable=1, saved_attribute_attributes=amount, **shown(8, 20, 48, 48)),
        box("count", "live.numbox", parameter_enable=1, saved_attribute_attributes=count, **shown(60, 20, 40, 16)),
        box("vary", "live.text", text="Vary", parameter_enable=1, saved_attribute_attributes=vary,
            **shown(60, 40, 40, 18)),
        box("status", "live.comment", text="Engine found", **shown(8, 150, 100, 14)),
        box("pad", "jsui", 1, filename="pad.js", **shown(110, 20, 100, 100)),
        box("ground", "panel", **shown(0, 0, 220, 169)),
        box("kept", "pattr kept @thru 0", saved_attribute_attributes=kept,
            saved_object_attributes={"parameter_enable": 1}),
    ]  # fmt: skip


CORDS = (
    ("midi_in", 0, "midi_out", 0),
    ("ready", 0, "start", 0),
    ("start", 0, "script", 0),
    ("listen", 0, "script", 0),
    ("script", 0, "engine", 0),
    ("script", 1, "show", 0),
    ("show", 0, "amount", 0),
    ("show", 1, "status", 0),
    ("show", 2, "kept", 0),
    ("amount", 0, "far", 0),
    ("count", 0, "far", 0),
    ("vary", 0, "far", 0),
    ("pad", 0, "far", 0),
    ("kept", 0, "script", 0),
)


def cord(source: str, outlet: int, destination: str, inlet: int) -> dict[str, Any]:
    return {"patchline": {"source": [f"obj-{source}", outlet], "destination": [f"obj-{destination}", inlet]}}


def small_patch() -> dict[str, Any]:
    """The whole document, fresh each time, to be broken at will."""
    placed = [
        {"box": each | {"patching_rect": [20.0 + 260 * (at % 4), 20.0 + 180 * (at // 4), 240.0, 22.0]}}
        for at, each in enumerate(boxes())
    ]
    banks = {"0": {"index": 0, "name": "Main", "parameters": ["Amount", "Count"] + ["-"] * 6, "buttons": ["-"] * 8}}
    return {
        "patcher": {
            "fileversion": 1,
            "appversion": {"major": 8, "minor": 6, "revision": 0, "architecture": "x64", "modernui": 1},
            "classnamespace": "box",
            "rect": [0.0, 0.0, 1200.0, 900.0],
            "openrect": [0.0, 0.0, 220.0, 169.0],
            "openinpresentation": 1,
            "default_fontsize": 10.0,
            "default_fontname": "Arial Bold",
            "boxes": placed,
            "lines": [cord(*each) for each in CORDS],
            "parameters": {
                "obj-amount": ["Amount", "Amount", 0],
                "obj-count": ["Count", "Count", 0],
                "obj-vary": ["Vary", "Vary", 0],
                "obj-kept": ["Kept", "Kept", 0],
                "parameterbanks": banks,
                "inherited_shortname": 1,
            },
            "dependency_cache": [dependency(name) for name in FILES],
            "project": dict(PROJECT),
            "autosave": 0,
        }
    }
