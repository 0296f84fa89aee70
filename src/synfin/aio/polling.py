"""``select.select`` and ``select.poll`` for simulated descriptors, without waiting.

Connection pools ask them whether an idle connection has something to read: then the
peer has closed it. Waiting with them would hold up every host at once, so that is
refused. Real descriptors still get the real thing.
"""

import select
from collections.abc import Callable, Iterable
from typing import Any, Final

from synfin.aio.errors import outside
from synfin.aio.kernel import SIMULATED, Kernel
from synfin.aio.selector import descriptor_of

POLLIN: Final = 0x001
POLLOUT: Final = 0x004
POLLNVAL: Final = 0x020
"""As on Linux; the ``select`` module of other systems may lack them."""


class Polling:
    """The two functions, for the sockets of ``kernel``."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel: Kernel = kernel
        self._select: Callable[..., Any] = select.select
        self._poll: Callable[[], Any] | None = getattr(select, "poll", None)

    def ready(self, number: int, wanted: int) -> int:
        """Which of the ``wanted`` bits hold for a simulated descriptor; POLLNVAL: it is closed."""
        sock = self._kernel.sockets.get(number)
        if sock is None:
            return POLLNVAL
        events = POLLIN if wanted & POLLIN and sock.readable() else 0
        return events | (POLLOUT if wanted & POLLOUT and sock.writable() else 0)

    def select(
        self,
        reading: Iterable[Any],
        writing: Iterable[Any],
        failing: Iterable[Any],
        timeout: float | None = None,
    ) -> tuple[list[Any], list[Any], list[Any]]:
        """:func:`select.select`; ``timeout`` in seconds. Raises Fenced, OSError, ValueError."""
        readers, writers, failers = list(reading), list(writing), list(failing)
        numbers = [descriptor_of(item) for item in (*readers, *writers, *failers)]
        if not any(number >= SIMULATED for number in numbers):
            result: tuple[list[Any], list[Any], list[Any]]
            result = self._select(readers, writers, failers, timeout)
            return result
        can_read = [r for r in readers if self.ready(descriptor_of(r), POLLIN)]
        can_write = [w for w in writers if self.ready(descriptor_of(w), POLLOUT)]
        if not can_read and not can_write:
            _no_waiting("select.select()", timeout is None or timeout > 0)
        return can_read, can_write, []

    def poll(self) -> "Poll":
        """:func:`select.poll`."""
        return Poll(self, self._poll)


class Poll:
    """What :func:`select.poll` gives."""

    def __init__(self, polling: Polling, real: Callable[[], Any] | None) -> None:
        self._polling: Polling = polling
        self._make: Callable[[], Any] | None = real
        self._real: Any = None
        self._wanted: dict[int, int] = {}

    def register(self, fd: Any, eventmask: int = POLLIN | POLLOUT) -> None:
        """See :func:`select.poll`."""
        number = descriptor_of(fd)
        if number >= SIMULATED:
            self._wanted[number] = eventmask
            return
        if self._real is None:
            assert self._make is not None
            self._real = self._make()
        self._real.register(number, eventmask)

    def modify(self, fd: Any, eventmask: int) -> None:
        """See :func:`select.poll`. Raises OSError where it was not registered."""
        if (number := descriptor_of(fd)) >= SIMULATED and number not in self._wanted:
            raise FileNotFoundError(2, "No such file or directory")
        self.register(fd, eventmask)

    def unregister(self, fd: Any) -> None:
        """See :func:`select.poll`. Raises KeyError where it was not registered."""
        number = descriptor_of(fd)
        if number >= SIMULATED:
            del self._wanted[number]
        elif self._real is None:
            raise KeyError(number)
        else:
            self._real.unregister(number)

    def poll(self, timeout: float | None = None) -> list[tuple[int, int]]:
        """What is ready now; ``timeout`` in ms. Raises Fenced where it would have to wait."""
        ready = [
            (number, events)
            for number, wanted in self._wanted.items()
            if (events := self._polling.ready(number, wanted))
        ]
        if self._real is not None:
            ready += self._real.poll(0 if self._wanted else timeout)
        if self._wanted and not ready:
            _no_waiting("poll()", timeout is None or timeout != 0)
        return ready


def _no_waiting(what: str, waits: bool) -> None:
    if waits:
        raise outside(f"{what} with a timeout", "it would hold up every host; await instead")
