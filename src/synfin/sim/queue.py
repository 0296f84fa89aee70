"""The event queue, ordered by (time, priority, order of scheduling).

Each priority has a heap of its own, in which the items stand themselves: no entry is
made beside them, and what is compared are plain numbers. Items that come in order one
behind the other (packets on a link) form a :class:`Lane`: only the first of them stands
in the heap.
"""

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
    """Something that happens at a time; it stands in the queue once at most."""

    def __init__(self) -> None:
        self.time: int = 0
        """When it happens, ns."""
        self.serial: int = 0
        """Its place among those of the same time and priority."""
        self.queued: bool = False
        """It is in the queue."""
        self.follower: Item | None = None
        """The next one of its lane."""
        self.lane: Lane | None = None

    def stale(self, time: int) -> bool:
        """True when the entry at ``time`` no longer means anything (a timer that was
        moved). Asked before virtual time moves; may be asked again."""
        return False

    def dropped(self, time: int) -> None:
        """The stale entry at ``time`` was taken out of the queue."""

    def fire(self) -> None:
        """It happens now."""
        raise NotImplementedError  # each kind says what; mypyc calls through a plain base class


class Lane:
    """Items that happen in the order in which they are scheduled."""

    def __init__(self) -> None:
        self.last: Item | None = None


class EventQueue:
    """O(log n) per entry, O(1) behind another one of its lane; entries of equal time and
    priority keep their order."""

    def __init__(self) -> None:
        self._arrivals: list[Item] = []
        self._timers: list[Item] = []
        self._calls: list[Item] = []
        self._call_lane: Lane = Lane()
        """Programs mostly make their calls in the order of time, too."""
        self._next: list[Item] = self._arrivals
        """The heap in which :meth:`first` found the first event."""
        self._serial: int = 0
        self._count: int = 0

    def __len__(self) -> int:
        return self._count

    def push(self, time: int, priority: int, item: Item) -> None:
        """``item`` shall happen at ``time`` (ns)."""
        if priority == CALL:
            self._push_behind(time, item, self._calls, self._call_lane)
            return
        self._number(time, item, None)
        _insert(self._arrivals if priority == ARRIVAL else self._timers, item)

    def push_arrival(self, time: int, item: Item, lane: Lane) -> None:
        """``item`` arrives at ``time`` (ns), usually not before the last one of ``lane``."""
        self._push_behind(time, item, self._arrivals, lane)

    def _push_behind(self, time: int, item: Item, heap: list[Item], lane: Lane) -> None:
        last = lane.last
        if last is not None and (last.lane is not lane or not last.queued):
            last = None  # it has left
        self._number(time, item, lane)
        if last is None or last.time <= time:
            lane.last = item
        if last is not None and last.time <= time:
            last.follower = item
        else:
            _insert(heap, item)

    def _number(self, time: int, item: Item, lane: Lane | None) -> None:
        self._serial += 1
        self._count += 1
        item.time = time
        item.serial = self._serial
        item.queued = True
        item.lane = lane

    def first(self) -> Item | None:
        """The next event, which :meth:`pop` takes; None when nothing is left. Drops stale
        entries."""
        best: Item | None = None
        if self._arrivals:
            best = self._arrivals[0]
            self._next = self._arrivals
        while self._timers:
            timer = self._timers[0]
            if best is not None and best.time <= timer.time:
                break
            if not timer.stale(timer.time):
                best = timer
                self._next = self._timers
                break
            self._remove(self._timers)
            timer.dropped(timer.time)
        if self._calls:
            call = self._calls[0]
            if best is None or call.time < best.time:
                best = call
                self._next = self._calls
        return best

    def next_time(self) -> int:
        """When the next event happens, or :data:`NOTHING`. Drops stale entries."""
        item = self.first()
        return NOTHING if item is None else item.time

    def pop(self) -> Item:
        """Takes the first event; :meth:`first` or :meth:`next_time` must have found one."""
        return self._remove(self._next)

    def _remove(self, heap: list[Item]) -> Item:
        """The item at the top leaves; the next one of its lane takes its place."""
        item = heap[0]
        self._count -= 1
        item.queued = False
        follower = item.follower
        if follower is not None:
            item.follower = None
            _sift_down(heap, follower)
        else:
            last = heap.pop()
            if heap:
                _sift_down(heap, last)
        return item


def _insert(heap: list[Item], item: Item) -> None:
    """``item`` goes to its place, from the end upwards."""
    at = len(heap)
    heap.append(item)
    while at > 0:
        above = (at - 1) // 2
        other = heap[above]
        if not _before(item, other):
            break
        heap[at] = other
        at = above
    heap[at] = item


def _sift_down(heap: list[Item], item: Item) -> None:
    """``item`` goes to its place, from the top, which is free, downwards."""
    size = len(heap)
    at = 0
    below = 1
    while below < size:
        child = heap[below]
        if below + 1 < size:
            other = heap[below + 1]
            if _before(other, child):
                child = other
                below += 1
        if not _before(child, item):
            break
        heap[at] = child
        at = below
        below = 2 * at + 1
    heap[at] = item


def _before(one: Item, other: Item) -> bool:
    if one.time == other.time:
        return one.serial < other.serial
    return one.time < other.time
