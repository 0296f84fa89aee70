"""What the event loop needs of the world below: hosts, a clock, and waiting.

Two things implement it: the simulator (:mod:`synfin.aio.simulated`, virtual time) and a TUN
device (real time). Times are ns.
"""

from typing import Final

from synfin.aio.errors import Fenced
from synfin.host.host import Host
from synfin.host.sockets import Socket

READ: Final = 1
WRITE: Final = 2
"""Interest and readiness of a descriptor; the numbers of :mod:`selectors`."""


class Readiness:
    """Whoever is told what became ready: the selector."""

    def socket_ready(self, sock: Socket) -> None:
        """The readiness of ``sock`` changed; only now is it worth a look."""
        raise NotImplementedError

    def descriptor_ready(self, fd: int, events: int) -> None:
        """The real descriptor ``fd`` is ready for ``events``."""
        raise NotImplementedError


class Driver:
    """Base class of both. ``readiness`` is set by the selector before anything runs."""

    real_time: bool = False
    """False: time passes only in :meth:`wait`, and threads would be a source of chance."""

    def __init__(self) -> None:
        self.readiness: Readiness = Readiness()

    def now(self) -> int:
        """ns since the beginning."""
        raise NotImplementedError

    def engine(self, host: str) -> Host:
        """The kernel of ``host``, of its present boot. KeyError for no such host."""
        raise NotImplementedError

    def hosts(self) -> list[str]:
        """The names of all hosts on which programs may run."""
        raise NotImplementedError

    def names(self) -> dict[str, list[str]]:
        """Names that the DNS knows, each with its addresses."""
        raise NotImplementedError

    def touched(self, host: str) -> None:
        """A program made calls on a socket of ``host``: what it sends leaves before time
        passes."""
        raise NotImplementedError

    def flush(self) -> None:
        """Look after the hosts that were touched, without letting time pass."""
        raise NotImplementedError

    def wait(self, until: int | None) -> bool:
        """Let time pass until something became ready or ``until`` (None: for ever); may
        return early. False: nothing can ever happen."""
        raise NotImplementedError

    def watch(self, fd: int, events: int) -> None:
        """Tell :attr:`readiness` when the real descriptor ``fd`` is ready for ``events``;
        again with other events changes them."""
        raise Fenced(
            f"descriptor {fd} is a real one (a file, a pipe, or a socket made outside the run): "
            "nothing in virtual time can wait for it"
        )

    def unwatch(self, fd: int) -> None:
        """No more of :meth:`watch`."""

    def close(self) -> None:
        """The loop is done."""
