"""The table of connections: whose segment is this? (RFC 9293 §3.4, RFC 1122 §4.2.2)

Exact four-tuple first, then a listener, then nobody. Timers of all connections
stand in one heap with at most one live entry each, those of TIME-WAIT in a queue, so
that an event costs O(log n) and idle connections cost nothing.
"""

from heapq import heapify, heappop, heappush
from typing import Final

from synfin.core.timers import NEVER
from synfin.host.expiry import ExpiryQueue
from synfin.host.keys import Key
from synfin.host.listener import Listener
from synfin.host.records import HostConnection, HostTimeWait
from synfin.wire.address import is_unspecified

COMPACT_AT: Final = 1024
"""The heap is not swept below this size."""


class Demux:
    """Connections and TIME-WAIT records by four-tuple, listeners by port."""

    def __init__(self) -> None:
        self.connections: dict[Key, HostConnection] = {}
        self.time_waits: dict[Key, HostTimeWait] = {}
        self.listeners: dict[int, list[Listener]] = {}
        self._heap: list[tuple[int, int, HostConnection | None, HostTimeWait | None]] = []
        self._expiry: ExpiryQueue = ExpiryQueue()
        self._serial: int = 0
        self._limit: int = COMPACT_AT
        """Heap size at which entries that mean nothing any more are swept out."""

    def busy(self, key: Key) -> bool:
        """The four-tuple is in use."""
        return key in self.connections or key in self.time_waits

    def listener_for(self, address: bytes, port: int) -> Listener | None:
        """The listener on exactly ``address``, or on any."""
        anybody: Listener | None = None
        for listener in self.listeners.get(port, ()):
            if listener.address == address:
                return listener
            if is_unspecified(listener.address) and len(listener.address) == len(address):
                anybody = listener
        return anybody

    def add_listener(self, listener: Listener) -> None:
        """It listens from now on."""
        self.listeners.setdefault(listener.port, []).append(listener)

    def remove_listener(self, listener: Listener) -> None:
        """It does not listen any more."""
        there = self.listeners.get(listener.port, [])
        if listener in there:
            there.remove(listener)
        if not there:
            self.listeners.pop(listener.port, None)

    # -- timers --------------
    def arm(self, connection: HostConnection) -> None:
        """Make sure the heap has an entry no later than the connection's deadline."""
        due = connection.timers.deadline
        if due < connection.armed:
            connection.armed = due
            self._push(due, connection, None)

    def arm_time_wait(self, record: HostTimeWait) -> None:
        """The same for a TIME-WAIT record."""
        due = record.deadline()
        if due < record.armed:
            record.armed = due
            if not self._expiry.add(record):
                self._push(due, None, record)

    def _push(
        self, due: int, connection: HostConnection | None, record: HostTimeWait | None
    ) -> None:
        self._serial += 1
        heappush(self._heap, (due, self._serial, connection, record))
        if len(self._heap) > self._limit:
            self._sweep()

    def _sweep(self) -> None:
        """Keep one live entry each: a long timer behind many short ones would leave
        one more with each of them. Each sweep is paid for by as many pushes."""
        seen: set[int] = set()
        kept: list[tuple[int, int, HostConnection | None, HostTimeWait | None]] = []
        for entry in self._heap:
            due, _, connection, record = entry
            if connection is not None:
                if connection.armed == due and connection.id not in seen:
                    seen.add(connection.id)
                    kept.append(entry)
            elif record is not None and record.armed == due:
                kept.append(entry)
        self._heap[:] = kept
        heapify(self._heap)
        self._limit = max(COMPACT_AT, 2 * len(kept))

    def deadline(self) -> int:
        """The earliest entry's time: never late, sometimes early."""
        first = self._expiry.due()
        due = self._heap_deadline()
        return first if first < due else due

    def _heap_deadline(self) -> int:
        """The heap's. Entries that no longer mean anything are dropped on the way."""
        heap = self._heap
        while heap:
            due, _, connection, record = heap[0]
            if connection is not None and connection.armed == due:
                real = connection.timers.deadline
                if real == due or (real < NEVER and connection.tabled):
                    if real == due:
                        return due
                    self._postpone(connection, real)
                    continue
                connection.armed = NEVER
            elif record is not None and record.armed == due:
                return due
            heappop(heap)
        return NEVER

    def not_before(self) -> int:
        """At or before :meth:`deadline`, in O(1): the first entry's time as it stands."""
        first = self._expiry.due()
        due = self._heap[0][0] if self._heap else NEVER
        return first if first < due else due

    def _postpone(self, connection: HostConnection, real: int) -> None:
        """The timer moved later: replace the entry at the top."""
        heappop(self._heap)
        connection.armed = real
        self._push(real, connection, None)

    def take_due(self, now: int) -> tuple[HostConnection | None, HostTimeWait | None]:
        """Remove and return one entry that is due, or (None, None)."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            due, _, connection, record = heappop(heap)
            if connection is not None and connection.armed == due:
                connection.armed = NEVER
                return connection, None
            if record is not None and record.armed == due:
                record.armed = NEVER
                return None, record
        if self._expiry.due() <= now:
            return None, self._expiry.take()
        return None, None
