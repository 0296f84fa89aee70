"""When TIME-WAIT records expire.

They all last equally long, so that the one that came first goes first: a queue does
what a heap would do, in O(1) and without an entry for each. The few that do not fit
(settings were changed, or a FIN that came again restarted the clock) are the heap's.
"""

from typing import Final

from synfin.core.timers import NEVER
from synfin.host.records import HostTimeWait

COMPACT_AT: Final = 1024
"""The queue is not swept below this size."""


class ExpiryQueue:
    """Records in the order of their :attr:`~HostTimeWait.armed`. Those whose ``armed`` is
    NEVER are gone, and are left out when their turn comes, or when they are too many."""

    def __init__(self) -> None:
        self._records: list[HostTimeWait] = []
        self._head: int = 0
        self._latest: int = 0
        """When the last of them expires."""
        self._limit: int = COMPACT_AT

    def __len__(self) -> int:
        return len(self._records) - self._head

    def add(self, record: HostTimeWait) -> bool:
        """Queue ``record`` if it expires no sooner than all others; else False."""
        if record.armed < self._latest and self.due() < NEVER:
            return False
        self._latest = record.armed
        self._records.append(record)
        if len(self._records) > self._limit:
            self._sweep()
        return True

    def due(self) -> int:
        """When the first expires, ns; NEVER if there is none."""
        records = self._records
        while self._head < len(records):
            due = records[self._head].armed
            if due < NEVER:
                return due
            self._head += 1
        if records:
            self._records = []
            self._head = 0
        return NEVER

    def take(self) -> HostTimeWait:
        """Remove and return the first; there is one, as :meth:`due` has told."""
        record = self._records[self._head]
        self._head += 1
        record.armed = NEVER
        if self._head > 64 and 2 * self._head > len(self._records):
            del self._records[: self._head]
            self._head = 0
        return record

    def _sweep(self) -> None:
        """Keep those that still count. Each sweep is paid for by as many additions."""
        records = self._records
        kept: list[HostTimeWait] = []
        for index in range(self._head, len(records)):
            if records[index].armed < NEVER:
                kept.append(records[index])
        self._records = kept
        self._head = 0
        self._limit = max(COMPACT_AT, 2 * len(kept))
