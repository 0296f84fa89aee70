"""What the event loop needs of the world below: hosts, a clock, and waiting.

The simulator (:mod:`synfin.aio.simdriver`, virtual time), a TUN device
(:mod:`synfin.aio.over_tun`, real time) and the interpreter of a host that has its own
(:mod:`synfin.aio.child`) implement it. Times are ns.
"""

from abc import ABC, abstractmethod
from typing import Final

from synfin.aio.errors import Fenced
from synfin.host.host import Host
from synfin.host.sockets import Socket

READ: Final = 1
WRITE: Final = 2
"""Interest and readiness of a descriptor; the numbers of :mod:`selectors`."""


class Readiness(ABC):
    """Whoever is told what became ready: the selector."""

    @abstractmethod
    def socket_ready(self, sock: Socket) -> None:
        """The readiness of ``sock`` changed; only now is it worth a look."""

    @abstractmethod
    def descriptor_ready(self, fd: int, events: int) -> None:
        """The real descriptor ``fd`` is ready for ``events``."""


class Driver(ABC):
    """Base class of all. ``readiness`` is set by the selector before anything runs."""

    real_time: bool = False
    """False: time passes only in :meth:`wait`, and threads would be a source of chance."""

    readiness: Readiness

    @abstractmethod
    def now(self) -> int:
        """ns since the beginning."""

    @abstractmethod
    def engine(self, host: str) -> Host:
        """The kernel of ``host``, of its present boot. KeyError for no such host."""

    @abstractmethod
    def hosts(self) -> list[str]:
        """The names of all hosts on which programs may run."""

    @abstractmethod
    def names(self) -> dict[str, list[str]]:
        """Names that the DNS knows, each with its addresses."""

    @abstractmethod
    def touched(self, host: str) -> None:
        """A program made calls on a socket of ``host``: what it sends leaves before time
        passes."""

    @abstractmethod
    def flush(self) -> None:
        """Look after the hosts that were touched, without letting time pass."""

    @abstractmethod
    def wait(self, until: int | None) -> bool:
        """Let time pass until something became ready or ``until`` (None: for ever); may
        return early. False: nothing can ever happen."""

    def watch(self, fd: int, events: int) -> None:
        """Tell :attr:`readiness` when the real descriptor ``fd`` is ready for ``events``;
        again with other events changes them."""
        raise Fenced(
            f"descriptor {fd} is a real one (a file, a pipe, or a socket made outside the run): "
            "nothing in virtual time can wait for it"
        )

    def unwatch(self, fd: int) -> None:
        """No more of :meth:`watch`."""
        return  # where that refuses there is nothing to end

    def close(self) -> None:
        """The loop is done."""
        return  # who holds nothing of the system's has nothing to give back
