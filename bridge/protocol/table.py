"""The table of all messages and of all error codes: parsing, encoding, the documentation and the tests read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bridge.errors import BridgeError, MalformedError, UnknownAddressError
from bridge.protocol.arguments import echo
from bridge.protocol.clip_messages import (
    ClipBegin,
    ClipDrop,
    ClipDropped,
    ClipEnd,
    ClipGet,
    ClipMissing,
    ClipNotes,
    ClipReady,
)
from bridge.protocol.message import Message
from bridge.protocol.midi_messages import MIDI
from bridge.protocol.morph_messages import MORPH
from bridge.protocol.osc import OscMessage, unpack
from bridge.protocol.play_messages import PLAY
from bridge.protocol.request_messages import (
    Blend,
    Cancel,
    Continue,
    Drumify,
    Groove,
    Humanize,
    Infill,
    Interpolate,
    ResultResend,
    Sample,
    Vary,
)
from bridge.protocol.result_messages import Cancelled, Done, ResultBegin, ResultEnd, ResultLeftOut, ResultNotes
from bridge.protocol.session_messages import (
    Bye,
    Error,
    Goodbye,
    Hello,
    Model,
    Offer,
    Ping,
    Pong,
    Ready,
    Status,
    Use,
    Using,
    Welcome,
)
from bridge.protocol.state_messages import STATE

SECTIONS: tuple[tuple[str, tuple[type[Message], ...]], ...] = (
    ("Session", (Hello, Welcome, Offer, Model, Ready, Use, Using, Ping, Pong, Bye, Goodbye, Status)),
    ("Clips", (ClipBegin, ClipNotes, ClipEnd, ClipReady, ClipMissing, ClipGet, ClipDrop, ClipDropped)),
    (
        "Requests",
        (Sample, Vary, Interpolate, Blend, Humanize, Drumify, Groove, Continue, Infill, Cancel, Cancelled),
    ),
    ("Results", (ResultBegin, ResultNotes, ResultEnd, ResultLeftOut, Done, ResultResend)),
    ("Morph", MORPH),
    ("Snapshots and state", STATE),
    ("Playing", PLAY),
    ("MIDI", MIDI),
    ("Errors", (Error,)),
)

MESSAGES: tuple[type[Message], ...] = tuple(message for _, messages in SECTIONS for message in messages)
FROM_CLIENT = {message.spec.address: message for message in MESSAGES if message.spec.from_client}
FROM_ENGINE = {message.spec.address: message for message in MESSAGES if not message.spec.from_client}

CODES: dict[str, str] = {
    "malformed": "The bytes are no OSC, or the arguments are too few, too many or of the wrong type.",
    "unknown_address": "No message of this protocol has that address.",
    "unknown_clip": "The client holds no clip of that number: send it first.",
    "unknown_model": "No loaded model has that name: see `/bridge/model`.",
    "unknown_snapshot": "No snapshot of that number is kept: store it first.",
    "unknown_setting": "The request, or the morph, takes no setting of that name.",
    "out_of_range": "A number lies outside its range or is not finite, or a result asked for is no longer kept.",
    "wrong_kind": "The clip is not of a kind that this works on, or no loaded model does this.",
    "unsupported_meter": "The meter is not one that the models can follow, or two meters were to be mixed.",
    "clip_incomplete": "The clip is still being sent: finish it with `/bridge/clip/end`, or begin it again.",
    "too_large": "More notes, clips or bytes than the limits allow.",
    "busy": "The queue is full, the work waited too long, or the request id is still in use: ask again later.",
    "cancelled": "The work was given up before it was done, because the engine is stopping.",
    "not_ready": "The models are still being warmed: wait for `/bridge/ready`.",
    "internal": "Something broke in the engine; its log says what. Nothing held is lost.",
}


class Refusal(NamedTuple):
    """A message that could not be read, and what `/bridge/error` has to say of it."""

    error: BridgeError
    request: int
    address: str


def read_datagram(datagram: bytes, table: dict[str, type[Message]] = FROM_CLIENT) -> list[Message | Refusal]:
    """Everything in a datagram as messages, or as refusals; whatever the bytes are, it raises nothing.

    Args:
        datagram: what came over UDP.
        table: `FROM_CLIENT` in the engine, `FROM_ENGINE` in a client.
    """
    try:
        return [_read(osc, table) for osc in unpack(datagram)]
    except MalformedError as error:
        return [Refusal(error, 0, "")]


def _read(osc: OscMessage, table: dict[str, type[Message]]) -> Message | Refusal:
    message = table.get(osc.address)
    if message is None:
        text = f"the address {echo(osc.address)} is not known here; docs/protocol.md lists those that are"
        return Refusal(UnknownAddressError(text), 0, osc.address)
    try:
        return message.from_osc(osc)
    except BridgeError as error:
        return Refusal(error, _request_of(message, osc.args), osc.address)


def _request_of(message: type[Message], args: Sequence[object]) -> int:
    first = args[0] if args and message.spec.is_request else 0
    whole = isinstance(first, int) or (isinstance(first, float) and first.is_integer() and abs(first) < 2**31)
    return max(0, int(first)) if whole and isinstance(first, int | float) else 0
