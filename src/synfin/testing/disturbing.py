"""Faults in force: started by a call, ended by ``with``, ``.stop()`` or the end of the test."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar, cast

from synfin.core.problems import Problem
from synfin.lab.values import show_time
from synfin.sim.fault import Fault
from synfin.sim.faults import parse_fault
from synfin.testing import values
from synfin.testing.base import Base
from synfin.testing.values import Duration

P = ParamSpec("P")
T = TypeVar("T")


class Disturbance(ABC):
    """Something wrong with the network from now on. As a context manager or decorator it
    ends with the block or function; else it lasts, unless :meth:`stop` is called."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """As a decorator: in force while ``function`` (async or not) runs, and only then."""
        self.stop()
        if iscoroutinefunction(function):

            @wraps(function)
            async def later(*args: P.args, **kwargs: P.kwargs) -> object:
                self.start()
                with self:
                    return await function(*args, **kwargs)

            return cast("Callable[P, T]", later)

        @wraps(function)
        def now(*args: P.args, **kwargs: P.kwargs) -> T:
            self.start()
            with self:
                return function(*args, **kwargs)

        return now

    @abstractmethod
    def start(self) -> None:
        """In force (again). Does nothing where it is."""

    @abstractmethod
    def stop(self) -> None:
        """No longer in force. Does nothing the second time."""

    def heal(self) -> None:
        """The same as :meth:`stop`."""
        self.stop()


class Faults(Disturbance):
    """Faults by segment. ``acted`` is how often they did something."""

    def __init__(self, net: Base, texts: list[str], name: str = "") -> None:
        self._net: Final = net
        self._network: Final = net.network
        self.faults: Final[list[Fault]] = []
        for text in texts:
            fault = parse_fault(text)
            fault.text = name or fault.text
            self.faults.append(fault)
        self.start()

    @property
    def acted(self) -> int:
        """How often they did something so far."""
        return sum(fault.acted for fault in self.faults)

    def start(self) -> None:
        """See :class:`Disturbance`; counts begin at 0."""
        for fault in self.faults:
            if fault not in self._network.faults:
                self._network.add_fault(fault)
                self._net.script(fault.selector.luck, fault.text)

    def stop(self) -> None:
        """See :class:`Disturbance`."""
        for fault in self.faults:
            if fault in self._network.faults:
                self._network.faults.remove(fault)

    def __repr__(self) -> str:
        return f"<faults {', '.join(dict.fromkeys(str(f) for f in self.faults))}>"


class When:
    """Which of the packets of a direction: what all methods of :class:`Net` that name a
    fault take beside it.

    - ``flags``: see :func:`synfin.testing.values.kind`; ``*`` is every packet;
    - ``nth``: the first one meant, 1 or more; ``count``: how many from there on (1 where
      ``nth`` is given, else all);
    - ``after``: count only once such a packet has passed in either direction;
    - ``seq``: an octet, or a range ``(first, last)``, counted from the ISN;
    - ``p``: the chance of each, seeded.
    """

    def __init__(
        self,
        flags: str = "*",
        nth: int | None = None,
        count: int | None = None,
        after: str = "",
        seq: int | tuple[int, int] | None = None,
        p: float | None = None,
    ) -> None:
        for name, number in (("nth", nth), ("count", count)):
            if number is not None and (isinstance(number, bool) or number < 1):
                raise Problem(
                    "net.counted", "{name} is 1 or more, not {word}", name=name, word=repr(number)
                )
        words = [values.kind(flags)]
        if nth is not None or count is not None:
            first = nth or 1
            last = first + (count or 1) - 1
            words.append(f"nth={first}-{last}" if last > first else f"nth={first}")
        if after:
            words.append(f"after={values.kind(after)}")
        if seq is not None:
            low, high = seq if isinstance(seq, tuple) else (seq, seq)
            words.append(f"seq={low}-{high}")
        if p is not None:
            words.append(f"p={values.probability('p', p)}")
        self.text: Final = " ".join(words)


def fault_text(way: str, when: When, action: str) -> str:
    """A fault in the fault language."""
    source, target = values.direction(way)
    return f"{source}>{target} {when.text} {action}"


def transit(time: Duration) -> str:
    """A span of time in the fault language."""
    return show_time(values.duration(time)) + "s"
