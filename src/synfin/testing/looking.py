"""What a :class:`~synfin.testing.net.Net` lets a test look at: sockets, packets, counters."""

from synfin.host.host import Host as Engine
from synfin.testing import values
from synfin.testing.base import Base
from synfin.testing.capture import Counters, Packet
from synfin.testing.expecting import unmet
from synfin.testing.sockets import SsRow, rows_of, state_of
from synfin.testing.values import Duration


class Looking(Base):
    """Assertions in TCP's own words; they look at what has happened up to now."""

    def ss(
        self,
        host: str = "",
        *,
        state: str = "",
        port: int | None = None,
        peer: str = "",
    ) -> list[SsRow]:
        """The TCP sockets of ``host`` (or of all hosts) as ``ss -tano`` shows them;
        ``net.ss("api", state="CLOSE-WAIT") == []``. ``port`` is the local or the peer's;
        ``peer`` a host's name. Sockets closed by the program but not by TCP are listed, too."""
        self.settled()
        names = [host] if host else list(self.hosts)
        rows: list[SsRow] = []
        for name in names:
            sim = self.sim(name)
            if sim.up and isinstance(sim.engine, Engine):  # not one in a process of its own
                rows += rows_of(name, sim.engine, self.network.now)
        if state:
            wanted = state_of(state)
            rows = [row for row in rows if row.state == wanted]
        if port is not None:
            rows = [row for row in rows if port in (row.port, row.peer_port)]
        if peer:
            address = self.known(peer).address
            rows = [row for row in rows if row.peer.rpartition(":")[0].strip("[]") == address]
        return rows

    def packets(
        self, way: str = "*", flags: str = "*", *, within: Duration | None = None
    ) -> list[Packet]:
        """What was sent in a direction, of a kind (``S``, ``SA``, ``R``, ``DATA`` …; as in
        :meth:`drop`), lost or not; ``within`` the last so many seconds."""
        self.settled()
        since = -(1 << 62) if within is None else self.network.now - values.duration(within)
        self.way(way)
        return list(self.capture.find(way, flags, since))

    def expect(
        self,
        way: str,
        flags: str = "*",
        *,
        count: int | None = None,
        within: Duration | None = None,
    ) -> list[Packet]:
        """Asserts that such packets were sent (at least one, or exactly ``count``; 0: none),
        and returns them. ``within``: only in the last so many seconds count. Raises
        AssertionError that lists what was sent instead."""
        __tracebackhide__ = True
        found = self.packets(way, flags, within=within)
        if found if count is None else len(found) == count:
            return found
        wanted = "1+" if count is None else str(count)
        since = None if within is None else max(self.now - values.duration(within) / 1e9, 0.0)
        raise AssertionError(unmet(self.capture, way, flags, found, wanted, since))

    def counters(self, way: str = "*") -> Counters:
        """Packets, octets, retransmissions, SYNs, FINs, resets and losses of a direction."""
        self.settled()
        return self.capture.counters(*self.way(way))
