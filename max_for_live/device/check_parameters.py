"""Rules of what Live and Push see: long names, the registry, banks, ranges, and who may turn a knob."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from max_for_live.device.finding import Finding, Patch, name_of, words_of

FLOAT, INT, ENUM, BLOB = range(4)
AUTOMATED = 0
MOST_INT = 255
BANK = 8
NOT_A_BOX = frozenset({"parameterbanks", "parameter_overrides", "inherited_shortname"})


def parameters_are_named(patch: Patch) -> Iterator[Finding]:
    """Every parameter has the long name by which Live keeps it, and the short one that it shows."""
    for box, value in patch.parameters:
        for name in ("longname", "shortname"):
            if not value.get(f"parameter_{name}"):
                yield Finding(name_of(box), f"a parameter without `parameter_{name}`")


def long_names_stand_once(patch: Patch) -> Iterator[Finding]:
    """No two parameters have one long name: Live would recall one of them only."""
    names = Counter(value.get("parameter_longname") for _, value in patch.parameters)
    for name, count in names.items():
        if name and count > 1:
            yield Finding(str(name), f"{count} parameters have this long name")


def the_registry_holds_every_parameter(patch: Patch) -> Iterator[Finding]:
    """`parameters` lists every parameter with its names, and nothing else."""
    registry = patch.top.get("parameters")
    if not isinstance(registry, Mapping):
        yield Finding("parameters", "the registry of parameters is missing")
        return
    listed = {key: entry for key, entry in registry.items() if key not in NOT_A_BOX}
    for box, value in patch.parameters:
        entry = listed.pop(str(box.get("id")), None)
        names = [value.get("parameter_longname"), value.get("parameter_shortname")]
        if entry is None:
            yield Finding(name_of(box), "the registry does not list this parameter")
        elif list(entry[:2]) != names:
            yield Finding(name_of(box), f"the registry calls it {list(entry[:2])}, the box {names}")
    for key in listed:
        yield Finding("parameters", f"the registry lists {key}, which is no parameter of the patch")


def banks_name_parameters(patch: Patch) -> Iterator[Finding]:
    """A bank of Push holds the long names of eight parameters, `-` where there is none."""
    known = {value.get("parameter_longname") for _, value in patch.parameters}
    registry = patch.top.get("parameters")
    banks = registry.get("parameterbanks", {}) if isinstance(registry, Mapping) else {}
    for key, bank in banks.items():
        where = f"bank {key}"
        names = bank.get("parameters", [])
        if bank.get("index") != int(key):
            yield Finding(where, f"its index is {bank.get('index')}")
        if len(names) != BANK:
            yield Finding(where, f"{len(names)} parameters; a bank takes eight, filled up with `-`")
        for name in names:
            if name != "-" and name not in known:
                yield Finding(where, f"no parameter has the long name {name}")
        for name in [each for each, count in Counter(names).items() if count > 1 and each != "-"]:
            yield Finding(where, f"{name} stands in it twice")
    if sorted(map(int, banks)) != list(range(len(banks))):
        yield Finding("parameterbanks", "banks are numbered from 0 without a gap")


def values_are_in_range(patch: Patch) -> Iterator[Finding]:
    """The range of a parameter is one that its type can have, and its first value lies within."""
    for box, value in patch.parameters:
        kind = value.get("parameter_type", FLOAT)
        if kind not in (FLOAT, INT, ENUM, BLOB):
            yield Finding(name_of(box), f"no parameter is of type {kind}")
        elif kind != BLOB:
            yield from (Finding(name_of(box), what) for what in _wrong_with_range(kind, value))


def only_the_show_route_sets_parameters(patch: Patch) -> Iterator[Finding]:
    """Nothing but the script's show route leads into a parameter that Live automates: each move would be an undo step.

    What a `pattr` keeps is no automation and may be written by anyone.
    """
    for source, _, destination, _ in patch.cords:
        box = patch.by_id.get(destination, {})
        value = next((value for each, value in patch.parameters if each is box), None)
        if value is None or value.get("parameter_invisible", AUTOMATED) != AUTOMATED or words_of(box)[:1] == ["pattr"]:
            continue
        sender = patch.by_id.get(source, {})
        if not {source, sender.get("varname")} & set(patch.show):
            yield Finding(name_of(box), f"{name_of(sender)} sets a parameter that Live automates")


def _wrong_with_range(kind: int, value: Mapping[str, Any]) -> Iterator[str]:
    low, high = value.get("parameter_mmin", 0), value.get("parameter_mmax", 127)
    words = value.get("parameter_enum")
    if kind == ENUM and (not words or high != len(words) - 1 or low != 0):
        yield f"{len(words or [])} words for the values {low} to {high}"
    if kind == INT and (low < 0 or high > MOST_INT):
        yield f"the range {low} to {high}; a whole number in Max goes from 0 to {MOST_INT}: use a float"
    if kind != ENUM and low >= high:
        yield f"the range {low} to {high} is empty"
    initial = value.get("parameter_initial")
    if value.get("parameter_initial_enable") and not initial:
        yield "a first value is switched on but not given"
    for first in initial or []:
        if isinstance(first, str) or not low <= first <= high:
            yield f"the first value {first} lies outside {low} to {high}"
        elif kind != FLOAT and first != int(first):
            yield f"the first value {first} is no whole number"
