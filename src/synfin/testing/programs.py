"""Processes of the hosts, as a test sees them."""

from collections.abc import Callable
from typing import Final

from synfin.aio.process import Process


class ProgramDied(RuntimeError):
    """What :meth:`Host.run` was waiting for will never come: the process was killed or its
    host crashed (the message says which)."""


class Program:
    """What :meth:`Host.start` hands back. After a reboot it is the new process."""

    def __init__(
        self,
        find: Callable[[], Process],
        kill: Callable[[Process], None],
        signal: Callable[[Process], None],
        name: str,
    ) -> None:
        self._find: Final = find
        self._kill: Final = kill
        self._signal: Final = signal
        self.name: Final = name

    @property
    def process(self) -> Process:
        """The process of the present boot."""
        return self._find()

    @property
    def running(self) -> bool:
        """Whether it has neither ended nor died."""
        return not self.process.exit

    @property
    def exit(self) -> str:
        """ "" while it runs, then ``done``, ``error``, ``killed`` or ``crashed``."""
        return self.process.exit

    @property
    def exception(self) -> BaseException | None:
        """What it raised, if it did."""
        return self.process.exception

    def kill(self) -> None:
        """As by SIGKILL: see :meth:`Host.kill`."""
        self._kill(self.process)

    def terminate(self) -> None:
        """As by SIGTERM: the program's handler runs (``loop.add_signal_handler``); one without a
        handler dies, as by :meth:`kill`."""
        self._signal(self.process)

    def __repr__(self) -> str:
        return repr(self.process)
