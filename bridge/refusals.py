"""Errors as `/bridge/error` tells them: by their class's code, never by their text."""

from __future__ import annotations

import logging

from bridge.errors import BridgeError
from bridge.protocol.session_messages import Error
from engine.errors import EngineError

log = logging.getLogger("bridge")

_MOST_TEXT, _MOST_ADDRESS = 480, 120


def refusal(error: Exception, request: int, address: str) -> Error:
    """The message that tells a client of an error; one that nobody foresaw is logged and called `internal`.

    Args:
        error: what was raised.
        request: the request that it belongs to, 0 where there is none.
        address: the address of the message that is answered.
    """
    if isinstance(error, BridgeError | EngineError):
        return Error(request, error.code, _short(str(error), _MOST_TEXT), _short(address, _MOST_ADDRESS))
    log.error("%s failed", _short(address, _MOST_ADDRESS), exc_info=error)
    text = f"the engine failed with {type(error).__name__}; its log says more. Nothing held is lost: try once more"
    return Error(request, "internal", text, _short(address, _MOST_ADDRESS))


def _short(text: str, most: int) -> str:
    plain = text.replace("\0", " ").encode("ascii", "replace").decode("ascii")
    return plain if len(plain) <= most else plain[: most - 3] + "..."
