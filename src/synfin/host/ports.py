"""Which local ports are taken, and by whom (bind(2), ip(7), SO_REUSEADDR)."""

from collections.abc import Callable
from typing import Final

from synfin.wire.address import is_unspecified

Use = tuple[bytes, bool, bool]
"""(local address, SO_REUSEADDR, listening): one way in which a port is held."""

MAX_SHARED: Final = 1024
"""So many ways are remembered; a host has few addresses."""


class PortTable:
    """How often each port is held in each way.

    Sockets that are bound, connections (children keep their listener's
    SO_REUSEADDR) and TIME-WAIT records all hold their local port. Most ports are held
    once, and then stand in one small table; only the others have a table of their own.
    """

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._once: dict[int, Use] = {}
        self._often: dict[int, dict[Use, int]] = {}
        """Ports that are held more than once, by how often in each way."""
        self._uses: dict[Use, Use] = {}
        """One object for each way in which a connection holds a port, to be shared."""
        self._reserved: dict[int, int] = {}
        """Port -> how many sockets were bound to it by bind() or listen()."""
        self._random: Callable[[int], bytes] = random
        self._offset: int = -1

    def use_of(self, address: bytes, reuse: bool) -> Use:
        """How a connection from ``address``, one of ours, holds its port."""
        use: Use = (address, reuse, False)
        known = self._uses.get(use)
        if known is None:
            if len(self._uses) >= MAX_SHARED:
                self._uses.clear()
            known = self._uses[use] = use
        return known

    def take(self, port: int, use: Use) -> None:
        """Hold ``port`` once more."""
        often = self._often.get(port)
        if often is not None:
            often[use] = often.get(use, 0) + 1
            return
        once = self._once.get(port)
        if once is None:
            self._once[port] = use
            return
        del self._once[port]
        self._often[port] = {once: 2} if once == use else {once: 1, use: 1}

    def give(self, port: int, use: Use) -> None:
        """Let go of what :meth:`take` took."""
        often = self._often.get(port)
        if often is None:
            if self._once.get(port) == use:
                del self._once[port]
            return
        count = often.get(use, 0)
        if count > 1:
            often[use] = count - 1
        elif count == 1:
            del often[use]
            if not often:
                del self._often[port]

    def holders(self) -> dict[int, dict[Use, int]]:
        """How often each port is held in each way."""
        return {**{port: {use: 1} for port, use in self._once.items()}, **self._often}

    def conflicts(self, port: int, address: bytes, reuse: bool, listening: bool = False) -> bool:
        """Linux inet_csk_bind_conflict(): addresses that overlap conflict, unless both
        sides have SO_REUSEADDR and neither listens."""
        once = self._once.get(port)
        if once is not None:
            return _conflict(once, address, reuse, listening)
        for other in self._often.get(port, ()):
            if _conflict(other, address, reuse, listening):
                return True
        return False

    def in_use(self, port: int) -> bool:
        """Anybody holds ``port``."""
        return port in self._once or port in self._often

    def reserve(self, port: int) -> None:
        """A socket was bound to ``port``: connect() does not choose it by itself."""
        self._reserved[port] = self._reserved.get(port, 0) + 1

    def unreserve(self, port: int) -> None:
        """Takes back :meth:`reserve`."""
        left = self._reserved.get(port, 0) - 1
        if left > 0:
            self._reserved[port] = left
        else:
            self._reserved.pop(port, None)

    def reserved(self, port: int) -> bool:
        """bind() or listen() holds ``port`` (Linux inet_hash_connect() passes it over)."""
        return port in self._reserved

    def candidates(self, low: int, high: int) -> "list[tuple[int, int]]":
        """Ephemeral ports to try, as two ranges (first, last), from a random start
        (RFC 6056 §3.3.1) that moves on with each call."""
        size = high - low + 1
        if size <= 0:
            return []
        if self._offset < 0:
            self._offset = int.from_bytes(self._random(4), "big")
        start = low + self._offset % size
        self._offset += 1
        return [(start, high), (low, start - 1)]


def _conflict(use: Use, address: bytes, reuse: bool, listening: bool) -> bool:
    other, other_reuse, other_listening = use
    if not overlap(address, other):
        return False
    return not (reuse and other_reuse and not other_listening and not listening)


def overlap(one: bytes, other: bytes) -> bool:
    """Whether one local address takes what the other does. "Any" is any of its own family:
    a listener on :: takes no IPv4 (as with IPV6_V6ONLY)."""
    if len(one) != len(other):
        return False
    return one == other or is_unspecified(one) or is_unspecified(other)
