"""Which local ports are taken, and by whom (bind(2), ip(7), SO_REUSEADDR)."""

from collections.abc import Callable

from synfin.wire.address import is_unspecified

Use = tuple[bytes, bool, bool]
"""(local address, SO_REUSEADDR, listening): one way in which a port is held."""


class PortTable:
    """How often each port is held in each way.

    Sockets that are bound, connections (children keep their listener's
    SO_REUSEADDR) and TIME-WAIT records all hold their local port.
    """

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._uses: dict[int, dict[Use, int]] = {}
        self._reserved: dict[int, int] = {}
        """Port -> how many sockets were bound to it by bind() or listen()."""
        self._random: Callable[[int], bytes] = random
        self._offset: int = -1

    def take(self, port: int, use: Use) -> None:
        """Hold ``port`` once more."""
        uses = self._uses.setdefault(port, {})
        uses[use] = uses.get(use, 0) + 1

    def give(self, port: int, use: Use) -> None:
        """Let go of what :meth:`take` took."""
        uses = self._uses.get(port)
        if uses is None or use not in uses:
            return
        uses[use] -= 1
        if uses[use] == 0:
            del uses[use]
            if not uses:
                del self._uses[port]

    def conflicts(self, port: int, address: bytes, reuse: bool, listening: bool = False) -> bool:
        """Linux inet_csk_bind_conflict(): addresses that overlap conflict, unless both
        sides have SO_REUSEADDR and neither listens."""
        for other, other_reuse, other_listening in self._uses.get(port, {}):
            if not _overlap(address, other):
                continue
            if reuse and other_reuse and not other_listening and not listening:
                continue
            return True
        return False

    def in_use(self, port: int) -> bool:
        """Anybody holds ``port``."""
        return port in self._uses

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


def _overlap(one: bytes, other: bytes) -> bool:
    return one == other or is_unspecified(one) or is_unspecified(other)
