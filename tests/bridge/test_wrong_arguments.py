"""Every wrong argument gets its code, the request's id, and a text that helps."""

from __future__ import annotations

import math

import pytest

from bridge.errors import UnknownAddressError
from bridge.protocol.message import Message
from bridge.protocol.osc import Value, pack
from bridge.protocol.request_messages import Vary
from bridge.protocol.table import FROM_CLIENT, Refusal, read_datagram

POSITION = (0.5, 0.5, *[0.0] * 8, 0.0, 7, 1.0, 1.0, 0.0, 0)
NOTE = (60, 0.0, 1.0, 100.0, 0, 1.0, 0.0, 64)
SOUND: dict[str, tuple[Value, ...]] = {
    "/bridge/hello": (0, 1, "test"),
    "/bridge/use": ("melody_2bar",),
    "/bridge/ping": (1,),
    "/bridge/bye": (),
    "/bridge/clip/begin": (1, 4, 4.0, 4, 4),
    "/bridge/clip/notes": (1, 0, *NOTE),
    "/bridge/clip/end": (1,),
    "/bridge/clip/get": (1,),
    "/bridge/clip/drop": (1,),
    "/bridge/sample": (5, "melody_2bar", 2),
    "/bridge/vary": (5, 1, 4, 0.5),
    "/bridge/interpolate": (5, 1, 2, 4),
    "/bridge/blend": (5, 1, 0.5, 2, 0.5),
    "/bridge/humanize": (5, 1, 0.5, 0.5),
    "/bridge/drumify": (5, 1),
    "/bridge/groove": (5, 1, 2, 0.5, 0.5),
    "/bridge/continue": (5, 1, 2, 2),
    "/bridge/infill": (5, 1, 0.0, 4.0, 2),
    "/bridge/cancel": (5,),
    "/bridge/result/resend": (5, 0, 0, 30),
    "/bridge/morph/anchor": (1, 2, 0.5, 0.5),
    "/bridge/morph/xy": (0.5, 0.5),
    "/bridge/morph/x": (0.5,),
    "/bridge/morph/y": (0.5,),
    "/bridge/morph/knob": (1, 0.5),
    "/bridge/morph/set": ("temperature", 0.5),
    "/bridge/morph/lock": (0, 1),
    "/bridge/morph/directions": (),
    "/bridge/morph/get": (),
    "/bridge/morph/snapshot/store": (1,),
    "/bridge/morph/snapshot/recall": (1,),
    "/bridge/morph/snapshot/drop": (1,),
    "/bridge/morph/state": (),
    "/bridge/morph/state/position": (0, *POSITION),
    "/bridge/morph/state/anchor": (0, 1, 2, 0.5, 0.5),
    "/bridge/morph/state/lock": (0, 1, *POSITION),
    "/bridge/morph/state/setting": ("quantize", 4.0),
    "/bridge/transport": (0.0, 120.0, 1),
    "/bridge/play": (1,),
    "/bridge/panic": (),
    "/bridge/midi/learn": ("x",),
    "/bridge/midi/forget": ("x",),
    "/bridge/midi/record": (1, 2),
    "/bridge/midi/record/stop": (),
}
FIELDS = [(kind, place) for kind in FROM_CLIENT.values() for place in range(len(kind.spec.fields))]
NUMBERS = [(kind, place) for kind, place in FIELDS if kind.spec.fields[place].tag != "s"]


def datagram(address: str, args: tuple[Value, ...]) -> bytes:
    tags = "".join("s" if isinstance(a, str) else "i" if isinstance(a, int) else "f" for a in args)
    return pack(address, tags, args)


def refusal(address: str, *args: Value) -> Refusal:
    (answer,) = read_datagram(datagram(address, args))
    assert isinstance(answer, Refusal), answer
    assert answer.address == address
    return answer


def bent(kind: type[Message], place: int, value: Value) -> Refusal:
    args = list(SOUND[kind.spec.address])
    args[place] = value
    return refusal(kind.spec.address, *args)


def name(case: object) -> str:
    return case.spec.address if isinstance(case, type) and issubclass(case, Message) else str(case)


def test_every_message_that_clients_send_is_tried_here() -> None:
    assert set(SOUND) == set(FROM_CLIENT)
    for address, args in SOUND.items():
        assert isinstance(read_datagram(datagram(address, args))[0], Message), address


@pytest.mark.parametrize(("kind", "place"), FIELDS, ids=name)
def test_an_argument_of_the_wrong_type_is_malformed(kind: type[Message], place: int) -> None:
    answer = bent(kind, place, 3 if kind.spec.fields[place].tag == "s" else "three")
    assert answer.error.code == "malformed"
    assert kind.spec.fields[place].name in str(answer.error)


@pytest.mark.parametrize(("kind", "place"), NUMBERS, ids=name)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf], ids=str)
def test_a_number_that_is_not_finite_is_out_of_range(kind: type[Message], place: int, value: float) -> None:
    assert bent(kind, place, value).error.code == "out_of_range"


@pytest.mark.parametrize(("kind", "place"), NUMBERS, ids=name)
def test_a_number_just_outside_its_range_is_refused_and_its_range_told(kind: type[Message], place: int) -> None:
    field = kind.spec.fields[place]
    below = None if field.arg.low is None else field.arg.low if field.arg.above_low else field.arg.low - 1
    above = None if field.arg.high is None else field.arg.high + 1
    for value in (below, above):
        if value is not None and abs(value) < 2**31:
            answer = bent(kind, place, int(value) if field.tag == "i" else float(value))
            assert answer.error.code == "out_of_range"
            assert field.arg.allowed in str(answer.error)


@pytest.mark.parametrize(("kind", "place"), [(k, p) for k, p in NUMBERS if k.spec.fields[p].tag == "i"], ids=name)
def test_half_an_int_is_malformed(kind: type[Message], place: int) -> None:
    assert bent(kind, place, 1.5).error.code == "malformed"


@pytest.mark.parametrize("kind", FROM_CLIENT.values(), ids=name)
def test_too_few_and_too_many_arguments_are_malformed_and_those_due_are_told(kind: type[Message]) -> None:
    args, fixed = SOUND[kind.spec.address], len(kind.spec.fields)
    if fixed:
        answer = refusal(kind.spec.address, *args[: fixed - 1])
        assert answer.error.code == "malformed"
        assert kind.spec.fields[-1].name in str(answer.error)
    assert refusal(kind.spec.address, *args, 9).error.code == "malformed"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (0, 128, "out_of_range"),
        (0, -1, "out_of_range"),
        (0, 60.5, "malformed"),
        (1, math.nan, "out_of_range"),
        (1, 2.0**21, "out_of_range"),
        (2, 0.0, "out_of_range"),
        (2, -1.0, "out_of_range"),
        (3, 0.0, "out_of_range"),
        (3, 127.5, "out_of_range"),
        (4, 2, "out_of_range"),
        (5, 1.5, "out_of_range"),
        (6, 128.0, "out_of_range"),
        (7, -1, "out_of_range"),
        (7, "soft", "malformed"),
    ],
)
def test_a_note_with_a_wrong_field_is_refused_and_named(field: int, value: Value, code: str) -> None:
    wrong = [*NOTE]
    wrong[field] = value  # type: ignore[call-overload]
    answer = refusal("/bridge/clip/notes", 1, 0, *NOTE, *wrong)
    assert answer.error.code == code
    assert "of note 1" in str(answer.error)


def test_a_note_that_is_cut_off_is_malformed_and_a_thirty_first_is_too_large() -> None:
    assert refusal("/bridge/clip/notes", 1, 0, *NOTE[:5]).error.code == "malformed"
    assert refusal("/bridge/clip/notes", 1, 0, *NOTE * 31).error.code == "too_large"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (("loudness", 1.0), "unknown_setting"),
        (("spacing", 1), "unknown_setting"),
        (("keep_key", 1), "unknown_setting"),
        (("temperature", 2.5), "out_of_range"),
        (("temperature", -0.5), "out_of_range"),
        (("temperature", math.nan), "out_of_range"),
        (("temperature", "hot"), "malformed"),
        (("temperature",), "malformed"),
        (("temperature", 1.0, "temperature", 1.0), "malformed"),
        (("seed", 1.5), "malformed"),
        (("seed", 1e20), "out_of_range"),
        (("kind", 3), "out_of_range"),
        (("kind", "other"), "out_of_range"),
        (("seed", 1, 2.0), "malformed"),
    ],
)
def test_a_wrong_setting_gets_its_code_and_the_request(settings: tuple[Value, ...], code: str) -> None:
    answer = refusal("/bridge/vary", 5, 1, 4, 0.5, *settings)
    assert answer.error.code == code
    assert answer.request == 5


def test_spacing_and_key_are_for_interpolate() -> None:
    for name in ("spacing", "keep_key"):
        assert refusal("/bridge/interpolate", 5, 1, 2, 4, name, 2).error.code == "out_of_range"


def test_weights_must_come_in_pairs_and_be_positive() -> None:
    assert refusal("/bridge/blend", 5).error.code == "malformed"
    assert refusal("/bridge/blend", 5, 1, 0.5, 2).error.code == "malformed"
    assert refusal("/bridge/blend", 5, 1, -0.5).error.code == "out_of_range"
    assert refusal("/bridge/blend", 5, *(1, 0.5) * 65).error.code == "too_large"


def test_an_unknown_address_is_named_and_cut_short() -> None:
    address = "/bridge/" + "x" * 500
    answer = refusal(address, 1)
    assert isinstance(answer.error, UnknownAddressError)
    assert len(str(answer.error)) < 200


@pytest.mark.parametrize("first", [-3, "five", math.nan, 2.0**40])
def test_a_request_without_a_sound_id_is_refused_under_a_number_that_osc_can_hold(first: Value) -> None:
    answer = refusal(Vary.spec.address, first, 1, 4, 0.5)
    assert answer.request == 0
