"""What a message is: a frozen dataclass whose fields are its arguments in order, and the row it makes in the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple, Self, TypeVar, get_args, get_origin, get_type_hints

from bridge.errors import MalformedError, TooLargeError
from bridge.protocol.arguments import Arg, ClipId, read_float, read_int, read_str
from bridge.protocol.limits import MAX_COUNT
from bridge.protocol.notes import NOTE_TAGS, read_notes
from bridge.protocol.osc import OscMessage, Value, pack
from bridge.protocol.settings import Settings, read_settings, settings_to_osc

Argument = int | float | str


class Weight(NamedTuple):
    """One clip of a blend and how much of it."""

    clip: ClipId
    weight: Annotated[float, Arg("share of the clip; only the proportions count", 0, 1_000_000)]


@dataclass(frozen=True, slots=True)
class Field:
    """One fixed argument: its name, OSC type tag and range."""

    name: str
    tag: str
    arg: Arg

    def read(self, value: Value) -> Argument:
        """The argument from what arrived; raises a BridgeError where it is not allowed."""
        if self.tag == "s":
            return read_str(self.name, value, self.arg)
        return read_int(self.name, value, self.arg) if self.tag == "i" else read_float(self.name, value, self.arg)


@dataclass(frozen=True, slots=True)
class Spec:
    """One row of the table.

    Attributes:
        address: the OSC address.
        from_client: True where clients send it, False where the engine does.
        doc: one line on what it does.
        fields: the fixed arguments in order.
        tail: what may follow them any number of times: `notes`, `weights` or None.
        settings: names of the optional settings that may end the message.
        answer: how the engine answers, for the documentation.
    """

    address: str
    from_client: bool
    doc: str
    fields: tuple[Field, ...]
    tail: str | None
    settings: tuple[str, ...]
    answer: str

    @property
    def is_request(self) -> bool:
        """Whether its first argument is the id that errors carry back."""
        return self.from_client and bool(self.fields) and self.fields[0].name == "request"


class Message:
    """Root of all messages; `spec` is set by `from_client` and `from_engine`."""

    spec: ClassVar[Spec]

    def to_osc(self) -> bytes:
        """The message as one datagram.

        Raises:
            TooLargeError: it would not fit into one.
        """
        tags, values = zip(*self._tagged(), strict=True) if self.spec.fields else ((), ())
        return pack(self.spec.address, "".join(tags), values)

    @classmethod
    def from_osc(cls, osc: OscMessage) -> Self:
        """The message from its arguments.

        Raises:
            BridgeError: `malformed`, `out_of_range`, `too_large` or `unknown_setting`.
        """
        spec, values = cls.spec, osc.args
        if len(values) < len(spec.fields):
            raise MalformedError(f"{len(values)} arguments came; send {signature(spec)}")
        chosen: dict[str, Any] = {f.name: f.read(v) for f, v in zip(spec.fields, values, strict=False)}
        rest = values[len(spec.fields) :]
        if spec.tail is not None:
            end = _end_of_numbers(rest) if spec.settings else len(rest)
            chosen[spec.tail] = read_notes(rest[:end]) if spec.tail == "notes" else _read_weights(rest[:end])
            rest = rest[end:]
        if spec.settings:
            chosen["settings"] = read_settings(rest, spec.settings)
        elif rest:
            raise MalformedError(f"{len(values)} arguments came; send {signature(spec)} and no more")
        return cls(**chosen)

    def _tagged(self) -> Iterator[tuple[str, Value]]:
        for field in self.spec.fields:
            yield field.tag, getattr(self, field.name)
        for note in getattr(self, "notes", ()):
            yield from zip(NOTE_TAGS, note, strict=True)
        for weight in getattr(self, "weights", ()):
            yield from zip("if", weight, strict=True)
        yield from settings_to_osc(getattr(self, "settings", Settings()))


M = TypeVar("M", bound=Message)


def from_client(address: str, answer: str = "", settings: tuple[str, ...] = ()) -> Callable[[type[M]], type[M]]:
    """Makes a frozen dataclass a message that clients send.

    Args:
        address: its OSC address.
        answer: how the engine answers, for the documentation.
        settings: names of the settings it takes.
    """
    return _row(address, from_client=True, answer=answer, settings=settings)


def from_engine(address: str) -> Callable[[type[M]], type[M]]:
    """Makes a frozen dataclass a message that the engine sends."""
    return _row(address, from_client=False, answer="", settings=())


def signature(spec: Spec) -> str:
    """The arguments as the documentation writes them, such as `i:request i:clip NOTE*`."""
    words = [f"{field.tag}:{field.name}" for field in spec.fields]
    words += {"notes": ["NOTE*"], "weights": ["(i:clip f:weight)*"], None: []}[spec.tail]
    words += ["SETTING*"] if spec.settings else []
    return " ".join(words) or "no arguments"


def _row(address: str, from_client: bool, answer: str, settings: tuple[str, ...]) -> Callable[[type[M]], type[M]]:
    def decorate(cls: type[M]) -> type[M]:
        hints = {name: hint for name, hint in get_type_hints(cls, include_extras=True).items() if name != "spec"}
        fields = tuple(_field(name, hint) for name, hint in hints.items() if get_origin(hint) is Annotated)
        tail = next((name for name in ("notes", "weights") if name in hints), None)
        doc = " ".join((cls.__doc__ or "").split())
        cls.spec = Spec(address, from_client, doc, fields, tail, settings, answer)
        return cls

    return decorate


def _field(name: str, hint: object) -> Field:
    kind, arg = get_args(hint)
    return Field(name, {int: "i", float: "f", str: "s"}[kind], arg)


WEIGHT_FIELDS = tuple(_field(name, hint) for name, hint in get_type_hints(Weight, include_extras=True).items())
"""The two arguments that a blend repeats."""


def _end_of_numbers(values: tuple[Value, ...]) -> int:
    return next((at for at, value in enumerate(values) if isinstance(value, str)), len(values))


def _read_weights(values: tuple[Value, ...]) -> tuple[Weight, ...]:
    if not values or len(values) % 2:
        raise MalformedError(f"{len(values)} numbers follow where clips and weights are due; send clip, weight, ...")
    if len(values) > 2 * MAX_COUNT:
        raise TooLargeError(f"{len(values) // 2} clips are to be mixed; send at most {MAX_COUNT}")
    clip, weight = WEIGHT_FIELDS
    pairs = zip(values[::2], values[1::2], strict=True)
    return tuple(Weight(read_int("clip", c, clip.arg), read_float("weight", w, weight.arg)) for c, w in pairs)
