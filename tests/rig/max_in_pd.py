"""The device's live path in Pure Data, derived from the very description that the device is built from.

Each box of the notes, the clock and the wire becomes a patch within the Pd patch, of the same name and with the same
ports, so that the cords are those of the device. `max_objects_in_pd.py` says what is in it, `stand_ins_in_pd.py` what
stands for Live, the script and MIDI; what neither knows fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from max_objects_in_pd import TABLE, WITH_ATTRIBUTES
from pd_parts import NotInPdError, Parts
from pd_text import Canvas, patch_within
from stand_ins_in_pd import STAND_INS

from max_for_live.device.objects import shape, words_before_attributes
from max_for_live.device.patch import sections
from max_for_live.device.patcher import Box, Cord, Section, layers, read_cords

DEVICE_PATCH = Path(__file__).with_name("device.pd")
# Live's side of them, and bytes: what sounds is told in place of `midiformat`, before there are any.
LEFT_OUT = frozenset({"live.thisdevice", "freebang", "midiin", "midiout", "midiflush"})
_TESTS_SIDE = ("commands", "report")
_ONE_BOX_A_SECTION = frozenset({"script", "note", "which"})


def write_live_path(file: Path) -> Path:
    """Writes the patch, and gives the file."""
    file.write_text(live_path(sections()).text())
    return file


def live_path(everything: Sequence[Section]) -> Canvas:
    """The sections of the device that notes and time pass through.

    Raises:
        NotInPdError: they hold a box, or lead to a port, that nothing in Pd is known for.
    """
    chosen = [section for section in everything if {box.name for box in section.boxes} & _ONE_BOX_A_SECTION]
    boxes = {box.name: box for section in chosen for box in section.boxes if box.text.split()[0] not in LEFT_OUT}
    made = {name: parts_of(box) for name, box in boxes.items()}
    canvas = Canvas()
    for name in _TESTS_SIDE:
        canvas.add_copy(name, DEVICE_PATCH)
    for name, box in boxes.items():
        ports = shape(box.text if box.maxclass == "newobj" else box.maxclass, box.outlets)
        canvas.add_patch(name, patch_within(ports.inlets, ports.outlets, made[name].objects, made[name].cords))
    for cord in _as_max_follows_them(everything, chosen):
        if cord.source in boxes and cord.destination in boxes:
            _check_ends(cord, made)
            canvas.connect(cord)
    return canvas


def parts_of(box: Box) -> Parts:
    """What a box is in Pd.

    Raises:
        NotInPdError: nothing is known for it, or not with these words.
    """
    if box.maxclass == "message":
        # A message box: in both, `$2` is the second element of the list that comes, and a bang or number sets it off.
        return Parts({"it": f"msg {box.text}"}, "inlet > it > outlet")
    name, *words = box.text.split()
    arguments = words_before_attributes(words)
    attributes = words[len(arguments) :]
    make = {**TABLE, **STAND_INS}.get(name)
    if make is None or box.maxclass != "newobj":
        raise NotInPdError(f"nothing in Pd is known for `{box.text}`: add it to max_objects_in_pd.py")
    if name in WITH_ATTRIBUTES:
        return make(words)
    if attributes:
        raise NotInPdError(f"nothing in Pd is known for the attributes of `{box.text}`")
    return make(arguments)


def _as_max_follows_them(everything: Sequence[Section], chosen: Sequence[Section]) -> list[Cord]:
    """The cords, those of one outlet in Max's order: the box farthest to the right first, of two the lower one."""
    places = {box.name: place for box, place in layers(everything)}
    cords = [cord for section in chosen for cord in read_cords(section.cords)]
    return sorted(cords, key=lambda cord: (-places[cord.destination].x, -places[cord.destination].y))


def _check_ends(cord: Cord, made: Mapping[str, Parts]) -> None:
    if cord.outlet not in made[cord.source].ports("outlet"):
        raise NotInPdError(f"nothing in Pd comes out of outlet {cord.outlet} of `{cord.source}`")
    if cord.inlet not in made[cord.destination].ports("inlet"):
        raise NotInPdError(f"nothing in Pd goes into inlet {cord.inlet} of `{cord.destination}`")
