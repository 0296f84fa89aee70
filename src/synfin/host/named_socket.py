"""The part of a socket that names and options are about (bind(2), getsockopt(2))."""

import struct
from typing import TYPE_CHECKING

from synfin.core.controllers import ENGINE_NAMES, SOCKET_NAMES
from synfin.core.errno import (
    EADDRINUSE,
    EADDRNOTAVAIL,
    EAFNOSUPPORT,
    EBADF,
    EINVAL,
    ENOENT,
    ENOPROTOOPT,
    ENOTCONN,
)
from synfin.core.states import State
from synfin.host.constants import (
    AF_INET,
    IP_OPTIONS,
    IPPROTO_IP,
    IPPROTO_TCP,
    SOCK_DGRAM,
    TCP_CONGESTION,
    TCP_MD5SIG,
    TCP_MD5SIG_EXT,
    TCP_REMOTE_UDP_ENCAPS_PORT,
)
from synfin.host.error_queue import ErrorQueue
from synfin.host.errors import socket_error
from synfin.host.listener import Listener
from synfin.host.options import AS_THE_HOST_SAYS, Options, apply_congestion, apply_to_connection
from synfin.host.ports import Use
from synfin.host.records import HostConnection
from synfin.host.signatures import Md5Keys, take_md5sig
from synfin.host.tcp import OptionSource
from synfin.host.udp_socket import UdpSocket
from synfin.wire.address import MAPPED, format_address, parse_address
from synfin.wire.source_route import SourceRoute, parse_option

if TYPE_CHECKING:
    from synfin.host.host import Host

Address = tuple[str, int]


class NamedSocket(OptionSource):
    """State, addresses and options of one socket."""

    def __init__(self, host: "Host", family: int, type_: int, descriptor: int) -> None:
        super().__init__()
        self.host: Host = host
        self.family: int = family
        self.type: int = type_
        self.descriptor: int = descriptor
        self.closed: bool = False
        self.options: Options = AS_THE_HOST_SAYS
        self.for_children: Options | None = None
        """What those accepted take over; None: not made yet, or not any more as it is."""
        self.local: bytes = bytes(4 if family == AF_INET else 16)
        self.port: int = 0
        self.port_chosen: bool = False
        """bind() named the port."""
        self.bound: Use | None = None
        self.conn: HostConnection | None = None
        """The connection, once connected or connecting."""
        self.listener: Listener | None = None
        self.udp: UdpSocket | None = None
        self.route: SourceRoute | None = None
        """IP_OPTIONS."""
        self.read_shut: bool = False
        self.pending: int = 0
        """An error that a call shall still be told, of a connection that is no more."""
        self.disconnecting: bool = False
        """shutdown() came before the outcome of connect() was asked for: no more of it."""
        self.connect_told: bool = False
        """The outcome of connect() has been told to the application."""
        self.error_queue: ErrorQueue | None = None
        """What :attr:`errors` is, once somebody wanted it."""
        self.zerocopy_calls: int = 0
        """How many calls with MSG_ZEROCOPY there have been."""
        self.stamp_base: int = 0
        """The number of ours that SOF_TIMESTAMPING_OPT_ID calls 0."""
        if type_ == SOCK_DGRAM:
            self.udp = host.udp.open(4 if family == AF_INET else 6)
            self.udp.owner = self

    # -- helpers --------------
    @property
    def errors(self) -> ErrorQueue:
        """The error queue."""
        if self.error_queue is None:
            self.error_queue = ErrorQueue()
        return self.error_queue

    def own_options(self) -> Options:
        """The options, no longer shared: they are about to be changed."""
        if self.options.shared:
            self.options = self.options.copied()
        self.for_children = None
        return self.options

    def _open(self) -> "Host":
        if self.closed:
            raise socket_error(EBADF)
        self.host.tcp.now = self.host.time()
        return self.host

    def _parse(self, address: Address) -> tuple[bytes, int]:
        """An address of this socket's family; "" means any."""
        name, port = address[0], address[1]
        size = 4 if self.family == AF_INET else 16
        if not 0 <= port <= 65_535:
            raise OverflowError("port must be 0-65535")
        if name == "":
            return bytes(size), port
        raw = parse_address(name)
        if size == 16 and raw[:12] == MAPPED and self.udp is None:
            return raw[12:], port  # RFC 3493 §3.7: IPv4 by an IPv6 socket
        if len(raw) != size:
            raise socket_error(EAFNOSUPPORT)
        return raw, port

    def shown_address(self, address: bytes) -> str:
        """An address as this socket's application sees it: an IPv6 socket has IPv4
        addresses in their mapped form."""
        if self.family != AF_INET and len(address) == 4:
            return f"::ffff:{format_address(address)}"
        return format_address(address)

    def _connection(self) -> HostConnection:
        self._open()
        if self.conn is None:
            raise socket_error(ENOTCONN)
        return self.conn

    def _touched(self, connection: HostConnection, now: int) -> None:
        self.host.tcp.after(connection, now)

    def _take_error(self) -> int:
        """SO_ERROR: read and cleared."""
        connection = self.conn
        if self.udp is not None:
            return self.udp.take_error()
        if connection is None:
            number, self.pending = self.pending, 0
            return number
        number = connection.error
        connection.error = 0
        if number == 0 and self.host.settings.soft_error_is_so_error:
            number = connection.soft_error
            connection.soft_error = 0
        return number

    def _raise_pending(self) -> None:
        connection = self.conn
        number = self.pending if connection is None else connection.error
        if number:
            self._take_error()
            raise socket_error(number)

    def keys(self) -> Md5Keys | None:
        """TCP_MD5SIG's."""
        return self.options.md5

    def manners(self, ttl: int) -> tuple[int, int]:
        """IP_TTL and IP_TOS, or IPv6's."""
        return self.options.hop_limit(ttl), self.options.traffic_class

    # -- names --------------
    def fileno(self) -> int:
        """The descriptor; -1 once closed."""
        return -1 if self.closed else self.descriptor

    def bind(self, address: Address) -> None:
        """bind(2): OPEN's local address (MUST-43). EADDRINUSE, EADDRNOTAVAIL (not
        ours), EINVAL (bound already)."""
        host = self._open()
        raw, port = self._parse(address)
        if self.udp is not None:
            self._check(self.udp.bind(raw, port))
            return
        if self.bound is not None:
            raise socket_error(EINVAL)
        if any(raw) and not host.addresses.is_own(raw) and not self.options.freebind:
            raise socket_error(EADDRNOTAVAIL)
        ports = host.tcp.ports
        if port == 0:
            port = self._free_port(raw)
        elif ports.conflicts(port, raw, self.options.reuse_address):
            raise socket_error(EADDRINUSE)
        else:
            self.port_chosen = True
        self._hold(raw, port, False)

    def _free_port(self, address: bytes) -> int:
        settings = self.host.settings
        ports = self.host.tcp.ports
        for first, last in ports.candidates(settings.ephemeral_low, settings.ephemeral_high):
            for port in range(first, last + 1):
                if not ports.in_use(port):
                    return port
        raise socket_error(EADDRINUSE)

    def _hold(self, address: bytes, port: int, listening: bool) -> None:
        self._let_go()
        self.local = address
        self.port = port
        self.bound = (address, self.options.reuse_address, listening)
        self.host.tcp.ports.take(port, self.bound)
        self.host.tcp.ports.reserve(port)
        self.host.tcp.bound[port] = self

    def _let_go(self) -> None:
        if self.bound is not None:
            self.host.tcp.ports.give(self.port, self.bound)
            self.host.tcp.ports.unreserve(self.port)
            self.host.tcp.bound.pop(self.port, None)
            self.bound = None

    @staticmethod
    def _check(number: int) -> None:
        if number:
            raise socket_error(number)

    def getsockname(self) -> Address:
        """Our address and port."""
        self._open()
        if self.udp is not None:
            return format_address(self.udp.local), self.udp.port
        if self.conn is not None:
            return self.shown_address(self.conn.local), self.conn.local_port
        return self.shown_address(self.local), self.port

    def getpeername(self) -> Address:
        """The peer's; ENOTCONN without one."""
        self._open()
        if self.udp is not None:
            if not self.udp.remote:
                raise socket_error(ENOTCONN)
            return format_address(self.udp.remote), self.udp.remote_port
        connection = self._connection()
        if connection.state in (State.SYN_SENT, State.CLOSED, State.TIME_WAIT):
            raise socket_error(ENOTCONN)
        return self.shown_address(connection.remote), connection.remote_port

    # -- options --------------
    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """setsockopt(2). ENOPROTOOPT for an unknown one, EINVAL for a bad value."""
        self._open()
        if (level, option) == (IPPROTO_IP, IP_OPTIONS):
            self._set_route(value)
            return
        if level == IPPROTO_TCP and option in (TCP_MD5SIG, TCP_MD5SIG_EXT):
            self._set_md5_key(value, option == TCP_MD5SIG_EXT)
            return
        if (level, option) == (IPPROTO_TCP, TCP_CONGESTION):
            self._set_congestion(value)
            return
        if isinstance(value, bytes):
            value = value if len(value) == 8 else struct.unpack("i", value[:4])[0]
        if level == IPPROTO_TCP and option == TCP_REMOTE_UDP_ENCAPS_PORT:
            if not self._may_tunnel(value != 0):
                raise socket_error(EINVAL)
        number = self.own_options().set(level, option, value, self.host.settings)
        if number:
            raise socket_error(number)
        if self.udp is not None:
            self.options.apply_to_udp(self.udp, level, option, value)
        if self.listener is not None:
            self.listener.defer_ns = self.options.defer_accept_ns
            self.listener.fastopen = self.options.fastopen
        if self.conn is not None:
            now = self.host.clock()
            apply_to_connection(self.options, self.conn, now, option)
            self.conn.may_fragment = self.options.may_fragment
            self._touched(self.conn, now)

    def _set_md5_key(self, value: int | bytes, extended: bool) -> None:
        """TCP_MD5SIG (RFC 2385): a struct tcp_md5sig, in any state of the connection."""
        if self.udp is not None:
            raise socket_error(ENOPROTOOPT)
        keys = self.options.md5 or Md5Keys()
        self._check(take_md5sig(keys, value, 4 if self.family == AF_INET else 16, extended))
        self.own_options().md5 = keys
        self.host.tcp.signatures = True
        if self.conn is not None:
            self.conn.sign_with(keys)
        if self.listener is not None:
            self.listener.md5 = keys

    def _set_route(self, value: int | bytes) -> None:
        """IP_OPTIONS (ip(7)): a source route by which connect() and all that is sent go,
        as ``kind length 4 waypoint…``; empty for none (MUST-51). EINVAL for anything
        else, ENOPROTOOPT for UDP and IPv6."""
        if self.udp is not None or self.family != AF_INET:
            raise socket_error(ENOPROTOOPT)
        route = parse_option(value) if isinstance(value, bytes) else None
        if value != b"" and route is None:
            raise socket_error(EINVAL)
        self.route = route
        if self.conn is not None:
            self.conn.route_given = route is not None
            self.conn.take_route(route)
            self._touched(self.conn, self.host.clock())

    def _set_congestion(self, value: int | bytes) -> None:
        """TCP_CONGESTION (tcp(7)): ``b"cubic"`` or ``b"reno"``, at any time; ENOENT for a
        name that nothing has, EINVAL for a number, ENOPROTOOPT for UDP."""
        if self.udp is not None:
            raise socket_error(ENOPROTOOPT)
        if not isinstance(value, bytes):
            raise socket_error(EINVAL)
        name = value.partition(b"\0")[0].decode("ascii", "replace")
        if name not in ENGINE_NAMES:
            raise socket_error(ENOENT)
        self.own_options().congestion = ENGINE_NAMES[name]
        if self.conn is not None:
            apply_congestion(self.options, self.conn)

    def congestion_control(self) -> str:
        """What getsockopt(2) tells of TCP_CONGESTION: ``cubic``, ``reno``."""
        self._open()
        name = self.options.congestion or self.host.settings.congestion_control
        if self.conn is not None:
            name = self.conn.snd.cc.name()
        return SOCKET_NAMES[name]

    def source_route(self) -> SourceRoute | None:
        """The waypoints of what is sent: named by IP_OPTIONS, or those by which a
        connection came that was accepted (MUST-53)."""
        return self.route if self.conn is None else self.conn.route

    def received_tos(self) -> int:
        """The Diffserv and ECN octet of the last segment that came (MAY-9), as Linux tells
        it by IP_PKTOPTIONS; ENOTCONN before there was a connection."""
        return self._connection().received_tos

    def _may_tunnel(self, wanted: bool) -> bool:
        """FreeBSD tcp_ctloutput(): only in CLOSED, and where tunnelling is switched on."""
        closed = self.conn is None and self.listener is None and self.udp is None
        return closed and (not wanted or self.host.settings.udp_tunneling_port > 0)

    def getsockopt(self, level: int, option: int) -> int:
        """getsockopt(2), numbers only; see :meth:`tcp_info` for TCP_INFO."""
        self._open()
        if self.options.is_error(level, option):
            return self._take_error()
        number, value = self.options.get(
            level, option, self.conn, self.type, self.listener, self.host.settings
        )
        if number:
            raise socket_error(number)
        return value

    def configure(self, connection: HostConnection) -> None:
        """Options set before there was a connection."""
        apply_to_connection(self.options, connection, self.host.clock(), -1)
        apply_congestion(self.options, connection)
        connection.may_fragment = self.options.may_fragment
        if self.options.md5 is not None:
            own = self.listener is None
            keys = self.options.md5
            connection.sign_with(keys if own else keys.only_for(connection.remote))
