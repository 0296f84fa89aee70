"""The event queue: a heap ordered by (time, priority, order of scheduling)."""

import heapq
from typing import Final

from synfin.core.interpreted import mypyc_attr

ARRIVAL: Final = 0
TIMER: Final = 1
CALL: Final = 2
"""Priorities: at equal times arrivals come before timers, timers before calls."""

NOTHING: Final = -(1 << 62)
"""What :meth:`EventQueue.next_time` says when nothing is left."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Item:
    """Something that happens at a time."""

    def __init__(self) -> None:
        pass

    def stale(self, time: int) -> bool:
        """True when the entry at ``time`` no longer means anything (a timer that was
        moved). Asked before virtual time moves; may be asked again."""
        return False

    def dropped(self, time: int) -> None:
        """The stale entry at ``time`` was taken out of the queue."""

    def fire(self) -> None:
        """It happens now."""
        raise NotImplementedError


class EventQueue:
    """O(log n) per entry; entries of equal time and priority keep their order."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, Item]] = []
        self._serial: int = 0

    def __len__(self) -> int:
        return len(self._heap)

    def push(self, time: int, priority: int, item: Item) -> None:
        """``item`` shall happen at ``time`` (ns)."""
        self._serial += 1
        heapq.heappush(self._heap, (time, priority, self._serial, item))

    def next_time(self) -> int:
        """When the next event happens, or :data:`NOTHING`. Drops stale entries."""
        heap = self._heap
        while heap:
            time, priority, _serial, item = heap[0]
            if priority != TIMER or not item.stale(time):
                return time
            heapq.heappop(heap)
            item.dropped(time)
        return NOTHING

    def pop(self) -> Item:
        """Takes the first event; :meth:`next_time` must have found one."""
        return heapq.heappop(self._heap)[3]
