"""The device's script: one file of the modules in `js/`, in the order of a table."""

from __future__ import annotations

from pathlib import Path

from max_for_live.device.protocol_js import protocol_js

JS = Path(__file__).parents[1] / "js"
MODULES = (
    "protocol", "timers", "outbox", "readable", "screen", "controls", "live_set", "undo", "notes", "pictures",
    "ports", "connection", "offers", "slots", "clips", "capture", "gathering", "requests", "actions", "writing",
    "anchors", "morph_pattern", "knobs", "states", "snapshots", "locks", "cursor", "restoring", "playing", "kept_lists",
    "keeping", "self_test", "refusals", "dispatch", "main",
)  # fmt: skip
"""Each uses only those before it; `main` has the functions that Max calls."""

_HEAD = "// Latent Bridge's script, one file of the modules in max_for_live/js: edit there. Written by `make device`.\n"


def merged_script() -> str:
    """All modules as one text; the first is written from the engine's own table."""
    parts = [_HEAD]
    for name in MODULES:
        text = protocol_js() if name == "protocol" else source(name)
        parts.append(f"\n// {name}.js\n\n{text}")
    return "".join(parts)


def source(name: str) -> str:
    """The text of one file of `js/`."""
    return (JS / f"{name}.js").read_text(encoding="utf-8")
