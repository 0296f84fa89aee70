"""Processes: which program, on which host, runs the code that runs now.

All programs share one interpreter and one event loop. Which of them a piece of code belongs
to travels in a context variable: a task inherits it from the task that made it, a callback
from whoever registered it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from types import FrameType
from typing import Any

from synfin.host.sockets import Socket as HostSocket

Program = Callable[[], Coroutine[Any, Any, object]]
"""A coroutine function without arguments, called anew at each boot."""
SignalHandler = Callable[[int, FrameType | None], Any] | int | None


class Process:
    """One program on one host, from its start to its end.

    ``exit`` is "" while it runs, then ``done``, ``error``, ``killed`` (its descriptors were
    closed by the kernel) or ``crashed`` (the host lost power).
    """

    def __init__(self, number: int, name: str, host: str, boot: int) -> None:
        self.number: int = number
        self.name: str = name
        self.host: str = host
        self.boot: int = boot
        """Which boot of the host it belongs to; 1 is the first."""
        self.exit: str = ""
        self.program: Program | None = None
        """What to start again at a reboot."""
        self.check: bool = True
        self.task: asyncio.Task[object] | None = None
        self.sockets: dict[int, HostSocket] = {}
        """Its open sockets by descriptor."""
        self.made: dict[int, str] = {}
        """Where in the program each of them was made, when sockets are traced."""
        self.signals: dict[int, SignalHandler] = {}
        self.remains: list[object] = []
        """What a dead process held: collecting it would run its ``finally`` blocks."""

    @property
    def alive(self) -> bool:
        """Its code may run."""
        return self.exit not in ("killed", "crashed")

    @property
    def exception(self) -> BaseException | None:
        """What the program raised, if it did."""
        task = self.task
        if task is None or not task.done() or task.cancelled():
            return None
        return task.exception()

    def __repr__(self) -> str:
        state = self.exit or "running"
        return f"<Process {self.number} {self.name} on {self.host or 'no host'}: {state}>"


current: ContextVar[Process | None] = ContextVar("synfin_process", default=None)


def current_process() -> Process | None:
    """The process whose code runs now; None outside all of them."""
    return current.get()
