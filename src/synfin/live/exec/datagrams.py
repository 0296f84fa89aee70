"""UDP at the far end: each client's datagrams go to the service by a real socket of its own,
and the answers come back."""

import select
import socket
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from synfin.host import constants
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.live.exec.listening import loopback_target

if TYPE_CHECKING:
    from synfin.live.exec.link import RealLink

MAX_SIZE: Final = 65_535
BATCH: Final = 64
"""Datagrams taken from one socket at a turn."""
MOST_FLOWS: Final = 512
"""Clients remembered; the one that began first is forgotten for a new one."""

Client = tuple[str, int, int]
"""The client's address and port, the service's port."""


class Datagrams:
    """The far end's UDP sockets and the real ones behind them."""

    def __init__(self, link: "RealLink", host: Host, address: str) -> None:
        self.link = link
        self.host = host
        self.address = address
        self._ports: dict[int, Socket] = {}
        self._flows: dict[Client, socket.socket] = {}

    def prepare(self, port: int) -> None:
        """A datagram for ``port`` is here: there is a socket exactly if the machine's
        loopback has one. Without it the far end answers by ICMP, port unreachable."""
        near = self._ports.get(port)
        if not loopback_target(port, socket.IPPROTO_UDP):
            if near is not None:
                del self._ports[port]
                near.close()
        elif near is None:
            near = self.host.socket(constants.SOCK_DGRAM)
            near.bind((self.address, port))
            self._ports[port] = near

    def ready(self, sock: Socket) -> None:
        """News of one of the far end's UDP sockets."""
        for port, near in self._ports.items():
            if near is sock:
                self._outward(port, near)
                return

    def _outward(self, port: int, near: Socket) -> None:
        while near.readable():
            try:
                data, (address, source) = near.recvfrom(MAX_SIZE)
            except OSError:
                return
            flow = self._flow((address, source, port))
            if flow is not None:
                with suppress(OSError):  # lost, as a datagram may be
                    flow.send(data)

    def _flow(self, client: Client) -> socket.socket | None:
        found = self._flows.get(client)
        if found is not None:
            return found
        target = loopback_target(client[2], socket.IPPROTO_UDP)
        if not target:
            return None
        if len(self._flows) >= MOST_FLOWS:
            self._forget(next(iter(self._flows)))
        family = socket.AF_INET6 if ":" in target else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.connect((target, client[2]))
        self._flows[client] = made
        self.link.watch(made.fileno(), select.EPOLLIN, partial(self._inward, client))
        return made

    def _inward(self, client: Client, _events: int) -> None:
        """The service has answered."""
        address, source, port = client
        near = self._ports.get(port)
        for _ in range(BATCH):
            try:
                data = self._flows[client].recv(MAX_SIZE)
            except BlockingIOError:
                break
            except OSError:  # nobody is there any more
                self._forget(client)
                break
            if near is not None:
                with suppress(OSError):
                    near.sendto(data, (address, source))
        self.link.service()

    def _forget(self, client: Client) -> None:
        flow = self._flows.pop(client)
        self.link.forget(flow.fileno())
        flow.close()

    def close(self) -> None:
        """Lets go of the real sockets."""
        for client in list(self._flows):
            self._forget(client)
