"""What the bridge refuses, each refusal a class with the stable `code` that `/bridge/error` carries."""

from __future__ import annotations


class BridgeError(Exception):
    """Root of all that the bridge refuses; the message says what was given, what is allowed and what to do."""

    code = "internal"


class MalformedError(BridgeError):
    """The bytes are no OSC, or a message has the wrong number or types of arguments."""

    code = "malformed"


class UnknownAddressError(BridgeError):
    """No message of the protocol has this address."""

    code = "unknown_address"


class UnknownClipError(BridgeError):
    """The client holds no clip of that number here."""

    code = "unknown_clip"


class UnknownSnapshotError(BridgeError):
    """No snapshot of that number is kept."""

    code = "unknown_snapshot"


class UnknownSettingError(BridgeError):
    """The request takes no setting of that name."""

    code = "unknown_setting"


class OutOfRangeError(BridgeError):
    """A number lies outside its documented range, or a result asked for is no longer kept."""

    code = "out_of_range"


class WrongKindError(BridgeError):
    """No loaded model does what was asked."""

    code = "wrong_kind"


class ClipIncompleteError(BridgeError):
    """A clip is used, or ended, before all of its notes arrived."""

    code = "clip_incomplete"


class TooLargeError(BridgeError):
    """More notes, clips or bytes than the limits allow."""

    code = "too_large"


class BusyError(BridgeError):
    """The queue is full, the work waited past its deadline, or all places for clients are taken: ask again later."""

    code = "busy"


class CancelledError(BridgeError):
    """The work was given up before it was done, because the engine is stopping."""

    code = "cancelled"


class NotReadyError(BridgeError):
    """The models are still being loaded and warmed."""

    code = "not_ready"


class PortInUseError(BridgeError):
    """The port cannot be opened; never on the wire, it ends `bridge serve` before it starts."""


class MidiError(BridgeError):
    """A MIDI port cannot be opened, or a map file cannot be read; it ends `bridge serve` before it starts."""


class AudioError(BridgeError):
    """A clip cannot be rendered as sound; what a command raises, never on the wire."""


class NoAnswerError(BridgeError):
    """The engine did not answer in time; what a client raises, never on the wire."""


class RefusedError(BridgeError):
    """The engine answered `/bridge/error`; what a client raises.

    Attributes:
        code: the wire's code.
        request: the request that was refused, 0 where there is none.
        address: the address that was refused.
    """

    def __init__(self, request: int, code: str, text: str, address: str) -> None:
        super().__init__(text)
        self.code = code
        self.request = request
        self.address = address
