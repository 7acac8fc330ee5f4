"""The bytes of each message, once and for all: made by python-osc, so that neither side can drift unseen."""

from __future__ import annotations

import pytest
from golden_live import LIVE

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
from bridge.protocol.message import Message, Weight
from bridge.protocol.notes import WireNote
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
from bridge.protocol.settings import Settings
from bridge.protocol.table import FROM_CLIENT, FROM_ENGINE, MESSAGES, read_datagram

NOTE = WireNote(60, 0.5, 0.25, 100.0, 0, 1.0, 0.0, 64)
GOLDEN: list[tuple[Message, bytes]] = [
    (
        Hello(9001, 1, "max"),
        (b"/bridge/hello\x00\x00\x00,iis\x00\x00\x00\x00\x00\x00#)\x00\x00\x00\x01max\x00"),
    ),
    (
        Welcome(1, "0.1.0", 7),
        (b"/bridge/welcome\x00,isi\x00\x00\x00\x00\x00\x00\x00\x010.1.0\x00\x00\x00\x00\x00\x00\x07"),
    ),
    (
        Offer("/bridge/vary"),
        (b"/bridge/offer\x00\x00\x00,s\x00\x00/bridge/vary\x00\x00\x00\x00"),
    ),
    (
        Model("melody_2bar", "melody", 2, 256, 1),
        (
            b"/bridge/model\x00\x00\x00,ssiii\x00\x00melo"
            b"dy_2bar\x00melody\x00\x00\x00\x00\x00\x02\x00\x00\x01\x00\x00\x00\x00\x01"
        ),
    ),
    (Ready(), b"/bridge/ready\x00\x00\x00,\x00\x00\x00"),
    (Use("melody_16bar"), b"/bridge/use\x00,s\x00\x00melody_16bar\x00\x00\x00\x00"),
    (
        Using("melody", "melody_16bar"),
        (b"/bridge/using\x00\x00\x00,ss\x00melody\x00\x00melody_16bar\x00\x00\x00\x00"),
    ),
    (Ping(7), b"/bridge/ping\x00\x00\x00\x00,i\x00\x00\x00\x00\x00\x07"),
    (Pong(7, 1.5), b"/bridge/pong\x00\x00\x00\x00,if\x00\x00\x00\x00\x07?\xc0\x00\x00"),
    (Bye(), b"/bridge/bye\x00,\x00\x00\x00"),
    (Goodbye(), b"/bridge/bye\x00,\x00\x00\x00"),
    (
        Status(1.5, 2, 3, 4, 5, 6.5),
        (
            b"/bridge/status\x00\x00,fiiiif\x00?\xc0\x00\x00"
            b"\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x05@\xd0\x00\x00"
        ),
    ),
    (
        ClipBegin(1, 2, 8.0, 4, 4),
        (
            b"/bridge/clip/begin\x00\x00,iifii\x00\x00"
            b"\x00\x00\x00\x01\x00\x00\x00\x02A\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x04"
        ),
    ),
    (
        ClipNotes(1, 30, (NOTE,)),
        (
            b"/bridge/clip/notes\x00\x00,iiifffi"
            b"ffi\x00\x00\x00\x00\x01\x00\x00\x00\x1e\x00\x00\x00<?\x00\x00\x00>\x80\x00\x00B\xc8\x00\x00"
            b"\x00\x00\x00\x00?\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00@"
        ),
    ),
    (ClipEnd(1), b"/bridge/clip/end\x00\x00\x00\x00,i\x00\x00\x00\x00\x00\x01"),
    (
        ClipReady(1, 2, "melody", 2, 1),
        (
            b"/bridge/clip/ready\x00\x00,iisii\x00\x00"
            b"\x00\x00\x00\x01\x00\x00\x00\x02melody\x00\x00\x00\x00\x00\x02\x00\x00\x00\x01"
        ),
    ),
    (
        ClipMissing(1, 30, 60),
        (b"/bridge/clip/missing\x00\x00\x00\x00,iii\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x1e\x00\x00\x00<"),
    ),
    (ClipGet(1), b"/bridge/clip/get\x00\x00\x00\x00,i\x00\x00\x00\x00\x00\x01"),
    (ClipDrop(1), b"/bridge/clip/drop\x00\x00\x00,i\x00\x00\x00\x00\x00\x01"),
    (
        ClipDropped(1),
        (b"/bridge/clip/dropped\x00\x00\x00\x00,i\x00\x00\x00\x00\x00\x01"),
    ),
    (
        Sample(5, "melody_2bar", 4, Settings(temperature=0.5, seed=42)),
        (
            b"/bridge/sample\x00\x00,isisfsi\x00\x00\x00\x00"
            b"\x00\x00\x00\x05melody_2bar\x00\x00\x00\x00\x04temperat"
            b"ure\x00?\x00\x00\x00seed\x00\x00\x00\x00\x00\x00\x00*"
        ),
    ),
    (
        Vary(5, 1, 4, 0.25, Settings(kind="drums")),
        (
            b"/bridge/vary\x00\x00\x00\x00,iiifsi\x00\x00\x00\x00\x05"
            b"\x00\x00\x00\x01\x00\x00\x00\x04>\x80\x00\x00kind\x00\x00\x00\x00\x00\x00\x00\x01"
        ),
    ),
    (
        Interpolate(5, 1, 2, 9, Settings(spacing=1)),
        (
            b"/bridge/interpolate\x00,iiiisi\x00"
            b"\x00\x00\x00\x05\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\tspacing\x00\x00\x00\x00\x01"
        ),
    ),
    (
        Blend(5, (Weight(1, 0.25), Weight(2, 0.75))),
        (
            b"/bridge/blend\x00\x00\x00,iifif\x00\x00\x00\x00\x00\x05"
            b"\x00\x00\x00\x01>\x80\x00\x00\x00\x00\x00\x02?@\x00\x00"
        ),
    ),
    (
        Humanize(5, 1, 0.75, 0.5),
        (b"/bridge/humanize\x00\x00\x00\x00,iiff\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x01?@\x00\x00?\x00\x00\x00"),
    ),
    (Drumify(5, 1), b"/bridge/drumify\x00,ii\x00\x00\x00\x00\x05\x00\x00\x00\x01"),
    (
        Groove(5, 1, 2, 0.75, 0.5),
        (
            b"/bridge/groove\x00\x00,iiiff\x00\x00\x00\x00\x00\x05"
            b"\x00\x00\x00\x01\x00\x00\x00\x02?@\x00\x00?\x00\x00\x00"
        ),
    ),
    (
        Continue(5, 1, 4, 2),
        (
            b"/bridge/continue\x00\x00\x00\x00,iiii\x00\x00\x00"
            b"\x00\x00\x00\x05\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\x02"
        ),
    ),
    (
        Infill(5, 1, 4.0, 8.0, 2),
        (
            b"/bridge/infill\x00\x00,iiffi\x00\x00\x00\x00\x00\x05"
            b"\x00\x00\x00\x01@\x80\x00\x00A\x00\x00\x00\x00\x00\x00\x02"
        ),
    ),
    (Cancel(5), b"/bridge/cancel\x00\x00,i\x00\x00\x00\x00\x00\x05"),
    (Cancelled(5), b"/bridge/cancelled\x00\x00\x00,i\x00\x00\x00\x00\x00\x05"),
    (
        ResultBegin(5, 0, 4, 2, 8.0),
        (
            b"/bridge/result/begin\x00\x00\x00\x00,iii"
            b"if\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x02A\x00\x00\x00"
        ),
    ),
    (
        ResultNotes(5, 0, 30, (NOTE,)),
        (
            b"/bridge/result/notes\x00\x00\x00\x00,iii"
            b"ifffiffi\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x1e\x00\x00\x00<"
            b"?\x00\x00\x00>\x80\x00\x00B\xc8\x00\x00\x00\x00\x00\x00?\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00@"
        ),
    ),
    (
        ResultEnd(5, 0),
        (b"/bridge/result/end\x00\x00,ii\x00\x00\x00\x00\x05\x00\x00\x00\x00"),
    ),
    (
        ResultLeftOut(5, 1, 3),
        (b"/bridge/result/left_out\x00,iii\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x01\x00\x00\x00\x03"),
    ),
    (
        Done(5, 4, 0.5, 1.5, 2.5, 1),
        (
            b"/bridge/done\x00\x00\x00\x00,iifffi\x00\x00\x00\x00\x05"
            b"\x00\x00\x00\x04?\x00\x00\x00?\xc0\x00\x00@ \x00\x00\x00\x00\x00\x01"
        ),
    ),
    (
        ResultResend(5, 0, 30, 60),
        (
            b"/bridge/result/resend\x00\x00\x00,iii"
            b"i\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x1e\x00\x00\x00<"
        ),
    ),
    *LIVE,
    (
        Error(5, "busy", "wait", "/bridge/vary"),
        (
            b"/bridge/error\x00\x00\x00,isss\x00\x00\x00\x00\x00\x00\x05"
            b"busy\x00\x00\x00\x00wait\x00\x00\x00\x00/bridge/vary"
            b"\x00\x00\x00\x00"
        ),
    ),
]


def test_every_message_has_golden_bytes() -> None:
    assert [type(message) for message, _ in GOLDEN] == list(MESSAGES)


@pytest.mark.parametrize(("message", "datagram"), GOLDEN, ids=lambda case: type(case).__name__)
def test_a_message_has_its_golden_bytes_and_they_are_read_as_it(message: Message, datagram: bytes) -> None:
    assert message.to_osc() == datagram
    assert read_datagram(datagram, FROM_CLIENT if message.spec.from_client else FROM_ENGINE) == [message]
