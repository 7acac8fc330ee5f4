"""What Max's `udpsend` and `udpreceive` are: one datagram a message, OSC by a library that others wrote."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any, NamedTuple

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

LARGEST_BYTES = 65_536
INT32 = 2**31
MAX_PACKET_BYTES = 5096


class Datagram(NamedTuple):
    """One message that arrived."""

    address: str
    args: Sequence[Any]


class Sender:
    """`udpsend`: one socket for its whole life, so that whoever hears it knows it by its port."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._port: int | None = None

    def aim(self, port: int) -> None:
        self._port = port

    def send(self, address: str, values: Sequence[Any], kinds: Sequence[str | None]) -> None:
        """Whole numbers go as `i`, others as `f`, symbols as `s`; kinds may say that a whole one is a float."""
        builder = OscMessageBuilder(address)
        for value, kind in zip(values, kinds, strict=True):
            if isinstance(value, str):
                builder.add_arg(value, "s")
            elif kind == "f" or value != int(value):
                builder.add_arg(float(value), "f")
            else:
                assert -INT32 <= value < INT32, f"{address}: {value} does not go into an int32"
                builder.add_arg(int(value), "i")
        message = builder.build().dgram
        assert len(message) <= MAX_PACKET_BYTES, f"{address}: {len(message)} bytes"
        if self._port is not None:
            self._socket.sendto(message, ("127.0.0.1", self._port))

    def close(self) -> None:
        self._socket.close()


class Receiver:
    """`udpreceive`: one port at a time; a port that another program holds is deaf, and nobody is told."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    @property
    def port(self) -> int | None:
        return int(self._socket.getsockname()[1]) if self._socket is not None else None

    @property
    def sockets(self) -> list[socket.socket]:
        return [self._socket] if self._socket is not None else []

    def listen(self, port: int) -> None:
        self.close()
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.bind(("127.0.0.1", port))
        except OSError:
            made.close()
            return
        made.setblocking(False)
        self._socket = made

    def read(self) -> list[Datagram]:
        """All that waits."""
        found: list[Datagram] = []
        while self._socket is not None:
            try:
                data = self._socket.recv(LARGEST_BYTES)
            except BlockingIOError:
                break
            message = OscMessage(data)
            found.append(Datagram(message.address, message.params))
        return found

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
