"""Read buffers that are used again as soon as nobody looks at them (last in, first out).

A read hands out views of a buffer, not copies. Who keeps one (a connection with unread
text, an application) keeps the buffer with it, and the next read takes another: nothing
has to be given back. That somebody still looks is told by the buffer's reference count,
because every view holds its buffer.
"""

import sys
from typing import Final

FIRST_SWEEP: Final = 16
"""So many buffers may be away before they are looked through for free ones."""
LATEST: Final = 8
"""Of those that went away last so many are looked at by each read that needs another."""
MOST_FREE: Final = 128
"""Free buffers beyond this are given back to the C library: 8 MB of 64 KB each."""


def references(buffers: list[bytearray], index: int = -1) -> int:
    """How many references ``buffers[index]`` has, as this function sees it."""
    return sys.getrefcount(buffers[index])


ALONE: Final = references([bytearray(1)])
"""What :func:`references` says of a buffer that only its list knows."""


class Buffers:
    """Buffers of ``size`` octets; made when they are needed, so that what is held bounds
    how many there are."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.free: list[bytearray] = [bytearray(size)]
        """The last one is the one to be filled; it may be in use, the others are not."""
        self.away: list[bytearray] = []
        """Filled, and in use when they were looked at last; the latest is the last."""
        self._sweep_at = FIRST_SWEEP

    def top(self) -> bytearray:
        """The buffer to be filled next: the same as before if nobody looks at it."""
        free = self.free
        return free[-1] if references(free) == ALONE else self._another()

    def current(self) -> bytearray:
        """The buffer that was filled last."""
        return self.free[-1]

    def _another(self) -> bytearray:
        free, away = self.free, self.away
        away.append(free.pop())
        if self._latest():
            return free[-1]
        if not free:
            if len(away) >= self._sweep_at:
                self._sweep()
            if not free:
                free.append(bytearray(self.size))
        return free[-1]

    def _latest(self) -> bool:
        """Takes back one of the buffers that went away last, if one is free again: those
        are still in the processor's cache."""
        away = self.away
        count = len(away)
        for index in range(count - 2, max(count - 2 - LATEST, -1), -1):
            if references(away, index) == ALONE:
                self.free.append(away.pop(index))
                return True
        return False

    def _sweep(self) -> None:
        """Finds what is free again. Each is paid for by as many reads as there are buffers
        to look at, however many are held for long."""
        free, away, kept = self.free, self.away, []
        away.reverse()
        while away:
            if references(away) == ALONE:
                free.append(away.pop())
            else:
                kept.append(away.pop())
        self.away = kept
        self._sweep_at = FIRST_SWEEP + 2 * len(kept)
        del free[:-MOST_FREE]
