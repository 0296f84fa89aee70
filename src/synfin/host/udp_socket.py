"""One UDP socket's state, and the ports and groups that sockets share.

The surface is described in :mod:`synfin.host.udp`.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from synfin.core import errno
from synfin.core.errors import NetworkError
from synfin.core.settings import Settings
from synfin.host.addresses import Addresses
from synfin.host.icmp import ends_udp
from synfin.wire.address import is_multicast, is_unspecified
from synfin.wire.ip import PROTO_UDP, Packet
from synfin.wire.udp import HEADER_LEN, MAX_PAYLOAD_V4, MAX_PAYLOAD_V6, Datagram

ALL_HOSTS_V4: Final = bytes((224, 0, 0, 1))
ALL_NODES_V6: Final = bytes.fromhex("ff020000000000000000000000000001")

MAX_GROUPS: Final = 20
"""Groups that one socket may join (Linux igmp_max_memberships); then ENOBUFS."""


class Received:
    """One datagram as it was sent: its payload, whence, and to which address."""

    def __init__(self, data: bytes, src: bytes, src_port: int, dst: bytes) -> None:
        self.data: bytes = data
        self.src: bytes = src
        self.src_port: int = src_port
        self.dst: bytes = dst


class Sent:
    """What a send did: an error number, or packets. ``loop`` holds the copies of a
    broadcast or multicast that the sending host itself shall receive."""

    def __init__(self, number: int) -> None:
        self.errno: int = number
        self.packets: list[Packet] = []
        self.loop: list[Packet] = []


class UdpSocket:
    """One socket's state; made by :meth:`UdpPorts.open`."""

    def __init__(self, table: "UdpPorts", version: int, settings: Settings) -> None:
        self._table: UdpPorts = table
        self.version: int = version
        self.local: bytes = bytes(4 if version == 4 else 16)
        self.port: int = 0
        self.remote: bytes = b""
        self.remote_port: int = 0
        self.closed: bool = False
        self.owner: object | None = None
        # socket options
        self.broadcast: bool = False
        self.reuse_address: bool = False
        self.ttl: int = settings.ttl
        self.multicast_ttl: int = 1
        self.multicast_loop: bool = True
        self.dont_fragment: bool = settings.path_mtu_discovery
        self.receive_buffer: int = settings.receive_buffer
        self.groups: list[bytes] = []
        # state
        self._bound_local: bytes = self.local
        self._queue: deque[Received] = deque()
        self.queued: int = 0
        """Octets charged to the receive buffer, headers included."""
        self.dropped: int = 0
        """Datagrams for which there was no room."""
        self._error: int = 0
        self._soft_error: int = 0

    # --- names ----------------------------------------------------------------

    def bind(self, address: bytes, port: int) -> int:
        """Take a local address (unspecified: any) and port (0: an ephemeral one).

        EINVAL when bound already, EAFNOSUPPORT, EADDRNOTAVAIL for an address that
        is not ours, EADDRINUSE.
        """
        if self.closed:
            return errno.EBADF
        if self.port != 0:
            return errno.EINVAL
        if len(address) != len(self.local):
            return errno.EAFNOSUPPORT
        if not 0 <= port <= 65_535:
            return errno.EINVAL
        addresses = self._table.addresses
        known = is_unspecified(address) or addresses.is_own(address)
        if not (known or is_multicast(address) or addresses.is_broadcast(address)):
            return errno.EADDRNOTAVAIL
        number = self._table.take_port(self, address, port)
        if number == 0:
            self.local = address
            self._bound_local = address
        return number

    def connect(self, address: bytes, port: int) -> int:
        """Fix the peer: only its datagrams arrive, and its errors. Sends nothing.

        EAFNOSUPPORT, EINVAL for port 0, EACCES for a broadcast address without
        ``broadcast``, ENETUNREACH, EAGAIN when no port is free.
        """
        if self.closed:
            return errno.EBADF
        number, source = self._check_destination(address, port)
        if number:
            return number
        if self.port == 0 and self._table.take_port(self, self.local, 0):
            return errno.EAGAIN
        self.remote = source if is_unspecified(address) else address
        self.remote_port = port
        if is_unspecified(self._bound_local):
            self.local = source
        return 0

    def disconnect(self) -> None:
        """connect() with AF_UNSPEC: any peer again."""
        self.remote = b""
        self.remote_port = 0
        self.local = self._bound_local

    def close(self) -> None:
        """Give the port back and leave all groups; queued datagrams are lost."""
        if self.closed:
            return
        for group in list(self.groups):
            self.leave(group)
        self._table.release(self)
        self._queue.clear()
        self.queued = 0
        self.closed = True

    # --- sending --------------------------------------------------------------

    def send(self, data: bytes | memoryview, address: bytes = b"", port: int = 0) -> Sent:
        """One datagram, to ``address`` and ``port`` or to the connected peer.

        EDESTADDRREQ, EMSGSIZE, EACCES (a broadcast without ``broadcast``), EINVAL
        (port 0), EAFNOSUPPORT, ENETUNREACH, EAGAIN (no free port), or the error
        that ICMP brought for an earlier one.
        """
        if self.closed:
            return Sent(errno.EBADF)
        if self._error:
            return Sent(self._take_hard())
        if not address:
            if not self.remote:
                return Sent(errno.EDESTADDRREQ)
            address, port = self.remote, self.remote_port
        if len(data) > (MAX_PAYLOAD_V4 if self.version == 4 else MAX_PAYLOAD_V6):
            return Sent(errno.EMSGSIZE)
        number, source = self._check_destination(address, port)
        if number:
            return Sent(number)
        if self.port == 0 and self._table.take_port(self, self.local, 0):
            return Sent(errno.EAGAIN)
        return self._send_from(source, address, port, bytes(data))

    def _send_from(self, source: bytes, address: bytes, port: int, data: bytes) -> Sent:
        addresses = self._table.addresses
        if is_unspecified(address):
            address = source  # "this host" (RFC 1122 §3.2.1.3 (a)), as Linux takes it
        if addresses.is_own(self.local):
            source = self.local
        group = is_multicast(address)
        body = Datagram(self.port, port, data)
        packet = Packet(source, address, PROTO_UDP, body)
        packet.ttl = self.multicast_ttl if group else self.ttl
        packet.df = self.version == 4 and self.dont_fragment and not group
        sent = Sent(0)
        if not group or self.multicast_ttl > 0:
            sent.packets.append(packet)
        if (group and self.multicast_loop) or addresses.is_broadcast(address):
            copy = Datagram(self.port, port, data)
            sent.loop.append(Packet(source, address, PROTO_UDP, copy, packet.ttl))
        return sent

    def _check_destination(self, address: bytes, port: int) -> tuple[int, bytes]:
        """An error number, and the source address that goes with ``address``."""
        if len(address) != len(self.local):
            return errno.EAFNOSUPPORT, b""
        if not 0 < port <= 65_535:
            return errno.EINVAL, b""
        addresses = self._table.addresses
        if addresses.is_broadcast(address) and not self.broadcast:
            return errno.EACCES, b""
        source = addresses.source_for(address)
        return (0, source) if source else (errno.ENETUNREACH, b"")

    # --- receiving ------------------------------------------------------------

    def recv(self, peek: bool = False) -> "tuple[int, Received | None]":
        """The oldest datagram, whole; EAGAIN when there is none, or the pending
        error, which goes first and is cleared."""
        if self.closed:
            return errno.EBADF, None
        if self._error:
            return self._take_hard(), None
        if not self._queue:
            return errno.EAGAIN, None
        if peek:
            return 0, self._queue[0]
        found = self._queue.popleft()
        self.queued -= len(found.data) + HEADER_LEN
        return 0, found

    def deliver(self, packet: Packet, datagram: Datagram) -> bool:
        """Queue a datagram; False when there is no room, and then it is lost."""
        charge = len(datagram.payload) + HEADER_LEN
        if self.queued + charge > self.receive_buffer:
            self.dropped += 1
            return False
        data = bytes(datagram.payload)
        self._queue.append(Received(data, packet.src, datagram.src_port, packet.dst))
        self.queued += charge
        return True

    # --- readiness and errors -------------------------------------------------

    def readable(self) -> bool:
        """recv() would not say EAGAIN."""
        return bool(self._queue) or self._error != 0

    def writable(self) -> bool:
        """Always, while open: nothing of a datagram waits at the sender."""
        return not self.closed

    @property
    def error(self) -> int:
        """The pending error number, 0 for none."""
        return self._error

    def fail(self, error: NetworkError) -> bool:
        """An ICMP error about a datagram of ours; True when it is now pending."""
        if ends_udp(error):
            self._error = error.errno
            return True
        self._soft_error = error.errno
        return False

    def take_error(self) -> int:
        """SO_ERROR: the pending error, else one only remembered; cleared."""
        if self._error:
            return self._take_hard()
        number = self._soft_error
        self._soft_error = 0
        return number

    def _take_hard(self) -> int:
        number = self._error
        self._error = 0
        return number

    # --- multicast ------------------------------------------------------------

    def join(self, group: bytes, interface: bytes = b"") -> int:
        """Receive what is sent to ``group``. EINVAL for no multicast address, ENODEV
        for an ``interface`` that is not ours, EADDRINUSE when joined, ENOBUFS."""
        if self.closed:
            return errno.EBADF
        if len(group) != len(self.local) or not is_multicast(group):
            return errno.EINVAL
        if interface and not self._table.addresses.is_own(interface):
            return errno.ENODEV
        if group in self.groups:
            return errno.EADDRINUSE
        if len(self.groups) >= MAX_GROUPS:
            return errno.ENOBUFS
        self.groups.append(group)
        self._table.join(group)
        return 0

    def leave(self, group: bytes) -> int:
        """Undo :meth:`join`; EADDRNOTAVAIL when not joined."""
        if group not in self.groups:
            return errno.EADDRNOTAVAIL
        self.groups.remove(group)
        self._table.leave(group)
        return 0

    # --- matching -------------------------------------------------------------

    def wants(self, packet: Packet, src_port: int) -> bool:
        """True when a datagram for our port is for us, by its addresses."""
        if len(packet.dst) != len(self.local):
            return False
        if self.remote and (self.remote != packet.src or self.remote_port != src_port):
            return False
        many = is_multicast(packet.dst)
        if many and packet.dst not in self.groups:
            return packet.dst in (ALL_HOSTS_V4, ALL_NODES_V6) and is_unspecified(self.local)
        return self.local == packet.dst or is_unspecified(self.local)

    @property
    def bound_to_any(self) -> bool:
        """No local address was named in bind()."""
        return is_unspecified(self._bound_local)


class UdpPorts:
    """Who holds which port, and how many are in which group."""

    def __init__(
        self, addresses: Addresses, random: "Callable[[int], bytes]", settings: Settings
    ) -> None:
        self.addresses: Addresses = addresses
        self.settings: Settings = settings
        self._random: Callable[[int], bytes] = random
        self._ports: dict[int, list[UdpSocket]] = {}
        self._groups: dict[bytes, int] = {}

    def open(self, version: int = 4) -> UdpSocket:
        """A new socket, bound to nothing, for IPv4 or IPv6 (they are separate)."""
        return UdpSocket(self, version, self.settings)

    def sockets(self) -> list[UdpSocket]:
        """All bound sockets, by port."""
        return [sock for port in sorted(self._ports) for sock in self._ports[port]]

    # --- ports ----------------------------------------------------------------

    def take_port(self, sock: UdpSocket, address: bytes, port: int) -> int:
        """Give ``sock`` a port; EADDRINUSE when it, or every one, is taken."""
        if port == 0:
            port = self._free_port(sock, address)
            if port == 0:
                return errno.EADDRINUSE
        elif not self._is_free(sock, address, port):
            return errno.EADDRINUSE
        sock.port = port
        self._ports.setdefault(port, []).append(sock)
        return 0

    def release(self, sock: UdpSocket) -> None:
        """Take ``sock`` out of the table."""
        others = self._ports.get(sock.port)
        if others is not None and sock in others:
            others.remove(sock)
            if not others:
                del self._ports[sock.port]

    def _free_port(self, sock: UdpSocket, address: bytes) -> int:
        """An ephemeral port from a random start (RFC 6056 §3.3.1); 0 when none."""
        low = self.settings.ephemeral_low
        count = self.settings.ephemeral_high - low + 1
        start = int.from_bytes(self._random(4), "big") % count
        for step in range(count):
            port = low + (start + step) % count
            if port not in self._ports:
                return port
            if self._is_free(sock, address, port) and not sock.reuse_address:
                return port
        return 0

    def _is_free(self, sock: UdpSocket, address: bytes, port: int) -> bool:
        for other in self._ports.get(port, ()):
            if other.version != sock.version or (other.reuse_address and sock.reuse_address):
                continue
            if other.bound_to_any or is_unspecified(address) or other.local == address:
                return False
        return True

    # --- groups ---------------------------------------------------------------

    def join(self, group: bytes) -> None:
        """One more socket is a member (no IGMP goes out: our switches flood)."""
        self._groups[group] = self._groups.get(group, 0) + 1

    def leave(self, group: bytes) -> None:
        """One member less."""
        left = self._groups.get(group, 0) - 1
        if left > 0:
            self._groups[group] = left
        else:
            self._groups.pop(group, None)

    def accepts_group(self, address: bytes) -> bool:
        """True for a multicast group with members here, and for the all-hosts groups."""
        return address in self._groups or address in (ALL_HOSTS_V4, ALL_NODES_V6)
