"""What can go wrong while a picture is drawn."""

from __future__ import annotations

from max_for_live.device.errors import DeviceError


class PreviewError(DeviceError, ValueError):
    """The patch shows something that cannot be drawn here."""


class FontError(DeviceError, FileNotFoundError):
    """No font of Arial's widths is installed."""


class ScriptError(DeviceError, RuntimeError):
    """A picture's script raised."""
