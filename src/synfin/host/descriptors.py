"""Numbers for descriptors: the lowest that is free, as POSIX wants it (open(2), socket(2))."""

from heapq import heappop, heappush


class Numbers:
    """Numbers from ``first`` on. What was never given out begins at one mark; below it the
    freed ones stand in a heap: O(log n) each, however many are in use."""

    def __init__(self, first: int) -> None:
        self._fresh: int = first
        self._freed: list[int] = []

    def take(self) -> int:
        """The lowest free one."""
        if self._freed:
            return heappop(self._freed)
        self._fresh += 1
        return self._fresh - 1

    def give(self, number: int) -> None:
        """``number``, which was taken, is free again."""
        heappush(self._freed, number)
