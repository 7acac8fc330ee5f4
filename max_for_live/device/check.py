"""The checker of a patch: the list of all rules, from cords to pixels.

Max opens a patch with a cord to nowhere, a box of the wrong shape or a forgotten script, and says little or nothing:
so a patch is judged before it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from max_for_live.device import check_cords, check_files, check_parameters, check_view
from max_for_live.device.finding import Finding, Patch

RULES: tuple[Callable[[Patch], Iterator[Finding]], ...] = (
    check_cords.ids_stand_once,
    check_cords.names_stand_once,
    check_cords.cords_join_boxes,
    check_cords.cords_use_ports_that_exist,
    check_cords.boxes_have_the_ports_of_their_object,
    check_files.a_device_is_complete,
    check_files.the_project_is_of_the_right_kind,
    check_files.scripts_are_at_hand,
    check_files.scripts_make_the_ports_of_their_boxes,
    check_files.names_are_the_devices_own,
    check_files.no_path_of_one_machine,
    check_parameters.parameters_are_named,
    check_parameters.long_names_stand_once,
    check_parameters.the_registry_holds_every_parameter,
    check_parameters.banks_name_parameters,
    check_parameters.values_are_in_range,
    check_parameters.only_the_show_route_sets_parameters,
    check_view.the_device_opens_in_its_view,
    check_view.rectangles_are_whole_and_inside,
    check_view.controls_do_not_overlap,
    check_view.words_fit,
)


def check(
    document: Mapping[str, Any], files: Collection[str], code: str = "mmmm", show: Collection[str] = ()
) -> list[Finding]:
    """All that is wrong with a patch; empty where nothing is.

    Args:
        document: The whole patch, `{"patcher": {...}}`.
        files: The names of the files beside the patch or within the frozen device. Given as a mapping from names to
            bytes, the outlets that the scripts make are read from them too.
        code: The code of the device that the patch is meant for.
        show: The names (`varname`) or ids of the boxes that alone may set an automated parameter.
    """
    top = document.get("patcher")
    if not isinstance(top, Mapping):
        return [Finding("patch", "the document has no `patcher`")]
    patch = Patch(top, files, code, show)
    return [finding for rule in RULES for finding in rule(patch)]
