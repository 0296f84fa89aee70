"""What can go wrong with a run, beside what the programs themselves do wrong."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synfin.aio.waiting import Wait


class AioError(RuntimeError):
    """Base class: the run cannot go on, or was asked for something that it cannot do."""


class Fenced(AioError):
    """A program asked for what cannot run in virtual time inside one process."""


class NoHost(AioError):
    """A socket was wanted by code that runs on no host."""


class Hang(AioError):
    """Nothing can happen any more: no packet is under way, no timer runs, and yet a task is
    awaited. ``waits`` says who waits for what."""

    def __init__(self, message: str, waits: "list[Wait]") -> None:
        super().__init__(message)
        self.waits: list[Wait] = waits


class OutOfTime(AioError):
    """The run reached the bound of its virtual time."""


class TooManyEvents(AioError):
    """The run reached the bound of its events."""


class ProgramFailed(AioError):
    """A program that nobody awaits raised an exception (its ``__cause__``), or the host of
    the program that :meth:`synfin.aio.simulated.World.run` awaits went down."""


def outside(what: str, why: str = "") -> Fenced:
    """The error for what only another process or the real kernel can do."""
    reason = f" ({why})" if why else ""
    return Fenced(
        f"{what} cannot run inside the simulation{reason}; "
        "run the program as a process of its own: synfin exec -- COMMAND"
    )
