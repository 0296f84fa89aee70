"""The table of connections: whose segment is this? (RFC 9293 §3.4, RFC 1122 §4.2.2)

Exact four-tuple first, then a listener, then nobody. The connections stand in one heap
by their timers, TIME-WAIT records in a queue, so that an event costs O(log n) and idle
connections cost nothing.
"""

from heapq import heappop, heappush
from typing import Final

from synfin.core.timers import NEVER
from synfin.host.deadlines import Deadlines
from synfin.host.expiry import ExpiryQueue
from synfin.host.keys import Key
from synfin.host.listener import Listener
from synfin.host.records import HostConnection, HostTimeWait
from synfin.wire.address import is_unspecified

FEW: Final = 256
"""Among so many connections one whose timers all stopped keeps its place, as it will soon
have others. Among more it leaves at once, while it is in the processor's cache: later, places
move that belong to connections which have long left it."""


class Demux:
    """Connections and TIME-WAIT records by four-tuple, listeners by port."""

    def __init__(self) -> None:
        self.connections: dict[Key, HostConnection] = {}
        self.time_waits: dict[Key, HostTimeWait] = {}
        self.listeners: dict[int, list[Listener]] = {}
        self._deadlines: Deadlines = Deadlines()
        self._expiry: ExpiryQueue = ExpiryQueue()
        self._odd: list[tuple[int, int, HostTimeWait]] = []
        """A heap of the records that do not fit the queue."""
        self._serial: int = 0

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
        """Make sure that ``connection`` is looked at no later than at its deadline."""
        due = connection.timers.deadline
        if due < connection.armed:
            if connection.tabled:
                self._deadlines.arm(connection, due)
        elif due == NEVER and len(self._deadlines) > FEW:
            self._deadlines.remove(connection)

    def disarm(self, connection: HostConnection) -> None:
        """``connection`` leaves the table: its timers mean nothing any more."""
        self._deadlines.remove(connection)

    def arm_time_wait(self, record: HostTimeWait) -> None:
        """The same for a TIME-WAIT record."""
        due = record.deadline()
        if due < record.armed:
            record.armed = due
            if not self._expiry.add(record):
                self._serial += 1
                heappush(self._odd, (due, self._serial, record))

    def deadline(self) -> int:
        """The earliest deadline: never late, sometimes early."""
        due = min(self._deadlines.settle(), self._expiry.due())
        return min(due, self._odd_due()) if self._odd else due

    def not_before(self) -> int:
        """At or before :meth:`deadline`, in O(1): timers that moved are not looked at."""
        due = min(self._deadlines.first_due(), self._expiry.due())
        return min(due, self._odd_due()) if self._odd else due

    def _odd_due(self) -> int:
        """The first of the odd records; those that mean nothing any more are dropped."""
        while self._odd:
            due, _, record = self._odd[0]
            if record.armed == due:
                return due
            heappop(self._odd)
        return NEVER

    def take_due(self, now: int) -> tuple[HostConnection | None, HostTimeWait | None]:
        """Remove and return one that is due, or (None, None)."""
        if self._deadlines.first_due() <= now:
            return self._deadlines.take(), None
        if self._odd and self._odd_due() <= now:
            record = heappop(self._odd)[2]
            record.armed = NEVER
            return None, record
        if self._expiry.due() <= now:
            return None, self._expiry.take()
        return None, None
