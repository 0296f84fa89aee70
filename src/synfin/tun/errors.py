"""What goes wrong with a device; not compiled, as exceptions cannot be."""


class DeviceError(OSError):
    """The device cannot be had: ``errno`` and ``strerror`` say why."""
