"""Socket options: kept with the socket, applied to its connection (socket(7), tcp(7))."""

from typing import Final

from synfin.core.connection import Connection
from synfin.core.controllers import exchanged
from synfin.core.delayed_acks import set_quick
from synfin.core.errno import EINVAL, ENOPROTOOPT
from synfin.core.interpreted import mypyc_attr
from synfin.core.settings import MILLISECOND, SECOND, Settings
from synfin.host import constants as c
from synfin.host.listener import Listener
from synfin.host.signatures import Md5Keys
from synfin.host.udp_socket import UdpSocket

_NUMBERS = {
    (c.SOL_SOCKET, c.SO_REUSEADDR),
    (c.SOL_SOCKET, c.SO_KEEPALIVE),
    (c.SOL_SOCKET, c.SO_RCVBUF),
    (c.SOL_SOCKET, c.SO_SNDBUF),
    (c.SOL_SOCKET, c.SO_BROADCAST),
    (c.SOL_SOCKET, c.SO_PRIORITY),
    (c.SOL_SOCKET, c.SO_MARK),
    (c.IPPROTO_IP, c.IP_FREEBIND),
    (c.IPPROTO_IP, c.IP_RECVERR),
    (c.IPPROTO_TCP, c.TCP_NODELAY),
    (c.IPPROTO_TCP, c.TCP_CORK),
    (c.IPPROTO_TCP, c.TCP_QUICKACK),
    (c.IPPROTO_IP, c.IP_TOS),
    (c.IPPROTO_IPV6, c.IPV6_TCLASS),
    (c.IPPROTO_IP, c.IP_MULTICAST_LOOP),
    (c.IPPROTO_IP, c.IP_MULTICAST_TTL),
    (c.IPPROTO_TCP, c.TCP_FASTOPEN),
    (c.IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT),
    (c.IPPROTO_TCP, c.TCP_USER_TIMEOUT),
    (c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT),
    (c.IPPROTO_TCP, c.TCP_LINGER2),
    (c.IPPROTO_TCP, c.TCP_NOTSENT_LOWAT),
    (c.IPPROTO_TCP, c.TCP_NOOPT),
}
_RANGES = {
    (c.IPPROTO_TCP, c.TCP_MAXSEG): (88, 32_767),
    (c.IPPROTO_TCP, c.TCP_KEEPIDLE): (1, 32_767),
    (c.IPPROTO_TCP, c.TCP_KEEPINTVL): (1, 32_767),
    (c.IPPROTO_TCP, c.TCP_KEEPCNT): (1, 127),
    (c.IPPROTO_TCP, c.TCP_SYNCNT): (1, 127),
    (c.IPPROTO_TCP, c.TCP_INQ): (0, 1),
    (c.SOL_SOCKET, c.SO_ZEROCOPY): (0, 1),
    (c.SOL_SOCKET, c.SO_MAX_PACING_RATE): (0, (1 << 64) - 1),
    (c.SOL_SOCKET, c.SO_TIMESTAMPING): (0, (1 << 17) - 1),
    (c.IPPROTO_IP, c.IP_MTU_DISCOVER): (c.IP_PMTUDISC_DONT, c.IP_PMTUDISC_DO),
    (c.IPPROTO_TCP, c.TCP_KEEPINIT): (1, 4_294_967),
    (c.IPPROTO_TCP, c.TCP_REMOTE_UDP_ENCAPS_PORT): (0, 65_535),
    (c.IPPROTO_IP, c.IP_TTL): (1, 255),
    (c.IPPROTO_IPV6, c.IPV6_UNICAST_HOPS): (1, 255),
}
"""Linux's lawful ranges; outside them EINVAL."""


MAX_LINGER2: Final = 120
"""Seconds (Linux TCP_FIN_TIMEOUT_MAX)."""


@mypyc_attr(acyclic=True)
class Options:
    """The options of a socket, or of several; what is not in :attr:`values` is as the host
    says."""

    def __init__(self) -> None:
        self.shared: bool = False
        """Several sockets have these: they are copied before one of them changes them."""
        self.values: dict[tuple[int, int], int] = {}
        self.fastopen_keys: tuple[bytes, ...] = ()
        self.linger_on: bool = False
        self.linger_ns: int = 0
        self.md5: Md5Keys | None = None
        """TCP_MD5SIG; None when it was never set."""
        self.congestion: str = ""
        """TCP_CONGESTION, by the engine's name; "": as the host says."""

    def copied(self) -> "Options":
        """As they are now, for one socket."""
        own = Options()
        own.values = dict(self.values)
        own.fastopen_keys = self.fastopen_keys
        own.linger_on = self.linger_on
        own.linger_ns = self.linger_ns
        own.md5 = self.md5
        own.congestion = self.congestion
        return own

    def inherited(self) -> "Options":
        """What all sockets accepted by this one take over, for them to share."""
        child = self.copied()
        child.shared = True
        child.values.pop((c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT), None)
        child.fastopen_keys = ()
        child.md5 = None
        return child

    def _value(self, level: int, option: int, default: int) -> int:
        return self.values.get((level, option), default)

    @property
    def reuse_address(self) -> bool:
        """SO_REUSEADDR."""
        return bool(self._value(c.SOL_SOCKET, c.SO_REUSEADDR, 0))

    @property
    def freebind(self) -> bool:
        """IP_FREEBIND: bind(2) takes addresses that are not the host's."""
        return bool(self._value(c.IPPROTO_IP, c.IP_FREEBIND, 0))

    @property
    def may_fragment(self) -> bool:
        """IP_MTU_DISCOVER is IP_PMTUDISC_DONT: no DF on what is sent."""
        return self._value(c.IPPROTO_IP, c.IP_MTU_DISCOVER, -1) == c.IP_PMTUDISC_DONT

    @property
    def zerocopy(self) -> bool:
        """SO_ZEROCOPY: MSG_ZEROCOPY is answered in the error queue."""
        return bool(self._value(c.SOL_SOCKET, c.SO_ZEROCOPY, 0))

    def hop_limit(self, default: int) -> int:
        """IP_TTL or IPV6_UNICAST_HOPS."""
        v4 = self._value(c.IPPROTO_IP, c.IP_TTL, default)
        return self._value(c.IPPROTO_IPV6, c.IPV6_UNICAST_HOPS, v4)

    @property
    def traffic_class(self) -> int:
        """IP_TOS or IPV6_TCLASS."""
        v4 = self._value(c.IPPROTO_IP, c.IP_TOS, 0)
        return self._value(c.IPPROTO_IPV6, c.IPV6_TCLASS, v4)

    @property
    def defer_accept_ns(self) -> int:
        """TCP_DEFER_ACCEPT, ns."""
        return self._value(c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT, 0) * SECOND

    @property
    def fastopen(self) -> int:
        """TCP_FASTOPEN of a listener: its queue length."""
        return self._value(c.IPPROTO_TCP, c.TCP_FASTOPEN, 0)

    @property
    def fastopen_connect(self) -> bool:
        """TCP_FASTOPEN_CONNECT."""
        return bool(self._value(c.IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT, 0))

    def set(self, level: int, option: int, value: int | bytes, settings: Settings) -> int:
        """Keep a value; 0 or an errno."""
        if (level, option) == (c.SOL_SOCKET, c.SO_LINGER):
            return self._set_linger(value)
        if (level, option) in (
            (c.IPPROTO_IP, c.IP_ADD_MEMBERSHIP),
            (c.IPPROTO_IP, c.IP_DROP_MEMBERSHIP),
        ):
            return 0 if isinstance(value, bytes) else EINVAL
        if isinstance(value, bytes):
            return EINVAL
        bounds = _RANGES.get((level, option))
        if bounds is not None:
            if not bounds[0] <= value <= bounds[1] and not (option == c.TCP_MAXSEG and value == 0):
                return EINVAL
        elif (level, option) not in _NUMBERS:
            return ENOPROTOOPT
        if value < 0:
            return EINVAL
        self.values[(level, option)] = value
        return 0

    def forget_maxseg(self) -> None:
        """TCP_MAXSEG is as if it had never been set."""
        self.values.pop((c.IPPROTO_TCP, c.TCP_MAXSEG), None)

    def _set_linger(self, value: int | bytes) -> int:
        """struct linger: two ints, l_onoff and l_linger in seconds."""
        if not isinstance(value, bytes) or len(value) < 8:
            return EINVAL
        self.linger_on = any(value[:4])
        self.linger_ns = int.from_bytes(value[4:8], "little") * SECOND
        return 0

    @staticmethod
    def is_error(level: int, option: int) -> bool:
        """SO_ERROR, which reading clears."""
        return (level, option) == (c.SOL_SOCKET, c.SO_ERROR)

    def get(
        self,
        level: int,
        option: int,
        connection: Connection | None,
        type_: int,
        listener: Listener | None,
        settings: Settings,
    ) -> tuple[int, int]:
        """(0, value) or (errno, 0); what was never set is as ``settings`` say."""
        pair = (level, option)
        if pair == (c.SOL_SOCKET, c.SO_TYPE):
            return 0, type_
        if pair == (c.SOL_SOCKET, c.SO_ACCEPTCONN):
            return 0, int(listener is not None)
        if connection is not None and pair in _LIVE:
            return 0, _live_value(connection, pair)
        if pair in _CLASSES and type_ == c.SOCK_STREAM:
            return 0, self.values.get(pair, 0) & ~ECN_FIELD
        if pair in self.values:
            return 0, self.values[pair]
        if pair in _NUMBERS or pair in _RANGES:
            return 0, _default(pair, settings)
        return ENOPROTOOPT, 0

    def apply_to_udp(self, udp: UdpSocket, level: int, option: int, value: int | bytes) -> None:
        """The options that datagram sockets have."""
        pair = (level, option)
        if isinstance(value, bytes):
            if pair == (c.IPPROTO_IP, c.IP_ADD_MEMBERSHIP):
                udp.join(value[:4], value[4:8] if any(value[4:8]) else b"")
            elif pair == (c.IPPROTO_IP, c.IP_DROP_MEMBERSHIP):
                udp.leave(value[:4])
        elif pair == (c.SOL_SOCKET, c.SO_BROADCAST):
            udp.broadcast = bool(value)
        elif pair == (c.SOL_SOCKET, c.SO_REUSEADDR):
            udp.reuse_address = bool(value)
        elif pair == (c.SOL_SOCKET, c.SO_RCVBUF):
            udp.receive_buffer = value
        elif pair in ((c.IPPROTO_IP, c.IP_TTL), (c.IPPROTO_IPV6, c.IPV6_UNICAST_HOPS)):
            udp.ttl = value
        elif pair == (c.IPPROTO_IP, c.IP_MULTICAST_TTL):
            udp.multicast_ttl = value
        elif pair == (c.IPPROTO_IP, c.IP_MULTICAST_LOOP):
            udp.multicast_loop = bool(value)


AS_THE_HOST_SAYS: Final = Options()
"""Nothing was ever set; shared by all sockets of which that is true."""
AS_THE_HOST_SAYS.shared = True

ECN_FIELD: Final = 3
"""The low two bits of TOS and traffic class are TCP's (RFC 3168 §5), not the caller's."""
_CLASSES = {(c.IPPROTO_IP, c.IP_TOS), (c.IPPROTO_IPV6, c.IPV6_TCLASS)}


def _default(pair: tuple[int, int], settings: Settings) -> int:
    if pair == (c.SOL_SOCKET, c.SO_RCVBUF):
        return settings.receive_buffer
    if pair == (c.SOL_SOCKET, c.SO_SNDBUF):
        return settings.send_buffer
    if pair == (c.SOL_SOCKET, c.SO_KEEPALIVE):
        return int(settings.keepalive)
    if pair == (c.IPPROTO_TCP, c.TCP_KEEPIDLE):
        return settings.keepalive_idle_ns // SECOND
    if pair == (c.IPPROTO_TCP, c.TCP_KEEPINTVL):
        return settings.keepalive_interval_ns // SECOND
    if pair == (c.IPPROTO_TCP, c.TCP_KEEPCNT):
        return settings.keepalive_probes
    if pair == (c.IPPROTO_TCP, c.TCP_KEEPINIT):
        return settings.opening_timeout_ns // SECOND
    if pair == (c.IPPROTO_TCP, c.TCP_SYNCNT):
        return settings.syn_retries
    if pair == (c.IPPROTO_TCP, c.TCP_LINGER2):
        return settings.fin_wait_2_timeout_ns // SECOND
    if pair == (c.IPPROTO_TCP, c.TCP_USER_TIMEOUT):
        return settings.user_timeout_ns // MILLISECOND
    if pair == (c.IPPROTO_TCP, c.TCP_NODELAY):
        return int(not settings.nagle)
    if pair in ((c.IPPROTO_IP, c.IP_TTL), (c.IPPROTO_IPV6, c.IPV6_UNICAST_HOPS)):
        return settings.ttl
    return _DEFAULTS.get(pair, 0)


_LIVE = {
    (c.IPPROTO_TCP, c.TCP_REMOTE_UDP_ENCAPS_PORT),
    (c.IPPROTO_TCP, c.TCP_MAXSEG),
    (c.IPPROTO_TCP, c.TCP_QUICKACK),
    (c.SOL_SOCKET, c.SO_RCVBUF),
    (c.SOL_SOCKET, c.SO_SNDBUF),
}
_DEFAULTS = {
    (c.IPPROTO_TCP, c.TCP_QUICKACK): 1,
    (c.IPPROTO_TCP, c.TCP_MAXSEG): 536,
    (c.IPPROTO_IP, c.IP_MTU_DISCOVER): c.IP_PMTUDISC_WANT,
    (c.IPPROTO_IP, c.IP_MULTICAST_TTL): 1,
    (c.IPPROTO_IP, c.IP_MULTICAST_LOOP): 1,
}


def _live_value(connection: Connection, pair: tuple[int, int]) -> int:
    if pair[1] == c.TCP_MAXSEG:
        return connection.effective_mss
    if pair[1] == c.TCP_REMOTE_UDP_ENCAPS_PORT:
        return connection.udp_port
    if pair[1] == c.TCP_QUICKACK:
        return int(not connection.acking.pingpong)
    if pair[1] == c.SO_RCVBUF:
        return connection.rcv.buffer_size
    return connection.snd.buffer_size


def apply_congestion(options: Options, connection: Connection) -> None:
    """TCP_CONGESTION, at any time."""
    if options.congestion:
        snd = connection.snd
        snd.cc = exchanged(snd.cc, options.congestion, connection.settings)


def apply_to_connection(options: Options, connection: Connection, now: int, only: int) -> None:
    """Put the options into force; ``only`` >= 0: just that option number was set."""
    for (level, option), value in options.values.items():
        if only >= 0 and option != only:
            continue
        if level == c.SOL_SOCKET:
            _apply_socket_level(connection, option, value, now)
        elif level == c.IPPROTO_TCP:
            _apply_tcp_level(connection, option, value, now)
        elif option in (c.IP_TOS, c.IPV6_TCLASS):
            connection.tos = value & 0xFF & ~ECN_FIELD  # MUST-48, at any time SHLD-21
        elif option in (c.IP_TTL, c.IPV6_UNICAST_HOPS):
            connection.ttl = value  # MUST-49


def _apply_socket_level(connection: Connection, option: int, value: int, now: int) -> None:
    if option == c.SO_KEEPALIVE:
        connection.set_keepalive(bool(value), now)
    elif option == c.SO_RCVBUF:
        connection.rcv.buffer_size = max(value, 1)
    elif option == c.SO_SNDBUF:
        connection.snd.buffer_size = max(value, 1)
        connection.send_buffer_fixed = True
    elif option == c.SO_MAX_PACING_RATE:
        unlimited = value in (0, 0xFFFFFFFF, (1 << 64) - 1)
        connection.snd.max_pacing_rate = 0 if unlimited else value
        connection.snd.paces = connection.settings.pacing or not unlimited


def _apply_tcp_level(connection: Connection, option: int, value: int, now: int) -> None:
    if option == c.TCP_NODELAY:
        connection.nodelay = bool(value)
        if value:
            connection.sws_override = True  # what a cork or MSG_MORE holds goes now (Linux)
            connection.more_held = False
    elif option == c.TCP_NOTSENT_LOWAT:
        connection.notsent_lowat = value
    elif option == c.TCP_CORK:
        connection.corked = bool(value)
        connection.more_held = connection.more_held and connection.corked
    elif option == c.TCP_MAXSEG:
        connection.user_mss = value
        if connection.settings.maxseg_at_once and connection.peer_mss:
            connection.lower_mtu(connection.mtu)
    elif option == c.TCP_REMOTE_UDP_ENCAPS_PORT:
        connection.travel_by_udp(value)
    elif option == c.TCP_KEEPIDLE:
        connection.keepalive_idle = value * SECOND
        connection.set_keepalive(connection.keepalive, now)
    elif option == c.TCP_KEEPINTVL:
        connection.keepalive_interval = value * SECOND
    elif option == c.TCP_KEEPCNT:
        connection.keepalive_probes = value
    elif option == c.TCP_SYNCNT:
        connection.syn_r2_ns = 0
        connection.syn_retries = value
    elif option == c.TCP_KEEPINIT:
        connection.opening_limit = value * SECOND
    elif option == c.TCP_NOOPT:
        connection.no_options = bool(value)
    elif option == c.TCP_LINGER2:
        fallback = connection.settings.fin_wait_2_timeout_ns
        connection.fin_wait_2_timeout = min(value, MAX_LINGER2) * SECOND or fallback
    elif option == c.TCP_USER_TIMEOUT:
        connection.set_user_timeout(value * MILLISECOND)
    elif option == c.TCP_QUICKACK:
        set_quick(connection, value)
