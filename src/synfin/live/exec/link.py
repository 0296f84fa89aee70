"""The link of ``synfin exec``: two hosts of a network in real time (:mod:`synfin.tun.realtime`).

The client's end is a TUN device; the server's is another one, or synfin's own TCP before the
machine's loopback services (:mod:`synfin.live.exec.relay`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from synfin.core.events import Observer
from synfin.core.settings import LINUX, Settings
from synfin.host.host import Host
from synfin.live.exec.relay import Far, Relay
from synfin.sim.host import Engine
from synfin.tun.realtime import Link, RealTime

CLIENT: Final = "client"
SERVER: Final = "server"
ADDRESSES: Final = {CLIENT: "10.77.0.1", SERVER: "10.77.0.2"}
PREFIX: Final = 24


@dataclass(frozen=True)
class LinkWish(Link):
    """How the link shall be, and what is at its far end; ``mtu`` in octets."""

    mtu: int = 1500
    settings: Settings = field(default=LINUX)
    """TCP at the far end, where synfin answers for the machine's services."""
    reasons: bool = False
    """What the far end sends bears the rule that made it send."""


class RealLink(RealTime):
    """Carries packets between the device ``client`` and the device ``server``, or, where
    that is None, the machine's loopback services. Raises ValueError for a bad fault.

    ``net.tap`` takes watchers.
    """

    def __init__(self, wish: LinkWish, client: int, server: int | None = None) -> None:
        devices = {CLIENT: client} if server is None else {CLIENT: client, SERVER: server}
        self.relay: Relay | None = None
        self._watcher = Observer() if wish.reasons else None
        super().__init__(devices, wish.seed, self._make_far)
        for name, address in ADDRESSES.items():
            self.net.add_host(name, f"{address}/{PREFIX}", settings=wish.settings)
        wish.join(self.net, CLIENT, SERVER, wish.mtu)
        self.begin()

    def _make_far(
        self,
        name: str,
        settings: Settings,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        observer: Observer | None,
    ) -> Engine:
        far = Host(name, settings, clock, random, observer or self._watcher)
        self.relay = Relay(self, far, ADDRESSES[name])
        return Far(far, self.relay)

    def close(self) -> None:
        """Ends the relayed connections, too."""
        if self.relay is not None:
            self.relay.close()
        super().close()

    def service(self) -> None:
        """After calls to the far end's sockets: what it has to send leaves."""
        self.catch_up()
        self.net.host(SERVER).service()

    def idle(self, quiet: int) -> bool:
        """Nothing is on the way, and nothing more is to be expected: no connection of the
        far end is open, or (where that is a kernel, too) none has sent for ``quiet`` ns."""
        if self.in_flight():
            return False
        if self.relay is not None:
            return self.relay.idle()
        return self.real() - self.last_sent >= quiet


def names() -> dict[str, str]:
    """Host name -> address, as the programs' /etc/hosts has them."""
    return {SERVER: ADDRESSES[SERVER], CLIENT: ADDRESSES[CLIENT]}
