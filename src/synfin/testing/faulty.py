"""The faults of a :class:`~synfin.testing.net.Net`."""

from collections.abc import Iterable

from synfin.core.problems import Problem
from synfin.testing.base import Base
from synfin.testing.disturbing import Faults, When, fault_text, transit
from synfin.testing.values import Duration

Side = str | Iterable[str]


class Faulty(Base):
    """Each method puts something wrong in force at once and hands back what ends it: a
    context manager, a decorator, an object with ``stop()``. Which packets are meant is
    said by a direction (``"client > api"``, ``"* > api"``, ``"*"``) and by
    :class:`~synfin.testing.disturbing.When`. Packets count from the call on."""

    def drop(
        self,
        way: str,
        *,
        flags: str = "*",
        nth: int | None = None,
        count: int | None = None,
        after: str = "",
        seq: int | tuple[int, int] | None = None,
        p: float | None = None,
    ) -> Faults:
        """They are lost: ``net.drop("client > api", flags="S", count=2)``."""
        return self._fault(way, When(flags, nth, count, after, seq, p), "drop")

    def delay(
        self,
        way: str,
        time: Duration,
        *,
        flags: str = "*",
        nth: int | None = None,
        count: int | None = None,
        after: str = "",
        seq: int | tuple[int, int] | None = None,
        p: float | None = None,
    ) -> Faults:
        """They take ``time`` from end to end, whatever the links say."""
        when = When(flags, nth, count, after, seq, p)
        return self._fault(way, when, f"delay={transit(time)}")

    def duplicate(
        self,
        way: str,
        *,
        time: Duration | None = None,
        flags: str = "*",
        nth: int | None = None,
        count: int | None = None,
        after: str = "",
        seq: int | tuple[int, int] | None = None,
        p: float | None = None,
    ) -> Faults:
        """A copy of each follows: at once, or in transit for ``time``."""
        when = When(flags, nth, count, after, seq, p)
        return self._fault(way, when, "dup" if time is None else f"dup={transit(time)}")

    def reorder(
        self,
        way: str,
        *,
        flags: str = "*",
        nth: int | None = None,
        count: int | None = None,
        after: str = "",
        seq: int | tuple[int, int] | None = None,
        p: float | None = None,
    ) -> Faults:
        """Each leaves after the next packet of its direction (at the latest 200 ms later)."""
        return self._fault(way, When(flags, nth, count, after, seq, p), "reorder")

    def corrupt(
        self,
        way: str,
        *,
        flags: str = "*",
        nth: int | None = None,
        count: int | None = None,
        after: str = "",
        seq: int | tuple[int, int] | None = None,
        p: float | None = None,
    ) -> Faults:
        """One bit of each flips on the way, so that its checksum fails."""
        return self._fault(way, When(flags, nth, count, after, seq, p), "corrupt")

    def edit(
        self,
        way: str,
        change: str,
        *,
        flags: str = "*",
        nth: int | None = None,
        count: int | None = None,
        after: str = "",
        seq: int | tuple[int, int] | None = None,
        p: float | None = None,
    ) -> Faults:
        """A middlebox that changes a field and mends the checksum: ``change`` is
        ``"win=0"``, ``"mss=536"``, ``"flags=RST"``, ``"seq=+1"`` … as in the fault language."""
        return self._fault(way, When(flags, nth, count, after, seq, p), f"set {change}")

    def fault(self, text: str) -> Faults:
        """A fault in the lab's language: ``net.fault("client>api SYN nth=1-2 drop")``."""
        return Faults(self, [text])

    def partition(self, side: Side, *others: Side) -> Faults:
        """No packet passes between the sides until ``heal()`` or the end of the block. A side
        is a host or several; one side alone is cut off from all other hosts. What is on
        its way when it begins still arrives."""
        sides = [_side(one) for one in (side, *others)]
        named = {name for one in sides for name in one}
        for name in sorted(named):
            self.sim(name)
        if len(sides) == 1:
            sides.append([name for name in self.hosts if name not in named])
        if len(named) < sum(len(set(one)) for one in sides[: 1 + len(others)]):
            raise Problem("net.partition", "a host stands on two sides of the partition")
        texts = [
            f"{a}>{b} * drop"
            for index, one in enumerate(sides)
            for other in sides[:index] + sides[index + 1 :]
            for a in one
            for b in other
        ]
        shown = " | ".join("+".join(one) for one in sides)
        return Faults(self, texts, f"partition {shown}")

    def _fault(self, way: str, when: When, action: str) -> Faults:
        self.way(way)
        return Faults(self, [fault_text(way, when, action)])


def _side(side: Side) -> list[str]:
    return [side] if isinstance(side, str) else list(side)
