"""The far end: synfin's own TCP on the link, the machine's loopback services behind it.

A SYN to a port on which nobody listens on the machine is refused as the machine would;
to any other port the far end listens, and each connection it accepts is continued by a
real socket to the service. What ends one side ends the other in the same way: FIN for
FIN, RST for RST.
"""

import select
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from synfin.core.errno import EAGAIN, EINPROGRESS
from synfin.host import constants
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.live.exec.datagrams import Datagrams
from synfin.live.exec.listening import loopback_target
from synfin.wire.ip import PROTO_UDP, Packet, decode_packet
from synfin.wire.malformed import Malformed
from synfin.wire.tcp import ACK, SYN, Segment
from synfin.wire.udp import Datagram

if TYPE_CHECKING:
    from synfin.live.exec.link import RealLink

PIECE: Final = 1 << 16
ROUNDS: Final = 8
"""Pieces that one connection may copy at a turn."""
BACKLOG: Final = 1024
RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: close() sends a RST."""


class Far:
    """The far end's engine, looked after before it sees a SYN."""

    def __init__(self, host: Host, relay: "Relay") -> None:
        self.host = host
        self.relay = relay

    def add_address(self, addr: bytes, prefix_len: int = 24, mtu: int = 1500) -> None:
        """See :class:`synfin.sim.host.Engine`."""
        self.host.add_address(addr, prefix_len, mtu)

    def receive(self, packet: Packet, now: int) -> None:
        """A packet arrived."""
        body = packet.body
        if isinstance(body, Segment):
            if body.flags & (SYN | ACK) == SYN:
                self.relay.prepare(body.dst_port)
        elif isinstance(body, Datagram):
            self.relay.datagrams.prepare(body.dst_port)
        elif isinstance(body, bytes) and packet.proto == PROTO_UDP and not packet.frag_offset:
            # The first fragment has the header: who is meant is known before the last one.
            self.relay.datagrams.prepare(int.from_bytes(body[2:4], "big"))
        self.host.receive(packet, now)

    def receive_bytes(self, data: bytes, now: int) -> None:
        """Octets arrived."""
        packet = decode_packet(data)
        if isinstance(packet, Malformed):
            self.host.receive_bytes(data, now)
        else:
            self.receive(packet, now)

    def tick(self, now: int) -> None:
        """Timers may be due."""
        self.host.tick(now)

    def deadline(self) -> int:
        """When :meth:`tick` is wanted."""
        return self.host.deadline()

    def poll(self, now: int, budget: int = 64) -> list[Packet]:
        """What to send now."""
        return self.host.poll(now, budget)

    def take_ready(self) -> list[object]:
        """Sockets with news: they are served here."""
        sockets = self.host.take_ready()
        for sock in sockets:
            self.relay.ready(sock)
        return list(sockets)


class Relay:
    """The far end's sockets and the real ones behind them."""

    def __init__(self, link: "RealLink", host: Host, address: str) -> None:
        self.link = link
        self.host = host
        self.address = address
        self._listeners: dict[int, Socket] = {}
        self._pairs: dict[Socket, Pair] = {}
        self.datagrams = Datagrams(link, host, address)
        self.relayed = 0
        """Connections that reached a service."""

    def prepare(self, port: int) -> None:
        """A SYN for ``port`` is here: listens exactly if somebody does on the machine."""
        listener = self._listeners.get(port)
        if not loopback_target(port):
            if listener is not None:
                del self._listeners[port]
                listener.close()
        elif listener is None:
            listener = self.host.socket()
            listener.setsockopt(constants.SOL_SOCKET, constants.SO_REUSEADDR, 1)
            listener.bind((self.address, port))
            listener.listen(BACKLOG)
            self._listeners[port] = listener

    def ready(self, sock: Socket) -> None:
        """News of one of the far end's sockets."""
        pair = self._pairs.get(sock)
        if pair is not None:
            pair.pump()
            return
        if sock.type == constants.SOCK_DGRAM:
            self.datagrams.ready(sock)
            return
        for port, listener in self._listeners.items():
            if listener is sock:
                self._accept(port, listener)
                return

    def _accept(self, port: int, listener: Socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError as error:
                if error.errno == EAGAIN:
                    return
                continue
            # Nagle's choices are the service's, on its own socket.
            near.setsockopt(constants.IPPROTO_TCP, constants.TCP_NODELAY, 1)
            pair = Pair(self, near)
            self._pairs[near] = pair
            pair.begin(port)

    def ended(self, pair: "Pair") -> None:
        """``pair`` has closed both its sockets."""
        self._pairs.pop(pair.near, None)

    def idle(self) -> bool:
        """No connection of the far end waits for anything but its TIME-WAIT."""
        over = ("LISTEN", "TIME-WAIT", "CLOSED")
        return not self._pairs and all(c.state in over for c in self.host.connections())

    def close(self) -> None:
        """Resets what is left; the services see it."""
        for pair in list(self._pairs.values()):
            pair.reset()
        self.datagrams.close()


class Pair:
    """One connection on the link (``near``) and its continuation (``far``)."""

    def __init__(self, relay: Relay, near: Socket) -> None:
        self.relay = relay
        self.near = near
        self.far: socket.socket | None = None
        self._to_far = b""
        self._to_near = b""
        self._near_end = False
        self._far_end = False
        self._near_shut = False
        self._far_shut = False
        self._connecting = True
        self._watched = 0

    def begin(self, port: int) -> None:
        """Connects to the service."""
        target = loopback_target(port)
        if not target:
            self.reset()
            return
        self.far = socket.socket(socket.AF_INET6 if ":" in target else socket.AF_INET)
        self.far.setblocking(False)
        number = self.far.connect_ex((target, port))
        if number not in (0, EINPROGRESS):
            self.reset()
            return
        self._watch(select.EPOLLOUT)

    def news(self, events: int) -> None:
        """Of the real socket."""
        far = self.far
        assert far is not None
        if self._connecting:
            if far.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self.reset()
                self.relay.link.service()
                return
            if not events & select.EPOLLOUT:
                return
            self._connecting = False
            self.relay.relayed += 1
            far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pump()
        self.relay.link.service()

    def pump(self) -> None:
        """Copies both ways what goes now; an error on one side resets the other."""
        if self._connecting or self.far is None:
            return
        try:
            for _ in range(ROUNDS):
                moved = self._outward(self.far)
                if not (self._inward(self.far) or moved):
                    break
        except OSError:
            self.reset()
            return
        if self._near_shut and self._far_shut:
            self._close()
        else:
            wanted = 0 if self._to_near or self._far_end else select.EPOLLIN
            self._watch(wanted | (select.EPOLLOUT if self._to_far else 0))

    def _outward(self, far: socket.socket) -> bool:
        """From the link to the service; whether anything moved."""
        if not self._to_far and not self._near_end:
            try:
                self._to_far = self.near.recv(PIECE)
                self._near_end = not self._to_far
            except BlockingIOError:
                return False
        if self._to_far:
            try:
                self._to_far = self._to_far[far.send(self._to_far) :]
            except BlockingIOError:
                return False
            return True
        if self._near_end and not self._far_shut:
            self._far_shut = True
            far.shutdown(socket.SHUT_WR)
        return False

    def _inward(self, far: socket.socket) -> bool:
        """From the service to the link; whether anything moved."""
        if not self._to_near and not self._far_end:
            try:
                self._to_near = far.recv(PIECE)
                self._far_end = not self._to_near
            except BlockingIOError:
                return False
        if self._to_near:
            try:
                self._to_near = self._to_near[self.near.send(self._to_near) :]
            except BlockingIOError:
                return False
            return True
        if self._far_end and not self._near_shut:
            self._near_shut = True
            self.near.shutdown(constants.SHUT_WR)
        return False

    def _watch(self, events: int) -> None:
        if self.far is None or events == self._watched:
            return
        self._watched = events
        if events:
            self.relay.link.watch(self.far.fileno(), events, self.news)
        else:  # or epoll would go on telling of a hang-up
            self.relay.link.forget(self.far.fileno())

    def reset(self) -> None:
        """Ends both sides by RST."""
        with suppress(OSError):
            self.near.setsockopt(constants.SOL_SOCKET, constants.SO_LINGER, RESET)
        if self.far is not None:
            with suppress(OSError):
                self.far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._close()

    def _close(self) -> None:
        with suppress(OSError):
            self.near.close()
        if self.far is not None:
            self.relay.link.forget(self.far.fileno())
            self.far.close()
        self.relay.ended(self)
