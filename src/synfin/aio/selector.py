"""A selector over simulated sockets: which are ready, and waiting until one is.

Level-triggered, as epoll(7) is by default, and O(ready): a host tells which sockets changed,
and only those are looked at. A real-time driver keeps real descriptors in an inner epoll.
"""

import random
import selectors
from collections.abc import Callable, Mapping
from typing import Any, Final

from synfin.aio.driver import READ, WRITE, Driver, Readiness
from synfin.aio.kernel import SIMULATED, Kernel
from synfin.host.sockets import Socket

SPIN_ROUNDS: Final = 10_000
"""Rounds of the loop at one instant after which time moves on all the same: a program that
polls with ``sleep(0)`` takes time, too."""
SPIN_NS: Final = 1_000_000
"""By how much it moves on then, at first: twice as far each time that nothing happens on the
way, or a program that polls for what never comes would run for days."""
NS: Final = 1_000_000_000


class Selector(selectors.BaseSelector, Readiness):
    """Registered descriptors, and those among them that may be ready."""

    def __init__(self, kernel: Kernel, driver: Driver) -> None:
        self._kernel: Kernel = kernel
        self._driver: Driver = driver
        self._keys: dict[int, selectors.SelectorKey] = {}
        self._changed: dict[int, None] = {}
        """Descriptors to be looked at, oldest news first."""
        self._real: dict[int, int] = {}
        self._rounds: int = 0
        self._leap: int = SPIN_NS
        self._instant: int = -1
        self._deaf: set[str] = set()
        """Hosts whose programs hear of no data: see :meth:`hold_reads`."""
        self.shuffle: random.Random | None = None
        """Draws the order of sockets that are ready at once (the kernel promises none)."""
        self.pending: Callable[[], bool] = bool
        """Whether the loop has something else to do (set by the loop)."""
        self.next_timer: Callable[[], int | None] = _no_timer
        """When the loop's first timer is due, ns (set by the loop)."""
        self.each_round: Callable[[], None] = _nothing
        self.stuck: Callable[[], BaseException] = RuntimeError
        """The error for a wait that nothing can end (set by the loop)."""
        driver.readiness = self

    # -- news --------------
    def socket_ready(self, sock: Socket) -> None:
        """See :class:`Readiness`."""
        self._changed[self._kernel.number_of(sock)] = None

    def descriptor_ready(self, fd: int, events: int) -> None:
        """See :class:`Readiness`."""
        self._real[fd] = self._real.get(fd, 0) | events

    def look_again(self, fd: int) -> None:
        """A call of the program itself may have made ``fd`` ready."""
        if fd in self._keys:
            self._changed[fd] = None

    def hold_reads(self, host: str, held: bool) -> None:
        """While held, no connection of ``host`` is readable (listeners are): its programs are
        slow readers, the receive buffers fill up. Data that a call takes at once it gets."""
        if held:
            self._deaf.add(host)
            return
        self._deaf.discard(host)
        for fd in self._keys:
            sock = self._kernel.sockets.get(fd)
            if sock is not None and sock.host.name == host:
                self._changed[fd] = None

    # -- registration --------------
    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """See :class:`selectors.BaseSelector`."""
        fd = descriptor_of(fileobj)
        if fd in self._keys:
            raise KeyError(f"{fileobj!r} (descriptor {fd}) is already registered")
        if not events or events & ~(READ | WRITE):
            raise ValueError(f"Invalid events: {events!r}")
        self._attend(fd, events)
        key = selectors.SelectorKey(fileobj, fd, events, data)
        self._keys[fd] = key
        return key

    def _attend(self, fd: int, events: int) -> None:
        if fd >= SIMULATED:
            self._kernel.socket(fd)  # EBADF, as epoll_ctl(2) says
            self._changed[fd] = None
        else:
            self._driver.watch(fd, events)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """See :class:`selectors.BaseSelector`."""
        fd = descriptor_of(fileobj)
        key = self._keys.pop(fd)
        self._changed.pop(fd, None)
        if fd < SIMULATED:
            self._driver.unwatch(fd)
        return key

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """See :class:`selectors.BaseSelector`."""
        fd = descriptor_of(fileobj)
        old = self._keys[fd]
        if old.events != events:
            self._attend(fd, events)
        key = selectors.SelectorKey(fileobj, fd, events, data)
        self._keys[fd] = key
        return key

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        """See :class:`selectors.BaseSelector`."""
        return self._keys[descriptor_of(fileobj)]

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """By descriptor (asyncio asks with nothing else)."""
        return self._keys

    def forget(self, fd: int) -> selectors.SelectorKey | None:
        """A dead process's registration."""
        self._changed.pop(fd, None)
        return self._keys.pop(fd, None)

    def close(self) -> None:
        """See :class:`selectors.BaseSelector`."""
        self._keys.clear()
        self._changed.clear()

    # -- waiting --------------
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Ready descriptors, after at most ``timeout`` seconds (rounded up to the next ns at
        which something can be due)."""
        driver = self._driver
        self.each_round()
        driver.flush()
        ready = self._collect()
        # what was sent just now may have been waited for (a tap that completes a future)
        if ready or self.pending() or (timeout is not None and timeout <= 0):
            self._count_round()
            return ready
        self._leap = SPIN_NS
        until = None if timeout is None else driver.now() + max(1, round(timeout * NS))
        while True:
            alive = driver.wait(until)
            ready = self._collect()
            if ready or self.pending():
                return ready
            if until is not None and driver.now() >= until:
                return ready
            if not alive:
                raise self.stuck()

    def _count_round(self) -> None:
        driver = self._driver
        now = driver.now()
        if now != self._instant:
            self._instant = now
            self._rounds = 0
        self._rounds += 1
        if self._rounds >= SPIN_ROUNDS and not driver.real_time:
            self._rounds = 0
            self._leap_from(now)

    def _leap_from(self, now: int) -> None:
        until = now + self._leap
        timer = self.next_timer()
        if timer is not None:
            until = min(until, max(timer, now + 1))
        self._driver.wait(until)
        self._leap = 2 * self._leap if self._driver.now() >= until else SPIN_NS

    def _collect(self) -> list[tuple[selectors.SelectorKey, int]]:
        if not self._changed and not self._real:
            return []
        ready: list[tuple[selectors.SelectorKey, int]] = []
        sockets = self._kernel.sockets
        for fd in list(self._changed):
            key = self._keys.get(fd)
            sock = sockets.get(fd)
            if key is None or sock is None:
                del self._changed[fd]
                continue
            wanted = key.events
            events = READ if wanted & READ and sock.readable() else 0
            if events and self._deaf and sock.conn is not None and sock.host.name in self._deaf:
                events = 0
            if wanted & WRITE:
                if sock.writable():
                    events |= WRITE
                else:
                    sock.wait_for_room()
            if events:
                ready.append((key, events))
            else:
                del self._changed[fd]
        if self._real:
            self._collect_real(ready)
        if self.shuffle is not None and len(ready) > 1:
            self.shuffle.shuffle(ready)
        return ready

    def _collect_real(self, ready: list[tuple[selectors.SelectorKey, int]]) -> None:
        real, self._real = self._real, {}
        for fd, events in real.items():
            key = self._keys.get(fd)
            if key is not None and events & key.events:
                ready.append((key, events & key.events))


def _nothing() -> None:
    """Nobody counts."""


def _no_timer() -> int | None:
    """There is no loop yet."""
    return None


def descriptor_of(fileobj: Any) -> int:
    """The number of a descriptor or of what has one. ValueError for neither."""
    if isinstance(fileobj, int):
        fd = fileobj
    else:
        try:
            fd = int(fileobj.fileno())
        except (AttributeError, TypeError, ValueError):
            raise ValueError(f"Invalid file object: {fileobj!r}") from None
    if fd < 0:
        raise ValueError(f"Invalid file descriptor: {fd}")
    return fd
