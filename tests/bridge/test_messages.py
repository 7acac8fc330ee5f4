"""Every message of the table: round trips, size, and the table's own order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_strategies import any_message, messages_of

from bridge import errors
from bridge.errors import BridgeError
from bridge.handlers import HANDLERS, OPENING
from bridge.protocol.clip_messages import ClipBegin, ClipNotes
from bridge.protocol.message import Message, Weight
from bridge.protocol.notes import WireNote, in_messages
from bridge.protocol.osc import pack
from bridge.protocol.request_messages import Blend, Vary
from bridge.protocol.settings import Settings
from bridge.protocol.table import CODES, FROM_CLIENT, FROM_ENGINE, MESSAGES, read_datagram
from engine import errors as engine_errors
from engine.errors import EngineError

NAMES = [f"{kind.spec.address} {'in' if kind.spec.from_client else 'out'}" for kind in MESSAGES]


def read(datagram: bytes) -> Message:
    (message,) = read_datagram(datagram)
    assert isinstance(message, Message), message
    return message


@given(any_message)
def test_every_message_comes_back_as_it_was_sent(message: Message) -> None:
    table = FROM_CLIENT if message.spec.from_client else FROM_ENGINE
    assert read_datagram(message.to_osc(), table) == [message]


@pytest.mark.parametrize("kind", MESSAGES, ids=NAMES)
def test_each_kind_of_message_comes_back(kind: type[Message]) -> None:
    @given(messages_of(kind))
    def comes_back(message: Message) -> None:
        table = FROM_CLIENT if kind.spec.from_client else FROM_ENGINE
        assert read_datagram(message.to_osc(), table) == [message]

    comes_back()


@pytest.mark.parametrize("kind", MESSAGES, ids=NAMES)
def test_each_message_is_documented_and_a_dataclass_frozen(kind: type[Message]) -> None:
    assert kind.spec.doc.endswith(".")
    assert all(field.arg.doc for field in kind.spec.fields)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_no_two_messages_of_one_direction_share_an_address() -> None:
    assert len(FROM_CLIENT) + len(FROM_ENGINE) == len(MESSAGES)


def test_whole_floats_are_ints_and_ints_are_floats() -> None:
    datagram = pack("/bridge/vary", "ffff", (5.0, 1.0, 4.0, 1.0))
    assert read(datagram) == Vary(5, 1, 4, 1.0)
    assert read(pack("/bridge/clip/begin", "iiiii", (1, 2, 8, 4, 4))) == ClipBegin(1, 2, 8.0, 4, 4)


def test_settings_come_in_any_order_and_kind_by_number_or_name() -> None:
    wanted = Vary(5, 1, 4, 0.5, Settings(temperature=1.0, seed=7, kind="drums"))
    head = (5, 1, 4, 0.5)
    assert read(pack("/bridge/vary", "iiifsisfsi", (*head, "kind", 1, "temperature", 1.0, "seed", 7))) == wanted
    assert read(pack("/bridge/vary", "iiifsfsfss", (*head, "seed", 7.0, "temperature", 1.0, "kind", "drums"))) == wanted


def test_weights_end_where_settings_begin() -> None:
    datagram = pack("/bridge/blend", "iififsi", (5, 1, 0.25, 2, 0.75, "seed", 3))
    assert read(datagram) == Blend(5, (Weight(1, 0.25), Weight(2, 0.75)), Settings(seed=3))


def test_thirty_notes_fit_into_a_datagram_and_more_are_split() -> None:
    notes = tuple(WireNote(60, place * 0.25, 0.25, 100.0) for place in range(65))
    spans = list(in_messages(notes, 10))
    assert [(first, len(some)) for first, some in spans] == [(10, 30), (40, 30), (70, 5)]
    assert len(ClipNotes(1, 0, notes[:30]).to_osc()) <= 1_400


@given(st.lists(st.integers(1, 5), max_size=8))
def test_a_bundle_of_messages_is_all_of_them(tokens: list[int]) -> None:
    pings = [pack("/bridge/ping", "i", (token,)) for token in tokens]
    bundle = b"#bundle\0" + bytes(8) + b"".join(len(ping).to_bytes(4) + ping for ping in pings)
    assert [getattr(message, "token", None) for message in read_datagram(bundle)] == tokens


def test_every_message_that_clients_send_has_a_handler() -> None:
    assert set(HANDLERS) == set(FROM_CLIENT.values())
    assert set(OPENING) <= set(HANDLERS)


def test_every_error_class_has_a_code_of_the_protocol() -> None:
    classes = [*vars(errors).values(), *vars(engine_errors).values()]
    raised = [c for c in classes if isinstance(c, type) and issubclass(c, BridgeError | EngineError)]
    assert {c.code for c in raised} <= set(CODES)
    assert set(CODES) == {c.code for c in raised}
