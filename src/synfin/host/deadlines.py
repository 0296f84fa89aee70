"""A heap of connections by the time at which each next wants to be looked at.

The connections stand in it themselves, each at most once and knowing where, so that one
that ends leaves at once, and nothing is made for a timer that moves.
"""

from synfin.core.timers import NEVER
from synfin.host.records import HostConnection


class Deadlines:
    """By :attr:`~HostConnection.armed`, then by the order of arming; O(log n) each."""

    def __init__(self) -> None:
        self._heap: list[HostConnection] = []
        self._serial: int = 0

    def __len__(self) -> int:
        return len(self._heap)

    def arm(self, connection: HostConnection, due: int) -> None:
        """Look at ``connection`` at ``due`` (ns), which is sooner than before."""
        self._serial += 1
        connection.armed = due
        connection.arming = self._serial
        at = connection.heap_at
        if at < 0:
            at = len(self._heap)
            self._heap.append(connection)
        self._up(connection, at)

    def first_due(self) -> int:
        """When the first one is to be looked at, ns; its timers may have moved since."""
        return self._heap[0].armed if self._heap else NEVER

    def settle(self) -> int:
        """The earliest deadline, ns; NEVER if there is none. What moved later finds its
        place on the way."""
        heap = self._heap
        while heap:
            first = heap[0]
            due = first.timers.deadline
            if due <= first.armed:
                return first.armed
            if due >= NEVER:
                self.remove(first)
                continue
            self._serial += 1
            first.armed = due
            first.arming = self._serial
            self._down(first, 0)
        return NEVER

    def take(self) -> HostConnection:
        """Remove and return the first; there must be one."""
        first = self._heap[0]
        self.remove(first)
        return first

    def remove(self, connection: HostConnection) -> None:
        """Forget ``connection``; nothing happens when it is not there."""
        at = connection.heap_at
        if at < 0:
            return
        connection.heap_at = -1
        connection.armed = NEVER
        last = self._heap.pop()
        if last is not connection:
            self._up(last, at)
            self._down(last, last.heap_at)

    def _up(self, connection: HostConnection, at: int) -> None:
        """From place ``at``, which is free, towards the top."""
        heap = self._heap
        while at > 0:
            above = (at - 1) // 2
            other = heap[above]
            if not _before(connection, other):
                break
            heap[at] = other
            other.heap_at = at
            at = above
        heap[at] = connection
        connection.heap_at = at

    def _down(self, connection: HostConnection, at: int) -> None:
        """From place ``at``, which is free, away from the top. (The simulator's queue does the
        same: one for both would call through a type that mypyc does not know.)"""
        heap = self._heap
        size = len(heap)
        below = 2 * at + 1
        while below < size:
            child = heap[below]
            if below + 1 < size:
                other = heap[below + 1]
                if _before(other, child):
                    child = other
                    below += 1
            if not _before(child, connection):
                break
            heap[at] = child
            child.heap_at = at
            at = below
            below = 2 * at + 1
        heap[at] = connection
        connection.heap_at = at


def _before(one: HostConnection, other: HostConnection) -> bool:
    if one.armed == other.armed:
        return one.arming < other.arming
    return one.armed < other.armed
