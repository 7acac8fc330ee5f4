"""What the engine refuses, each refusal a class with a stable `code` that the wire carries on."""

from __future__ import annotations


class EngineError(Exception):
    """Root of all that the engine refuses; the message says what was given, what is allowed and what to do."""

    code = "internal"


class WrongKindError(EngineError):
    """The clip, or the model asked, is not of the kind that this operation works on."""

    code = "wrong_kind"


class UnsupportedMeterError(EngineError):
    """The clip's meter does not lie on the model's grid, or two clips of different meters were to be mixed."""

    code = "unsupported_meter"


class UnknownModelError(EngineError):
    """No loaded model has that name."""

    code = "unknown_model"


class OutOfRangeError(EngineError):
    """A number lies outside its documented range."""

    code = "out_of_range"


class TooLargeError(EngineError):
    """More notes, clips or bars than the engine takes at once."""

    code = "too_large"


class NotReadyError(EngineError):
    """The models are still being loaded and warmed."""

    code = "not_ready"


class CheckpointError(EngineError):
    """A checkpoint is missing, corrupt, or of another version."""

    code = "internal"


class DataError(EngineError):
    """A data set file is missing, corrupt, or lacks what was asked of it."""

    code = "internal"
