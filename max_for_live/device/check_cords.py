"""Rules of boxes and cords: every box is itself, and every cord goes from a port to a port."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from max_for_live.device.errors import UnknownObjectError
from max_for_live.device.finding import Finding, Patch, name_of
from max_for_live.device.objects import Shape, shape


def ids_stand_once(patch: Patch) -> Iterator[Finding]:
    """No two boxes have one id: Max would join the cords of both to one of them."""
    for box in patch.boxes:
        if not box.get("id"):
            yield Finding(name_of(box), "the box has no id")
    for each in _twice(box.get("id") for box in patch.boxes):
        yield Finding(each, "two boxes have this id")


def names_stand_once(patch: Patch) -> Iterator[Finding]:
    """No two boxes have one name for scripts."""
    for each in _twice(box.get("varname") for box in patch.boxes):
        yield Finding(each, "two boxes have this varname")


def cords_join_boxes(patch: Patch) -> Iterator[Finding]:
    """Both ends of a cord are boxes of the patch, and no cord is drawn twice."""
    for source, outlet, destination, inlet in patch.cords:
        for end in (source, destination):
            if end not in patch.by_id:
                yield Finding(_cord(source, outlet, destination, inlet), f"the patch has no box {end}")
    for (source, outlet, destination, inlet), count in Counter(patch.cords).items():
        if count > 1:
            yield Finding(_cord(source, outlet, destination, inlet), f"the cord is drawn {count} times")


def cords_use_ports_that_exist(patch: Patch) -> Iterator[Finding]:
    """The outlet and the inlet of a cord are among those of their boxes."""
    for source, outlet, destination, inlet in patch.cords:
        where = _cord(source, outlet, destination, inlet)
        outlets = patch.by_id.get(source, {}).get("numoutlets")
        inlets = patch.by_id.get(destination, {}).get("numinlets")
        if outlets is not None and not 0 <= outlet < outlets:
            yield Finding(where, f"{source} has {outlets} outlets, none with index {outlet}")
        if inlets is not None and not 0 <= inlet < inlets:
            yield Finding(where, f"{destination} has {inlets} inlets, none with index {inlet}")


def boxes_have_the_ports_of_their_object(patch: Patch) -> Iterator[Finding]:
    """The numbers in a box agree with each other and with the table of objects."""
    for box in patch.boxes:
        types = tuple(box.get("outlettype", ()))
        if len(types) != box.get("numoutlets"):
            yield Finding(name_of(box), f"{box.get('numoutlets')} outlets, but {len(types)} types of outlets")
        if "patcher" in box:
            yield from _subpatch(box)
            continue
        try:
            wanted = _shape_of(box)
        except UnknownObjectError as error:
            yield Finding(name_of(box), str(error))
            continue
        if (box.get("numinlets"), box.get("numoutlets")) != (wanted.inlets, wanted.outlets):
            yield Finding(
                name_of(box),
                f"{box.get('numinlets')} inlets and {box.get('numoutlets')} outlets,"
                f" where its object has {wanted.inlets} and {wanted.outlets}",
            )
        elif types != wanted.outlettypes:
            yield Finding(name_of(box), f"outlets of types {list(types)}, where its object has {wanted.outlettypes}")


def _shape_of(box: Mapping[str, Any]) -> Shape:
    """The ports of a box, from its text or its class; a script's outlets are taken as the box has them."""
    is_object = box.get("maxclass") == "newobj"
    return shape(str(box.get("text", "") if is_object else box.get("maxclass", "")), box.get("numoutlets"))


def _subpatch(box: Mapping[str, Any]) -> Iterator[Finding]:
    """A patch within the patch has the ports of the inlets and outlets that stand in it."""
    inside = Counter(each["box"].get("maxclass") for each in box["patcher"].get("boxes", []))
    if (box.get("numinlets"), box.get("numoutlets")) != (inside["inlet"], inside["outlet"]):
        yield Finding(name_of(box), f"the patch within has {inside['inlet']} inlets and {inside['outlet']} outlets")


def _twice(names: Iterable[object]) -> list[str]:
    return [str(name) for name, count in Counter(names).items() if name and count > 1]


def _cord(source: str, outlet: int, destination: str, inlet: int) -> str:
    return f"{source} outlet {outlet} > {destination} inlet {inlet}"
