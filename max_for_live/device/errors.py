"""What can go wrong while the device is built, read or looked up."""


class DeviceError(Exception):
    """The root of all errors of this package."""


class ContainerError(DeviceError, ValueError):
    """The bytes are no .amxd, or no .amxd can be written from what was given."""


class UnknownObjectError(DeviceError, LookupError):
    """The table of objects does not say how many inlets and outlets this box has."""


class PatchError(DeviceError, ValueError):
    """The patch's description does not hold together."""
