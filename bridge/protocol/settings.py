"""Optional settings of a request: `s:name f:value` pairs after the fixed arguments, in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bridge.errors import MalformedError, OutOfRangeError, UnknownSettingError
from bridge.protocol.arguments import INT32_HIGH, INT32_LOW, Arg, echo, read_float, read_int
from bridge.protocol.osc import Value

KINDS = ("melody", "drums", "chords")
"""Kinds of clip that a request may choose; the setting's number is the place in this table."""
SPACINGS = ("change", "angle")
"""What the steps between two clips may be even in, by the setting's number."""


class SettingSpec(NamedTuple):
    """One setting: how its value is typed and what it may be."""

    name: str
    tag: str
    arg: Arg


SETTINGS = {
    spec.name: spec
    for spec in (
        SettingSpec("temperature", "f", Arg("how freely the model chooses; 0 is the most likely answer", 0, 2)),
        SettingSpec("seed", "i", Arg("the same seed gives the same notes; send it as `i`, since an `f` is exact only "
                                     "to 16,777,216", INT32_LOW, INT32_HIGH)),
        SettingSpec("spacing", "i", Arg("0 spaces the steps by change, 1 by angle", 0, 1)),
        SettingSpec("keep_key", "i", Arg("1 keeps melodies in the first clip's key, where the model knows keys apart; "
                                         "0 lets the key move too", 0, 1)),
        SettingSpec("kind", "i", Arg("take the clip for " + ", ".join(f"{i} {k}" for i, k in enumerate(KINDS))
                                     + "; the name itself as `s` is taken too", 0, len(KINDS) - 1)),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What the client chose; None where it left the choice to the engine."""

    temperature: float | None = None
    seed: int | None = None
    spacing: int | None = None
    keep_key: int | None = None
    kind: str | None = None


NO_SETTINGS = Settings()


def read_settings(values: Sequence[Value], allowed: tuple[str, ...]) -> Settings:
    """Settings from the pairs that end a message.

    Raises:
        MalformedError: a name without a value, no name, or a name twice.
        UnknownSettingError: a setting that this request does not take.
        OutOfRangeError: a value outside its range.
    """
    chosen: dict[str, float | int | str] = {}
    for at in range(0, len(values), 2):
        name = values[at]
        if not isinstance(name, str):
            raise MalformedError(f"the number {name:g} stands where the name of a setting is due; send name, value")
        if name not in allowed:
            takes = ", ".join(allowed) or "none"
            raise UnknownSettingError(f"the setting {echo(name)} is not known here; this request takes: {takes}")
        if name in chosen:
            raise MalformedError(f"the setting {name} is given twice; send it once")
        if at + 1 == len(values):
            raise MalformedError(f"the setting {name} has no value; send name, value")
        chosen[name] = _read_value(SETTINGS[name], values[at + 1])
    return Settings(**chosen)  # type: ignore[arg-type]  # the names and types are those of the table above


def settings_to_osc(settings: Settings) -> Iterator[tuple[str, Value]]:
    """Type tag and value of each argument that the chosen settings take."""
    for spec in SETTINGS.values():
        value = getattr(settings, spec.name)
        if value is not None:
            yield "s", spec.name
            yield spec.tag, KINDS.index(value) if spec.name == "kind" else value


def _read_value(spec: SettingSpec, value: Value) -> float | int | str:
    if spec.name == "kind":
        return _read_kind(value, spec.arg)
    return read_int(spec.name, value, spec.arg) if spec.tag == "i" else read_float(spec.name, value, spec.arg)


def _read_kind(value: Value, arg: Arg) -> str:
    if not isinstance(value, str):
        return KINDS[read_int("kind", value, arg)]
    if value not in KINDS:
        raise OutOfRangeError(f"kind is {echo(value)}; it must be one of {', '.join(KINDS)}, or its number")
    return value
