"""A row of the parameter table as the box that Max keeps for it, and the registry that Live reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from max_for_live.device.parameters import BANKS, BLOB, ENUM, FLOAT, STORED_ONLY, Parameter
from max_for_live.device.patcher import Box, Rect

_ROWS_OF_TABS = 1
_ADDITIVE = 3
_BANK_SIZE = 8


def control(parameter: Parameter, view: Rect) -> Box:
    """The box of one parameter, in its place."""
    attributes: dict[str, Any] = {
        "annotation": parameter.info,
        "annotation_name": parameter.long_name,
        "parameter_enable": 1,
        "saved_attribute_attributes": {"valueof": _value(parameter)},
        **_looks(parameter),
    }
    return Box(parameter.name, parameter.widget, parameter.widget, attributes, view)


def storage(name: str) -> Box:
    """A box that keeps a list with the Live Set, unseen and without automation; it says its value when banged alone."""
    long_name = f"Kept {name.replace('_', ' ').title()}"
    value = {
        "parameter_invisible": STORED_ONLY,
        "parameter_longname": long_name,
        "parameter_shortname": long_name,
        "parameter_type": BLOB,
    }
    attributes = {
        "saved_attribute_attributes": {"valueof": value},
        "saved_object_attributes": {"parameter_enable": 1, "parameter_mappable": 0},
    }
    return Box(f"kept_{name}", f"pattr kept_{name} @thru 0", attributes=attributes)


def registry(boxes: Iterable[Box]) -> dict[str, Any]:
    """The patch's list of its parameters by box, and the banks that Push shows."""
    listed: dict[str, Any] = {}
    for box in boxes:
        value = box.attributes.get("saved_attribute_attributes", {}).get("valueof")
        if value is not None:
            listed[f"obj-{box.name}"] = [value["parameter_longname"], value["parameter_shortname"], 0]
    banks = {
        str(index): {
            "index": index,
            "name": name,
            "parameters": [*names, *["-"] * (_BANK_SIZE - len(names))],
            "buttons": ["-"] * _BANK_SIZE,
        }
        for index, (name, names) in enumerate(BANKS)
    }
    return {**dict(sorted(listed.items())), "parameterbanks": banks, "inherited_shortname": 1}


def _value(parameter: Parameter) -> dict[str, Any]:
    """What Max calls `valueof`: the parameter as Live sees it."""
    value: dict[str, Any] = {
        "parameter_info": parameter.info,
        "parameter_invisible": parameter.visibility,
        "parameter_longname": parameter.long_name,
        "parameter_mmax": parameter.high,
        "parameter_shortname": parameter.label or parameter.long_name,
        "parameter_type": parameter.kind,
    }
    if parameter.kind == ENUM:
        value["parameter_enum"] = list(parameter.values or ("off", "on"))
    else:
        value |= {"parameter_mmin": parameter.low, "parameter_unitstyle": parameter.unit}
    if parameter.kind == FLOAT and parameter.visibility != STORED_ONLY:
        value["parameter_modmode"] = _ADDITIVE
    if not parameter.is_button:
        value |= {"parameter_initial": [parameter.initial], "parameter_initial_enable": 1}
    return dict(sorted(value.items()))


def _looks(parameter: Parameter) -> dict[str, Any]:
    """What only its class of user interface has."""
    match parameter.widget:
        case "live.text" if parameter.is_button:
            transition = 2 if parameter.is_held else 0
            return {"mode": 0, "text": parameter.label, "texton": parameter.label, "transition": transition}
        case "live.text":
            return {"text": parameter.label, "texton": parameter.label, "automation": "off", "automationon": "on"}
        case "live.tab":
            return {"num_lines_patching": _ROWS_OF_TABS, "num_lines_presentation": _ROWS_OF_TABS, "spacing_x": 2.0}
        case "live.dial" if not parameter.label:
            return {"showname": 0}
        case _:
            return {}
