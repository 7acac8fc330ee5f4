"""What is done on each message of a client: validate, submit, reply. One thread runs all of this; nothing blocks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from bridge.calls import call_of
from bridge.desk import Desk
from bridge.errors import OutOfRangeError
from bridge.live_handlers import LIVE_HANDLERS
from bridge.midi_handlers import MIDI_HANDLERS
from bridge.protocol.arguments import echo
from bridge.protocol.clip_messages import ClipBegin, ClipDrop, ClipDropped, ClipEnd, ClipGet, ClipMissing, ClipNotes
from bridge.protocol.limits import MAX_HOLES, PROTOCOL
from bridge.protocol.message import Message
from bridge.protocol.request_messages import (
    Blend,
    Cancel,
    Continue,
    Drumify,
    Groove,
    Humanize,
    Infill,
    Interpolate,
    Request,
    ResultResend,
    Sample,
    Vary,
)
from bridge.protocol.result_messages import Cancelled, Done
from bridge.protocol.session_messages import Bye, Goodbye, Hello, Offer, Ping, Pong, Use, Welcome
from bridge.results import Result
from bridge.sessions import Session

log = logging.getLogger("bridge")

Handler = Callable[[Desk, Session, Any], None]


# Session


def hello(desk: Desk, session: Session, message: Hello) -> None:
    """Opens the session, and says who is here."""
    host, port = session.address
    session.reply_to = (host, message.reply_port or port)
    if message.protocol != PROTOCOL:
        desk.reply(session, Welcome(PROTOCOL, desk.version, 0))
        raise OutOfRangeError(f"protocol is {message.protocol}; version {PROTOCOL} is spoken here: update one side")
    if not session.said_hello:
        log.info("client %d at %s:%d is %s", session.number, host, port, echo(message.client))
    session.said_hello = True
    desk.reply(session, Welcome(PROTOCOL, desk.version, session.number))
    for address in OFFERED:
        desk.reply(session, Offer(address))
    for told in (*desk.models(), *desk.using(session)):
        desk.reply(session, told)


def use(desk: Desk, session: Session, message: Use) -> None:
    """Chooses a model."""
    desk.reply(session, desk.use(session, message.model))


def ping(desk: Desk, session: Session, message: Ping) -> None:
    """Shows that the engine is alive."""
    desk.reply(session, Pong(message.token, desk.uptime_s))


def bye(desk: Desk, session: Session, _message: Bye) -> None:
    """Ends the session."""
    desk.forget(session)
    desk.reply(session, Goodbye())


# Clips


def clip_begin(desk: Desk, session: Session, message: ClipBegin) -> None:
    """Makes room for a clip."""
    desk.sessions.check_room(message.num_notes)
    session.begin(message)


def clip_notes(_desk: Desk, session: Session, message: ClipNotes) -> None:
    """Takes notes in."""
    session.add(message)


def clip_end(desk: Desk, session: Session, message: ClipEnd) -> None:
    """Names the holes, or has the clip judged and encoded ahead."""
    incoming = session.incoming.get(message.clip)
    if incoming is not None and not incoming.transfer.complete:
        for first_index, count in incoming.transfer.holes(MAX_HOLES):
            desk.reply(session, ClipMissing(message.clip, first_index, count))
        return
    desk.prepare(session, message, session.finish(message.clip))


def clip_get(desk: Desk, session: Session, message: ClipGet) -> None:
    """Sends the notes back."""
    clip = session.clip(message.clip)
    desk.reply_result(session, Result((clip,), (), Done(0, 1, 0.0, 0.0, 0.0, 0)))


def clip_drop(desk: Desk, session: Session, message: ClipDrop) -> None:
    """Forgets a clip."""
    session.drop(message.clip)
    desk.reply(session, ClipDropped(message.clip))


# Requests


def request(desk: Desk, session: Session, message: Request) -> None:
    """Has the engine do what `bridge/calls.py` makes of a request."""
    desk.submit(session, message, call_of(message, session.clip, session.models))


def vary(desk: Desk, session: Session, message: Vary) -> None:
    """Clips near a clip."""
    desk.check_result_size(message.count, session.clip(message.clip))
    request(desk, session, message)


def interpolate(desk: Desk, session: Session, message: Interpolate) -> None:
    """Clips from one to another."""
    desk.check_result_size(message.steps, session.clip(message.clip_a), session.clip(message.clip_b))
    request(desk, session, message)


def infill(desk: Desk, session: Session, message: Infill) -> None:
    """A clip with a span newly filled."""
    desk.check_result_size(message.count, session.clip(message.clip))
    request(desk, session, message)


def cancel(desk: Desk, session: Session, message: Cancel) -> None:
    """Gives a request up."""
    desk.take_back(session, message.request)
    desk.reply(session, Cancelled(message.request))


def result_resend(desk: Desk, session: Session, message: ResultResend) -> None:
    """Sends notes of a result again."""
    desk.resend(session, message)


HANDLERS: dict[type[Message], Handler] = {
    Hello: hello,
    Use: use,
    Ping: ping,
    Bye: bye,
    ClipBegin: clip_begin,
    ClipNotes: clip_notes,
    ClipEnd: clip_end,
    ClipGet: clip_get,
    ClipDrop: clip_drop,
    Sample: request,
    Vary: vary,
    Interpolate: interpolate,
    Blend: request,
    Humanize: request,
    Drumify: request,
    Groove: request,
    Continue: request,
    Infill: infill,
    Cancel: cancel,
    ResultResend: result_resend,
    **LIVE_HANDLERS,
    **MIDI_HANDLERS,
}
"""One function a message that clients send."""

OFFERED = tuple(message.spec.address for message in HANDLERS if issubclass(message, Request))
"""Addresses of the requests that there are."""

OPENING = (Hello, Use, ClipBegin, Sample, *LIVE_HANDLERS, *MIDI_HANDLERS)
"""Messages that make a session where there is none; all others find nothing of their own then, and say so."""
