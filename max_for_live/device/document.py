"""The part of the device's README that is a table of its parameters."""

from __future__ import annotations

import re

from max_for_live.device.parameters import AUTOMATED, ENUM, HIDDEN, PARAMETERS, PLAIN, STORED_ONLY, Parameter

_KEPT = {AUTOMATED: "", STORED_ONLY: " Kept with the Set, not automated.", HIDDEN: " For the mouse alone."}
BEGIN = "<!-- parameters: written from device/parameters.py by make device -->"
END = "<!-- end of parameters -->"


def with_parameters(page: str) -> str:
    """The page, with the table between its two marks written anew."""
    return re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n{_table()}\n{END}", page, flags=re.DOTALL)


def _table() -> str:
    rows = ["| parameter | range | at first | |", "|---|---|---|---|"]
    return "\n".join([*rows, *(_row(parameter) for parameter in PARAMETERS)])


def _row(parameter: Parameter) -> str:
    kept = _KEPT[parameter.visibility]
    return f"| {parameter.long_name} | {_range(parameter)} | {_initial(parameter)} | {parameter.info}{kept} |"


def _range(parameter: Parameter) -> str:
    if parameter.is_button:
        return "button"
    if parameter.kind == ENUM:
        return ", ".join(parameter.values)
    return f"{_number(parameter.low, parameter)} to {_number(parameter.high, parameter)}"


def _initial(parameter: Parameter) -> str:
    if parameter.is_button:
        return ""
    return parameter.values[int(parameter.initial)] if parameter.kind == ENUM else _number(parameter.initial, parameter)


def _number(value: float, parameter: Parameter) -> str:
    return f"{value:,.0f}" if parameter.unit == PLAIN else f"{value:g}"
