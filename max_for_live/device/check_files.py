"""Rules of what surrounds a patch: its project, its scripts, and names that several devices in one Set would share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from max_for_live.device.finding import Finding, Patch, name_of, texts_in, words_of

# Source: each of the 35 published devices that were counted has all of these.
ALWAYS_THERE = (
    "fileversion", "appversion", "classnamespace", "rect", "boxes", "lines", "project", "autosave", "dependency_cache",
)  # fmt: skip
# Objects whose first argument is a name that all of Max shares; `---` before it makes it this device's own.
SHARED_NAMES = frozenset(
    {
        "send", "s", "receive", "r", "forward", "send~", "receive~", "value", "v",
        "dict", "coll", "buffer~", "table", "funbuff",
    }
)  # fmt: skip
PATH_KEYS = frozenset({"bootpath", "devpath", "patcherrelativepath", "filename"})
# A slash alone is an address of a message; these begin only paths.
PATH = re.compile(
    r"(?:^|[\s\"'=])(?:~/|file:|[A-Za-z]:[\\/]|Macintosh HD:|/(?:Users|home|Applications|Volumes|Library|tmp|work|root|"
    r"private|opt|usr|var|mnt|etc)/)"
)


def a_device_is_complete(patch: Patch) -> Iterator[Finding]:
    """Every key that Max always writes is there."""
    for key in ALWAYS_THERE:
        if key not in patch.top:
            yield Finding("patch", f"`{key}` is missing")
    if patch.top.get("classnamespace", "box") != "box":
        yield Finding("patch", "`classnamespace` of a patch is `box`")


def the_project_is_of_the_right_kind(patch: Patch) -> Iterator[Finding]:
    """The project, without which Max loads no device, names the device's own kind."""
    project = patch.top.get("project")
    if not isinstance(project, Mapping):
        yield Finding("project", "the project is missing, and Max loads no device without one")
        return
    wanted = int.from_bytes(patch.code.encode("ascii"), "big")
    if project.get("amxdtype") != wanted:
        yield Finding("project", f"`amxdtype` is {project.get('amxdtype')}; a device of code {patch.code} has {wanted}")


def scripts_are_at_hand(patch: Patch) -> Iterator[Finding]:
    """Every file that a box names lies beside the patch or within the device, and the patch lists it."""
    listed = {str(entry.get("name")) for entry in patch.top.get("dependency_cache", [])}
    unused = listed - set(patch.files)
    for box in patch.boxes:
        names = _files_of(box)
        if not names and _is_scripted(box):
            yield Finding(name_of(box), "the box names no script")
        for name in names:
            unused.discard(name)
            if name not in patch.files:
                yield Finding(name_of(box), f"{name} is not among the files of the device")
            if name not in listed:
                yield Finding(name_of(box), f"{name} is not in `dependency_cache`")
    for name in sorted(unused):
        yield Finding("dependency_cache", f"{name} is not among the files of the device")


def scripts_make_the_ports_of_their_boxes(patch: Patch) -> Iterator[Finding]:
    """A box has the outlets and inlets that its script sets, where the scripts are given with their bytes."""
    if not isinstance(patch.files, Mapping):
        return
    for box in filter(_is_scripted, patch.boxes):
        for name in _files_of(box):
            script = patch.files.get(name, b"").decode("utf-8", "replace")
            for ports in ("inlets", "outlets"):
                made = re.search(rf"^\s*(?:this\.)?{ports}\s*=\s*(\d+)", script, re.MULTILINE)
                if script and box.get(f"num{ports}") != (int(made[1]) if made else 1):
                    has = made[1] if made else "1 (it says nothing else)"
                    yield Finding(name_of(box), f"{box.get(f'num{ports}')} {ports}, but {name} makes {has}")


def names_are_the_devices_own(patch: Patch) -> Iterator[Finding]:
    """A name that Max shares among all patches begins with `---`, which stands for this one device."""
    for box in patch.boxes:
        words = words_of(box)
        if len(words) > 1 and words[0] in SHARED_NAMES and not words[1].startswith(("---", "@")):
            yield Finding(name_of(box), f"`{' '.join(words[:2])}` is shared by all devices: begin its name with `---`")


def no_path_of_one_machine(patch: Patch) -> Iterator[Finding]:
    """No text is a path that exists on one machine alone."""
    for key, text in texts_in(patch.top):
        if PATH.search(text) or (key in PATH_KEYS and text.startswith("/")):
            yield Finding("patch", f"`{key}` holds a path of one machine: {text}")


def _is_scripted(box: Mapping[str, Any]) -> bool:
    return box.get("maxclass") == "jsui" or words_of(box)[:1] == ["js"]


def _files_of(box: Mapping[str, Any]) -> list[str]:
    """The files that a box names, each once."""
    found: list[str] = []
    if words_of(box)[:1] == ["js"]:
        found += words_of(box)[1:2]
    for holder in (box, box.get("saved_object_attributes", {}), box.get("textfile", {})):
        found += filter(None, [holder.get("filename")])
    pictures = box.get("pictures") or []
    return list(dict.fromkeys(found + [name for name in pictures if name]))
