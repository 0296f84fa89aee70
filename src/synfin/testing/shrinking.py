"""The smallest set of accidents with which a test still fails (delta debugging)."""

import time
from collections.abc import Callable, Hashable, Sequence
from typing import Final, Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Budget:
    """How many runs a search may make, and for how long (real seconds)."""

    def __init__(self, runs: int, seconds: float) -> None:
        self.left = runs
        self.made = 0
        self._end: Final = time.monotonic() + seconds

    def take(self) -> bool:
        """Whether one more run may be made; counts it."""
        if self.left <= 0 or time.monotonic() >= self._end:
            return False
        self.left -= 1
        self.made += 1
        return True


class Shrinker(Generic[T]):
    """Asks ``fails`` about ever smaller subsets, in the order of the items.

    A run may do other things once something is left out, so nothing is taken for granted:
    what is handed back has been seen to fail. ``minimal`` is True when leaving out any
    single one of it was tried and did not fail.
    """

    def __init__(self, fails: Callable[[Sequence[T]], bool], budget: Budget) -> None:
        self._fails: Final = fails
        self._budget: Final = budget
        self._known: Final[dict[tuple[T, ...], bool]] = {}
        self.minimal = False

    def shrink(self, items: Sequence[T]) -> list[T]:
        """A subset of ``items`` (all of which are known to fail together) that fails."""
        self._known[tuple(items)] = True
        rest = list(items)
        if self._try([]):
            self.minimal = True
            return []
        rest = self._halves(rest)
        self.minimal = all(
            self._known.get(tuple(rest[:i] + rest[i + 1 :])) is False for i in range(len(rest))
        )
        return rest

    def _halves(self, rest: list[T]) -> list[T]:
        """Leaves out chunks: halves, quarters … single ones, until none can go."""
        size = max(len(rest) // 2, 1)
        while rest:
            start = 0
            shrunk = False
            while start < len(rest):
                less = rest[:start] + rest[start + size :]
                if len(less) < len(rest) and less and self._try(less):
                    rest = less
                    shrunk = True
                else:
                    start += size
            if size == 1 and not shrunk:
                break
            if not shrunk:
                size = max(size // 2, 1)
            size = min(size, max(len(rest), 1))
        return rest

    def _try(self, items: list[T]) -> bool:
        key = tuple(items)
        if key not in self._known:
            if not self._budget.take():
                return False
            self._known[key] = self._fails(items)
        return self._known[key]
