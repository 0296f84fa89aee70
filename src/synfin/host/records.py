"""What a host keeps for each connection beside the connection itself."""

from synfin.core.connection import Connection
from synfin.core.events import Observer
from synfin.core.rules import Rule
from synfin.core.settings import Settings
from synfin.core.states import State, Trigger, move
from synfin.core.time_wait import TimeWait
from synfin.core.timers import NEVER
from synfin.host.error_queue import SendMarks
from synfin.host.ports import Use
from synfin.host.send_times import SendTimes
from synfin.host.signatures import Md5Keys
from synfin.wire.source_route import SourceRoute

ERROR_NEWS = 1 << 20
"""Beside the bits of a connection's ``signals``: something came into the error queue."""

Key = tuple[bytes, bytes, int]
"""(local address, remote address, local port << 16 | remote port)."""


def make_key(local: bytes, local_port: int, remote: bytes, remote_port: int) -> Key:
    """The four-tuple as the demultiplexer looks it up."""
    return local, remote, (local_port << 16) | remote_port


class Informed:
    """Whoever is told what happened: a socket. ``news`` are bits of ``signals``."""

    def __init__(self) -> None:
        self.news: int = 0
        self.wants_room: bool = False
        """A send or a poll found no room, and nobody has been woken since."""

    def keys(self) -> Md5Keys | None:
        """Of its peers (TCP_MD5SIG)."""
        return None

    def manners(self, ttl: int) -> tuple[int, int]:
        """(TTL, TOS) of what leaves for this socket; ``ttl`` is the host's."""
        return ttl, 0


class HostConnection(Connection):
    """A connection in a host's table."""

    def __init__(
        self,
        settings: Settings,
        key: Key,
        iss: int,
        conn_id: int,
        mtu: int,
        use: Use,
        observer: Observer | None,
    ) -> None:
        super().__init__(
            settings, key[0], key[2] >> 16, key[1], key[2] & 0xFFFF, iss, conn_id, mtu, observer
        )
        self.key: Key = key
        self.use: Use = use
        self.armed: int = NEVER
        """When the host's heap has an entry for this, ns."""
        self.queued: bool = False
        """It stands in the host's list of those to poll."""
        self.tabled: bool = True
        """It is in the table of connections."""
        self.listener: object | None = None
        """The Listener whose child this is, until it is accepted."""
        self.accept_ready: bool = False
        self.socket: object | None = None
        self.route: SourceRoute | None = None
        """The source route of all segments sent; None: straight to the peer."""
        self.route_given: bool = False
        """The application named it: none that arrives takes its place (MUST-52)."""
        self.ip_options: bytes = b""
        self.received_tos: int = 0
        """The Diffserv and ECN octet of the last segment that arrived (MAY-9)."""
        self.times: SendTimes = SendTimes()
        self.marks: SendMarks | None = None
        """Calls whose progress somebody asked for (SO_TIMESTAMPING, MSG_ZEROCOPY)."""
        self.may_fragment: bool = False
        """IP_PMTUDISC_DONT: no DF, whatever the host does."""
        self.md5: Md5Keys | None = None
        """Keys to sign with and to check by (RFC 2385)."""
        self.eof_read: bool = False
        """The application has read past the last octet: it knows of the peer's FIN."""
        self.fastopen_waiting: bool = False
        """connect() returned at once; the SYN leaves with the first data (RFC 7413)."""

    def sign_with(self, keys: Md5Keys) -> None:
        """Sign every segment from now on, if there is a key for this peer. No device can
        cut signed segments."""
        self.md5 = keys
        self.signed = keys.find(self.remote) is not None
        if self.signed:
            self.max_segment = 0

    def take_route(self, route: SourceRoute | None) -> None:
        """Send along ``route`` from now on; its option leaves less room for text."""
        self.route = route
        self.ip_options = b"" if route is None else route.option(self.remote)
        self.ip_option_len = len(self.ip_options)
        if self.state not in (State.CLOSED, State.LISTEN) and self.time_wait is None:
            self.lower_mtu(self.mtu)

    def watch_sending(self, now: int) -> None:
        """What sending waits for may have changed."""
        socket = self.socket
        wants_room = socket.wants_room if isinstance(socket, Informed) else False
        self.times.observe(self, wants_room, now)

    def open_silently(self, now: int) -> None:
        """A listener's child starts in LISTEN: the listener's state, so nothing to report."""
        self.now = now
        move(self, Trigger.OPEN_PASSIVE)

    def queue_before_open(self, data: bytes) -> int:
        """Data that the SYN shall carry; octets taken."""
        taken = data[: self.snd.room()]
        if taken:
            self.snd.buffer.append(taken)
        return len(taken)

    def abort_silently(self, rule: Rule) -> None:
        """End a child whose reset the listener has sent already."""
        self.give_up(Trigger.ABORT, 0, rule, 0, 0)


class HostTimeWait:
    """A TIME-WAIT record in a host's table."""

    def __init__(self, record: TimeWait, key: Key, use: Use) -> None:
        self.record: TimeWait = record
        self.key: Key = key
        self.use: Use = use
        self.md5: Md5Keys | None = None
        self.udp_port: int = 0
        """As the connection's, like the next two."""
        self.ttl: int = 64
        self.tos: int = 0
        self.armed: int = NEVER


class Counters:
    """What netstat -s would show, by name; only ever counted up."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}

    def add(self, name: str) -> int:
        """One more; returns the new value."""
        value = self.values.get(name, 0) + 1
        self.values[name] = value
        return value
