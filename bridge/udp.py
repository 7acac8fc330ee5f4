"""UDP sockets as both ends open them."""

from __future__ import annotations

import socket
from contextlib import suppress

LARGEST_DATAGRAM = 65_535
_RECEIVE_BUFFERS_BYTES = (1 << 20, 4 << 20, 8 << 20)


def open_udp(host: str, port: int) -> socket.socket:
    """A bound socket with as large a receive buffer as the system grants, up to 8 MiB.

    Args:
        host: an address of this machine.
        port: 0 takes a free one.

    Raises:
        OSError: the address cannot be taken.
        OverflowError: there is no such port.
    """
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp.bind((host, port))
    except (OSError, OverflowError):
        udp.close()
        raise
    for size in _RECEIVE_BUFFERS_BYTES:
        with suppress(OSError):  # Linux grants less than it was asked for, macOS refuses
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    return udp
