"""Unmodified asyncio programs over synfin's TCP: in virtual time in the simulator, or over a
TUN device in real time. See :class:`synfin.aio.simulated.World` and, on Linux,
:mod:`synfin.aio.over_tun`."""

from synfin.aio.errors import (
    AioError,
    Fenced,
    Hang,
    NoHost,
    OutOfTime,
    ProgramFailed,
    TooManyEvents,
)
from synfin.aio.process import Process, current_process

__all__ = [
    "AioError",
    "Fenced",
    "Hang",
    "NoHost",
    "OutOfTime",
    "Process",
    "ProgramFailed",
    "TooManyEvents",
    "current_process",
]
